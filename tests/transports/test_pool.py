"""Which connections are used: only those on which the next thing to come can be nothing but the answer."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from jofi_async.core.errors import NotSentError, UnknownOutcomeError
from jofi_async.core.wire import Request
from jofi_async.transports._exchange import Attempt
from jofi_async.transports.aiohttp import AiohttpTransport
from tests.support.raw import OK, RawServer, Script, Wire, raw_server
from tests.support.tls import client_side, server_side

STALE = b"HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nstale"
EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"


def _to(server: RawServer, scheme: str = "http", body: bytes = b"{}") -> Request:
    return Request("POST", f"{scheme}://{server.place}/", body=body)


async def _answer_for_ever(wire: Wire) -> None:
    while await wire.request():
        await wire.send(OK)


@asynccontextmanager
async def _after_one_answer(then: Script) -> AsyncGenerator[tuple[RawServer, AiohttpTransport, asyncio.Event], None]:
    """A server that does something to its first connection when it is told to, after the first answer."""

    async def script(wire: Wire) -> None:
        await wire.request()
        await wire.send(OK)
        if len(wire.requests) == 1:
            await told.wait()
            await then(wire)
        await _answer_for_ever(wire)

    told = asyncio.Event()
    async with raw_server(script) as server, AiohttpTransport() as transport:
        assert (await transport.send(_to(server))).body == b"{}"
        yield server, transport, told


@pytest.mark.parametrize("unasked", [STALE, EMPTY, STALE + EMPTY, b"HTTP/1.1 100 Continue\r\n\r\n", b"\0\0\0\0", b""])
@pytest.mark.parametrize("steps", [2, 20])
async def test_connection_on_which_something_came_unasked(unasked: bytes, steps: int) -> None:
    """It was not read yet, or was read; or was the connection's end."""

    async def then(wire: Wire) -> None:
        await wire.send(unasked)
        if not unasked:
            wire.writer.close()

    async with _after_one_answer(then) as (server, transport, told):
        told.set()
        for _ in range(steps):
            await asyncio.sleep(0)
        assert (await transport.send(_to(server))).body == b"{}"
        assert server.connections == 2


@pytest.mark.parametrize("upgrade", [b"", b"Connection: upgrade\r\nUpgrade: websocket\r\n"])
async def test_connection_on_which_another_protocol_was_promised(upgrade: bytes) -> None:
    async def script(wire: Wire) -> None:
        await wire.request()
        if len(wire.requests) == 1:
            await wire.send(b"HTTP/1.1 101 Switching Protocols\r\n" + upgrade + b"\r\n")
        await wire.request()
        await wire.send(OK)

    async with raw_server(script) as server, AiohttpTransport(keepalive=60) as transport:
        assert (await transport.send(_to(server))).status == 101
        await server.all_closed()


@pytest.mark.parametrize(("scheme", "is_read"), [("http", False), ("http", True), ("https", True)])
@pytest.mark.parametrize("first", [STALE, b""])
async def test_server_that_does_not_wait_to_be_asked(
    monkeypatch: pytest.MonkeyPatch, first: bytes, scheme: str, is_read: bool
) -> None:
    """It speaks or hangs up at once. (Over TLS what was not read yet may be tickets.)"""

    async def script(wire: Wire) -> None:
        wire.writer.write(first)
        if not first:
            wire.writer.close()
        spoken.set()
        await wire.hung_up()

    async def make(connector: aiohttp.TCPConnector, *args: Any) -> Any:
        protocol: Any = await made(connector, *args)
        if not is_read:
            protocol.transport.pause_reading()
        await spoken.wait()
        for _ in range(20):
            await asyncio.sleep(0)
        return protocol

    spoken = asyncio.Event()
    made: Any = vars(aiohttp.TCPConnector)["_create_connection"]
    monkeypatch.setattr(aiohttp.TCPConnector, "_create_connection", make)
    tls = server_side() if scheme == "https" else None
    async with raw_server(script, tls=tls) as server, AiohttpTransport(ssl=client_side()) as transport:
        request = _to(server, scheme)
        with pytest.raises(NotSentError, match="broke off while it was made"):
            await transport.send(request)
        await server.all_closed()
        assert server.connections == 1
    assert not request.departed


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_connection_with_something_unsent_holds_nobody_up(scheme: str) -> None:
    """The answer came before the body was through, and nobody reads the rest: there is nothing to wait for."""

    async def script(wire: Wire) -> None:
        await wire.reader.read(1)
        peer = wire.writer.transport
        peer.pause_reading()  # type: ignore[attr-defined]
        await wire.send(OK)
        await closed.wait()
        peer.abort()

    closed = asyncio.Event()
    tls = server_side() if scheme == "https" else None
    async with raw_server(script, tls=tls) as server, AiohttpTransport(ssl=client_side()) as transport:
        assert (await transport.send(_to(server, scheme, b"a" * 20_000_000))).status == 200
        async with asyncio.timeout(5):
            await transport.aclose()
        closed.set()


async def test_connection_on_which_rubbish_came_is_dropped_without_goodbye(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over TLS a goodbye is answered by a peer that still works, or waited for in vain."""

    async def script(wire: Wire) -> None:
        await wire.request()
        await wire.send(b"rubbish\r\n\r\n")
        await wire.hung_up()

    def leave(attempt: Attempt, data: bytes) -> None:
        assert attempt.transport is not None
        sockets.append(attempt.transport.get_extra_info("socket"))
        left(attempt, data)

    sockets: list[Any] = []
    left = Attempt.leave
    monkeypatch.setattr(Attempt, "leave", leave)
    async with raw_server(script, tls=server_side()) as server, AiohttpTransport(ssl=client_side()) as transport:
        with pytest.raises(UnknownOutcomeError, match="is not HTTP"):
            await transport.send(_to(server, "https"))
        await asyncio.sleep(0)
        assert sockets[0].fileno() == -1
