"""A journal in a SQLite file on this machine."""

import asyncio
import os
import socket
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path

from jofi_async.bulk.journal import tables
from jofi_async.bulk.journal.records import Entry, Holder, Opening, Run, State
from jofi_async.bulk.ledger import Progress
from jofi_async.bulk.resource import Binding, Person
from jofi_async.core.errors import JournalError, JournalHeldError
from jofi_async.storage.database import StorageError, open_database, read_database, usable
from jofi_async.storage.hold import Hold
from jofi_async.storage.writer import Change, Writer


def lock_of(path: Path, epoch: int) -> Path:
    """Where the lock of a journal's holder is."""
    return path.with_name(f"{path.name}-hold-{epoch}")


class SqliteStore:
    """Implements `JournalStore` in a file, which its owner alone can read.

    It holds personal data: of each person who may have been invited the address, the caller's ids, and what a lost
    attempt is recognised by; of each invitation its id and link.

    Args:
        path: The file; on a disk of this machine.
        durable: Whether what was written outlasts a power cut; without it, it outlasts only the process.
    """

    def __init__(self, path: str | PathLike[str], *, durable: bool = True) -> None:
        self.path = Path(os.path.realpath(path))  # one file has one lock, whatever it is called
        self._durable = durable
        self._is_open = False
        self._writer: Writer | None = None
        self._reader: sqlite3.Connection | None = None
        self._hold: Hold | None = None
        self._epoch = 0

    async def open(self, *, take_over: bool) -> Opening:
        """Take hold of the journal; see `JournalStore.open`."""
        if self._is_open:
            raise JournalHeldError(f"The journal {self.path} is in use by another job of this program")
        self._is_open = True
        work = asyncio.create_task(asyncio.to_thread(self._open, take_over))
        interruption = None
        while not work.done():
            try:
                await asyncio.wait([work])
            except asyncio.CancelledError as error:  # the thread goes on
                interruption = error
        if interruption is None and work.exception() is None:
            connection, opening = work.result()
            self._writer = Writer(connection, tables.SCHEMA.name, self._check_epoch)
            return opening
        self._let_go(None if work.exception() else work.result()[0])
        raise interruption or work.exception() or AssertionError

    async def begin_run(self, binding: Binding, *, start_over: bool) -> None:
        """Begin a run; see `JournalStore.begin_run`."""
        holder = _this_process(took_over=False)
        run = Run(self._epoch, holder.process, holder.host, holder.since)

        def change(connection: sqlite3.Connection) -> None:
            if start_over:
                tables.drop_entries(connection)
                tables.set_purged(connection, None)
            tables.set_holder(connection, holder)
            tables.set_binding(connection, binding)
            tables.begin_run(connection, run)

        await self._write(change)

    async def find(self, person: Person) -> Sequence[Entry]:
        """Find a person; see `JournalStore.find`."""
        return self._read(lambda connection: tables.entries_of(connection, person))

    async def put(self, entry: Entry) -> None:
        """Write a person's entry; see `JournalStore.put`."""
        await self._write(lambda connection: tables.put_entry(connection, entry))

    async def doubts(self) -> Sequence[Entry]:
        """Return the entries in doubt; see `JournalStore.doubts`."""
        return await asyncio.to_thread(self._read, tables.entries_in_doubt)

    async def claims(self, most: int) -> Sequence[Entry]:
        """Return some entries with a receipt; see `JournalStore.claims`."""
        return await asyncio.to_thread(self._read, lambda connection: tables.some_settled(connection, most))

    async def note_run(self, progress: Progress) -> None:
        """Write down how far the run has come; see `JournalStore.note_run`."""
        await self._write(lambda connection: tables.note_run(connection, self._epoch, progress))

    async def end_run(self, progress: Progress, stopped: str | None) -> None:
        """Write down how the run went; see `JournalStore.end_run`."""
        ended_at = time.time()

        def change(connection: sqlite3.Connection) -> None:
            tables.note_run(connection, self._epoch, progress)
            tables.end_run(connection, self._epoch, ended_at, stopped)

        await self._write(change)

    async def purge(self, counts: Mapping[State, int]) -> None:
        """Forget everybody, and leave the counts; no trace of anybody stays in the file.

        Args:
            counts: What was counted at the opening.

        Raises:
            JournalError: It cannot be written; or somebody is reading it, so that a trace is left.
        """

        def change(connection: sqlite3.Connection) -> None:
            tables.drop_entries(connection)
            tables.set_purged(connection, counts)

        await self._write(change)
        assert self._writer is not None
        if not await self._writer.clear_log():
            raise JournalError(
                f"Everybody was removed from {self.path}, but somebody is reading it, so what was removed can still "
                "be found in it. End that, and purge it again"
            )

    async def close(self) -> None:
        """Let go; see `JournalStore.close`."""
        writer, self._writer = self._writer, None
        if writer is None:
            return
        if self._reader is not None:  # first, so that the writer is the last and clears up
            self._reader.close()
        try:
            await writer.aclose()
        finally:
            self._let_go()

    def _open(self, take_over: bool) -> tuple[sqlite3.Connection, Opening]:
        connection = None
        try:
            connection = open_database(self.path, tables.SCHEMA, durable=self._durable)
            with usable(self.path, tables.SCHEMA):
                opening = self._take_hold(connection, take_over=take_over)
            self._reader = read_database(self.path, tables.SCHEMA)
            return connection, opening
        except BaseException as error:
            self._let_go(connection)
            if isinstance(error, StorageError):
                raise self._unusable(error) from None
            raise

    def _take_hold(self, connection: sqlite3.Connection, *, take_over: bool) -> Opening:
        """Take the next epoch's lock, and, unless the file is damaged, the epoch."""
        epoch, holder = tables.epoch_of(connection), tables.holder_of(connection)
        last = Hold.take(lock_of(self.path, epoch))
        if last is None and not take_over:
            raise JournalHeldError(f"{_who(connection, self.path)}. Wait for it, or end it; {_IF_SILENT}")
        try:
            self._hold = Hold.take(lock_of(self.path, epoch + 1))
            took_over = last is None or (holder is not None and holder.took_over)
            opening = tables.opening(connection, took_over=took_over)
            if self._hold is None or not _advance(connection, epoch, _this_process(took_over=took_over)):
                raise JournalHeldError(f"Another process is just taking the journal {self.path}: try again")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise JournalHeldError(f"{_who(connection, self.path)}, {_IN_THE_MIDST}") from None
        finally:
            if last is not None:
                last.release()
        self._epoch = epoch + 1
        return opening

    def _let_go(self, connection: sqlite3.Connection | None = None) -> None:
        """Close what is open, the connection that writes last, since it clears up; and then give the lock back."""
        for one in (self._reader, connection):
            if one is not None:
                one.close()
        if self._hold is not None:
            self._hold.release()
        self._reader = self._hold = None
        self._is_open = False

    def _check_epoch(self, connection: sqlite3.Connection) -> None:
        if tables.epoch_of(connection) != self._epoch:
            raise JournalHeldError(f"The journal {self.path} was taken over by another process; this one stops")

    async def _write(self, change: Change[None]) -> None:
        if self._writer is None:
            raise self._closed()
        try:
            await self._writer.write(change)
        except StorageError as error:
            raise self._unusable(error) from None

    def _read(self, query: "Callable[[sqlite3.Connection], Sequence[Entry]]") -> Sequence[Entry]:
        if self._reader is None:
            raise self._closed()
        try:
            with usable(self.path, tables.SCHEMA):
                return query(self._reader)
        except StorageError as error:
            raise self._unusable(error) from None

    def _closed(self) -> JournalError:
        return JournalError(f"The journal {self.path} is not open")

    def _unusable(self, error: StorageError) -> JournalError:
        return JournalError(error.message if str(self.path) in error.message else f"{error.message} ({self.path})")


_IF_SILENT = "if it is alive and will never go on, take the journal over (`take_over`, `--take-over`)"
_IN_THE_MIDST = "in the midst of a write that does not end, so it cannot be taken over. End it, and run this again"


def _who(connection: sqlite3.Connection, path: Path) -> str:
    holder = tables.holder_of(connection)
    by = f"process {holder.process} on {holder.host}" if holder is not None else "another process"
    return f"The journal {path} is held by {by}"


def _this_process(*, took_over: bool) -> Holder:
    return Holder(os.getpid(), socket.gethostname(), time.time(), took_over)


def _advance(connection: sqlite3.Connection, epoch: int, holder: Holder) -> bool:
    """Take the next epoch, unless somebody has meanwhile."""
    connection.execute("BEGIN IMMEDIATE")
    is_last = tables.epoch_of(connection) == epoch
    if is_last:
        tables.set_epoch(connection, epoch + 1)
        tables.set_holder(connection, holder)
    connection.execute("COMMIT")
    return is_last
