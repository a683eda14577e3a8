"""A journal's file as a person looks at it, also while a job runs; and the removal of personal data from it."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from attrs import frozen

from jofi_async.bulk.journal import tables
from jofi_async.bulk.journal.records import Entry, Holder, Run, State
from jofi_async.bulk.journal.sqlite import SqliteStore, lock_of
from jofi_async.bulk.resource import Binding
from jofi_async.storage.database import StorageError, read_database, reading
from jofi_async.storage.hold import is_held


@frozen
class Status:
    """How a job stands.

    Attributes:
        binding: What it belongs to; None when it has not begun.
        counts: How many persons are in each state.
        last_run: The last run, or None.
        holder: Who holds it, or held it last, or None.
        is_running: Whether a living process holds the journal.
        is_purged: Whether the personal data was removed.
    """

    binding: Binding | None
    counts: Mapping[State, int]
    last_run: Run | None
    holder: Holder | None
    is_running: bool
    is_purged: bool


def read_status(path: Path) -> Status:
    """Read how a job stands.

    Raises:
        StorageError: The file is no journal, or cannot be read.
    """
    with reading(path, tables.SCHEMA) as connection:
        return Status(
            binding=tables.binding_of(connection),
            counts=tables.counts_by_state(connection),
            last_run=tables.last_run(connection),
            holder=tables.holder_of(connection),
            is_running=is_held(lock_of(path, tables.epoch_of(connection))),
            is_purged=tables.purged_counts(connection) is not None,
        )


def read_entries(path: Path) -> Iterator[Entry]:
    """Read everybody in a journal, in the order in which they were intended.

    Raises:
        StorageError: The file is no journal, or cannot be read.
    """
    with reading(path, tables.SCHEMA) as connection:
        yield from tables.all_entries(connection)


async def purge(path: Path) -> Mapping[State, int]:
    """Remove all personal data from a journal that no job holds, and leave the counts.

    Returns:
        How many persons were in each state.

    Raises:
        StorageError: The file is no journal.
        JournalError: It is held by a job, or cannot be written.
    """
    read_database(path, tables.SCHEMA).close()  # else one would be made
    store = SqliteStore(path)
    opening = await store.open(take_over=False)
    try:
        await store.purge(opening.counts)
    finally:
        await store.close()
    return opening.counts


def settled_people(path: Path) -> frozenset[str]:
    """The keys of everybody who is settled in a journal; nobody where there is none that can be read."""
    return _people(path, lambda entry: entry.is_settled)


def known_people(path: Path) -> frozenset[str]:
    """The keys of everybody in a journal; nobody where there is none that can be read."""
    return _people(path, lambda _: True)


def _people(path: Path, counts: Callable[[Entry], bool]) -> frozenset[str]:
    try:
        return frozenset(entry.person for entry in read_entries(path) if counts(entry))
    except StorageError:  # who opens it to write is told
        return frozenset()
