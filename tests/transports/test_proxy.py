"""Through a proxy, given or from the environment."""

import asyncio
from base64 import b64encode
from pathlib import Path

import pytest

from jofi_async.core.errors import ConfigurationError, NotSentError
from jofi_async.core.wire import Request
from jofi_async.transports.aiohttp import AiohttpTransport
from tests.support.raw import OK, Wire, raw_server
from tests.support.tls import client_side, server_side

URL = "http://api.example.org/api/v2/invitations?email=a%2Bb%40example.org"


async def _answer(wire: Wire) -> None:
    while await wire.request():
        await wire.send(OK)


async def test_request_goes_to_the_proxy() -> None:
    async with raw_server(_answer) as proxy, AiohttpTransport(proxy=f"http://u:p@{proxy.place}") as transport:
        assert (await transport.send(Request("GET", URL))).status == 200
    assert proxy.requests[0].startswith(f"GET {URL} HTTP/1.1\r\n".encode())
    assert b"Proxy-Authorization: Basic " + b64encode(b"u:p") in proxy.requests[0]


async def test_environment_is_asked_only_when_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    async with raw_server(_answer) as proxy, raw_server(_answer) as server:
        monkeypatch.setenv("http_proxy", f"http://{proxy.place}")
        monkeypatch.setenv("no_proxy", "localhost")
        async with AiohttpTransport() as transport:
            await transport.send(Request("GET", f"http://{server.place}/"))
        assert (len(proxy.requests), len(server.requests)) == (0, 1)
        async with AiohttpTransport(trust_env=True) as transport:
            await transport.send(Request("GET", f"http://{server.place}/"))
            await transport.send(Request("GET", f"http://{server.place}/"))
            assert (len(proxy.requests), len(server.requests)) == (2, 1)
            await transport.send(Request("GET", f"http://localhost:{server.place.partition(':')[2]}/"))
        assert (len(proxy.requests), len(server.requests)) == (2, 2)


async def test_netrc_is_not_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login user password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    async with raw_server(_answer) as server, AiohttpTransport(trust_env=True) as transport:
        await transport.send(Request("GET", f"http://{server.place}/", {"Authorization": "key"}))
    assert b"Authorization: key\r\n" in server.requests[0]


async def test_tls_goes_through_a_tunnel() -> None:
    async def tunnel(wire: Wire) -> None:
        await wire.request()
        await wire.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        reader, writer = await asyncio.open_connection("127.0.0.1", int(server.place.partition(":")[2]))
        await asyncio.gather(_pour(wire.reader, writer), _pour(reader, wire.writer))

    async with (
        raw_server(_answer, tls=server_side()) as server,
        raw_server(tunnel) as proxy,
        AiohttpTransport(proxy=f"http://{proxy.place}", ssl=client_side()) as transport,
    ):
        request = Request("POST", f"https://{server.place}/", body=b"{}")
        assert (await transport.send(request)).status == 200
        assert request.departed
    assert proxy.requests[0].startswith(f"CONNECT {server.place} HTTP/1.1\r\n".encode())


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def test_proxy_that_refuses() -> None:
    async def refuse(wire: Wire) -> None:
        await wire.request()
        await wire.send(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        await wire.hung_up()

    async with raw_server(refuse) as proxy:
        words = await _not_sent_through(f"http://{proxy.place}")
    assert words == "No connection to api.example.org:443: the proxy refused it with 407"


async def test_proxy_that_hangs_up() -> None:
    async def hang_up(wire: Wire) -> None:
        await wire.request()

    async with raw_server(hang_up) as proxy:
        words = await _not_sent_through(f"http://{proxy.place}")
        assert len(proxy.requests) == 1
    assert words == "No connection to api.example.org:443: it broke off while it was made"


async def test_proxy_that_is_not_there() -> None:
    async with raw_server(_answer) as proxy:
        place = proxy.place
    assert await _not_sent_through(f"http://user:secret@{place}") == f"No connection to {place}: connection refused"


async def _not_sent_through(proxy: str) -> str:
    request = Request("POST", URL.replace("http:", "https:"), body=b"{}")
    async with AiohttpTransport(proxy=proxy) as transport:
        with pytest.raises(NotSentError) as caught:
            await transport.send(request)
    assert not request.departed
    return caught.value.message


@pytest.mark.parametrize("proxy", ["proxy:3128", "socks5://proxy:1080", "http://", "http://proxy:port", ""])
def test_proxy_that_is_none(proxy: str) -> None:
    with pytest.raises(ConfigurationError, match="proxy"):
        AiohttpTransport(proxy=proxy)
