"""AiohttpTransport's life: one event loop, one process, closed once, and nothing left behind."""

import asyncio
import gc
import os
import socket
import warnings
from contextlib import AsyncExitStack
from contextvars import copy_context
from unittest.mock import Mock
from weakref import ref

import pytest

from jofi_async.core.errors import LifecycleError, NotSentError
from jofi_async.core.wire import Request, Timeout
from jofi_async.transports.aiohttp import AiohttpTransport
from tests.support.raw import OK, RawServer, Wire, raw_server
from tests.support.tls import client_side, server_side


async def _answer_for_ever(wire: Wire) -> None:
    while await wire.request():
        await wire.send(OK)


async def _send(transport: AiohttpTransport, server: RawServer, scheme: str = "http") -> int:
    return (await transport.send(Request("GET", f"{scheme}://{server.place}/"))).status


async def _refusal(transport: AiohttpTransport) -> str:
    with pytest.raises(LifecycleError) as caught:
        await transport.send(Request("GET", "http://127.0.0.1:9/"))
    return str(caught.value)


async def test_closing_closes_every_connection() -> None:
    async with raw_server(_answer_for_ever) as server, AiohttpTransport() as transport:
        await asyncio.gather(*(_send(transport, server) for _ in range(5)))
        await transport.aclose()
        await server.all_closed()
        assert server.connections == 5


async def test_closing_closes_every_connection_over_tls() -> None:
    tls = AiohttpTransport(ssl=client_side())
    async with raw_server(_answer_for_ever, tls=server_side()) as server, tls as transport:
        await asyncio.gather(*(_send(transport, server, "https") for _ in range(5)))
        await transport.aclose()
        await server.all_closed()


async def test_a_connection_keeps_nothing_of_the_request_that_it_was_made_for() -> None:
    async with raw_server(_answer_for_ever) as server, AiohttpTransport() as transport:
        request = Request("GET", f"http://{server.place}/", timeout=Timeout(connect=1))
        kept = ref(request)
        await transport.send(request)
        del request
        await asyncio.sleep(0)  # the loop drops the timer of `connect`
        gc.collect()
        assert kept() is None


async def test_never_used_on_another_loop() -> None:
    async with raw_server(_answer_for_ever) as server, AiohttpTransport() as transport:
        await _send(transport, server)
        assert "another event loop" in await asyncio.to_thread(asyncio.run, _refusal(transport))
        assert await _send(transport, server) == 200


async def test_closed_from_another_loop() -> None:
    async with raw_server(_answer_for_ever) as server, AiohttpTransport() as transport:
        await _send(transport, server)
        await asyncio.to_thread(asyncio.run, transport.aclose())
        await server.all_closed()
        assert "closed" in await _refusal(transport)


def test_closed_after_its_loop_was() -> None:
    async def main() -> None:
        async with raw_server(_answer_for_ever) as server:
            await _send(transport, server)

    transport = AiohttpTransport(keepalive=0)
    asyncio.run(main())
    asyncio.run(transport.aclose())


def test_closed_while_its_loop_stands_still() -> None:
    async def main() -> RawServer:
        server = await stack.enter_async_context(raw_server(_answer_for_ever))
        await _send(transport, server)
        return server

    stack, transport = AsyncExitStack(), AiohttpTransport()
    with asyncio.Runner() as home:
        server = home.run(main())
        asyncio.run(transport.aclose())
        home.run(server.all_closed())
        home.run(stack.aclose())


def test_a_forked_child_neither_uses_nor_harms_it() -> None:
    async def main() -> RawServer:
        server = await stack.enter_async_context(raw_server(_answer_for_ever))
        await stack.enter_async_context(transport)
        await _send(transport, server)
        return server

    stack, transport = AsyncExitStack(), AiohttpTransport(keepalive=60)  # a slow machine takes long to fork
    with asyncio.Runner() as runner:
        server = runner.run(main())
        assert _exit_code_of_child(transport) == 0
        assert runner.run(_send(transport, server)) == 200
        assert server.connections == 1
        runner.run(stack.aclose())


def _exit_code_of_child(transport: AiohttpTransport) -> int:
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        assert "parent process" in asyncio.run(_refusal(transport))
        with warnings.catch_warnings(record=True) as seen:
            asyncio.run(transport.aclose())
            gc.collect()
        assert not seen
        assert "closed" in asyncio.run(_refusal(transport))
    except BaseException:
        os._exit(1)
    os._exit(0)


@pytest.mark.parametrize("keepalive", [0.0, 60.0])
async def test_forgotten_transport_warns_once_and_leaves_nothing_open(keepalive: float) -> None:
    async def forget() -> None:
        transport = AiohttpTransport(keepalive=keepalive)
        await asyncio.gather(*(_send(transport, server) for _ in range(2)))

    complaints = Mock()
    asyncio.get_running_loop().set_exception_handler(complaints)
    gc.collect()  # what other tests left is theirs
    async with raw_server(_answer_for_ever) as server:
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            await forget()
            gc.collect()
            await server.all_closed()
    complaints.assert_not_called()
    assert [warning.category for warning in seen] == [ResourceWarning]
    assert "never closed: use `async with`" in str(seen[0].message)


async def test_closed_or_unused_transport_does_not_warn() -> None:
    AiohttpTransport()
    async with raw_server(_answer_for_ever) as server, AiohttpTransport() as transport:
        await _send(transport, server)
    del transport
    gc.collect()


async def test_the_task_s_context_forgets_the_request() -> None:
    before = dict(copy_context())
    async with raw_server(_answer_for_ever) as server, AiohttpTransport() as transport:
        await _send(transport, server)
        assert dict(copy_context()) == before
        with pytest.raises(NotSentError):
            await transport.send(Request("GET", "http://127.0.0.1:1/"))
    assert dict(copy_context()) == before


async def test_requests_in_flight_end_when_it_is_closed() -> None:
    async def script(wire: Wire) -> None:
        await wire.request()
        arrived.set()
        await wire.hung_up()

    arrived = asyncio.Event()
    async with raw_server(script) as server, AiohttpTransport() as transport:
        sending = asyncio.create_task(_send(transport, server))
        await arrived.wait()
        await transport.aclose()
        outcome = await asyncio.gather(sending, return_exceptions=True)
    assert type(outcome[0]).__name__ == "UnknownOutcomeError"


async def test_request_that_gets_through_while_it_is_closed() -> None:
    async def script(wire: Wire) -> None:
        await wire.reader.read(1)
        arrived.set()
        await closing.wait()
        await wire.hung_up()

    arrived, closing = asyncio.Event(), asyncio.Event()
    async with raw_server(script) as server, AiohttpTransport() as transport:
        request = Request("POST", f"http://{server.place}/", body=b"a" * 20_000_000)
        sending = asyncio.create_task(transport.send(request))
        await arrived.wait()
        closed = asyncio.create_task(transport.aclose())
        await asyncio.sleep(0)
        closing.set()
        outcome = await asyncio.gather(sending, return_exceptions=True)
        await closed
    assert type(outcome[0]).__name__ == "UnknownOutcomeError"
    assert request.departed


def _open_connections(server: RawServer) -> int:
    """Count the clients' ends, of which a server that reads nothing is not told."""

    sockets = [one for one in gc.get_objects() if isinstance(one, socket.socket) and one.fileno() >= 0]
    return sum(_peer(one) == server.place for one in sockets)


def _peer(one: socket.socket) -> str:
    try:
        host, port = one.getpeername()
    except (OSError, ValueError):  # it listens, or is no internet socket
        return ""
    return f"{host}:{port}"


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_closing_does_not_wait_for_a_server_that_reads_no_more(scheme: str) -> None:
    async def freeze(wire: Wire) -> None:
        await wire.reader.read(1)
        wire.writer.transport.pause_reading()  # type: ignore[attr-defined]
        frozen.set()
        await thawed.wait()
        wire.writer.transport.abort()

    frozen, thawed = asyncio.Event(), asyncio.Event()
    tls = server_side() if scheme == "https" else None
    transport = AiohttpTransport(ssl=client_side())
    async with raw_server(freeze, tls=tls) as server, transport:
        request = Request("POST", f"{scheme}://{server.place}/", body=b"a" * 20_000_000)
        sending = asyncio.create_task(transport.send(request))
        await frozen.wait()
        async with asyncio.timeout(5):
            await transport.aclose()
            outcome = await asyncio.gather(sending, return_exceptions=True)
        assert _open_connections(server) == 0
        thawed.set()
    assert type(outcome[0]).__name__ == "UnknownOutcomeError"
    assert request.departed


async def test_a_tls_connection_that_was_idle_is_dropped_without_a_goodbye_from_the_server() -> None:
    async def answer_and_freeze(wire: Wire) -> None:
        await wire.request()
        await wire.send(OK)
        wire.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await thawed.wait()
        wire.writer.transport.abort()

    thawed = asyncio.Event()
    async with (
        raw_server(answer_and_freeze, tls=server_side()) as server,
        AiohttpTransport(ssl=client_side(), keepalive=0.01) as transport,
    ):
        await _send(transport, server, "https")
        assert _open_connections(server) == 1
        async with asyncio.timeout(5):
            while _open_connections(server):  # noqa: ASYNC110  (it is closed by a timer of its own)
                await asyncio.sleep(0)
        thawed.set()


async def test_requests_whose_connection_is_made_end_when_it_is_closed() -> None:
    async def never_shake_hands(wire: Wire) -> None:
        await wire.reader.read(1)
        connecting.set()
        await wire.hung_up()

    connecting = asyncio.Event()
    async with raw_server(never_shake_hands) as server, AiohttpTransport() as transport:
        request = Request("POST", f"https://{server.place}/", body=b"{}")
        sending = asyncio.create_task(transport.send(request))
        await connecting.wait()
        await transport.aclose()
        async with asyncio.timeout(5):
            with pytest.raises(NotSentError, match="broke off while it was made"):
                await sending
        await server.all_closed()
    assert not request.departed


async def test_requests_that_asked_for_a_tunnel_end_when_it_is_closed() -> None:
    async def never_open(wire: Wire) -> None:
        await wire.request()
        asked.set()
        await wire.hung_up()

    asked = asyncio.Event()
    async with raw_server(never_open) as proxy, AiohttpTransport(proxy=f"http://{proxy.place}") as transport:
        request = Request("POST", "https://api.example.org/", body=b"{}")
        sending = asyncio.create_task(transport.send(request))
        await asked.wait()
        await transport.aclose()
        with pytest.raises(NotSentError, match="broke off while it was made"):
            await sending
        await proxy.all_closed()
    assert not request.departed


async def test_requests_whose_server_is_looked_up_are_not_sent_when_it_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody cancelled them, so they do not end as if."""

    async def look_up(*_: object, **__: object) -> None:
        looking.set()
        await asyncio.Event().wait()

    looking = asyncio.Event()
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up)
    transport = AiohttpTransport()
    requests = [Request("POST", "http://api.example.org/", body=b"{}") for _ in range(2)]
    sending = [asyncio.create_task(transport.send(request)) for request in requests]
    await looking.wait()
    await transport.aclose()
    outcomes = await asyncio.gather(*sending, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [NotSentError] * 2
    assert not any(request.departed for request in requests)
