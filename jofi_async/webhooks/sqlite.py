"""Which events were handled, in a SQLite file that the processes of one machine share."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from os import PathLike
from pathlib import Path
from typing import TypeVar

from jofi_async.storage.clock import seconds_awake_or_not
from jofi_async.storage.database import Schema, open_database, usable
from jofi_async.webhooks.replays import KEEP, Claim

T = TypeVar("T")

SCHEMA = Schema(
    name="replay store",
    application_id=0x4A6F4576,
    version=1,
    script="""
    CREATE TABLE event (
        key TEXT NOT NULL PRIMARY KEY,
        token TEXT,
        claimed_at REAL,
        seconds REAL,
        seen_at REAL NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX event_seen_at ON event (seen_at)""",
)

_CLAIM = """
INSERT INTO event (key, token, claimed_at, seconds, seen_at) VALUES (:key, :token, :now, :seconds, :seen_at)
ON CONFLICT (key) DO UPDATE SET token = :token, claimed_at = :now, seconds = :seconds, seen_at = :seen_at
WHERE event.token IS NOT NULL AND NOT (:now >= event.claimed_at AND :now < event.claimed_at + event.seconds)
"""  # a claim of the future is of before the machine started, and dead
_FINISH = """
INSERT INTO event (key, seen_at) VALUES (:key, :seen_at)
ON CONFLICT (key) DO UPDATE SET token = NULL, claimed_at = NULL, seconds = NULL, seen_at = :seen_at
"""
_FORGET = "DELETE FROM event WHERE key IN (SELECT key FROM event WHERE seen_at < ? ORDER BY seen_at LIMIT 100)"


class SqliteReplays:
    """Implements `ReplayStore` in a file, for all processes of one machine; it holds digests and times, and no event.

    It may be used from several event loops and threads. A file that fails is opened anew by the next call.
    One that was used before a fork is of no use after it: let each worker process make its own.

    Args:
        path: The file; on a disk of this machine.
        keep: For how many seconds an event is remembered; None: for good.
        durable: Whether what was written outlasts a power cut; without it, it outlasts only the process.
        clock: In seconds, the same for all processes, going on while the machine sleeps; only differences mean
            anything.
        wall_clock: In seconds since 1970.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        *,
        keep: float | None = KEEP,
        durable: bool = True,
        clock: Callable[[], float] = seconds_awake_or_not,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._path = Path(path)
        self._keep = keep
        self._durable = durable
        self._clock = clock
        self._wall_clock = wall_clock
        self._connection: sqlite3.Connection | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="jofi_async replays")

    async def claim(self, key: str, token: str, seconds: float) -> Claim:
        """Take an event; see `ReplayStore.claim`.

        Raises:
            StorageError: The file cannot be used.
        """

        def change(connection: sqlite3.Connection) -> Claim:
            values = {
                "now": self._clock(),
                "seen_at": self._wall_clock() + seconds,  # so that it is not forgotten while it lasts
                "seconds": seconds,
                "token": token,
                "key": key,
            }
            if connection.execute(_CLAIM, values).rowcount:
                return Claim.TAKEN
            (holder,) = connection.execute("SELECT token FROM event WHERE key = ?", [key]).fetchone()
            return Claim.DONE if holder is None else Claim.BUSY

        return await self._write(change)

    async def finish(self, key: str) -> None:
        """Remember an event; see `ReplayStore.finish`.

        Raises:
            StorageError: The file cannot be used.
        """

        def change(connection: sqlite3.Connection) -> None:
            now = self._wall_clock()
            connection.execute(_FINISH, {"key": key, "seen_at": now})
            if self._keep is not None:
                connection.execute(_FORGET, [now - self._keep])

        await self._write(change)

    async def release(self, key: str, token: str) -> None:
        """Let go; see `ReplayStore.release`.

        Raises:
            StorageError: The file cannot be used.
        """

        def change(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM event WHERE key = ? AND token = ?", [key, token])

        await self._write(change)

    def close(self) -> None:
        """Close the file; what was asked for is written first."""
        self._thread.submit(self._close).result()
        self._thread.shutdown()

    async def _write(self, change: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._commit, change)

    def _commit(self, change: Callable[[sqlite3.Connection], T]) -> T:
        with usable(self._path, SCHEMA):
            try:
                if self._connection is None:
                    self._connection = open_database(self._path, SCHEMA, durable=self._durable)
                self._connection.execute("BEGIN IMMEDIATE")
                result = change(self._connection)
                self._connection.execute("COMMIT")
            except BaseException:
                self._close()
                raise
        return result

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
