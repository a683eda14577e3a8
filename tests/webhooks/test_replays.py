"""Every store of replays keeps the same contract; what is special about each."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from fakeredis import FakeAsyncRedis, FakeServer
from redis.asyncio.client import Pipeline

from jofi_async.storage.database import StorageError
from jofi_async.testing import ReplayStoreContract
from jofi_async.webhooks import Claim, MemoryReplays, ReplayStore
from jofi_async.webhooks.redis import RedisReplays
from jofi_async.webhooks.sqlite import SqliteReplays


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class TestMemory(ReplayStoreContract):
    lease = 30.0

    def setup_method(self) -> None:
        self.clock = Clock()

    @asynccontextmanager
    async def stores(self) -> AsyncGenerator[Callable[[], ReplayStore], None]:
        store = MemoryReplays(clock=self.clock)
        yield lambda: store

    async def wait(self, seconds: float) -> None:
        self.clock.seconds += seconds


class TestSqlite(ReplayStoreContract):
    lease = 30.0

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.path = tmp_path / "events.db"
        self.clock = Clock()

    @asynccontextmanager
    async def stores(self) -> AsyncGenerator[Callable[[], ReplayStore], None]:
        made: list[SqliteReplays] = []

        def make() -> SqliteReplays:
            made.append(SqliteReplays(self.path, durable=False, clock=self.clock))
            return made[-1]

        yield make
        for store in made:
            store.close()

    async def wait(self, seconds: float) -> None:
        self.clock.seconds += seconds


async def all_keys(client: Any) -> list[bytes | str]:
    keys: list[bytes | str] = await client.keys()
    return keys


class TestRedis(ReplayStoreContract):
    lease = 30.0
    decodes = False
    client: Any

    @asynccontextmanager
    async def stores(self) -> AsyncGenerator[Callable[[], ReplayStore], None]:
        async with FakeAsyncRedis(server=FakeServer(), decode_responses=self.decodes) as self.client:
            yield lambda: RedisReplays(self.client)

    async def wait(self, seconds: float) -> None:
        for key in await all_keys(self.client):
            if 0 <= await self.client.pttl(key) <= seconds * 1000:
                await self.client.delete(key)


class TestRedisThatDecodes(TestRedis):
    decodes = True


async def test_memory_is_bounded_and_forgets_the_oldest() -> None:
    store = MemoryReplays(max_events=3)
    for number in range(5):
        assert await store.claim(str(number), "t", 60) is Claim.TAKEN
        await store.finish(str(number))
    assert [await store.claim(str(number), "t", 60) for number in range(5)] == [Claim.TAKEN] * 2 + [Claim.DONE] * 3


async def finish(store: ReplayStore, *keys: str) -> None:
    for key in keys:
        await store.claim(key, "t", 60)
        await store.finish(key)


@pytest.mark.parametrize(("keep", "claim"), [(100.0, Claim.TAKEN), (None, Claim.DONE)])
async def test_sqlite_forgets_what_is_old_enough(tmp_path: Path, keep: float | None, claim: Claim) -> None:
    wall = Clock()
    with closing(SqliteReplays(tmp_path / "events.db", keep=keep, wall_clock=wall)) as store:
        await finish(store, "a")
        wall.seconds += 99
        await finish(store, "b")
        assert await store.claim("a", "t", 60) is Claim.DONE
        wall.seconds += 2
        await finish(store, "c")
        assert await store.claim("a", "t", 60) is claim
        assert await store.claim("b", "t", 60) is Claim.DONE


async def test_sqlite_forgets_no_claim_that_lasts(tmp_path: Path) -> None:
    wall = Clock()
    with closing(SqliteReplays(tmp_path / "events.db", keep=10, wall_clock=wall)) as store:
        assert await store.claim("a", "t", 60) is Claim.TAKEN
        wall.seconds += 30
        await finish(store, "b")
        assert await store.claim("a", "u", 60) is Claim.BUSY


async def test_sqlite_takes_a_claim_of_before_the_machine_started_for_dead(tmp_path: Path) -> None:
    clock = Clock()
    with closing(SqliteReplays(tmp_path / "events.db", clock=clock)) as store:
        assert await store.claim("a", "t", 60) is Claim.TAKEN
        clock.seconds = 5.0
        assert await store.claim("a", "u", 60) is Claim.TAKEN
        assert await store.claim("a", "v", 60) is Claim.BUSY


async def test_sqlite_remembers_for_the_next_process_and_keeps_no_id(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    with closing(SqliteReplays(path)) as store:
        await finish(store, "a" * 64)
    with closing(SqliteReplays(path)) as store:
        assert await store.claim("a" * 64, "t", 60) is Claim.DONE
    assert path.stat().st_mode & 0o777 == 0o600


async def test_sqlite_serves_several_loops(tmp_path: Path) -> None:
    with closing(SqliteReplays(tmp_path / "events.db")) as store:

        def claim(number: int) -> Claim:
            return asyncio.run(store.claim("a", str(number), 60))

        claims = await asyncio.gather(*(asyncio.to_thread(claim, number) for number in range(4)))
    assert sorted(claims) == [Claim.BUSY] * 3 + [Claim.TAKEN]


async def test_sqlite_says_that_a_file_is_none_and_goes_on_once_it_is(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    path.write_text("no database, and long enough to be taken for one" * 100)
    with closing(SqliteReplays(path)) as store:
        for _ in range(2):
            with pytest.raises(StorageError, match="left as it is"):
                await store.claim("a", "t", 60)
        path.unlink()
        assert await store.claim("a", "t", 60) is Claim.TAKEN


async def test_sqlite_goes_on_after_a_write_that_failed(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    with closing(SqliteReplays(path)) as store:
        await finish(store, "a")
        with closing(sqlite3.connect(path)) as other:
            other.execute("ALTER TABLE event RENAME TO gone")
            with pytest.raises(StorageError):
                await store.claim("b", "t", 60)
            other.execute("ALTER TABLE gone RENAME TO event")
        assert await store.claim("a", "t", 60) is Claim.DONE
        assert await store.claim("b", "t", 60) is Claim.TAKEN


async def test_redis_leaves_a_claim_that_has_just_become_anothers(monkeypatch: pytest.MonkeyPatch) -> None:
    async with FakeAsyncRedis(server=FakeServer()) as client:
        store = RedisReplays(client, prefix="")
        assert await store.claim("a", "dead", 60) is Claim.TAKEN
        execute = Pipeline.execute

        async def execute_too_late(self: Any, *arguments: Any) -> Any:
            await client.set("a", "alive")
            return await execute(self, *arguments)

        monkeypatch.setattr(Pipeline, "execute", execute_too_late)
        await store.release("a", "dead")
        assert await client.get("a") == b"alive"


@pytest.mark.parametrize("decodes", [False, True])
async def test_redis_knows_its_own_claim_when_the_client_asks_again(decodes: bool) -> None:
    """As redis-py does by default when an answer is lost."""
    async with FakeAsyncRedis(server=FakeServer(), decode_responses=decodes) as client:
        store = RedisReplays(client)
        assert [await store.claim("a", token, 60) for token in "ttu"] == [Claim.TAKEN, Claim.TAKEN, Claim.BUSY]


@pytest.mark.parametrize(("keep", "lasts"), [(3.0, 3000), (None, -1)])
async def test_redis_forgets_by_itself(keep: float | None, lasts: int) -> None:
    async with FakeAsyncRedis(server=FakeServer()) as client:
        store = RedisReplays(client, prefix="hooks:", keep=keep)
        await finish(store, "a")
        left = await client.pttl("hooks:a")
        assert left == lasts or 0 < left <= lasts
        assert await all_keys(client) == [b"hooks:a"]
