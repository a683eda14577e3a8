"""A TCP proxy on 127.0.0.1 that harms connections, each by its own script."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from typing import Literal
from urllib.parse import urlsplit

from attrs import define, field, frozen

from tests.support.raw import Wire


class Harm(StrEnum):
    """What is done to a connection."""

    RESET = "both sides are reset"
    CUT = "both sides are closed"
    LOSE = "half-open: whatever else comes this way is lost"
    STOP = "nothing more that comes this way is read"


@frozen
class Trouble:
    """Does harm to a connection as soon as more than `after` bytes come one way; these are passed on."""

    harm: Harm
    way: Literal["up", "down"]
    after: int = 0


class Idle(StrEnum):
    """When a healthy connection is closed for being idle, without a word of it in the answers."""

    AT_ONCE = "right behind its first answer"
    TOO_LATE = "when its second request is just arriving"


Script = Trouble | Idle | None


@define
class TcpProxy:
    """Passes connections on to another port.

    Attributes:
        url: Where it listens, with the path of what is behind it.
        target: Host and port behind it.
        scripts: What becomes of each connection, in the order of their coming; then of all others, `otherwise`.
        connections: How many have come.
        struck: How many came to harm, or were closed for being idle.
        leaving: Set when what was stopped is to be read after all, so that a client who hangs up is noticed.
    """

    url: str
    target: tuple[str, int]
    scripts: Iterator[Script]
    otherwise: Script
    connections: int = 0
    struck: int = 0
    leaving: asyncio.Event = field(factory=asyncio.Event)

    async def carry(self, client: Wire) -> None:
        """Carry one connection to its end, which is when the client has hung up."""
        self.connections += 1
        script = next(self.scripts, self.otherwise)
        server = Wire(*await asyncio.open_connection(*self.target), [])
        try:
            if isinstance(script, Idle):
                await self._exchange(client, server, script)
            else:
                await self._pass_on(client, server, script)
        finally:
            await _close(client)
            await _close(server)

    async def _exchange(self, client: Wire, server: Wire, script: Idle) -> None:
        """Pass on a request and its answer at a time, until it is closed for being idle or the client hangs up."""
        while request := await client.request():
            if script is Idle.TOO_LATE and len(client.requests) > 1:
                self.struck += 1
                break
            await server.send(request)
            await client.send(await server.request())
            if script is Idle.AT_ONCE:
                self.struck += 1
                break
        _end(client)
        await client.hung_up()

    async def _pass_on(self, client: Wire, server: Wire, trouble: Trouble | None) -> None:
        """Pass on whatever comes either way, until both sides have ended."""
        async with asyncio.TaskGroup() as pumps:
            pumps.create_task(self._pump(client, server, trouble if trouble and trouble.way == "up" else None))
            pumps.create_task(self._pump(server, client, trouble if trouble and trouble.way == "down" else None))

    async def _pump(self, source: Wire, sink: Wire, trouble: Trouble | None) -> None:
        passed = 0
        while data := await _some(source):
            room = len(data) if trouble is None else trouble.after - passed
            passed += len(data)
            with suppress(ConnectionError):
                await sink.send(data[:room])
            if trouble is not None and room < len(data):
                self.struck += 1
                await self._strike(trouble.harm, source, sink)
                break
        _end(sink)

    async def _strike(self, harm: Harm, source: Wire, sink: Wire) -> None:
        match harm:
            case Harm.RESET:
                source.reset()
                sink.reset()
            case Harm.CUT:
                _end(source)
                _end(sink)
            case Harm.STOP:
                await self._stop_reading(source)
            case Harm.LOSE:
                pass
        await source.hung_up()

    async def _stop_reading(self, source: Wire) -> None:
        transport = source.writer.transport
        assert isinstance(transport, asyncio.ReadTransport)
        transport.pause_reading()
        await self.leaving.wait()
        transport.resume_reading()


async def _some(wire: Wire) -> bytes:
    try:
        return await wire.reader.read(65_536)
    except ConnectionError:
        return b""


def _end(wire: Wire) -> None:
    with suppress(OSError):  # the other side was faster
        wire.writer.write_eof()


async def _close(wire: Wire) -> None:
    wire.writer.close()
    with suppress(ConnectionError):
        await wire.writer.wait_closed()


@asynccontextmanager
async def tcp_proxy(
    url: str, scripts: Iterable[Script] = (), otherwise: Script = None
) -> AsyncGenerator[TcpProxy, None]:
    """Stand before the server at `url`, with the same path; leaving the block waits until every client has hung up."""
    tasks: list[asyncio.Task[None]] = []

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.append(asyncio.create_task(proxy.carry(Wire(reader, writer, []))))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    place = urlsplit(url)
    target = (place.hostname or "", place.port or 0)
    port = server.sockets[0].getsockname()[1]
    proxy = TcpProxy(f"http://127.0.0.1:{port}{place.path}", target, iter(scripts), otherwise)
    try:
        yield proxy
    finally:
        server.close()
        proxy.leaving.set()
        async with asyncio.timeout(5):
            await asyncio.gather(*tasks)
