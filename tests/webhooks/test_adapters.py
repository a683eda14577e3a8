"""Each web framework, on a real socket: the bytes and headers that came are those that are verified."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from jofi_async.jofi.events import JOFI_EVENTS, JofiEvent
from jofi_async.webhooks import BackgroundLoop, EventRouter
from jofi_async.webhooks.adapters.body import read_chunks, read_stream
from tests.webhooks.servers import PATH, SERVERS, Serve
from tests.webhooks.support import HEADER, aged_signature, body_of

SCHEME = aged_signature()
ODD = b' \t{"type" : "odd.one", "id":"evt_odd","text":"\xc3\xbc\\u00fc\\/ <>&", "n": 1.0, "n": 1e3 }\r\n'
"""What no framework that had parsed it could give back."""


class Service:
    """A router that notes what it handles, and somebody who posts to it."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self.http = http
        self.url = ""
        self.seen: list[str | None] = []
        self.router = EventRouter(JOFI_EVENTS, SCHEME, max_bytes=2000)

        @self.router.on("fails")
        async def fail(_: JofiEvent) -> None:
            raise ValueError

        @self.router.otherwise
        async def note(event: JofiEvent) -> None:
            await asyncio.sleep(0)
            self.seen.append(event.id)

    async def post(self, body: Any, headers: Any = None) -> int:
        signed = SCHEME.sign(body) if headers is None else headers
        async with self.http.post(self.url + PATH, data=body, headers=signed) as answer:
            assert await answer.read() == b""
            return answer.status


@pytest.mark.parametrize("serve", SERVERS.values(), ids=SERVERS.keys())
async def test_a_framework(serve: Serve) -> None:
    async with aiohttp.ClientSession() as http:
        service = Service(http)
        async with serve(service.router) as service.url:
            assert await service.post(body_of()) == 200
            assert await service.post(body_of()) == 200
            assert await service.post(ODD) == 200
            assert service.seen == ["evt_1a2b3c4d5e6f", "evt_odd"]
            forged = [
                {},
                SCHEME.sign(ODD),
                [*SCHEME.sign(body_of(id="x")).items(), (HEADER, "0" * 64)],
                [*SCHEME.sign(body_of(id="x")).items(), ("X-Timestamp", "1")],
                SCHEME.sign(body_of(id="x")) | {HEADER: "é" * 64},
            ]
            assert [await service.post(body_of(id="x"), headers) for headers in forged] == [401] * len(forged)
            assert await service.post(b"") == 500
            assert await service.post(body_of("fails", id="evt_f")) == 500
            assert await service.post(b" " * 2001) == 413
            assert await service.post(b"[" * 1_000_000) == 413
            assert await service.post(body_of(id="last") + b" " * (2000 - len(body_of(id="last")))) == 200
            async with http.get(service.url + PATH) as answer:
                assert answer.status == 405
        assert service.seen == ["evt_1a2b3c4d5e6f", "evt_odd", "last"]


@pytest.mark.parametrize("serve", SERVERS.values(), ids=SERVERS.keys())
async def test_a_body_that_comes_in_chunks(serve: Serve) -> None:
    body = body_of()
    async with aiohttp.ClientSession() as http:
        service = Service(http)
        async with serve(service.router) as service.url:
            assert await service.post(chunks(body[:9], body[9:]), SCHEME.sign(body)) == 200
            assert await service.post(chunks(body, b" " * 2000), SCHEME.sign(body)) == 413
    assert service.seen == ["evt_1a2b3c4d5e6f"]


async def post_and_hang_up(url: str, start: bytes) -> None:
    host, _, port = url.removeprefix("http://").partition(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(start)
    await writer.drain()
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize("framing", ["Content-Length: 9999", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("serve", SERVERS.values(), ids=SERVERS.keys())
async def test_who_hangs_up_is_refused_and_breaks_nothing(
    serve: Serve, framing: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with aiohttp.ClientSession() as http:
        service = Service(http)
        async with serve(service.router) as service.url:
            start = f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n{framing}\r\n\r\n5\r\n[1, 2".encode()
            await post_and_hang_up(service.url, start)
            assert await service.post(body_of()) == 200
    assert service.seen == ["evt_1a2b3c4d5e6f"]
    assert "Traceback" not in caplog.text


async def test_what_aiohttp_cannot_unpack_is_incomplete() -> None:
    async with aiohttp.ClientSession() as http:
        service = Service(http)
        async with SERVERS["aiohttp"](service.router) as service.url:
            assert await service.post(b"no gzip", {"Content-Encoding": "gzip"}) == 400


async def chunks(*given: bytes) -> AsyncIterator[bytes]:
    for one in given:
        yield one


@pytest.mark.parametrize(
    ("given", "read"), [([], b""), ([b"ab", b"c"], b"abc"), ([b"abc", b"d", b"e"], b"abcd"), ([b"abcdef"], b"abcd")]
)
async def test_a_body_is_read_no_further_than_it_may_be_large(given: list[bytes], read: bytes) -> None:
    assert await read_chunks(chunks(*given), 3, ()) == read
    source = iter(given)
    assert read_stream(lambda most: next(source, b"")[:most], 3) == read


async def test_what_is_too_large_is_not_read_to_its_end() -> None:
    asked: list[int] = []

    async def endless() -> AsyncIterator[bytes]:
        while True:
            asked.append(1)
            yield b"xx"

    def read(most: int) -> bytes:
        asked.append(1)
        return b"xx"[:most]

    assert await read_chunks(endless(), 3, ()) == read_stream(read, 3) == b"xxxx"
    assert len(asked) == 4


async def where() -> tuple[int, int]:
    return os.getpid(), id(asyncio.get_running_loop())


FORK = """
import asyncio, os, sys
from jofi_async.webhooks import BackgroundLoop
async def nothing(): return os.getpid()
loop = BackgroundLoop()
before = loop.run(nothing())
if os.fork() == 0:
    os._exit(loop.run(nothing()) != os.getpid())
_, code = os.wait()
loop.close()
sys.exit(code)
"""


def test_a_background_loop_begins_anew_in_a_forked_process() -> None:
    assert subprocess.run([sys.executable, "-c", FORK], timeout=30, check=False).returncode == 0


def test_a_background_loop_is_one_and_begins_anew_after_its_end() -> None:
    loop = BackgroundLoop()
    first = loop.run(where())
    assert loop.run(where()) == first
    loop.close()
    loop.close()
    assert loop.run(where())[0] == first[0]
    loop.close()


def test_what_runs_on_a_loop_that_ends_is_cancelled() -> None:
    loop, ended = BackgroundLoop(), list[bool]()

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async def start() -> list[asyncio.Task[None]]:
        task = asyncio.create_task(forever())
        await asyncio.sleep(0)
        return [task]

    left = loop.run(start())
    loop.close()
    assert ended == [True]
    assert left[0].cancelled()
