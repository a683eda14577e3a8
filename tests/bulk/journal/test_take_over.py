"""Who holds a journal when several open it at once, when opening is interrupted, and what a take-over leaves behind."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from jofi_async.bulk.journal import tables
from jofi_async.bulk.journal.file import read_status
from jofi_async.bulk.journal.records import Entry, State
from jofi_async.bulk.journal.sqlite import SqliteStore
from jofi_async.bulk.ledger import Progress
from jofi_async.bulk.resource import Binding, Person
from jofi_async.core.errors import JournalError, JournalHeldError
from tests.bulk.journal.support import die

ENTRY = Entry("ada@example.org", State.INTENT)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def make(path: Path) -> SqliteStore:
    return SqliteStore(path, durable=False)


def locks(path: Path) -> list[str]:
    """The locks that are there, by their epoch."""
    return sorted(one.name.removeprefix("journal-hold-") for one in path.parent.glob("journal-hold-*"))


async def use(path: Path) -> None:
    """Open it, and let go."""
    store = make(path)
    assert not (await store.open(take_over=False)).took_over
    await store.close()
    assert locks(path) == []


def before_the_lock(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Have something happen between the moment when the next one to open reads who holds it, and its lock."""
    holder_of = tables.holder_of

    def read_and_wait(connection: sqlite3.Connection) -> Any:
        found = holder_of(connection)
        monkeypatch.setattr(tables, "holder_of", holder_of)
        happens()
        return found

    monkeypatch.setattr(tables, "holder_of", read_and_wait)


# one store


async def test_a_store_serves_one_job_at_a_time(path: Path) -> None:
    store = make(path)
    await store.open(take_over=False)
    for take_over in (False, True):
        with pytest.raises(JournalHeldError, match="in use by another job of this program"):
            await store.open(take_over=take_over)
    await store.put(ENTRY)
    await store.close()
    assert sum((await store.open(take_over=False)).counts.values()) == 1
    await store.close()


async def test_what_is_closed_is_one_file(path: Path) -> None:
    """No log of SQLite's beside it, in which persons would be left who were purged."""
    store = make(path)
    await store.open(take_over=False)
    await store.put(ENTRY)
    assert [one.person for one in await store.find(Person(ENTRY.person))] == [ENTRY.person]
    await store.close()
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    for use_it in (store.put(ENTRY), store.find(Person(ENTRY.person)), store.doubts(), store.claims(1)):
        with pytest.raises(JournalError, match="is not open"):
            await use_it


async def test_a_store_that_could_not_be_opened_can_be_once_the_journal_is_free(path: Path) -> None:
    first, second = make(path), make(path)
    await first.open(take_over=False)
    for _ in range(2):
        with pytest.raises(JournalHeldError, match="is held by process"):
            await second.open(take_over=False)
        assert locks(path) == ["1"]
    await first.close()
    await second.open(take_over=False)
    assert locks(path) == ["2"]
    await second.close()


@pytest.mark.parametrize("times", [1, 2])
async def test_opening_that_is_cancelled_lets_go(path: Path, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    go_on, store = threading.Event(), make(path)
    before_the_lock(monkeypatch, go_on.wait)
    opening = asyncio.create_task(store.open(take_over=False))
    for _ in range(times):
        await asyncio.sleep(0)
        opening.cancel()
        await asyncio.sleep(0)
    assert not opening.done()
    go_on.set()
    await asyncio.wait([opening])
    assert opening.cancelled()
    assert [one.name for one in path.parent.iterdir()] == [path.name]  # nobody holds it, and nobody has it open
    with pytest.raises(JournalError, match="is not open"):
        await store.put(ENTRY)
    await store.open(take_over=False)
    await store.close()


async def test_opening_that_is_cancelled_and_fails_is_cancelled(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, first, second = threading.Event(), make(path), make(path)
    await first.open(take_over=False)
    before_the_lock(monkeypatch, go_on.wait)
    opening = asyncio.create_task(second.open(take_over=False))
    await asyncio.sleep(0)
    opening.cancel()
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.wait([opening])
    assert opening.cancelled()
    await first.close()
    await second.open(take_over=False)
    await second.close()


# several


@pytest.mark.parametrize("take_over", [False, True])
async def test_of_two_that_take_it_at_once_one_has_it(
    path: Path, monkeypatch: pytest.MonkeyPatch, take_over: bool
) -> None:
    """The later one to lock it is told so, and leaves no trace; also if both take it over from a third."""
    silent, first, second = make(path), make(path), make(path)
    if take_over:
        await silent.open(take_over=False)
    loop = asyncio.get_running_loop()

    def open_first() -> None:
        asyncio.run_coroutine_threadsafe(first.open(take_over=take_over), loop).result()

    before_the_lock(monkeypatch, open_first)
    with pytest.raises(JournalHeldError, match="Another process is just taking the journal"):
        await second.open(take_over=take_over)
    assert locks(path) == (["1", "2"] if take_over else ["1"])
    await first.put(ENTRY)
    await first.close()
    assert (await second.open(take_over=False)).took_over is take_over
    await second.put(ENTRY)
    await second.close()
    await silent.close()


async def test_who_held_it_meanwhile_stays_the_last_in_the_record(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever read an epoch that is over begins again, and writes nothing."""
    seen: list[Any] = []
    loop = asyncio.get_running_loop()

    def pass_by() -> None:
        asyncio.run_coroutine_threadsafe(use(path), loop).result()
        seen.append(read_status(path).holder)

    store = make(path)
    before_the_lock(monkeypatch, pass_by)
    with pytest.raises(JournalHeldError, match="Another process is just taking the journal"):
        await store.open(take_over=False)
    assert [read_status(path).holder] == seen
    assert locks(path) == []
    await store.open(take_over=False)
    assert locks(path) == ["2"]
    await store.close()


async def test_a_take_over_is_told_of_as_long_as_nobody_has_begun_a_run(path: Path) -> None:
    silent, bold, third = make(path), make(path), make(path)
    await silent.open(take_over=False)
    assert (await bold.open(take_over=True)).took_over
    assert locks(path) == ["1", "2"]
    status = read_status(path)
    assert status.holder is not None
    assert status.holder.took_over
    assert status.is_running
    await die(bold)
    assert not read_status(path).is_running
    assert (await third.open(take_over=False)).took_over
    await third.begin_run(Binding("jofi", "https://www.jofiscore.com", "live", "200"), start_over=False)
    holder = read_status(path).holder
    assert holder is not None
    assert not holder.took_over
    await third.close()
    await silent.close()
    assert locks(path) == []
    await use(path)


@pytest.mark.parametrize("operation", ["put", "begin_run", "note_run", "end_run"])
async def test_who_was_taken_over_from_by_a_process_that_is_gone_again_writes_nothing(
    path: Path, operation: str
) -> None:
    silent, bold = make(path), make(path)
    await silent.open(take_over=False)
    await bold.open(take_over=True)
    await bold.close()
    binding = Binding("jofi", "https://www.jofiscore.com", "live", "200")
    writes = {
        "put": lambda: silent.put(ENTRY),
        "begin_run": lambda: silent.begin_run(binding, start_over=False),
        "note_run": lambda: silent.note_run(Progress({})),
        "end_run": lambda: silent.end_run(Progress({}), None),
    }
    with pytest.raises(JournalHeldError, match="was taken over by another process; this one stops"):
        await writes[operation]()
    assert list(await silent.find(Person(ENTRY.person))) == []
    await silent.close()
    assert read_status(path).binding is None


async def test_in_the_midst_of_a_write_it_cannot_be_taken_over(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jofi_async.storage.database.BUSY_SECONDS", 0)
    silent, bold = make(path), make(path)
    await silent.open(take_over=False)
    with closing(sqlite3.connect(path, isolation_level=None)) as writing:
        writing.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalHeldError, match=r"in the midst of a write .* End it, and run this again"):
            await bold.open(take_over=True)
        assert locks(path) == ["1"]
        writing.execute("ROLLBACK")
    await silent.put(ENTRY)
    assert (await bold.open(take_over=True)).took_over
    await bold.close()
    await silent.close()


async def test_what_fails_otherwise_is_told_as_it_is(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(tables, "set_epoch", fail)
        with pytest.raises(JournalError, match="cannot be used: the disk fails") as caught:
            await make(path).open(take_over=False)
    assert not isinstance(caught.value, JournalHeldError)
    assert locks(path) == []
    await use(path)
