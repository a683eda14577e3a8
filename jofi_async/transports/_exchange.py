"""One request and its answer on one connection, in the shape in which aiohttp's session asks for them.

Session, connections and parser are aiohttp's. What is ours: head and body leave in one write, in the very step in which
it is asked whether they still may, and a failure comes out as what it means.
"""

import asyncio
import math
from collections.abc import Iterable
from contextlib import suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING

import aiohttp
from aiohttp import hdrs
from attrs import define

from jofi_async.core.deadlines import Deadlines
from jofi_async.core.errors import NotSentError
from jofi_async.core.wire import Request
from jofi_async.transports._failures import cause, unknown

if TYPE_CHECKING:
    from aiohttp.connector import Connection
    from aiohttp.typedefs import LooseHeaders


_SWITCHING_PROTOCOLS = 101
"""Nobody asked for it; what comes next is no answer, or the answer to what was answered already."""


class Outbox:
    """Lets a request that is alone under way leave at once, and others together at the end of an iteration of the loop.

    Each at once would wake a server on the same machine each time.
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[Attempt, bytes]] = []

    def add(self, attempt: "Attempt", data: bytes) -> None:
        """Let a request leave at once or soon, if it still may then."""
        if attempt.waits.size <= 1:
            attempt.leave(data)
            return
        if not self._waiting:
            attempt.waits.loop.call_soon(self._empty)
        self._waiting.append((attempt, data))

    def _empty(self) -> None:
        waiting, self._waiting = self._waiting, []
        for attempt, data in waiting:
            attempt.leave(data)


@define(eq=False)
class Attempt:
    """One request on its way.

    Attributes:
        request: What is sent.
        waits: Bounds the wait for the answer.
        outbox: Where it waits until it leaves.
        transport: The connection it is sent on, once there is one.
        deadline: When the head of the answer must be there.
        failure: What came of it instead of an answer although there was a connection, or None.
        has_new_connection: Whether a connection was made for it, and none of the pool's taken.
    """

    request: Request
    waits: Deadlines
    outbox: Outbox
    transport: asyncio.Transport | None = None
    deadline: float = math.inf
    failure: Exception | None = None
    has_new_connection: bool = False

    def await_answer(self, transport: asyncio.Transport) -> None:
        """Begin to wait: there is a connection now."""
        self.transport = transport
        self.deadline = self.waits.loop.time() + self.request.timeout.read
        self.waits.add(self)

    def leave(self, data: bytes) -> None:
        """Write it, or note why it must not leave any more."""
        transport, request = self.transport, self.request
        assert transport is not None
        try:
            if transport.is_closing():
                raise NotSentError("The connection was closed before anything was sent")
            request.departed = True
            if request.still_clear is not None:
                request.still_clear()
        except Exception as error:  # whatever it is, the requests behind this one must leave
            request.departed = False
            self.failure = error  # a wait that expired meanwhile was for nothing
            abort(transport)
        else:
            transport.write(data)

    def expire(self) -> None:
        """Wait no longer."""
        assert self.transport is not None
        self.failure = self.failure or unknown(TimeoutError(), self.request)
        abort(self.transport)


def abort(transport: asyncio.Transport) -> None:
    """Close a transport at once, if it was not lost yet."""
    with suppress(AttributeError):  # asyncio's after it was closed, got rid of what was unsent, and was lost
        transport.abort()


ATTEMPT: ContextVar[Attempt | None] = ContextVar("jofi_async_attempt")
"""What aiohttp's session is asked to send now; None where it asks for a connection on its own account."""


def attempt_now() -> Attempt:
    """What aiohttp's session is asked to send now."""
    attempt = ATTEMPT.get()
    assert attempt is not None
    return attempt


class Departure(aiohttp.ClientRequest):
    """A request whose body is bytes; of what aiohttp's requests may hold besides, nothing is looked for."""

    content = b""

    def update_headers(self, headers: "LooseHeaders | None") -> None:
        """Take the host's header and ours, each name once."""
        super().update_headers(None)
        self.headers.update(headers or {})

    def update_auto_headers(self, skip_auto_headers: Iterable[str] | None) -> None:
        """Accept what aiohttp can unpack, and add nothing else."""
        self.headers.setdefault(hdrs.ACCEPT_ENCODING, self.DEFAULT_HEADERS[hdrs.ACCEPT_ENCODING])

    def update_body_from_data(self, body: bytes | None, _stacklevel: int = 3) -> None:
        """Take the body."""
        self.content = body or b""
        if body or self.method not in self.GET_METHODS:
            self.headers[hdrs.CONTENT_LENGTH] = str(len(self.content))

    def update_content_encoding(self, data: object) -> None:
        """Send the bytes as they are."""

    def update_transfer_encoding(self) -> None:
        """Send them whole."""

    def update_expect_continue(self, expect: bool = False) -> None:
        """Expect nothing before."""

    async def send(self, conn: "Connection") -> aiohttp.ClientResponse:
        """Let it leave."""
        attempt = attempt_now()
        attempt.outbox.add(attempt, self._head() + self.content)
        return Answer(self, attempt, conn)

    def _head(self) -> bytes:
        is_for_proxy = self.proxy is not None and not self.is_ssl()
        target = str(self.url) if is_for_proxy else self.url.raw_path_qs
        lines = (f"{self.method} {target} HTTP/1.1", *map(": ".join, self.headers.items()), "\r\n")
        return "\r\n".join(lines).encode()


class Answer(aiohttp.ClientResponse):
    """The answer to a request that left, or to one that did not after all.

    What a tool that traces aiohttp may ask it is there, lest an error of the tool's hide what was answered.
    """

    def __init__(self, request: Departure, attempt: Attempt, connection: "Connection") -> None:
        self._attempt = attempt
        self._let_go = connection.close
        self._cache = {}
        self.method, self._url, self._real_url = request.method, request.url, request.url

    async def start(self, connection: "Connection") -> aiohttp.ClientResponse:
        """Read its head."""
        protocol, attempt = connection.protocol, self._attempt
        assert protocol is not None
        try:
            message, content = await protocol.read()
            while 100 <= message.code < 200 and message.code != _SWITCHING_PROTOCOLS:
                message, content = await protocol.read()
        except Exception as error:
            raise attempt.failure or unknown(error, attempt.request) from cause(error)
        finally:
            attempt.waits.discard(attempt)
        if attempt.failure is not None and not (attempt.request.departed and content.is_eof()):
            raise attempt.failure  # what came is cut, or no answer to what did not leave
        self.status, self.reason = message.code, message.reason
        self._headers, self.content = message.headers, content
        if message.code != _SWITCHING_PROTOCOLS:
            self._let_go = connection.release
        return self

    def close(self) -> None:
        """Let the connection go; it is used again only if the answer was read to its end, and all was sent."""
        transport = self._attempt.transport
        if transport is not None and (transport.is_closing() or transport.get_write_buffer_size()):
            abort(transport)
        self._let_go()
