"""A local mirror of a list: what was read of each item, and when, in a SQLite file on this machine.

It proves who is there, not how they are now: an item that was read a month ago may have changed since. What the server
counts less what the mirror holds is what the next listing has to find.
"""

import asyncio
import json
import os
import sqlite3
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import closing
from os import PathLike
from pathlib import Path
from typing import Any

from attrs import frozen

from jofi_async.reconcile.parts import Texts
from jofi_async.storage.database import Schema, StorageError, open_database, read_database, usable
from jofi_async.storage.writer import Writer

PAGE = 500
"""How many items are read from the file at once."""

SCHEMA = Schema(
    name="mirror",
    application_id=0x4A6F4D69,
    version=1,
    script="""
    CREATE TABLE mirror (one INTEGER PRIMARY KEY CHECK (one = 1), owner TEXT);
    INSERT INTO mirror VALUES (1, NULL);
    CREATE TABLE item (id INTEGER PRIMARY KEY, texts TEXT NOT NULL, read_at REAL NOT NULL, body BLOB NOT NULL)""",
)

_PUT = """
    INSERT INTO item VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
    texts = excluded.texts, read_at = excluded.read_at, body = excluded.body WHERE excluded.read_at >= read_at"""


@frozen(repr=False)
class Remembered:
    """What was read of one item.

    Attributes:
        id: Its id.
        texts: What filters are held against.
        read_at: When it was read: seconds since 1970 by this machine's clock.
        body: The item, as its vendor's side wrote it.
    """

    id: int
    texts: Texts
    read_at: float
    body: bytes


class Mirror:
    """A mirror's file, which its owner alone can read: it holds all that a list shows of people.

    Several processes may use one file; of two readings of an item the later one stays.

    Args:
        path: The file, on a disk of this machine; it is made if it is not there.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(os.path.realpath(path))
        self._writer: Writer | None = None
        self._reader: sqlite3.Connection | None = None

    async def open(self, owner: Mapping[str, str]) -> None:
        """Open the file for what it is a mirror of.

        Args:
            owner: What tells it from all others; a new file is the mirror of this from now on.

        Raises:
            StorageError: It cannot be used, is no mirror, is damaged or of a newer version, or is of another owner.
        """
        connection, self._reader = await asyncio.to_thread(self._open, owner)
        self._writer = Writer(connection, SCHEMA.name)

    async def close(self) -> None:
        """Write what was asked for, and close the file."""
        writer, self._writer = self._writer, None
        if self._reader is not None:
            self._reader.close()
        if writer is not None:
            await writer.aclose()

    async def remember(self, items: Iterable[Remembered]) -> None:
        """Write down what was read; an earlier reading never replaces a later one.

        Raises:
            StorageError: It cannot be written.
        """
        rows = [(one.id, json.dumps(one.texts), one.read_at, one.body) for one in items]
        await self._write(lambda connection: connection.executemany(_PUT, rows))

    async def forget(self, ids: Collection[int]) -> None:
        """Remove items.

        Raises:
            StorageError: It cannot be written.
        """
        rows = [(one,) for one in ids]
        await self._write(lambda connection: connection.executemany("DELETE FROM item WHERE id = ?", rows))

    async def texts(self) -> dict[int, Texts]:
        """What filters are held against, of every item.

        Raises:
            StorageError: It cannot be read.
        """
        rows = await self._read("SELECT id, texts FROM item")
        with usable(self.path, SCHEMA):
            return {item_id: tuple(json.loads(texts)) for item_id, texts in rows}

    async def items(self) -> AsyncGenerator[Remembered]:
        """Every item, by its id; few of them are held at once.

        Raises:
            StorageError: It cannot be read.
        """
        last = -(2**63)
        while rows := await self._read("SELECT * FROM item WHERE id > ? ORDER BY id LIMIT ?", [last, PAGE]):
            with usable(self.path, SCHEMA):
                found = [Remembered(item, tuple(json.loads(texts)), at, body) for item, texts, at, body in rows]
            for one in found:
                yield one
            last = rows[-1][0]

    def _open(self, owner: Mapping[str, str]) -> tuple[sqlite3.Connection, sqlite3.Connection]:
        if os.path.isdir(self.path):  # noqa: PTH112  (False where nobody lets us look)
            raise StorageError(f"The mirror must be a file, and {self.path} is a folder")
        connection = open_database(self.path, SCHEMA)
        try:
            with usable(self.path, SCHEMA):
                self._check_owner(connection, dict(owner))
            return connection, read_database(self.path, SCHEMA)
        except BaseException:
            connection.close()
            raise

    def _check_owner(self, connection: sqlite3.Connection, owner: dict[str, str]) -> None:
        connection.execute("UPDATE mirror SET owner = ? WHERE owner IS NULL", [json.dumps(owner)])
        found = json.loads(connection.execute("SELECT owner FROM mirror").fetchone()[0])
        if found != owner:
            raise StorageError(
                f"The mirror {self.path} is of {_said(found)}, and this is {_said(owner)}: take another file"
            )

    async def _write(self, change: Callable[[sqlite3.Connection], object]) -> None:
        if self._writer is None:
            raise StorageError(f"The mirror {self.path} is not open")
        await self._writer.write(change)

    async def _read(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        return await asyncio.to_thread(self._rows, query, values)

    def _rows(self, query: str, values: Sequence[object]) -> list[Any]:
        if self._reader is None or self._writer is None:
            raise StorageError(f"The mirror {self.path} is not open")
        with usable(self.path, SCHEMA), closing(self._reader.execute(query, values)) as rows:
            return rows.fetchall()


def _said(owner: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in owner.items() if value)
