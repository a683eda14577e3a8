"""Where connections come from: aiohttp's pool, and only those of it on which a request can be sent."""

import asyncio
import os
import select
import sys
from typing import TYPE_CHECKING, Any

import aiohttp

from jofi_async.transports._exchange import ATTEMPT
from jofi_async.transports._failures import cause, not_sent

if TYPE_CHECKING:
    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace

_READ_SIZE = 64 * 1024
"""How many bytes are read at once; for asyncio's 256 KB the system maps new memory with each read."""


class Connector(aiohttp.TCPConnector):
    """Tells apart what failed before there was a connection to send on, and notes when there was one."""

    process = 0

    def __del__(self, *args: Any) -> None:
        """Close what is open, without aiohttp's own warning: the transport warns for all of it."""
        if os.getpid() == self.process:  # in a forked child it would take the sockets off the parent's epoll
            self._close()

    async def connect(
        self, req: aiohttp.ClientRequest, traces: "list[Trace]", timeout: aiohttp.ClientTimeout
    ) -> "Connection":
        attempt = ATTEMPT.get()
        try:
            connection = await super().connect(req, traces, timeout)
            while not _is_clear(transport := _transport_of(connection)):
                connection.close()
                connection = await super().connect(req, traces, timeout)
        except aiohttp.InvalidURL:
            raise
        except (aiohttp.ClientError, OSError) as error:
            raise not_sent(error, attempt.request) from cause(error)
        attempt.transport = transport
        attempt.reading.end_after(attempt.request.timeout.read)
        return connection


def _transport_of(connection: "Connection") -> asyncio.Transport:
    transport = connection.transport
    if transport is None or transport.is_closing():
        raise aiohttp.ServerDisconnectedError
    if hasattr(transport, "max_size"):
        transport.max_size = _READ_SIZE  # pyright: ignore[reportAttributeAccessIssue]
    return transport


def _is_clear(transport: asyncio.Transport) -> bool:
    """Whether all was sent, and nothing has come: before a request, that could only be the connection's end."""
    if transport.get_write_buffer_size():
        return False
    peer = transport.get_extra_info("socket")
    if sys.platform == "win32" or peer is None:
        return True
    poll = select.poll()
    poll.register(peer.fileno(), select.POLLIN)
    return not poll.poll(0)
