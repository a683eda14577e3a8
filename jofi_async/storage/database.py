"""One SQLite file: private, durable, and used only when it is what it claims to be."""

import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from attrs import frozen

from jofi_async.core.errors import JofiAsyncError

BUSY_SECONDS = 5.0
"""How long a write waits for another process's."""


class StorageError(JofiAsyncError):
    """A file cannot be used, or not any more; the message names it and says what to do."""


@frozen
class Schema:
    """What a file must be.

    Attributes:
        name: What people call such a file, for example "journal".
        application_id: Marks the file as one of these (SQLite's `application_id`).
        version: The version of the tables (SQLite's `user_version`).
        script: Makes the tables in an empty file.
    """

    name: str
    application_id: int
    version: int
    script: str


def open_database(path: Path, schema: Schema, *, durable: bool = True) -> sqlite3.Connection:
    """Open a file to write, and make it if it is not there; it can be read by its owner alone.

    Args:
        path: The file; it must be on a disk of this machine, since a write-ahead log cannot be shared over a network.
        schema: What it must be.
        durable: Whether a commit outlasts a power cut; without it, it outlasts only the process.

    Raises:
        StorageError: It cannot be made or written, is something else, is damaged, or is of another version.
    """
    try:
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        connection = _connect(path, "rw")
    except (OSError, sqlite3.Error) as error:
        raise StorageError(f"The {schema.name} {path} cannot be opened: {_reason(error)}") from None
    try:
        connection.execute("PRAGMA secure_delete = ON")
        _check_kind(connection, path, schema)
        _check_whole(connection)
        with suppress(PermissionError):  # somebody else's file, who let us in
            path.chmod(0o600)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
        _make_tables(connection, schema)
    except (sqlite3.Error, StorageError) as error:
        connection.close()
        raise _unusable(path, schema, error) from None
    return connection


def read_database(path: Path, schema: Schema) -> sqlite3.Connection:
    """Open a file that is there to read it, also while another process writes.

    Raises:
        StorageError: It is not there, is something else, is damaged, or is of another version.
    """
    if not path.is_file():
        raise StorageError(f"There is no {schema.name} {path}")
    try:
        connection = _connect(path, "ro")
    except sqlite3.Error as error:
        raise _unusable(path, schema, error) from None
    try:
        _check_kind(connection, path, schema)
        if not connection.execute("PRAGMA application_id").fetchone()[0]:
            raise StorageError(f"{path} is empty, and no {schema.name}")
    except (sqlite3.Error, StorageError) as error:
        connection.close()
        raise _unusable(path, schema, error) from None
    return connection


@contextmanager
def usable(path: Path, schema: Schema) -> Generator[None]:
    """Turn what reading or writing a file's tables raises into a `StorageError`; what cannot be read is damage."""
    try:
        yield
    except (sqlite3.Error, ValueError, TypeError) as error:
        raise _unusable(path, schema, error) from None


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def _check_kind(connection: sqlite3.Connection, path: Path, schema: Schema) -> None:
    connection.execute("BEGIN")  # somebody may just be making the tables
    tables: int = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    found: int = connection.execute("PRAGMA application_id").fetchone()[0]
    connection.execute("COMMIT")
    if found != schema.application_id and (found or tables):
        raise StorageError(f"{path} is no {schema.name} but another SQLite file; it was left as it is")
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if found and version != schema.version:
        age, way = ("a newer", "update jofi-async") if version > schema.version else ("an older", "go on with that one")
        raise StorageError(
            f"The {schema.name} {path} was written by {age} jofi-async (format {version}, this one knows "
            f"{schema.version}); {way}"
        )


def _check_whole(connection: sqlite3.Connection) -> None:
    with closing(connection.execute("PRAGMA integrity_check(1)")) as check:
        if (said := check.fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(said)


def _make_tables(connection: sqlite3.Connection, schema: Schema) -> None:
    if _is_made(connection):  # else a holder that stands still in a write would keep everybody waiting
        return
    connection.execute("BEGIN IMMEDIATE")
    if not _is_made(connection):
        for statement in schema.script.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {schema.application_id}")
        connection.execute(f"PRAGMA user_version = {schema.version}")
    connection.execute("COMMIT")


def _is_made(connection: sqlite3.Connection) -> bool:
    with closing(connection.execute("PRAGMA application_id")) as found:
        return bool(found.fetchone()[0])


def _unusable(path: Path, schema: Schema, error: Exception) -> StorageError:
    if isinstance(error, StorageError):
        return error
    if isinstance(error, sqlite3.OperationalError) and hasattr(error, "sqlite_errorcode"):
        return StorageError(f"The {schema.name} {path} cannot be used: {_reason(error)}")
    why = _reason(error) if hasattr(error, "sqlite_errorcode") else "what stands in it cannot be read"  # it is private
    return StorageError(f"{path} is no {schema.name}, or is damaged ({why}); it was left as it is")


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
