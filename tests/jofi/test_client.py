import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from jofi_async import (
    ConfigurationError,
    FakeJofi,
    FakeTransport,
    InvalidInputError,
    JofiClient,
    LifecycleError,
    Mode,
    OutcomeKind,
    RateLimit,
    RateLimiter,
    Request,
    Response,
    RetryPolicy,
    Timeout,
    Transport,
)
from jofi_async.jofi.client import BASE_URL
from tests.bulk.support import LIVE, TEST, client_of, people, run

LIST = b'{"mode":"live","object":"list","total_count":0,"has_more":false,"data":[]}'


class Keeping(Transport):
    """A transport that keeps the requests, and remembers that it was closed."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.closed = 0

    async def send(self, request: Request) -> Response:
        self.requests.append(request)
        return Response(200, {"content-type": "application/json"}, LIST)

    async def aclose(self) -> None:
        self.closed += 1


async def sent_by(client: JofiClient, transport: Keeping) -> Request:
    await client.invitations.list()
    return transport.requests[-1]


@pytest.mark.parametrize(
    ("key", "mode"), [(LIVE, Mode.LIVE), (TEST, Mode.TEST), ("secret", None), (f" {LIVE}\n", Mode.LIVE)]
)
def test_the_keys_prefix_tells_the_mode(key: str, mode: Mode | None) -> None:
    assert client_of(FakeJofi(), key).mode is mode


@pytest.mark.parametrize("key", ["", "  ", "sk_live_a b", "sk_live_ü", "sk_live_\x00"])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(ConfigurationError, match="key"):
        client_of(FakeJofi(), key)


@pytest.mark.parametrize(("key", "expected"), [(LIVE, "live"), (TEST, "test"), (TEST, Mode.TEST), (LIVE, None)])
def test_a_key_of_the_expected_mode_is_taken(key: str, expected: str | None) -> None:
    client_of(FakeJofi(), key, expect_mode=expected)


@pytest.mark.parametrize(
    ("key", "expected", "message"),
    [
        (LIVE, "test", "A test key is expected, and this is a live key"),
        (TEST, "live", "A live key is expected, and this is a test key"),
        ("secret", "test", "neither a live nor a test key"),
        (LIVE, "prod", 'must be "live" or "test"'),
    ],
)
def test_a_key_of_another_mode_is_refused(key: str, expected: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        client_of(FakeJofi(), key, expect_mode=expected)
    assert "sk_live_sandbox" not in str(caught.value)


async def test_what_every_request_carries() -> None:
    transport = Keeping()
    client = JofiClient(LIVE, transport=transport, headers={"X-Trace": "7", "user-agent": "mine"}, timeout=3)
    request = await sent_by(client, transport)
    assert request.url == f"{BASE_URL}/invitations"
    assert request.timeout == Timeout(connect=3, read=3)
    assert dict(request.headers) == {
        "Accept": "application/json",
        "User-Agent": "mine",
        "Authorization": f"Bearer {LIVE}",
        "X-Trace": "7",
    }


async def test_from_env(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOFI_API_KEY", f"{TEST}\n")
    monkeypatch.setenv("JOFI_BASE_URL", "http://localhost:8080/api/v2/")
    transport = Keeping()
    client = JofiClient.from_env(transport=transport, expect_mode="test", deadline=9)
    assert client.mode is Mode.TEST
    assert repr(client) == "JofiClient(http://localhost:8080/api/v2)"


@pytest.mark.parametrize("url", [None, ""])
async def test_from_env_without_an_address(monkeypatch: pytest.MonkeyPatch, url: str | None) -> None:
    monkeypatch.setenv("JOFI_API_KEY", LIVE)
    monkeypatch.delenv("JOFI_BASE_URL", raising=False)
    if url is not None:
        monkeypatch.setenv("JOFI_BASE_URL", url)
    transport = Keeping()
    request = await sent_by(JofiClient.from_env(transport=transport), transport)
    assert request.url == f"{BASE_URL}/invitations"


@pytest.mark.parametrize("key", [None, "", " \n"])
def test_from_env_without_a_key(monkeypatch: pytest.MonkeyPatch, key: str | None) -> None:
    monkeypatch.delenv("JOFI_API_KEY", raising=False)
    if key is not None:
        monkeypatch.setenv("JOFI_API_KEY", key)
    with pytest.raises(ConfigurationError, match="JOFI_API_KEY is not set"):
        JofiClient.from_env()


def test_a_subclass_of_the_client_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    class Mine(JofiClient):
        pass

    monkeypatch.setenv("JOFI_API_KEY", LIVE)
    assert type(Mine.from_env(transport=Keeping())) is Mine
    assert type(Mine(LIVE, transport=Keeping()).with_options(deadline=1)) is Mine


# with_options


async def test_with_options_shares_transport_and_limiter() -> None:
    transport, limiter = Keeping(), RateLimiter(RateLimit(in_flight=2))
    client = JofiClient(LIVE, transport=transport, rate_limit=limiter, headers={"X-A": "1"}, validate=False)
    other = client.with_options(timeout=1, deadline=2, headers={"X-B": "2"}, retry=RetryPolicy(attempts=1))
    assert other._session.transport is transport  # pyright: ignore[reportPrivateUsage]
    assert other._session.limiter is limiter  # pyright: ignore[reportPrivateUsage]
    request = await sent_by(other, transport)
    assert (request.headers["X-A"], request.headers["X-B"]) == ("1", "2")
    assert request.timeout.read == 1
    assert other.mode is client.mode
    first = await sent_by(client, transport)
    assert "X-B" not in first.headers
    assert first.timeout.read == 30
    await other.invitations.list(email="x" * 256)  # still without validation
    with pytest.raises(InvalidInputError):
        await other.invitations.list(email="")  # which would list everything


async def test_closing_a_client_with_options_closes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Keeping()
    monkeypatch.setattr("jofi_async.jofi.client.AiohttpTransport", lambda: own)
    async with JofiClient(LIVE) as client:
        async with client.with_options(deadline=1):
            pass
        assert own.closed == 0
        await client.invitations.list()
    assert own.closed == 1


async def test_a_client_closes_no_transport_that_it_was_given() -> None:
    transport = Keeping()
    async with JofiClient(LIVE, transport=transport) as client:
        await client.invitations.list()
    assert transport.closed == 0
    await client.invitations.list()


async def test_a_client_closes_its_own_transport_once_and_for_all() -> None:
    client = JofiClient(LIVE)
    await client.aclose()
    await client.aclose()
    with pytest.raises(LifecycleError):
        await client.invitations.list()


def test_a_client_that_is_closed_under_a_job_loses_nobody_and_the_next_run_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake = FakeJofi()
    monkeypatch.setattr("jofi_async.jofi.client.AiohttpTransport", lambda: FakeTransport(fake))

    async def invite(*, closes_after: float) -> Counter[OutcomeKind]:
        client = JofiClient(LIVE, rate_limit=RateLimit(per_second=1, burst=1, in_flight=4))
        asyncio.get_running_loop().call_later(closes_after, lambda: asyncio.ensure_future(client.aclose()))
        async with client.invitations.create_many(people(10), journal=tmp_path / "journal") as job:
            told = [outcome async for outcome in job]
        assert all(isinstance(one.error, LifecycleError | None) for one in told)
        assert asyncio.get_running_loop().time() <= closes_after
        await asyncio.sleep(closes_after)
        return Counter(outcome.kind for outcome in told)

    first = run(invite(closes_after=3.5))
    assert first == {OutcomeKind.CREATED: len(fake.invitations), OutcomeKind.NOT_ATTEMPTED: 6}  # two were read ahead
    assert run(invite(closes_after=1000)) == {OutcomeKind.CREATED: 10}
    assert len(fake.messages) == 10


async def test_a_client_shows_no_key() -> None:
    assert LIVE not in repr(client_of(FakeJofi()))


# how many rows are worked on at once


@pytest.mark.parametrize(
    ("rate_limit", "workers"),
    [
        (RateLimit(in_flight=3), 3),
        (RateLimit(in_flight=None), 16),
        (RateLimiter(RateLimit(in_flight=3)), 3),
        (None, 16),
    ],
)
async def test_workers_are_as_many_as_may_be_in_flight(rate_limit: Any, workers: int) -> None:
    client = JofiClient(LIVE, transport=FakeTransport(FakeJofi()), rate_limit=rate_limit)
    assert vars(client.invitations.create_many([]))["_workers"] == workers
    assert vars(client.invitations.create_many([], max_in_flight=7))["_workers"] == 7


@pytest.mark.parametrize(
    "options",
    [{"max_in_flight": 0}, {"order": "random"}, {"stop_after": 0}, {"deadline": 0}, {"deadline": -1.0}],
)
def test_options_of_a_job_that_are_out_of_range(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(options))):
        client_of(FakeJofi()).invitations.create_many([], **options)


def test_a_source_must_be_iterable() -> None:
    with pytest.raises(TypeError):
        client_of(FakeJofi()).invitations.create_many(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
