"""How a request leaves: head and body in one write, at the end of the event loop's present iteration.

aiohttp starts a task for each body. Here all requests of one iteration leave one after the other, which is what their
tasks would do, and whether a request may still leave is asked in the very step in which it does.
"""

import asyncio
import select
import sys
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import aiohttp
from attrs import define

from jofi_async.core.deadlines import Scope
from jofi_async.core.errors import NotSentError
from jofi_async.core.wire import Request

if TYPE_CHECKING:
    from aiohttp.connector import Connection
    from aiohttp.typedefs import LooseHeaders

_READ_SIZE = 64 * 1024
"""How many bytes are read at once; for asyncio's 256 KB the system maps new memory with each read."""


@define
class Attempt:
    """One request on its way.

    Attributes:
        request: What is sent.
        reading: Bounds the wait for the answer.
        wire: The connection it is sent on, once there is one.
        refusal: Why it did not leave although there was a connection, or None.
    """

    request: Request
    reading: Scope
    wire: "Wire | None" = None
    refusal: NotSentError | None = None

    def may_leave(self) -> bool:
        """Ask whether it may still leave, which it does next."""
        self.request.departed = True
        try:
            if self.request.still_clear is not None:
                self.request.still_clear()
        except NotSentError as error:
            self.refuse(error)
        return self.refusal is None

    def refuse(self, error: NotSentError) -> None:
        """Note why it does not leave."""
        self.refusal, self.request.departed = error, False

    def hang_up(self) -> None:
        """Drop at once a connection that is closing: unsent bytes or a goodbye over TLS could hold it for long."""
        if self.wire is not None and self.wire.is_closing():
            self.wire.abort()


ATTEMPT: ContextVar[Attempt] = ContextVar("jofi_async_attempt")


class BytesRequest(aiohttp.ClientRequest):
    """A request whose body is bytes, which the wire sends along with the head."""

    content = b""

    def update_headers(self, headers: "LooseHeaders | None") -> None:
        """Take the host's header and ours, each name once."""
        super().update_headers(None)
        self.headers.update(headers or {})

    def update_body_from_data(self, body: bytes | None, _stacklevel: int = 3) -> None:
        """Keep the body from aiohttp, but for its length."""
        super().update_body_from_data(None)
        if body:
            self.content = body
            self.headers["Content-Length"] = str(len(body))

    async def send(self, conn: "Connection") -> aiohttp.ClientResponse:
        """Hand the body to the wire, and let aiohttp write the head."""
        attempt = ATTEMPT.get()
        assert attempt.wire is not None
        attempt.wire.carry(attempt, self.content)
        return await super().send(conn)


class Outbox:
    """Lets the requests of all wires leave at the end of the loop's present iteration."""

    def __init__(self) -> None:
        self._full: list[Wire] = []

    def add(self, wire: "Wire") -> None:
        """Let a wire's request leave."""
        if not self._full:
            asyncio.get_running_loop().call_soon(self._empty)
        self._full.append(wire)

    def _empty(self) -> None:
        wires, self._full = self._full, []
        for wire in wires:
            wire.leave()


class Wire:
    """A connection's asyncio transport as aiohttp sees it: what is written leaves when the outbox is emptied.

    Args:
        transport: The connection's own.
        outbox: What empties it.
    """

    def __init__(self, transport: asyncio.Transport, outbox: Outbox) -> None:
        self._transport = transport
        self._outbox = outbox
        self._attempt: Attempt | None = None
        self._head = self._body = b""
        self._poll = _poll_of(transport)
        self.is_closing, self.resume_reading = transport.is_closing, transport.resume_reading
        if hasattr(transport, "max_size"):
            transport.max_size = _READ_SIZE  # pyright: ignore[reportAttributeAccessIssue]

    def carry(self, attempt: Attempt, body: bytes) -> None:
        """Take an attempt's body, to be sent behind its head."""
        self._attempt, self._body = attempt, body

    def write(self, head: bytes) -> None:
        """Take the head, and leave with it soon."""
        self._head = head
        self._outbox.add(self)

    def leave(self) -> None:
        """Send head and body, if the request may still leave."""
        attempt = self._attempt
        assert attempt is not None
        if self.is_closing():
            attempt.refuse(NotSentError("The connection was closed before anything was sent"))
        elif attempt.may_leave():
            self._transport.write(self._head + self._body)
        else:
            self._transport.abort()
        self._attempt, self._head, self._body = None, b"", b""

    def has_news(self) -> bool:
        """Tell whether anything has come, which on an idle connection can only be its end."""
        return self._poll is not None and bool(self._poll.poll(0))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


def _poll_of(transport: asyncio.Transport) -> "select.poll | None":
    peer = transport.get_extra_info("socket")
    if sys.platform == "win32" or peer is None:
        return None
    poll = select.poll()
    poll.register(peer.fileno(), select.POLLIN)
    return poll
