"""What fails before there is a connection, or cannot be sent at all: nothing arrived."""

import socket
from unittest.mock import Mock

import pytest

from jofi_async.core.errors import ConfigurationError, NotSentError
from jofi_async.core.wire import Request, Response, Timeout
from jofi_async.transports.aiohttp import AiohttpTransport
from tests.support.raw import Wire, raw_server
from tests.support.server import serve
from tests.support.tls import server_side
from tests.transports.words import KEY, check_words, request_to


def _free_place() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


async def _send_not_sent(request: Request, transport: AiohttpTransport) -> NotSentError:
    with pytest.raises(NotSentError) as caught:
        await transport.send(request)
    assert not request.departed
    return caught.value


async def test_refused() -> None:
    place = _free_place()
    async with AiohttpTransport() as transport:
        error = await _send_not_sent(request_to(place), transport)
    check_words(error, f"No connection to {place}: connection refused")
    assert isinstance(error.__cause__, ConnectionRefusedError)


async def test_no_such_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Mock(side_effect=socket.gaierror(-2, "Name or service not known")))
    async with AiohttpTransport() as transport:
        error = await _send_not_sent(request_to("no-such-host.example"), transport)
    check_words(error, "No connection to no-such-host.example:80: its name cannot be looked up")


async def test_tls_spoken_to_a_port_without() -> None:
    async def script(wire: Wire) -> None:
        await wire.reader.read(10)
        await wire.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with raw_server(script) as server, AiohttpTransport() as transport:
        error = await _send_not_sent(request_to(server.place, scheme="https"), transport)
        await server.all_closed()
    check_words(error, "TLS")


async def test_hung_up_during_the_handshake() -> None:
    async def script(wire: Wire) -> None:
        await wire.reader.read(10)
        wire.reset()

    async with raw_server(script) as server, AiohttpTransport() as transport:
        error = await _send_not_sent(request_to(server.place, scheme="https"), transport)
    check_words(error, "No connection to")


async def test_certificate_that_nobody_vouches_for() -> None:
    async with raw_server(Wire.hung_up, tls=server_side()) as server, AiohttpTransport() as transport:
        error = await _send_not_sent(request_to(server.place, scheme="https"), transport)
    check_words(error, "certificate is not to be trusted")


async def test_handshake_that_is_never_answered() -> None:
    async with raw_server(Wire.hung_up) as server, AiohttpTransport() as transport:
        request = request_to(server.place, scheme="https", timeout=Timeout(connect=0.01))
        error = await _send_not_sent(request, transport)
        await server.all_closed()
    check_words(error, "none came to stand within 0.01 s")


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
    check_words(caught.value)


async def test_what_must_not_leave_any_more_does_not() -> None:
    """Asked in the step in which the first byte would leave, on a new connection and on a kept one."""
    received: list[Request] = []
    asked: list[bool] = []

    class Server:
        async def handle(self, request: Request) -> Response:
            received.append(request)
            return Response(201, {}, b"{}")

    def still_clear() -> None:
        asked.append(request.departed)
        if len(asked) != 2:
            raise NotSentError("It took too long to connect")

    request = Request("POST", "", {"Authorization": KEY}, b"{}", still_clear=still_clear)
    async with serve(Server()) as url, AiohttpTransport() as transport:
        request.url = f"{url}/invitations"
        error = await _send_not_sent(request, transport)
        assert error.message == "It took too long to connect"
        assert (await transport.send(request)).status == 201
        await _send_not_sent(request, transport)
    assert asked == [True] * 3
    assert [one.body for one in received] == [b"{}"]
