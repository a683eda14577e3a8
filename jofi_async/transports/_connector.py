"""Where connections come from: aiohttp's pool, and only those of it on which a request can be sent."""

import asyncio
import math
import os
import select
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp.client_proto import ResponseHandler

from jofi_async.core.deadlines import OwnDeadline, Scope
from jofi_async.transports._exchange import ATTEMPT, abort, attempt_now
from jofi_async.transports._failures import cause, not_sent

if TYPE_CHECKING:
    from aiohttp.client_reqrep import ConnectionKey
    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace

_READ_SIZE = 64 * 1024
"""How many bytes are read at once; for asyncio's 256 KB the system maps new memory with each read."""


class Protocol(ResponseHandler):
    """A connection that is closed at once, whatever was not sent yet and whether or not the server says goodbye."""

    _poll: "select.poll | None" = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Prepare to look at the socket before each request."""
        super().connection_made(transport)
        peer = transport.get_extra_info("socket")
        if sys.platform != "win32" and peer is not None:
            self._poll = select.poll()
            self._poll.register(peer.fileno(), select.POLLIN)

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to be read; to be asked only while it is open."""
        return self._poll is None or not self._poll.poll(0)

    def close(self) -> None:
        """Close it as if there were nothing left to say: a server that reads no more would hold it for long."""
        self._cut()
        self.abort()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Take the end of the connection for the end of an answer only if it is the server's own."""
        if exc is not None:
            self._cut()
        super().connection_lost(exc)

    def _cut(self) -> None:
        if self._payload is not None and not self._payload.is_eof():
            self._payload.set_exception(aiohttp.ClientConnectionError())


class Connector(aiohttp.TCPConnector):
    """Tells apart what failed before there was a connection to send on, and notes when there was one."""

    process = 0

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # pyright: ignore[reportUnknownMemberType]  (typeshed's sockets)
        kind: type[ResponseHandler] = Protocol
        self._factory = partial(kind, loop=self._loop)
        self._making: set[Scope] = set()

    def __del__(self, *args: Any) -> None:
        """Close what is open, without aiohttp's own warning: the transport warns for all of it."""
        if os.getpid() == self.process:  # in a forked child it would take the sockets off the parent's epoll
            self._close()

    async def connect(
        self, req: aiohttp.ClientRequest, traces: "list[Trace]", timeout: aiohttp.ClientTimeout
    ) -> "Connection":
        """Find a connection of the pool, or else make one."""
        attempt = attempt_now()
        try:
            connection = await super().connect(req, traces, timeout)
            while (transport := _clear_transport(connection, attempt.has_new_connection)) is None:
                connection.close()
                if attempt.has_new_connection:
                    raise aiohttp.ServerDisconnectedError
                connection = await super().connect(req, traces, timeout)
        except aiohttp.InvalidURL:
            raise
        except (aiohttp.ClientError, OSError) as error:
            raise not_sent(error, attempt.request) from cause(error)
        attempt.await_answer(transport)
        return connection

    async def _create_connection(
        self, req: aiohttp.ClientRequest, traces: "list[Trace]", timeout: aiohttp.ClientTimeout
    ) -> "ResponseHandler":
        attempt = attempt_now()
        attempt.has_new_connection = True
        token = ATTEMPT.set(None)  # a connection keeps the context in which it was made
        scope = Scope(OwnDeadline(self._loop), math.inf, aiohttp.ClientConnectionError)
        self._making.add(scope)
        try:
            with scope:
                protocol = await super()._create_connection(req, traces, timeout)
        finally:
            self._making.discard(scope)
            ATTEMPT.reset(token)
        transport: Any = protocol.transport
        if hasattr(transport, "max_size"):
            transport.max_size = _READ_SIZE
        return protocol

    def _close(self, *, abort_ssl: bool = False) -> list[Any]:
        """Close what is open, and end the wait for what is only being made."""
        while self._making:
            self._making.pop().expire()
        self._release = _drop  # type: ignore[method-assign]
        return super()._close(abort_ssl=abort_ssl)


def _drop(key: "ConnectionKey", protocol: ResponseHandler, *, should_close: bool = False) -> None:
    """Close what comes back after that, a connection on which a proxy was asked for a tunnel; aiohttp forgets it."""
    protocol.close()


def _clear_transport(connection: "Connection", is_new: bool) -> asyncio.Transport | None:
    """Return what can be written to, or drop it.

    Nothing may have come yet: on a connection of the pool, it could be its end, or be taken for the next answer; on a
    new one, it means that the server hangs up or does not wait to be asked.
    """
    transport, protocol = connection.transport, connection.protocol
    if transport is None or not isinstance(protocol, Protocol):
        return None
    may_have_tickets = is_new and transport.get_extra_info("sslcontext") is not None  # they follow a handshake
    if transport.is_closing() or protocol.should_close or not (may_have_tickets or protocol.is_silent):
        abort(transport)
        return None
    return transport
