"""A limit in a file: several stores share it, it outlasts them, and whatever is wrong with it is said."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from jofi_async.core.limits import RateLimit
from jofi_async.core.limits.shared.limiter import SharedLimiter
from jofi_async.core.limits.shared.store import Law, LimitStoreError, Visit
from jofi_async.sharing.file import FileLimitStore
from tests.core.limits.shared.support import Start, check_windows
from tests.core.support import virtual


def visit(visitor: str = "v", **asked: Any) -> Visit:
    return Visit(visitor=visitor, interval=0.1, tolerance=0.0, **asked)


async def test_what_one_store_books_another_sees(tmp_path: Path) -> None:
    now = 100.0
    one, other = (FileLimitStore(tmp_path / "limit", lambda: now) for _ in range(2))
    first = await one.visit("name", visit(visitor="a", count=2, law=Law(1, "{}")))
    second = await other.visit("name", visit(visitor="b", count=1))
    elsewhere = await other.visit("another", visit(count=1))
    assert first.starts == (100.0, 100.1)
    assert second.starts == pytest.approx((100.2,))
    assert (second.processes, second.law) == (2, Law(1, "{}"))
    assert elsewhere.starts == (100.0,)
    await one.aclose()
    await other.aclose()


async def test_it_outlasts_its_processes_and_can_be_opened_again(tmp_path: Path) -> None:
    store = FileLimitStore(tmp_path / "limit", lambda: 100.0)
    await store.visit("name", visit(count=5))
    await store.visit("name", visit(returned=((100.3003, 1.0),)))
    await store.aclose()
    await store.aclose()
    starts = (await store.visit("name", visit(count=2))).starts
    await store.aclose()
    assert starts == pytest.approx((100.3003, 100.5))


async def test_a_file_that_is_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "limit").write_text("mine")
    store = FileLimitStore(tmp_path / "limit")
    with pytest.raises(LimitStoreError, match=r"is no shared limit|damaged"):
        await store.visit("name", visit())
    await store.aclose()
    assert (tmp_path / "limit").read_text() == "mine"


async def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    store = FileLimitStore(tmp_path / "nowhere" / "limit")
    with pytest.raises(LimitStoreError, match="cannot be opened"):
        await store.visit("name", visit())
    await store.aclose()


async def test_who_stands_still_in_the_midst_of_a_visit_does_not_make_others_hang(tmp_path: Path) -> None:
    store = FileLimitStore(tmp_path / "limit")
    await store.visit("name", visit())
    with closing(sqlite3.connect(tmp_path / "limit", isolation_level=None)) as frozen:
        frozen.execute("BEGIN IMMEDIATE")
        with pytest.raises(LimitStoreError, match="locked"):
            await store.visit("name", visit())
    await store.visit("name", visit())
    await store.aclose()


def test_limiters_over_a_file_keep_the_limit(tmp_path: Path) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        limit = RateLimit(50.0, 5, in_flight=None)
        stores = [FileLimitStore(tmp_path / "limit", loop.time) for _ in range(3)]
        limiters = [SharedLimiter(limit, store, "name", owns_store=True) for store in stores]
        starts: list[Start] = []

        async def call(limiter: SharedLimiter) -> None:
            for _ in range(10):
                await limiter.acquire()
                starts.append(Start(loop.time()))
                limiter.release()

        await asyncio.gather(*(call(limiter) for limiter in limiters for _ in range(4)))
        for limiter in limiters:
            await limiter.aclose()
        check_windows(starts, 50, 5)
        assert len(starts) == 120
        assert starts[-1].at - starts[0].at == pytest.approx(119 / 50, rel=0.03)

    virtual(main)()
