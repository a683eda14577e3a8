"""AiohttpTransport: what it hands to aiohttp, and how it uses connections."""

import errno
import gzip
from collections.abc import Iterator
from typing import Any
from unittest.mock import Mock

import aiohttp
import pytest
import yarl
from aioresponses import CallbackResult, aioresponses

from jofi_async.core.errors import NotSentError, UnknownOutcomeError
from jofi_async.core.wire import Request, Response
from jofi_async.transports.aiohttp import AiohttpTransport
from tests.support.raw import OK, RawServer, Wire, raw_server

URL = "https://api.example.org/api/v2/invitations"


@pytest.fixture
def mocked() -> Iterator[Any]:
    with aioresponses() as mocked:
        yield mocked


async def test_hands_over_method_headers_and_body(mocked: Any) -> None:
    seen: dict[str, Any] = {}

    def answer(_: object, **options: Any) -> CallbackResult:
        seen.update(options)
        return CallbackResult(status=201, body=b'{"id": 1}', headers={"X-Request-Id": "7"})

    mocked.post(URL, callback=answer)
    async with AiohttpTransport() as transport:
        response = await transport.send(Request("POST", URL, {"Authorization": "x"}, b"{}"))
    assert response.status == 201
    assert response.body == b'{"id": 1}'
    assert response.headers["x-request-id"] == "7"
    assert seen["headers"] == {"Authorization": "x"}
    assert seen["data"] == b"{}"
    assert seen["allow_redirects"] is False


@pytest.mark.parametrize("status", [200, 302, 404, 429, 500])
async def test_any_status_is_an_answer(mocked: Any, status: int) -> None:
    request = Request("GET", URL)
    mocked.get(URL, status=status, body=b"text")
    async with AiohttpTransport() as transport:
        response = await transport.send(request)
    assert request.departed
    assert (response.status, response.body) == (status, b"text")


async def test_headers_that_come_twice_are_joined() -> None:
    async def script(wire: Wire) -> None:
        await wire.request()
        await wire.send(b"HTTP/1.1 204 No Content\r\nVia: a\r\nVIA: b\r\n\r\n")
        await wire.hung_up()

    async with raw_server(script) as server, AiohttpTransport() as transport:
        response = await transport.send(_get(server))
    assert response == Response(204, {"via": "a, b"})


_REFUSED = aiohttp.ClientConnectorError(Mock(host="api.example.org", port=443), OSError(errno.ECONNREFUSED, ""))


@pytest.mark.parametrize("error", [_REFUSED, aiohttp.ConnectionTimeoutError()])
async def test_simulated_failure_to_connect_is_not_sent(mocked: Any, error: Exception) -> None:
    await _check_simulated(mocked, error, NotSentError)


@pytest.mark.parametrize(
    "error", [aiohttp.ServerDisconnectedError(), aiohttp.ClientOSError(104, "x"), TimeoutError(), ConnectionError()]
)
async def test_any_other_simulated_failure_is_unknown(mocked: Any, error: Exception) -> None:
    await _check_simulated(mocked, error, UnknownOutcomeError)


async def _check_simulated(mocked: Any, error: Exception, expected: type[Exception]) -> None:
    request = Request("POST", URL, body=b"{}")
    mocked.post(URL, exception=error)
    async with AiohttpTransport() as transport:
        with pytest.raises(expected):
            await transport.send(request)
    assert request.departed is (expected is UnknownOutcomeError)


async def test_packed_answer_is_unpacked() -> None:
    packed = gzip.compress(b"{}" * 100)

    async def script(wire: Wire) -> None:
        await wire.request()
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
        await wire.send(head.encode() + packed)
        await wire.hung_up()

    async with raw_server(script) as server, AiohttpTransport() as transport:
        assert (await transport.send(_get(server))).body == b"{}" * 100


async def _answer_for_ever(wire: Wire) -> None:
    while await wire.request():
        await wire.send(OK)


def _get(server: RawServer) -> Request:
    return Request("GET", f"http://{server.place}/")


async def _connections_for_two_requests(transport: AiohttpTransport) -> int:
    async with raw_server(_answer_for_ever) as server, transport:
        await transport.send(_get(server))
        await transport.send(_get(server))
        assert len(server.requests) == 2
    return server.connections


async def test_connection_is_used_again() -> None:
    assert await _connections_for_two_requests(AiohttpTransport()) == 1


async def test_connection_idle_for_longer_than_keepalive_is_not_used_again() -> None:
    assert await _connections_for_two_requests(AiohttpTransport(keepalive=1e-9)) == 2


async def test_keepalive_of_zero_never_uses_a_connection_again() -> None:
    assert await _connections_for_two_requests(AiohttpTransport(keepalive=0)) == 2


async def test_cookies_are_not_kept() -> None:
    async def script(wire: Wire) -> None:
        while await wire.request():
            await wire.send(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n")

    async with raw_server(script) as server, AiohttpTransport() as transport:
        for _ in range(2):
            await transport.send(Request("GET", f"http://localhost:{server.place.partition(':')[2]}/"))
    assert b"cookie" not in b"".join(server.requests).lower()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_the_key_never_goes_where_a_redirect_points(status: int) -> None:
    async def redirect(wire: Wire) -> None:
        await wire.request()
        location = f"HTTP/1.1 {status} Moved\r\nLocation: http://{elsewhere.place}/\r\nContent-Length: 0\r\n\r\n"
        await wire.send(location.encode())
        await wire.hung_up()

    async with (
        raw_server(_answer_for_ever) as elsewhere,
        raw_server(redirect) as server,
        AiohttpTransport() as transport,
    ):
        response = await transport.send(Request("POST", f"http://{server.place}/", {"Authorization": "key"}, b"{}"))
    assert response.status == status
    assert elsewhere.connections == 0


async def test_tool_that_traces_aiohttp_s_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such tools add their hooks to every session that is made."""

    async def start(_: object, __: object, call: aiohttp.TraceRequestStartParams) -> None:
        call.headers["traceparent"] = "00-1-2-01"

    async def end(_: object, __: object, call: aiohttp.TraceRequestEndParams) -> None:
        answer = call.response
        seen.extend([answer.status, answer.reason, answer.method, answer.url, answer.real_url, repr(answer)])

    def make(session: aiohttp.ClientSession, **options: Any) -> None:
        made(session, trace_configs=[trace], **options)

    seen: list[object] = []
    made = aiohttp.ClientSession.__init__
    monkeypatch.setattr(aiohttp.ClientSession, "__init__", make)
    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(start)
    trace.on_request_end.append(end)
    async with raw_server(_answer_for_ever) as server, AiohttpTransport() as transport:
        assert (await transport.send(_get(server))).status == 200
        url = yarl.URL(f"http://{server.place}/")
    assert seen[:5] == [200, "OK", "GET", url, url]
    assert b"traceparent: 00-1-2-01" in server.requests[0]
