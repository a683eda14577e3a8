"""One thread that writes to a SQLite file; what is asked for while it commits is committed together next."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from jofi_async.storage.database import StorageError

T = TypeVar("T")
Change = Callable[[sqlite3.Connection], T]


class Writer:
    """Writes to a file from one event loop; each change is durable when its `write` returns.

    After a write has failed nothing more is written: what is on the disk then is not known to any one process.

    Args:
        connection: To the file; the writer's own from now on.
        name: What people call the file, for messages.
        guard: Runs at the beginning of each transaction; what it raises, all changes of the transaction raise.
    """

    def __init__(self, connection: sqlite3.Connection, name: str, guard: Change[None] | None = None) -> None:
        self._connection = connection
        self._name = name
        self._guard = guard
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="jofi_async writer")
        self._asked: list[tuple[Change[Any], asyncio.Future[Any]]] = []
        self._idle = asyncio.Event()
        self._idle.set()
        self._broken: StorageError | None = None

    async def write(self, change: Change[T]) -> T:
        """Make a change in a transaction; one that is cancelled meanwhile is made all the same.

        Args:
            change: Runs in the writer's thread. What it raises must come before it has changed anything.

        Returns:
            What the change returned.

        Raises:
            StorageError: It cannot be written.
        """
        loop = asyncio.get_running_loop()
        made: asyncio.Future[T] = loop.create_future()
        self._asked.append((change, made))
        if self._idle.is_set():
            self._idle.clear()
            loop.call_soon(self._flush)
        return await made

    async def aclose(self) -> None:
        """Write what was asked for, and close the file."""
        await self._idle.wait()
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown()

    async def clear_log(self) -> bool:
        """Leave nothing in the write-ahead log; False when somebody is reading what stands there."""
        await self._idle.wait()
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._clear_log)

    def _flush(self) -> None:
        batch, self._asked = self._asked, []
        if not batch:
            self._idle.set()
            return
        commit = partial(self._commit, [change for change, _ in batch])
        writing = asyncio.get_running_loop().run_in_executor(self._thread, commit)
        writing.add_done_callback(partial(self._written, [made for _, made in batch]))

    def _written(self, asked: Sequence["asyncio.Future[Any]"], writing: "asyncio.Future[Sequence[Any]]") -> None:
        for made, result in zip(asked, writing.result(), strict=True):
            if made.done():
                continue
            if isinstance(result, Exception):
                made.set_exception(result)
            else:
                made.set_result(result)
        self._flush()

    def _commit(self, changes: Sequence[Change[Any]]) -> Sequence[Any]:
        """Make all changes in one transaction; what each returned or raised."""
        try:
            if self._broken is not None:
                raise self._broken
            self._connection.execute("BEGIN IMMEDIATE")
            if self._guard is not None and (refusal := _made(self._guard, self._connection)) is not None:
                self._roll_back()
                return [refusal] * len(changes)
            results = [_made(change, self._connection) for change in changes]
            self._connection.execute("COMMIT")
        except (sqlite3.Error, StorageError) as error:
            self._broken = self._broken or StorageError(f"The {self._name} cannot be written: {error}")
            self._roll_back()
            return [self._broken] * len(changes)
        return results

    def _close(self) -> None:
        with suppress(sqlite3.Error):
            self._clear_log()
        self._connection.close()

    def _clear_log(self) -> bool:
        is_busy: int = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return not is_busy

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            with suppress(sqlite3.Error):  # the same disk again
                self._connection.execute("ROLLBACK")


def _made(change: Change[Any], connection: sqlite3.Connection) -> Any:
    try:
        return change(connection)
    except sqlite3.Error:
        raise
    except Exception as error:
        return error
