"""A lock of the operating system's that dies with its holder, and tells the holders of one file apart.

The lock is an exclusive transaction on a file of its own, which SQLite holds by whatever locks the system has. Each
holder has another file, numbered by its *epoch*: whoever takes over from a holder that is alive but silent takes the
next number, and the silent one finds in its next write that its number is no longer the last.
"""

import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Self

_PATIENCE = 0.2  # seconds: somebody may just be asking whether it is held


class Hold:
    """A lock that is held.

    Args:
        path: The lock's own file.
        connection: Its exclusive transaction.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    @classmethod
    def take(cls, path: Path) -> Self | None:
        """Take a lock, or None when a living process has it.

        Raises:
            sqlite3.Error: The lock's file cannot be made.
        """
        connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = MEMORY")  # else there would be a second file beside it
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            connection.close()
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            return None
        return cls(path, connection)

    def release(self) -> None:
        """Give it back; never fails."""
        with suppress(OSError):
            self._path.unlink()
        self._connection.close()


def is_held(path: Path) -> bool:
    """Whether a living process holds a lock."""
    if not path.exists():
        return False
    hold = Hold.take(path)
    if hold is None:
        return True
    hold.release()
    return False
