"""Many requests side by side, each with a mishap of its own: none arrives twice, and none gets another's answer.

Elsewhere one thing is tried at a time; here servers misbehave, callers give up and the transport is closed at random.
"""

import asyncio
import gzip
import re
from collections import Counter
from collections.abc import Callable
from itertools import cycle

from attrs import define, field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from jofi_async.core.errors import NotSentError, UnknownOutcomeError
from jofi_async.core.wire import Request, Response, Timeout
from jofi_async.transports.aiohttp import AiohttpTransport
from tests.support.raw import LOST, Wire, raw_server
from tests.support.tls import client_side, server_side

BODIES = {"small": b"{}", "large": b"a" * 8_000_000}
PATIENCE = 0.03
LIMIT = 100_000


def _whole(body: bytes, headers: bytes = b"") -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%b\r\n%b" % (len(body), headers, body)


def _chunked(body: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"%x\r\n%b\r\n0\r\nX-Trailer: a\r\n\r\n" % (len(body), body)


STALE = _whole(b"stale")
EMPTY = b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"
HINTS = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n"

ANSWERS: dict[str, Callable[[bytes], bytes]] = {
    "whole": _whole,
    "chunked": _chunked,
    "packed": lambda body: _whole(gzip.compress(body), b"Content-Encoding: gzip\r\n"),
    "packed wrongly": lambda body: _whole(b"not gzip" + body, b"Content-Encoding: gzip\r\n"),
    "to be closed": lambda body: _whole(body, b"Connection: close\r\n"),
    "of an old server": lambda body: b"HTTP/1.0 200 OK\r\n\r\n" + body,
    "with hints before": lambda body: HINTS + _whole(body),
    "with another behind": lambda body: _whole(body) + STALE,
    "with an empty one behind": lambda body: _chunked(body) + EMPTY,
    "with hints behind": lambda body: _whole(body) + HINTS,
    "with rubbish behind": lambda body: _whole(body) + b"rubbish",
    "empty": lambda _: EMPTY,
    "too large": lambda body: _whole(body * LIMIT),
    "another protocol": lambda body: b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + _whole(body),
    "cut in its head": lambda body: _whole(body)[:20],
    "cut in its body": lambda body: _whole(body)[:-1],
    "rubbish": lambda _: b"rubbish\r\n\r\n",
    "none": lambda _: b"",
}


@frozen
class Conduct:
    """What the server does with a request."""

    answer: str
    after: float
    reads_body_first: bool
    is_in_pieces: bool
    then: str


@frozen
class Send:
    """A request, how long it waits for its answer, and after how many steps its caller gives up."""

    method: str
    body: str
    may_leave: bool
    patience: float
    steps: int | None


@frozen
class Wave:
    """Requests side by side, and what comes on idle connections when all are through; b"" is a reset.

    After so many steps, the process may seem to have stood still: every wait expires, whatever has come.
    """

    sends: list[Send]
    stall: int | None
    unasked: bytes | None
    pause: int


MOSTLY = st.sampled_from([True] * 6 + [False])
CONDUCTS = st.builds(
    Conduct,
    st.sampled_from(["whole"] * 10 + sorted(ANSWERS)),
    st.sampled_from([0.0] * 8 + [PATIENCE / 2, PATIENCE]),
    MOSTLY,
    st.booleans(),
    st.sampled_from(["go on"] * 8 + ["close", "reset", "wait"]),
)
SENDS = st.builds(
    Send,
    st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    st.sampled_from(["small"] * 9 + ["large"]),
    MOSTLY,
    st.sampled_from([PATIENCE] * 8 + [PATIENCE / 2, 1e-4, 0.0]),
    st.none() | st.none() | st.integers(0, 15),
)
UNASKED = st.sampled_from([None, STALE, EMPTY, b""])
STALLS = st.sampled_from([None] * 8 + [3, 6, 9, 12])
WAVES = st.builds(Wave, st.lists(SENDS, min_size=1, max_size=4), STALLS, UNASKED, st.sampled_from([0, 10]))


@define
class Server:
    """Does with each request what comes next in its conducts.

    Attributes:
        received: How often a request's head came, by its name.
        idle: Connections on which everything was answered.
        is_over: Set when it has waited long enough.
    """

    conducts: "cycle[Conduct]"
    received: Counter[str] = field(factory=Counter[str])
    idle: list[Wire] = field(factory=list[Wire])
    is_over: asyncio.Event = field(factory=asyncio.Event)

    async def serve(self, wire: Wire) -> None:
        try:
            while await self._serve_one(wire):
                self.idle.append(wire)
        except (asyncio.IncompleteReadError, *LOST):
            self._is_busy(wire)
            wire.writer.transport.abort()

    async def _serve_one(self, wire: Wire) -> bool:
        head = await wire.reader.readuntil(b"\r\n\r\n")
        self._is_busy(wire)
        name = head.split()[1].decode().strip("/")
        self.received[name] += 1
        conduct = next(self.conducts)
        if conduct.reads_body_first:
            length = re.search(rb"Content-Length: (\d+)", head)
            await wire.reader.readexactly(int(length[1]) if length else 0)
        await asyncio.sleep(conduct.after)
        await self._answer(wire, ANSWERS[conduct.answer](name.encode()), 9 if conduct.is_in_pieces else LIMIT)
        if conduct.then == "reset":
            wire.reset()
        elif conduct.then == "wait":
            await self.is_over.wait()
        return conduct.then == "go on" and conduct.reads_body_first

    async def _answer(self, wire: Wire, data: bytes, size: int) -> None:
        for start in range(0, min(len(data), 20 * size), size):
            if wire.writer.is_closing():
                return
            wire.writer.write(data[start : start + size])
            await asyncio.sleep(0)

    def _is_busy(self, wire: Wire) -> None:
        self.idle = [other for other in self.idle if other is not wire]

    def speak(self, unasked: bytes | None) -> None:
        for wire in self.idle if unasked is not None else ():
            if wire.writer.is_closing():
                continue
            if unasked:
                wire.writer.write(unasked)
            else:
                wire.reset()


def _stand_still() -> None:
    """Let the clock go on as if the process had stood still for as long as anybody waits."""
    loop = asyncio.get_running_loop()
    now = loop.time
    loop.time = lambda: now() + PATIENCE  # type: ignore[method-assign]


async def _send(transport: AiohttpTransport, url: str, send: Send) -> tuple[Request, Response | BaseException]:
    def still_clear() -> None:
        if not send.may_leave:
            raise NotSentError("It must not leave any more")

    body = None if send.method == "GET" else BODIES[send.body]
    request = Request(send.method, url, {}, body, Timeout(5, send.patience), still_clear=still_clear)
    sending = asyncio.create_task(transport.send(request))
    if send.steps is not None:
        await _steps(send.steps)
        sending.cancel()
    await asyncio.wait([sending])
    return request, asyncio.CancelledError() if sending.cancelled() else sending.exception() or sending.result()


async def _steps(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def _check(name: str, request: Request, outcome: Response | BaseException, received: int) -> None:
    assert received <= request.departed
    match outcome:
        case Response():
            assert received == 1
            assert outcome.status != 200 or outcome.body == name.encode()
        case UnknownOutcomeError(response=response):
            assert request.departed
            assert response is None or (name.encode() * LIMIT).startswith(response.body)
        case NotSentError():
            assert not request.departed
        case _:
            assert isinstance(outcome, asyncio.CancelledError)


async def _play(conducts: list[Conduct], waves: list[Wave], keepalive: float, closes: bool, scheme: str) -> None:
    server = Server(cycle(conducts))
    transport = AiohttpTransport(keepalive=keepalive, ssl=client_side(), max_response_bytes=LIMIT // 2)
    async with raw_server(server.serve, tls=server_side() if scheme == "https" else None) as raw, transport:
        for number, wave in enumerate(waves):
            names = [f"{number}-{position}" for position in range(len(wave.sends))]
            urls = [f"{scheme}://{raw.place}/{name}" for name in names]
            pairs = zip(urls, wave.sends, strict=True)
            sending = [asyncio.ensure_future(_send(transport, url, send)) for url, send in pairs]
            if wave.stall is not None:
                await _steps(wave.stall)
                _stand_still()
            if closes and wave is waves[-1]:
                await _steps(6)
                await transport.aclose()
            for name, (request, outcome) in zip(names, await asyncio.gather(*sending), strict=True):
                _check(name, request, outcome, server.received[name])
            server.speak(wave.unasked)
            await _steps(wave.pause)
        await transport.aclose()
        server.is_over.set()
    assert all(count == 1 for count in server.received.values())


@given(
    conducts=st.lists(CONDUCTS, min_size=1, max_size=8),
    waves=st.lists(WAVES, min_size=2, max_size=4),
    keepalive=st.sampled_from([60.0, 60.0, 60.0, 0.0]),
    closes=st.booleans(),
    scheme=st.sampled_from(["http", "http", "https"]),
)
@settings(max_examples=settings().max_examples // 3)
def test_each_request_arrives_once_at_most_and_has_its_own_answer(
    conducts: list[Conduct], waves: list[Wave], keepalive: float, closes: bool, scheme: str
) -> None:
    asyncio.run(_play(conducts, waves, keepalive, closes, scheme))
