"""A send that is cancelled: whether it had departed, and that nothing is left of it."""

import asyncio
from collections.abc import Callable
from unittest.mock import Mock

import pytest

from jofi_async.core.wire import Request
from jofi_async.transports.aiohttp import AiohttpTransport
from tests.support.raw import OK, Wire, raw_server
from tests.support.tls import client_side, server_side

CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"


async def _cancel_when(ready: asyncio.Event, transport: AiohttpTransport, request: Request) -> None:
    sending = asyncio.create_task(transport.send(request))
    await ready.wait()
    sending.cancel()
    await asyncio.wait([sending])
    assert sending.cancelled()


async def test_while_a_name_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def look_up(*_: object, **__: object) -> None:
        looking.set()
        await asyncio.Event().wait()

    looking = asyncio.Event()
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", Mock(side_effect=look_up))
    request = Request("POST", "http://api.example.org/", body=b"{}")
    async with AiohttpTransport() as transport:
        await _cancel_when(looking, transport, request)
    assert not request.departed


async def test_while_a_connection_is_made() -> None:
    async def never_shake_hands(wire: Wire) -> None:
        await wire.reader.read(1)
        connecting.set()
        await wire.hung_up()

    connecting = asyncio.Event()
    async with raw_server(never_shake_hands) as server, AiohttpTransport() as transport:
        request = Request("POST", f"https://{server.place}/", body=b"{}")
        await _cancel_when(connecting, transport, request)
        await server.all_closed()
    assert not request.departed


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_while_the_answer_is_awaited(method: str, scheme: str) -> None:
    async def script(wire: Wire) -> None:
        await wire.request()
        arrived.set()
        await wire.hung_up()

    arrived = asyncio.Event()
    tls = server_side() if scheme == "https" else None
    async with raw_server(script, tls=tls) as server, AiohttpTransport(ssl=client_side()) as transport:
        request = Request(method, f"{scheme}://{server.place}/")
        await _cancel_when(arrived, transport, request)
        await server.all_closed()
    assert request.departed


async def test_while_the_answer_is_read() -> None:
    async def script(wire: Wire) -> None:
        await wire.request()
        await wire.send(CUT)
        answered.set()
        await wire.hung_up()

    answered = asyncio.Event()
    async with raw_server(script) as server, AiohttpTransport() as transport:
        request = Request("POST", f"http://{server.place}/", body=b"{}")
        await _cancel_when(answered, transport, request)
        await server.all_closed()
    assert request.departed


@pytest.mark.filterwarnings("ignore:Sending a large body")
async def test_while_a_body_is_sent_that_nobody_reads() -> None:
    async def script(wire: Wire) -> None:
        await wire.reader.read(1)
        arrived.set()
        await cancelled.wait()
        received.append(len(await wire.reader.read()))

    arrived, cancelled = asyncio.Event(), asyncio.Event()
    received: list[int] = []
    async with raw_server(script) as server, AiohttpTransport() as transport:
        request = Request("POST", f"http://{server.place}/", body=b"a" * 20_000_000)
        await _cancel_when(arrived, transport, request)
        cancelled.set()
        await server.all_closed()
    assert request.departed
    assert received[0] < 20_000_000


@pytest.mark.parametrize("steps", range(12))
async def test_at_any_step(steps: int) -> None:
    """Wherever it is cancelled, the connection is gone or whole, and the next send works."""

    async def script(wire: Wire) -> None:
        while await wire.request():
            await wire.send(OK)

    async with raw_server(script) as server, AiohttpTransport() as transport:
        request = Request("POST", f"http://{server.place}/", body=b"{}")
        sending = asyncio.create_task(transport.send(request))
        await _steps(steps, sending.done)
        sending.cancel()
        await asyncio.wait([sending])
        assert request.departed or not server.requests
        assert (await transport.send(Request("GET", f"http://{server.place}/"))).status == 200


async def _steps(count: int, done: Callable[[], bool]) -> None:
    for _ in range(count):
        if not done():
            await asyncio.sleep(0)
