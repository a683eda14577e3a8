"""How a request leaves: head and body at once, soon, and only if it still may."""

import asyncio
from typing import Any
from unittest.mock import Mock, call

import aiohttp
import pytest

from jofi_async.core.deadlines import Deadlines
from jofi_async.core.errors import NotSentError, UnknownOutcomeError
from jofi_async.core.wire import Request
from jofi_async.transports._exchange import Attempt, Outbox
from jofi_async.transports.aiohttp import AiohttpTransport
from tests.support.raw import OK, RawServer, Wire, raw_server


async def _answer_for_ever(wire: Wire) -> None:
    while await wire.request():
        await wire.send(OK)


def _to(server: RawServer, method: str = "POST") -> Request:
    return Request(method, f"http://{server.place}/", body=b"{}")


async def test_requests_of_one_iteration_leave_each_on_its_own_connection() -> None:
    async with raw_server(_answer_for_ever) as server, AiohttpTransport() as transport:
        for _ in range(2):
            answers = await asyncio.gather(*(transport.send(_to(server)) for _ in range(20)))
            assert [answer.status for answer in answers] == [200] * 20
    assert len(server.requests) == 40
    assert server.connections == 20


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
async def test_transport_that_is_closed_before_it_leaves(method: str) -> None:
    async with raw_server(_answer_for_ever) as server, AiohttpTransport() as transport:
        await asyncio.gather(transport.send(_to(server)), transport.send(_to(server)))
        requests = [_to(server, method) for _ in range(2)]
        sending = [asyncio.create_task(transport.send(request)) for request in requests]
        await asyncio.sleep(0)  # the first was alone; the second is in the outbox now, which was not emptied
        await transport.aclose()
        with pytest.raises(UnknownOutcomeError):
            await sending[0]
        with pytest.raises(NotSentError):
            await sending[1]
        await server.all_closed()
    assert [request.departed for request in requests] == [True, False]
    assert len(server.requests) in (2, 3)


def _ready(transport: Mock, outbox: Outbox, waits: Deadlines | None = None) -> Attempt:
    request = Request("POST", "http://127.0.0.1/")
    request.departed = False
    attempt = Attempt(request, waits or Deadlines(asyncio.get_running_loop()), outbox)
    attempt.await_answer(transport)
    return attempt


async def test_one_alone_under_way_leaves_at_once_and_others_at_the_end_of_the_iteration() -> None:
    transport = Mock(spec=asyncio.Transport, is_closing=lambda: False)
    outbox, waits = Outbox(), Deadlines(asyncio.get_running_loop())
    written = [call(b"head body %d" % number) for number in range(3)]
    for at_once in (1, 0):  # by the second round, those of the first are still under way
        attempts = list[Attempt]()
        for number in range(3):
            attempts.append(_ready(transport, outbox, waits))
            outbox.add(attempts[-1], b"head body %d" % number)
        assert transport.write.mock_calls == written[:at_once]
        assert [attempt.request.departed for attempt in attempts] == [number < at_once for number in range(3)]
        await asyncio.sleep(0)
        assert transport.write.mock_calls == written
        assert all(attempt.request.departed and attempt.failure is None for attempt in attempts)
        transport.write.reset_mock()


async def test_nothing_leaves_on_a_connection_that_is_closing() -> None:
    transport = Mock(spec=asyncio.Transport, is_closing=lambda: True)
    outbox = Outbox()
    attempts = [_ready(transport, outbox) for _ in range(2)]
    for attempt in attempts:
        outbox.add(attempt, b"head body")
    await asyncio.sleep(0)
    transport.write.assert_not_called()
    assert not any(attempt.request.departed for attempt in attempts)
    assert all(isinstance(attempt.failure, NotSentError) for attempt in attempts)


async def test_what_fails_while_it_leaves_harms_no_other() -> None:
    def fail() -> None:
        raise RuntimeError("no such table")

    async with raw_server(_answer_for_ever) as server, AiohttpTransport() as transport:
        requests = [_to(server) for _ in range(3)]
        requests[1].still_clear = fail
        outcomes = await asyncio.gather(*map(transport.send, requests), return_exceptions=True)
        assert [getattr(outcome, "status", str(outcome)) for outcome in outcomes] == [200, "no such table", 200]
        assert [request.departed for request in requests] == [True, False, True]
    assert len(server.requests) == 2


@pytest.mark.parametrize("failure", [OSError("disk"), TimeoutError(), ValueError("value"), aiohttp.ClientOSError()])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_what_failed_before_it_left_stays_what_it_was(method: str, failure: Exception) -> None:
    """Not even what looks like a failure of the connection makes it unknown."""
    async with raw_server(_answer_for_ever) as server, AiohttpTransport() as transport:
        request = _to(server, method)
        request.still_clear = Mock(side_effect=failure)
        with pytest.raises(type(failure)) as caught:
            await transport.send(request)
        assert caught.value is failure
        assert not request.departed
    assert not server.requests


async def test_a_wait_that_expired_before_it_left_does_not_make_it_unknown() -> None:
    """An event loop may let timers fire before what was to be called soon."""
    transport = Mock(spec=asyncio.Transport)
    attempt = _ready(transport, Outbox())
    attempt.expire()
    attempt.leave(b"head body")
    transport.write.assert_not_called()
    assert isinstance(attempt.failure, NotSentError)
    assert not attempt.request.departed


async def test_what_comes_before_it_left_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server may speak and hang up in the iteration in which a connection was found fit."""

    def late(attempt: Attempt, data: bytes) -> None:
        assert attempt.transport is not None
        protocol: Any = attempt.transport.get_protocol()
        protocol.data_received(OK)
        attempt.transport.close()
        leave(attempt, data)

    leave = Attempt.leave
    monkeypatch.setattr(Attempt, "leave", late)
    async with raw_server(_answer_for_ever) as server, AiohttpTransport() as transport:
        request = _to(server)
        with pytest.raises(NotSentError, match="closed before anything was sent"):
            await transport.send(request)
    assert not request.departed
    assert not server.requests


@pytest.mark.parametrize(
    "noise", [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 2]
)
async def test_what_comes_before_the_answer_is_passed_over(noise: bytes) -> None:
    async def script(wire: Wire) -> None:
        while await wire.request():
            await wire.send(noise + OK)

    async with raw_server(script) as server, AiohttpTransport() as transport:
        for _ in range(2):
            assert (await transport.send(_to(server))).body == b"{}"
    assert server.connections == 1


async def test_connection_with_something_unsent_is_not_used_again() -> None:
    """An answer may come before the body is through; the next request would stand behind the rest of it."""

    async def script(wire: Wire) -> None:
        if wire.requests:
            await _answer_for_ever(wire)
        wire.requests.append(await wire.reader.read(1))
        await wire.send(OK)
        await wire.hung_up()

    async with raw_server(script) as server, AiohttpTransport() as transport:
        large = Request("POST", f"http://{server.place}/", body=b"a" * 20_000_000)
        assert (await transport.send(large)).status == 200
        assert (await transport.send(_to(server))).status == 200
    assert server.connections == 2


async def test_head_of_a_request() -> None:
    async with raw_server(_answer_for_ever) as server, AiohttpTransport() as transport:
        place = f"http://{server.place}"
        await transport.send(Request("GET", f"{place}/a?b=%20c", {"X-Name": "ä", "x-name": "b"}))
        await transport.send(Request("DELETE", f"{place}/a"))
        await transport.send(Request("POST", place, {"host": "other", "Accept-Encoding": "identity"}, b"{}"))
    heads = [request.partition(b"\r\n\r\n")[0].decode().split("\r\n") for request in server.requests]
    assert [head[0] for head in heads] == ["GET /a?b=%20c HTTP/1.1", "DELETE /a HTTP/1.1", "POST / HTTP/1.1"]
    lines = [{name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])} for head in heads]
    encoding = lines[0].pop("accept-encoding")
    assert "gzip" in encoding
    assert lines[0] == {"host": server.place, "x-name": "b"}
    assert lines[1] == {"host": server.place, "accept-encoding": encoding, "content-length": "0"}
    assert lines[2] == {"host": "other", "accept-encoding": "identity", "content-length": "2"}
    assert [len(head) for head in heads] == [4, 4, 4]


async def test_a_plain_connection_is_read_in_smaller_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: set[int] = set()
    leave = Attempt.leave

    def watched(attempt: Attempt, data: bytes) -> None:
        sizes.add(getattr(attempt.transport, "max_size", 0))
        leave(attempt, data)

    monkeypatch.setattr(Attempt, "leave", watched)
    async with raw_server(_answer_for_ever) as server, AiohttpTransport() as transport:
        await transport.send(_to(server))
    assert sizes == {64 * 1024}
