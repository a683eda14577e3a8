"""Each failure, by when it happened: not sent, or unknown with what had come of the answer."""

import asyncio
import gzip
import socket
import traceback
from unittest.mock import Mock

import aiohttp
import pytest

from jofi_async.core.errors import ConfigurationError, JofiAsyncError, NotSentError, UnknownOutcomeError
from jofi_async.core.wire import Request, Response, Timeout
from jofi_async.transports.aiohttp import AiohttpTransport
from tests.support.raw import OK, Script, Wire, raw_server
from tests.support.tls import server_side

KEY = "sk_live_abc"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def _request(place: str, method: str = "POST", scheme: str = "http", timeout: Timeout | None = None) -> Request:
    url = f"{scheme}://{place}/api/v2/invitations?email=jane%40example.org"
    return Request(method, url, {"Authorization": KEY}, b'{"email": "jane@example.org"}', timeout or Timeout())


def _check_words(error: JofiAsyncError, *words: str) -> None:
    """Nothing that is printed with the error tells the key or whom it was about."""
    shown = "".join(traceback.format_exception(error)) + error.message
    assert KEY not in shown
    assert "example.org" not in shown
    for word in words:
        assert word in error.message


def _free_place() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


async def _send_not_sent(request: Request, transport: AiohttpTransport) -> NotSentError:
    with pytest.raises(NotSentError) as caught:
        await transport.send(request)
    assert not request.departed
    return caught.value


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
        request = _request(server.place, method, timeout=timeout)
        with pytest.raises(UnknownOutcomeError) as caught:
            await transport.send(request)
        assert request.departed
        await server.all_closed()
        assert len(server.requests) == 1
        assert (await transport.send(_request(server.place))).status == 200
    return caught.value


async def test_refused() -> None:
    place = _free_place()
    async with AiohttpTransport() as transport:
        error = await _send_not_sent(_request(place), transport)
    _check_words(error, f"No connection to {place}: connection refused")
    assert isinstance(error.__cause__, ConnectionRefusedError)


async def test_no_such_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Mock(side_effect=socket.gaierror(-2, "Name or service not known")))
    async with AiohttpTransport() as transport:
        error = await _send_not_sent(_request("no-such-host.example"), transport)
    _check_words(error, "No connection to no-such-host.example:80: its name cannot be looked up")


async def test_tls_spoken_to_a_port_without() -> None:
    async def script(wire: Wire) -> None:
        await wire.reader.read(10)
        await wire.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with raw_server(script) as server, AiohttpTransport() as transport:
        error = await _send_not_sent(_request(server.place, scheme="https"), transport)
        await server.all_closed()
    _check_words(error, "TLS")


async def test_hung_up_during_the_handshake() -> None:
    async def script(wire: Wire) -> None:
        await wire.reader.read(10)
        wire.reset()

    async with raw_server(script) as server, AiohttpTransport() as transport:
        error = await _send_not_sent(_request(server.place, scheme="https"), transport)
    _check_words(error, "No connection to")


async def test_certificate_that_nobody_vouches_for() -> None:
    async with raw_server(_never, tls=server_side()) as server, AiohttpTransport() as transport:
        error = await _send_not_sent(_request(server.place, scheme="https"), transport)
    _check_words(error, "certificate is not to be trusted")


async def test_handshake_that_is_never_answered() -> None:
    async with raw_server(Wire.hung_up) as server, AiohttpTransport() as transport:
        request = _request(server.place, scheme="https", timeout=Timeout(connect=0.01))
        error = await _send_not_sent(request, transport)
        await server.all_closed()
    _check_words(error, "none came to stand within 0.01 s")


@pytest.mark.parametrize("method", METHODS)
async def test_reset_before_the_answer_is_not_sent_again(method: str) -> None:
    async def script(wire: Wire) -> None:
        wire.reset()

    error = await _send_unknown(script, method)
    _check_words(error, "broke off before the answer")
    assert error.response is None


@pytest.mark.parametrize("method", METHODS)
async def test_hang_up_on_a_used_connection_is_not_sent_again(method: str) -> None:
    async def script(wire: Wire) -> None:
        await wire.request()
        await wire.send(OK)
        await wire.request()

    async with raw_server(script) as server, AiohttpTransport() as transport:
        await transport.send(_request(server.place, method))
        request = _request(server.place, method)
        with pytest.raises(UnknownOutcomeError):
            await transport.send(request)
        assert request.departed
        assert len(server.requests) == 2
        assert server.connections == 1


async def test_nothing_answered_in_time() -> None:
    error = await _send_unknown(Wire.hung_up, timeout=Timeout(read=0.01))
    _check_words(error, "Nothing more came from 127.0.0.1:", "for 0.01 s")
    assert error.response is None


@pytest.mark.parametrize("answer", [b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 jane@example.org\r\n\r\n", b"\x00" * 100])
async def test_something_else_than_http(answer: bytes) -> None:
    error = await _send_unknown(lambda wire: wire.send(answer))
    _check_words(error, "is not HTTP")


HEAD = b"HTTP/1.1 201 Created\r\nX-Request-Id: 7\r\n"
CUT_SHORT = HEAD + b'Content-Length: 100\r\n\r\n{"id": 1'
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n8\r\n" + b'{"id": 1\r\n'


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
    _check_words(error, "is not HTTP")


async def test_answer_that_stops() -> None:
    async def script(wire: Wire) -> None:
        await wire.send(CUT_SHORT)

    _check_partial(await _send_unknown(script, timeout=Timeout(read=0.05)), "Nothing more came")


def _check_partial(error: UnknownOutcomeError, words: str) -> None:
    _check_words(error, words)
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
            await transport.send(_request(server.place))
        await server.all_closed()
    response = caught.value.response
    _check_words(caught.value, "larger than 1000000 bytes")
    assert response is not None
    assert response.status == 201
    assert 1_000_000 < len(response.body) < 2_000_000


async def test_packing_that_is_broken() -> None:
    answer = HEAD + b"Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot-gzip!"
    error = await _send_unknown(lambda wire: wire.send(answer))
    _check_words(error, "broke off after 0 bytes")


async def test_answer_that_is_just_as_large_as_allowed() -> None:
    async def script(wire: Wire) -> None:
        await wire.request()
        await wire.send(OK)
        await wire.hung_up()

    async with raw_server(script) as server, AiohttpTransport(max_response_bytes=2) as transport:
        assert (await transport.send(_request(server.place))).body == b"{}"


async def test_answer_that_breaks_off_at_the_limit() -> None:
    async def script(wire: Wire) -> None:
        await wire.request()
        await wire.send(CUT_SHORT)

    async with raw_server(script) as server, AiohttpTransport(max_response_bytes=8) as transport:
        with pytest.raises(UnknownOutcomeError) as caught:
            await transport.send(_request(server.place))
    _check_partial(caught.value, "broke off after 8 bytes")


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1/api?email=jane@example.org",
        "ftp://127.0.0.1/?email=jane@example.org",
        "http:///?email=jane@example.org",
        "http://127.0.0.1:99999/?email=jane@example.org",
        "http://127.1/?email=jane@example.org",
        "http://user:secret@127.0.0.1/?email=jane@example.org",
        "http://127.0.0.1/?email=jane doe@example.org",
        "http://127.0.0.1/?email=j#ne@example.org",
        "http://127.0.0.1/\r\nX-Smuggled: 1",
    ],
)
async def test_url_that_cannot_be_sent(url: str) -> None:
    await _check_unsendable(Request("GET", url, {"Authorization": KEY}))


@pytest.mark.parametrize("header", [{"Authorization": KEY + "\n"}, {"X-Broken\r\n": "1"}, {"X-Null": "\0"}])
async def test_header_that_cannot_be_sent(header: dict[str, str]) -> None:
    await _check_unsendable(Request("GET", "http://127.0.0.1/", header))


async def test_method_that_cannot_be_sent() -> None:
    await _check_unsendable(Request("GET /\r\n", "http://127.0.0.1/"))


async def _check_unsendable(request: Request) -> None:
    async with AiohttpTransport() as transport:
        with pytest.raises(ConfigurationError) as caught:
            await transport.send(request)
    assert not request.departed
    _check_words(caught.value)


async def _never(wire: Wire) -> None:
    await wire.hung_up()
