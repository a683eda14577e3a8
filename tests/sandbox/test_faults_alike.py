"""Each fault does the same in memory and over a socket: error, effect, and what had come of the answer."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from attrs import frozen

from jofi_async.core.errors import Effect, UnknownOutcomeError
from jofi_async.core.transport import Transport
from jofi_async.core.wire import Request, Response, Timeout
from jofi_async.jofi.fake import FakeJofi, JofiMount
from jofi_async.jofi.fake.routing import SITE
from jofi_async.sandbox import Sandbox
from jofi_async.testing import FakeTransport
from jofi_async.transports.aiohttp import AiohttpTransport
from jofi_async.transports.faults import FaultKind
from tests.sandbox.support import HEADERS, create_request, shown

RULES = [
    "drop_before",
    "drop_after",
    "late=0",
    "late=3600",
    "slow=0",
    "reset",
    "cut",
    "429",
    "429=2",
    "503",
    "503=0",
    "503+",
    "503+=2",
    "500",
    "500+",
    "html",
    "html+",
    "POST reset@2",
    "GET cut",
    "*/invitations 500:1",
]


@frozen
class Seen:
    """What a client and the world have seen of one request."""

    result: Response | tuple[type[Exception], Effect, int | None, Response | None]
    invited: int


def plain(response: Response) -> Response:
    """Leave out the headers that a server adds by itself."""
    kept = {name: response.headers[name] for name in ("content-type", "retry-after") if name in response.headers}
    return Response(response.status, kept, response.body)


async def see(transport: Transport, request: Request, fake: FakeJofi) -> Seen:
    try:
        return Seen(plain(await transport.send(request)), len(fake.invitations))
    except UnknownOutcomeError as error:
        part = None if error.response is None else plain(error.response)
        assert request.departed
        return Seen((type(error), error.effect, error.status, part), len(fake.invitations))


@asynccontextmanager
async def in_memory(fake: FakeJofi, rule: str) -> AsyncGenerator[tuple[Transport, str], None]:
    async with FakeTransport(fake, faults=rule) as transport:
        yield transport, "http://fake.example.org/api/v2"


@asynccontextmanager
async def over_http(fake: FakeJofi, rule: str) -> AsyncGenerator[tuple[Transport, str], None]:
    async with Sandbox(JofiMount(fake), faults=rule) as sandbox, AiohttpTransport() as transport:
        fake.state.site = SITE  # where the links lead is no matter of faults
        yield transport, sandbox.base_url


async def story(way: Any, rule: str) -> list[Seen | int]:
    """Three creates and a list, and in the end how many are invited once everything late has happened."""
    fake = FakeJofi()
    seen: list[Seen | int] = []
    async with way(fake, rule) as (transport, base_url):
        for number in range(3):
            seen.append(await see(transport, create_request(base_url, email=f"p{number}@jofiscore.com"), fake))
        seen.append(await see(transport, Request("GET", f"{base_url}/invitations?email=p", HEADERS), fake))
    seen.append(len(fake.invitations))
    return seen


@pytest.mark.parametrize("rule", RULES)
async def test_the_same_rule_does_the_same(rule: str) -> None:
    in_memory_seen, over_http_seen = await story(in_memory, rule), await story(over_http, rule)
    if rule == "late=0":  # how soon "at once" is differs, and nothing else
        in_memory_seen, over_http_seen = without_effects(in_memory_seen), without_effects(over_http_seen)
    assert in_memory_seen == over_http_seen


def without_effects(seen: list[Seen | int]) -> list[Any]:
    return [one.result if isinstance(one, Seen) else one for one in seen]


def test_each_kind_is_among_them() -> None:
    assert all(any(str(kind) in rule for rule in RULES) for kind in FaultKind)


@pytest.mark.parametrize("way", [in_memory, over_http])
async def test_a_slow_answer_exceeds_the_timeout(way: Any) -> None:
    fake = FakeJofi()
    async with way(fake, "slow=60") as (transport, base_url):
        request = create_request(base_url)
        request.timeout = Timeout(read=0.01)
        with pytest.raises(UnknownOutcomeError, match="Nothing more came") as caught:
            await transport.send(request)
    assert caught.value.response is None
    assert len(fake.invitations) == 1


@pytest.mark.parametrize("rule", ["reset", "cut"])
@pytest.mark.parametrize("way", [in_memory, over_http])
async def test_a_large_answer_breaks_off_at_the_same_byte(way: Any, rule: str) -> None:
    fake = FakeJofi()
    for number in range(150):
        fake.invite(f"p{number}@jofiscore.com", custom_id="\u2603" * 50)
    async with way(fake, rule) as (transport, base_url):
        with pytest.raises(UnknownOutcomeError) as caught:
            await transport.send(Request("GET", f"{base_url}/invitations?email=p", HEADERS))
    assert caught.value.response is not None
    assert len(caught.value.response.body) == 16_384


async def test_a_harmed_connection_harms_no_other() -> None:
    fake = FakeJofi()
    async with Sandbox(JofiMount(fake), faults="reset@2") as sandbox, AiohttpTransport() as transport:
        sent = [create_request(sandbox.base_url, email=f"p{number}@jofiscore.com") for number in range(20)]
        answers = await asyncio.gather(*(transport.send(one) for one in sent), return_exceptions=True)
        failed = [answer for answer in answers if isinstance(answer, BaseException)]
        assert [type(one) for one in failed] == [UnknownOutcomeError]
        log = await shown(sandbox, "requests")
    assert len(fake.invitations) == 20
    assert [one["fault"] for one in log].count("reset@2") == 1


async def test_faulty_requests_are_logged_with_the_fault() -> None:
    async with Sandbox(JofiMount()) as sandbox, AiohttpTransport() as transport:
        for rule, status in [("drop_before", None), ("late=0", None), ("cut", 201), ("429=2", 429), ("html+", 502)]:
            sandbox.faults.set(rule)
            request = create_request(sandbox.base_url, email=f"{status}@jofiscore.com")
            await asyncio.gather(transport.send(request), return_exceptions=True)
            entry = (await shown(sandbox, "requests"))[-1]
            assert (entry["fault"], entry["status"]) == (rule, status)
