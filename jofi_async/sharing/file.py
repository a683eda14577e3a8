"""A limit shared by the processes of one machine through a file: a visit is one transaction, on the machine's clock."""

import asyncio
import json
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path

from attrs import asdict

from jofi_async.core.limits.shared.ledger import Ledger
from jofi_async.core.limits.shared.store import Booked, Law, LimitStoreError, Visit
from jofi_async.storage.clock import seconds_awake_or_not
from jofi_async.storage.database import Schema, StorageError, open_database

SCHEMA = Schema(
    name="shared limit",
    application_id=0x4A4C494D,
    version=1,
    script="CREATE TABLE ledger (name TEXT PRIMARY KEY, kept TEXT NOT NULL) STRICT, WITHOUT ROWID",
)

_BUSY = 0.2  # seconds that a visit waits for another process's


class FileLimitStore:
    """Keeps limits in a file, which outlasts the processes but need not outlast the machine.

    Args:
        path: The file, on a disk of this machine; its folder must be there. Whoever may open it shares the limit.
        clock: The machine's clock, in seconds.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = seconds_awake_or_not) -> None:
        self._path = path
        self._clock = clock
        self._connection: sqlite3.Connection | None = None
        self._thread: ThreadPoolExecutor | None = None

    async def visit(self, name: str, visit: Visit) -> Booked:
        """See `LimitStore.visit`."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="jofi_async limit")
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._thread, partial(self._visit, name, visit))
        except StorageError as error:
            raise LimitStoreError(error.message) from None
        except (sqlite3.Error, ValueError, TypeError, KeyError) as error:
            raise LimitStoreError(f"The shared limit {self._path} cannot be used: {error}") from None

    async def aclose(self) -> None:
        """Close the file."""
        if self._thread is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
            self._thread.shutdown()
            self._thread = None

    def __repr__(self) -> str:
        return f"FileLimitStore({self._path})"

    def _visit(self, name: str, visit: Visit) -> Booked:
        if self._connection is None:
            self._connection = open_database(self._path, SCHEMA, durable=False)
            self._connection.execute(f"PRAGMA busy_timeout = {int(_BUSY * 1000)}")
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            now = self._clock()
            kept = connection.execute("SELECT kept FROM ledger WHERE name = ?", (name,)).fetchone()
            ledger = Ledger.begin(now, visit) if kept is None else _read(kept[0])
            booked = ledger.visit(now, visit)
            connection.execute("INSERT OR REPLACE INTO ledger VALUES (?, ?)", (name, json.dumps(asdict(ledger))))
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise
        return booked

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _read(text: str) -> Ledger:
    kept = json.loads(text)
    law = kept.pop("law")
    kept["free"] = [(start, cost) for start, cost in kept["free"]]
    return Ledger(**kept, law=None if law is None else Law(**law))
