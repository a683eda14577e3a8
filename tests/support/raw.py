"""Servers that do with each connection what a script says, and count what they were sent."""

import asyncio
import re
import socket
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from ssl import SSLContext

from attrs import define, field

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

LOST = (OSError, AttributeError)
"""What reading from a connection raises that was lost; over TLS, asyncio's transport forgets its protocol."""


@define
class Wire:
    """One connection, seen from the server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    requests: list[bytes]

    async def request(self) -> bytes:
        """Read one request, head and body, and count it; b"" when the client has hung up."""
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, *LOST):
            return b""
        length = re.search(rb"content-length: (\d+)", head.lower())
        body = await self.reader.readexactly(int(length[1])) if length else b""
        self.requests.append(head + body)
        return head + body

    async def send(self, data: bytes) -> None:
        """Send bytes."""
        self.writer.write(data)
        await self.writer.drain()

    def reset(self) -> None:
        """Break the connection off with a TCP reset, unless it was lost already."""
        peer: socket.socket | None = self.writer.get_extra_info("socket")
        if peer is not None:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def hung_up(self) -> None:
        """Wait until the client has hung up."""
        try:
            await self.reader.read()
        except LOST:
            return


Script = Callable[[Wire], Awaitable[None]]


@define
class RawServer:
    """What a raw server saw.

    Attributes:
        place: "127.0.0.1:port".
        requests: The requests that arrived, as bytes.
        connections: How many connections were accepted.
    """

    place: str
    requests: list[bytes] = field(factory=list[bytes])
    connections: int = 0
    _open: int = 0
    _all_closed: asyncio.Event = field(factory=asyncio.Event)

    def count(self, change: int) -> None:
        """Note that a connection was opened (1) or closed (-1)."""
        self.connections += max(change, 0)
        self._open += change
        (self._all_closed.clear if self._open else self._all_closed.set)()

    async def all_closed(self) -> None:
        """Wait until every connection is closed."""
        async with asyncio.timeout(5):
            await self._all_closed.wait()


@asynccontextmanager
async def raw_server(script: Script, *, tls: SSLContext | None = None) -> AsyncGenerator[RawServer, None]:
    """Run `script` on each connection to a port of 127.0.0.1; leaving the block waits until all are closed."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.count(1)
        wire = Wire(reader, writer, seen.requests)
        try:
            await script(wire)
        finally:
            writer.close()
            await wire.hung_up()
            seen.count(-1)

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(serve(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    seen = RawServer(f"127.0.0.1:{server.sockets[0].getsockname()[1]}")
    try:
        yield seen
    finally:
        server.close()
        async with asyncio.timeout(5):
            await asyncio.gather(*tasks)
