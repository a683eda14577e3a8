"""A job whose disk fails or is full: nothing is sent that could not be recorded, and nothing false is recorded."""

import shutil
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from attrs import define
from hypothesis import event, given, settings
from hypothesis import strategies as st

from jofi_async import Journal, JournalError, OutcomeKind, Request, Response
from jofi_async.bulk.journal.file import read_entries
from jofi_async.bulk.journal.records import Entry, State
from jofi_async.bulk.journal.sqlite import SqliteStore
from jofi_async.storage.database import Schema, open_database
from tests.bulk.support import (
    Fault,
    RowOutcome,
    Vendor,
    client_of,
    cut,
    drop_after,
    drop_before,
    people,
    run,
    take,
    well,
)

ROWS, MANY = 8, 80
MADE = 2
"""The commits before a job's first row: its epoch, and its run."""


@define
class Disk:
    """A connection to a disk that fails from a commit on.

    Attributes:
        connection: The connection.
        fails_at: The first commit that fails.
        keeps: Whether what was not made safe is in the file all the same.
    """

    connection: sqlite3.Connection
    fails_at: int
    keeps: bool
    commits: int = 0

    def execute(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Do it, or fail."""
        if sql == "COMMIT":
            self.commits += 1
            if self.commits >= self.fails_at:
                if self.keeps:
                    self.connection.execute(sql)
                error = sqlite3.OperationalError("disk I/O error")
                error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
                raise error
        return self.connection.execute(sql, values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connection, name)


Opened = Callable[[sqlite3.Connection], Any]


def as_it_is(connection: sqlite3.Connection) -> sqlite3.Connection:
    return connection


def invite(
    vendor: Vendor, path: Path, opened: Opened = as_it_is, *, in_flight: int = 4, count: int = ROWS
) -> list[RowOutcome]:
    """Run a job to its end on a journal whose connection `opened` may spoil; what it tells, also when it fails."""

    async def main() -> list[RowOutcome]:
        store = SqliteStore(path, durable=False)
        job = client_of(vendor).invitations.create_many(people(count), journal=Journal(store), max_in_flight=in_flight)
        told: list[RowOutcome] = []
        error: Exception | None = None
        try:
            async with job:
                await take(job, told)
        except JournalError as raised:
            error = raised
            assert not vendor.sent
        else:
            error = job.summary().error
        if error is not None:
            assert isinstance(error, JournalError)
            assert str(path) in error.message
        return told

    def open_spoiled(path: Path, schema: Schema, *, durable: bool) -> Any:
        return opened(open_database(path, schema, durable=durable))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jofi_async.bulk.journal.sqlite.open_database", open_spoiled)
        return run(main())


def check_truth(vendor: Vendor, path: Path, told: Sequence[RowOutcome]) -> None:
    """Whether the journal and the outcomes of a run that broke off say nothing that is not so."""
    entries = {entry.person: entry for entry in read_entries(path)}
    ids = {one.email: one.id for one in vendor.fake.invitations}
    assert vendor.sent.keys() <= entries.keys()
    for entry in entries.values():
        assert not entry.is_settled or (entry.receipt or {}).get("invitation_id") == ids[entry.person]
        assert entry.is_settled or entry.in_doubt or entry.person not in ids
    for outcome in told:
        if outcome.kind is OutcomeKind.CREATED:
            assert outcome.item is not None
            assert outcome.item.id == ids[outcome.row.email]
        elif outcome.kind is not OutcomeKind.UNKNOWN:
            assert outcome.row.email not in ids


def check_resumed(vendor: Vendor, path: Path, *, count: int = ROWS) -> None:
    """Whether the next run, on a disk that is well, invites whoever is left."""
    assert [outcome.kind for outcome in invite(vendor, path, count=count)] == [OutcomeKind.CREATED] * count
    ids = {row.email: [one.id for one in vendor.fake.invitations if one.email == row.email] for row in people(count)}
    assert {entry.person: [(entry.receipt or {}).get("invitation_id")] for entry in read_entries(path)} == ids
    assert {entry.state for entry in read_entries(path)} == {State.CREATED}


@settings(max_examples=settings().max_examples // 3)
@given(
    fails_at=st.integers(1, 2 * ROWS + MADE + 1),
    keeps=st.booleans(),
    in_flight=st.sampled_from([1, 2, 8]),
    faults=st.lists(st.sampled_from([well, drop_before, drop_after, cut]), max_size=ROWS),
)
def test_a_disk_that_fails(
    tmp_path_factory: pytest.TempPathFactory, fails_at: int, keeps: bool, in_flight: int, faults: list[Fault]
) -> None:
    path, vendor = tmp_path_factory.mktemp("disk") / "journal", Vendor(creates=faults)
    told = invite(vendor, path, lambda connection: Disk(connection, fails_at, keeps), in_flight=in_flight)
    check_truth(vendor, path, told)
    event(f"{vendor.sent.total() > 0=} {len(told) < ROWS=}")
    check_resumed(vendor, path)


@pytest.mark.parametrize("room", [0, 1, 2, 3])
def test_a_full_disk(tmp_path: Path, room: int) -> None:
    path, vendor = tmp_path / "journal", Vendor()

    def fill(connection: sqlite3.Connection) -> sqlite3.Connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + room}")
        return connection

    told = invite(vendor, path, fill, count=MANY)
    check_truth(vendor, path, told)
    assert 0 < vendor.sent.total() < MANY
    assert {outcome.kind for outcome in told} == {OutcomeKind.CREATED, OutcomeKind.NOT_ATTEMPTED}
    check_resumed(vendor, path, count=MANY)


def test_whoever_is_sent_is_on_the_disk(tmp_path: Path) -> None:
    """What is copied when a request arrives is what a machine that loses its power then would find."""
    path, found = tmp_path / "journal", dict[str, Entry]()

    async def copied(vendor: Vendor, request: Request) -> Response:
        copy = tmp_path / f"copy {len(found)}"
        copy.mkdir()
        for name in (path.name, f"{path.name}-wal"):
            shutil.copy(tmp_path / name, copy)
        email = next(email for email in vendor.sent if email not in found)
        found[email] = {entry.person: entry for entry in read_entries(copy / path.name)}[email]
        return await vendor.fake.handle(request)

    vendor = Vendor(otherwise=copied)
    assert [outcome.kind for outcome in invite(vendor, path, in_flight=1)] == [OutcomeKind.CREATED] * ROWS
    assert {email: (entry.state, entry.traces[0]["email"]) for email, entry in found.items()} == {
        row.email: (State.INTENT, row.email) for row in people(ROWS)
    }
