"""One writer: what is asked for together is committed together, and nothing after a failure."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jofi_async.storage.database import StorageError
from jofi_async.storage.writer import Writer
from jofi_async.testing import run_virtual


def never(_: str) -> bool:
    return False


class Disk(sqlite3.Connection):
    """A connection whose commits are counted, and fail once `fails` says so."""

    commits = 0
    fails: Callable[[str], bool] = staticmethod(never)

    def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
        self.commits += sql == "COMMIT"
        if self.fails(sql):
            raise sqlite3.OperationalError("database or disk is full")
        return super().execute(sql, *args)


@asynccontextmanager
async def writing(path: Path | str = ":memory:") -> AsyncGenerator[tuple[Writer, Disk], None]:
    disk = sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Disk)
    disk.execute("CREATE TABLE t (x)")
    writer = Writer(disk, "diary")
    try:
        yield writer, disk
    finally:
        await writer.aclose()


def add(number: int) -> Callable[[sqlite3.Connection], int]:
    def change(connection: sqlite3.Connection) -> int:
        connection.execute("INSERT INTO t VALUES (?)", [number])
        return number

    return change


def rows(disk: Disk) -> list[int]:
    return [number for (number,) in disk.execute("SELECT x FROM t ORDER BY rowid")]


async def test_what_is_asked_for_together_is_committed_together() -> None:
    async with writing() as (writer, disk):
        assert await asyncio.gather(*(writer.write(add(number)) for number in range(100))) == list(range(100))
        assert rows(disk) == list(range(100))
        assert disk.commits == 1


async def test_one_at_a_time_is_committed_one_at_a_time() -> None:
    async with writing() as (writer, disk):
        for number in range(3):
            assert await writer.write(add(number)) == number
            assert not disk.in_transaction
        assert disk.commits == 3


async def test_what_is_refused_before_it_changed_anything_harms_nobody_else() -> None:
    def refuse(_: sqlite3.Connection) -> None:
        raise KeyError("taken over")

    async with writing() as (writer, disk):
        results = await asyncio.gather(
            writer.write(add(1)), writer.write(refuse), writer.write(add(2)), return_exceptions=True
        )
        assert isinstance(results[1], KeyError)
        assert rows(disk) == [1, 2]


@pytest.mark.parametrize("sql", ["BEGIN IMMEDIATE", "INSERT INTO t VALUES (?)", "COMMIT"])
@pytest.mark.parametrize("rollback_fails", [False, True])
async def test_after_a_failure_nothing_more_is_written(sql: str, rollback_fails: bool) -> None:
    async with writing() as (writer, disk):
        await writer.write(add(0))
        disk.fails = lambda said: said == sql or (rollback_fails and said == "ROLLBACK")
        failed = await asyncio.gather(*(writer.write(add(number)) for number in (1, 2)), return_exceptions=True)
        assert [str(error) for error in failed] == ["The diary cannot be written: database or disk is full"] * 2
        disk.fails = never
        with pytest.raises(StorageError, match="disk is full"):
            await writer.write(add(3))
        if not rollback_fails:
            assert rows(disk) == [0]


async def test_what_is_cancelled_is_written_all_the_same() -> None:
    async with writing() as (writer, disk):
        task = asyncio.create_task(writer.write(add(1)))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await writer.write(add(2))
        assert rows(disk) == [1, 2]


async def test_it_writes_what_was_asked_for_before_it_closes(tmp_path: Path) -> None:
    async with writing(tmp_path / "t") as (writer, _):
        tasks = [asyncio.create_task(writer.write(add(number))) for number in range(5)]
        await asyncio.sleep(0)
    assert await asyncio.gather(*tasks) == list(range(5))
    with sqlite3.connect(tmp_path / "t") as connection:
        assert connection.execute("SELECT count(*) FROM t").fetchone()[0] == 5
    connection.close()


@given(
    plan=st.lists(st.tuples(st.sampled_from([0.0, 0.0, 0.1]), st.booleans()), max_size=30),
    fails_at=st.none() | st.integers(0, 20),
)
def test_what_was_told_as_written_is_there_and_nothing_is_there_twice(
    plan: list[tuple[float, bool]], fails_at: int | None
) -> None:
    async def main() -> None:
        async with writing() as (writer, disk):
            disk.fails = lambda said: said == "COMMIT" and fails_at is not None and disk.commits > fails_at
            tasks: list[asyncio.Task[int]] = []
            for number, (pause, cancelled) in enumerate(plan):
                tasks.append(asyncio.create_task(writer.write(add(number))))
                await asyncio.sleep(pause)
                if cancelled:
                    tasks[-1].cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            written = rows(disk)
            assert len(set(written)) == len(written)
            assert {number for number in ended if isinstance(number, int)} <= set(written)
            failed = [at for at, one in enumerate(ended) if isinstance(one, StorageError)]
            assert not set(failed) & set(written)
            disk.fails = never

    run_virtual(main())
