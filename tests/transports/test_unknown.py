"""What fails once there was a connection: unknown, with what had come of the answer."""

import asyncio
import gc
import gzip

import aiohttp
import pytest

from jofi_async.core.deadlines import Deadlines
from jofi_async.core.errors import UnknownOutcomeError
from jofi_async.core.wire import Request, Response, Timeout
from jofi_async.transports.aiohttp import AiohttpTransport
from tests.support.raw import OK, Script, Wire, raw_server
from tests.transports.words import check_words, request_to

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class _WatchedTransport(AiohttpTransport):
    """Tells when it has the head of an answer and turns to its body."""

    def __init__(self) -> None:
        super().__init__()
        self.reading = asyncio.Event()

    async def _read(self, answer: aiohttp.ClientResponse, request: Request) -> Response:
        self.reading.set()
        return await super()._read(answer, request)


async def _send_unknown(
    script: Script,
    method: str = "POST",
    timeout: Timeout | None = None,
    transport: AiohttpTransport | None = None,
) -> UnknownOutcomeError:
    """Send to a server that misbehaves after the request; the transport must work on and leave nothing open."""

    async def misbehave_once(wire: Wire) -> None:
        await wire.request()
        if len(wire.requests) > 1:
            await wire.send(OK)
        else:
            await script(wire)
        await wire.hung_up()

    async with raw_server(misbehave_once) as server, transport or AiohttpTransport() as transport:
        request = request_to(server.place, method, timeout=timeout)
        with pytest.raises(UnknownOutcomeError) as caught:
            await transport.send(request)
        assert request.departed
        await server.all_closed()
        assert len(server.requests) == 1
        assert (await transport.send(request_to(server.place))).status == 200
    return caught.value


@pytest.mark.parametrize("method", METHODS)
async def test_reset_before_the_answer_is_not_sent_again(method: str) -> None:
    async def script(wire: Wire) -> None:
        wire.reset()

    error = await _send_unknown(script, method)
    check_words(error, "broke off before the answer")
    assert error.response is None


@pytest.mark.parametrize("method", METHODS)
async def test_hang_up_on_a_used_connection_is_not_sent_again(method: str) -> None:
    async def script(wire: Wire) -> None:
        await wire.request()
        await wire.send(OK)
        await wire.request()

    async with raw_server(script) as server, AiohttpTransport() as transport:
        await transport.send(request_to(server.place, method))
        request = request_to(server.place, method)
        with pytest.raises(UnknownOutcomeError):
            await transport.send(request)
        assert request.departed
        assert len(server.requests) == 2
        assert server.connections == 1


async def test_nothing_answered_in_time() -> None:
    error = await _send_unknown(Wire.hung_up, timeout=Timeout(read=0.01))
    check_words(error, "Nothing more came from 127.0.0.1:", "for 0.01 s")
    assert error.response is None


@pytest.mark.parametrize("answer", [b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 jane@example.org\r\n\r\n", b"\x00" * 100])
async def test_something_else_than_http(answer: bytes) -> None:
    error = await _send_unknown(lambda wire: wire.send(answer))
    check_words(error, "is not HTTP")


HEAD = b"HTTP/1.1 201 Created\r\nX-Request-Id: 7\r\n"
CUT_SHORT = HEAD + b'Content-Length: 100\r\n\r\n{"id": 1'
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n8\r\n" + b'{"id": 1\r\n'


def _stand_still() -> None:
    """Let the clock go on as if the process had stood still for a minute: every wait expires in the next iteration."""
    loop = asyncio.get_running_loop()
    now = loop.time
    loop.time = lambda: now() + 60  # type: ignore[method-assign]


async def test_answer_that_came_whole_as_the_wait_expired() -> None:
    async def script(wire: Wire) -> None:
        await wire.request()
        wire.writer.write(OK)
        _stand_still()
        await wire.hung_up()

    async with raw_server(script) as server, AiohttpTransport() as transport:
        for _ in range(2):
            assert (await transport.send(request_to(server.place))).body == b"{}"
    assert server.connections == 2


@pytest.mark.parametrize("begun", [CUT_SHORT, CHUNKED, b"HTTP/1.0 201 Created\r\n\r\n{"])
async def test_answer_that_had_begun_as_the_wait_expired(begun: bytes) -> None:
    """Least of all one that ends where the connection does."""

    async def script(wire: Wire) -> None:
        wire.writer.write(begun)
        _stand_still()

    check_words(await _send_unknown(script), "Nothing more came")


async def test_waits_of_any_number_of_lengths_are_not_kept() -> None:
    async def script(wire: Wire) -> None:
        while await wire.request():
            await wire.send(OK)

    async with raw_server(script) as server, AiohttpTransport() as transport:
        before = _watches()
        for number in range(200):
            await transport.send(request_to(server.place, timeout=Timeout(read=30 + number / 1000)))
        _stand_still()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert _watches() - before < 100


def _watches() -> int:
    gc.collect()
    return sum(isinstance(thing, Deadlines) for thing in gc.get_objects())


@pytest.mark.parametrize("begun", [CUT_SHORT, CHUNKED])
async def test_answer_that_ends_too_early(begun: bytes) -> None:
    async def script(wire: Wire) -> None:
        await wire.send(begun)
        wire.writer.close()

    _check_partial(await _send_unknown(script), "broke off after 8 bytes")


async def test_reset_inside_the_answer() -> None:
    async def script(wire: Wire) -> None:
        await wire.send(CUT_SHORT)
        await transport.reading.wait()
        wire.reset()

    transport = _WatchedTransport()
    _check_partial(await _send_unknown(script, transport=transport), "broke off after 8 bytes")


@pytest.mark.parametrize("ours", [True, False])
async def test_answer_that_ends_with_its_connection_is_whole_only_if_the_server_ends_it(ours: bool) -> None:
    async def script(wire: Wire) -> None:
        await wire.request()
        await wire.send(HEAD.replace(b"1.1", b"1.0") + b'\r\n{"id": 1')
        await transport.reading.wait()
        if ours:
            await transport.aclose()
        else:
            wire.reset()
        await wire.hung_up()

    transport = _WatchedTransport()
    async with raw_server(script) as server, transport:
        with pytest.raises(UnknownOutcomeError) as caught:
            await transport.send(request_to(server.place))
    _check_partial(caught.value, "broke off after 8 bytes")


async def test_broken_chunk_inside_the_answer() -> None:
    async def script(wire: Wire) -> None:
        await wire.send(CHUNKED)
        await transport.reading.wait()
        await wire.send(b"not a chunk\r\n")

    transport = _WatchedTransport()
    error = await _send_unknown(script, timeout=Timeout(read=0.05), transport=transport)
    _check_partial(error, "Nothing more came")


async def test_broken_chunk_in_one_packet_with_the_head() -> None:
    error = await _send_unknown(lambda wire: wire.send(CHUNKED + b"not a chunk\r\n"))
    check_words(error, "is not HTTP")


async def test_answer_that_stops() -> None:
    async def script(wire: Wire) -> None:
        await wire.send(CUT_SHORT)

    _check_partial(await _send_unknown(script, timeout=Timeout(read=0.05)), "Nothing more came")


def _check_partial(error: UnknownOutcomeError, words: str) -> None:
    check_words(error, words)
    assert error.response is not None
    assert error.status == error.response.status == 201
    assert error.response.headers["x-request-id"] == "7"
    assert error.response.body == b'{"id": 1'


PLAIN = HEAD + b"Content-Length: 3000000\r\n\r\n" + b"a" * 3_000_000
BOMB = gzip.compress(b"a" * 3_000_000)
PACKED = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB
ENDLESS = HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + (b"2710\r\n" + b"a" * 10_000 + b"\r\n") * 300


@pytest.mark.parametrize("answer", [PLAIN, PACKED, ENDLESS], ids=["plain", "packed", "endless"])
async def test_answer_that_is_too_large(answer: bytes) -> None:
    async def script(wire: Wire) -> None:
        await wire.request()
        try:
            await wire.send(answer)
        except ConnectionError:
            return
        await wire.hung_up()

    async with raw_server(script) as server, AiohttpTransport(max_response_bytes=1_000_000) as transport:
        with pytest.raises(UnknownOutcomeError) as caught:
            await transport.send(request_to(server.place))
        await server.all_closed()
    response = caught.value.response
    check_words(caught.value, "larger than 1000000 bytes")
    assert response is not None
    assert response.status == 201
    assert 1_000_000 < len(response.body) < 2_000_000


async def test_packing_that_is_broken() -> None:
    answer = HEAD + b"Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot-gzip!"
    error = await _send_unknown(lambda wire: wire.send(answer))
    check_words(error, "broke off after 0 bytes")


async def test_answer_that_is_just_as_large_as_allowed() -> None:
    async def script(wire: Wire) -> None:
        await wire.request()
        await wire.send(OK)
        await wire.hung_up()

    async with raw_server(script) as server, AiohttpTransport(max_response_bytes=2) as transport:
        assert (await transport.send(request_to(server.place))).body == b"{}"


async def test_answer_that_breaks_off_at_the_limit() -> None:
    async def script(wire: Wire) -> None:
        await wire.request()
        await wire.send(CUT_SHORT)

    async with raw_server(script) as server, AiohttpTransport(max_response_bytes=8) as transport:
        with pytest.raises(UnknownOutcomeError) as caught:
            await transport.send(request_to(server.place))
    _check_partial(caught.value, "broke off after 8 bytes")
