"""Which store a URL names, the name of a key's limit, and what a client makes of both."""

import os
import socket
from pathlib import Path
from typing import Any

import pytest

from jofi_async import (
    Effect,
    FakeJofi,
    FakeTransport,
    JofiClient,
    OutcomeKind,
    RateLimit,
    RateLimiter,
    RetryPolicy,
    SharedLimitLostError,
    YardstikClient,
)
from jofi_async.cli.jofi import way as jofi_way
from jofi_async.cli.yardstik import way as yardstik_way
from jofi_async.core.errors import ConfigurationError
from jofi_async.core.limits.shared.limiter import SharedLimiter
from jofi_async.core.limits.shared.store import Booked, LimitStoreError, Visit
from jofi_async.sharing import shared_by
from jofi_async.sharing.memory import MemoryLimitStore
from jofi_async.sharing.redis import RedisLimitStore
from jofi_async.sharing.stores import name_of, open_store
from tests.bulk.support import people
from tests.core.support import virtual

KEY = "sk_live_sandbox"
PASSWORD = "pa55word"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"redis://user:{PASSWORD}@example.org:6380/3", "RedisLimitStore(example.org:6380)"),
        (f"rediss://:{PASSWORD}@example.org", "RedisLimitStore(example.org:6379)"),
        ("valkey://example.org", "RedisLimitStore(example.org:6379)"),
        ("valkeys://example.org", "RedisLimitStore(example.org:6379)"),
        (f"unix://:{PASSWORD}@/run/redis.sock", "RedisLimitStore(/run/redis.sock)"),
        ("file:/var/lib/limit", "FileLimitStore(/var/lib/limit)"),
        ("file:///var/lib/a%20limit", "FileLimitStore(/var/lib/a limit)"),
        ("file:limit", "FileLimitStore(limit)"),
    ],
)
def test_which_store_a_url_names(url: str, shown: str) -> None:
    assert repr(open_store(url)) == shown


@pytest.mark.parametrize(
    "url",
    [
        "",
        "redis",
        f"http://{PASSWORD}@example.org",
        "file:",
        "file://elsewhere/limit",
        "redis://example.org:port",
        f"redis://{PASSWORD}@[h",
    ],
)
def test_a_url_that_names_none_is_not_repeated(url: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        open_store(url)
    assert PASSWORD not in str(refusal.value)


def test_the_name_is_the_same_for_all_clients_of_a_key_and_does_not_show_it() -> None:
    name = name_of("https://www.example.org/api/v2", KEY)
    assert name == name_of("https://www.example.org/api/v2/", KEY)
    assert name != name_of("https://test.example.org/api/v2", KEY)
    assert name != name_of("https://www.example.org/api/v2", "sk_live_other")
    assert "sandbox" not in name
    assert len(name) == 32


async def test_a_server_that_is_not_there_is_said_without_its_password() -> None:
    with socket.socket() as taken:  # and nobody listens
        taken.bind(("127.0.0.1", 0))
        store = RedisLimitStore(f"redis://:{PASSWORD}@127.0.0.1:{taken.getsockname()[1]}")
    with pytest.raises(LimitStoreError, match=r"Redis at 127\.0\.0\.1") as refusal:
        await store.visit("name", Visit(visitor="v", interval=0.1, tolerance=0.0))
    assert PASSWORD not in str(refusal.value)
    await store.aclose()


def client(limit: Any, **options: Any) -> JofiClient:
    return JofiClient(KEY, transport=FakeTransport(FakeJofi()), rate_limit=limit, **options)


async def test_a_client_shares_its_limit_and_closes_the_store_that_it_opened(tmp_path: Path) -> None:
    limit = RateLimit(50, shared=f"file:{tmp_path}/limit")
    async with client(limit) as one, client(limit) as other:
        await one.accounts.get()
        await other.accounts.get()
        assert isinstance(other.limiter, SharedLimiter)
        assert one.limiter is not other.limiter
        assert one.with_options(deadline=5).limiter is one.limiter
    assert os.listdir(tmp_path) == ["limit"]  # noqa: PTH208  (the last to close it leaves no log beside it)


async def test_a_store_that_is_given_is_not_closed() -> None:
    store = MemoryLimitStore()
    async with client(RateLimit(50, shared=store)) as one:
        await one.accounts.get()
    async with client(RateLimit(50, shared=store)) as other:
        await other.accounts.get()
        assert isinstance(other.limiter, SharedLimiter)


def test_the_environment_says_where_the_limit_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOFI_API_KEY", KEY)
    monkeypatch.setenv("JOFI_RATE_LIMIT_SHARED", "file:limit")
    transport = FakeTransport(FakeJofi())
    assert isinstance(JofiClient.from_env(transport=transport).limiter, SharedLimiter)
    assert isinstance(JofiClient.from_env(transport=transport, rate_limit=None).limiter, RateLimiter)
    monkeypatch.setenv("JOFI_RATE_LIMIT_SHARED", "")
    assert not isinstance(JofiClient.from_env(transport=transport).limiter, SharedLimiter)


def test_what_says_itself_where_it_is_shared_is_left_alone() -> None:
    limit = RateLimit(5, shared="file:mine")
    assert shared_by(limit, "file:theirs") is limit
    assert shared_by(RateLimit.adaptive(), "file:theirs") == RateLimit.adaptive(shared="file:theirs")
    assert shared_by(RateLimit(None), "file:theirs") == RateLimit(None)
    assert shared_by(None, "file:theirs") is None


def test_a_limit_shows_no_url() -> None:
    assert PASSWORD not in repr(RateLimit(5, shared=f"redis://:{PASSWORD}@example.org"))


@pytest.mark.parametrize("wrong", [{"shared": "file:x", "per_second": None}, {"when_lost": "hope"}])
def test_limits_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        RateLimit(**wrong)


class LostStore(MemoryLimitStore):
    """Cannot be reached."""

    async def visit(self, name: str, visit: Visit) -> Booked:
        raise LimitStoreError("the store refuses")


@virtual
async def test_a_call_without_a_store_is_not_sent_and_says_so() -> None:
    fake = FakeJofi()
    limit = RateLimit(50, shared=LostStore(), when_lost="stop")
    retry = RetryPolicy(attempts=2)
    async with JofiClient(KEY, transport=FakeTransport(fake), rate_limit=limit, retry=retry) as lost:
        with pytest.raises(SharedLimitLostError, match=r"the store refuses .*accounts?.*Nothing was sent") as refusal:
            await lost.accounts.get()
        assert refusal.value.attempts == 0
        assert refusal.value.effect is Effect.NONE
        async with lost.invitations.create_many(people(3)) as job:
            kinds = [outcome.kind async for outcome in job]
    assert kinds == [OutcomeKind.NOT_ATTEMPTED] * 3
    assert not fake.invitations


@pytest.mark.parametrize("vendor", ["jofi", "yardstik"])
async def test_the_command_line_goes_by_the_environment(vendor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{vendor.upper()}_RATE_LIMIT_SHARED", "file:limit")
    monkeypatch.setenv(f"{vendor.upper()}_API_KEY", KEY)
    way = jofi_way.live_way(KEY) if vendor == "jofi" else yardstik_way.find_way(sandbox=False, key_file=None)
    assert way is not None
    assert isinstance(way.client.limiter, SharedLimiter)
    await way.client.aclose()
    await way.transport.aclose()


def test_yardsticks_clients_share_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YARDSTIK_RATE_LIMIT_SHARED", "file:limit")
    monkeypatch.setenv("YARDSTIK_API_KEY", KEY)
    assert isinstance(YardstikClient.from_env(transport=FakeTransport(FakeJofi())).limiter, SharedLimiter)
