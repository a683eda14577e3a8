"""One SQLite file: private, durable, and used only when it is what it claims to be."""

import os
import re
import sqlite3
import time
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
        raise StorageError(f"The {schema.name} {path} cannot be opened: {_reason(error, path)}") from None
    try:
        connection.execute("PRAGMA secure_delete = ON")
        _check_kind(connection, path, schema)
        _check_whole(connection)
        with suppress(PermissionError):  # somebody else's file, who let us in
            path.chmod(0o600)
        _write_ahead(connection)
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
        _make_tables(connection, schema)
    except (sqlite3.Error, StorageError) as error:
        connection.close()
        raise _unusable(path, schema, error) from None
    return connection


@contextmanager
def reading(path: Path, schema: Schema) -> Generator[sqlite3.Connection]:
    """Read a file that is there, also while another process writes; beside one that nobody has open, no file is made.

    Raises:
        StorageError: It is not there, is something else, is damaged, or is of another version; or it was not open at
            first, and was written while it was read.
    """
    idle_since = _idle_since(path)
    with closing(read_database(path, schema, idle=idle_since is not None)) as connection:
        try:
            with usable(path, schema):
                yield connection
        finally:
            if idle_since is not None and _last_write(path) != idle_since:
                raise StorageError(f"The {schema.name} {path} was written while it was read: read it again")


def read_database(path: Path, schema: Schema, *, idle: bool = False) -> sqlite3.Connection:
    """Open a file that is there to read it, also while another process writes.

    Args:
        path: The file.
        schema: What it must be.
        idle: Whether nobody writes it, so that neither a lock nor a file beside it is needed.

    Raises:
        StorageError: It is not there, is something else, is damaged, or is of another version.
    """
    try:
        if not path.is_file():
            raise StorageError(f"There is no {schema.name} {path}")
        connection = _connect(path, "ro&immutable=1" if idle else "ro")
    except (OSError, sqlite3.Error, StorageError) as error:
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


def _idle_since(path: Path) -> object:
    """The last write of a file that no process has open, or None of one that may be: it has a log beside it."""
    real = os.path.realpath(path)  # where SQLite has the logs
    has_log = any(os.path.lexists(f"{real}-{log}") for log in ("wal", "journal"))
    return None if has_log else _last_write(path)


def _last_write(path: Path) -> object:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Let others read while one writes; SQLite does not wait for who is just opening a new file as well."""
    latest = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & _PRIMARY != sqlite3.SQLITE_BUSY or time.monotonic() > latest:
                raise
            time.sleep(0.01)
        else:
            return


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
        said: str = check.fetchone()[0]
    if said == "ok":
        return
    code = _CODE.search(said)
    if code is None or int(code[1]) & _PRIMARY == sqlite3.SQLITE_CORRUPT:
        raise sqlite3.DatabaseError(said)
    error = sqlite3.OperationalError("disk I/O error")  # no flaw of the file: it could not be looked for
    error.sqlite_errorcode = int(code[1])
    raise error


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
    reason = _reason(error, path)
    if getattr(error, _ERROR_CODE, 0) & _PRIMARY == sqlite3.SQLITE_CORRUPT and not _is_damaged(path):
        return StorageError(f"The {schema.name} {path} cannot be used: {_FAILS.format(error)}")
    if isinstance(error, OSError) or (isinstance(error, sqlite3.OperationalError) and hasattr(error, _ERROR_CODE)):
        return StorageError(f"The {schema.name} {path} cannot be used: {reason}")
    why = reason if hasattr(error, _ERROR_CODE) else "what stands in it cannot be read"  # it is private
    return StorageError(f"{path} is no {schema.name}, or is damaged ({why}); it was left as it is")


def _is_damaged(path: Path) -> bool:
    """Whether what SQLite calls malformed is: it says the same of a disk that fails to read (`EIO`)."""
    try:
        _read_through(path)
        return all(_finds_damage(path) for _ in range(_OPINIONS))
    except (OSError, sqlite3.OperationalError):
        return False


def _finds_damage(path: Path) -> bool:
    with closing(_connect(path, "ro")) as connection:
        try:
            _check_whole(connection)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            return True
    return False


def _read_through(path: Path) -> None:
    """Read a file to its end; it stays open, since closing it would give back the locks that SQLite has on it."""
    descriptor = os.open(path, os.O_RDONLY)
    while os.read(descriptor, 1 << 20):
        pass


_OPINIONS = 5
_FAILS = "the disk fails ({}), which says nothing of what stands on it"
_ERROR_CODE = "sqlite_errorcode"
"""Which only errors have that SQLite raised while it worked."""

_CODE = re.compile(r"unable to get the page\. error code=(\d+)")
_PRIMARY = 0xFF


def _reason(error: Exception, path: Path) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    match getattr(error, _ERROR_CODE, 0) & _PRIMARY:
        case sqlite3.SQLITE_IOERR:
            return _FAILS.format(error)
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return _denied(path) or str(error)
        case _:
            return str(error)


def _denied(path: Path) -> str:
    """What SQLite needs and may not do, or "": it does not say it itself."""
    files = (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm"))
    closed = [str(one) for one in files if os.access(one, os.F_OK) and not os.access(one, os.R_OK | os.W_OK)]
    if closed:
        return f"you may not read and write {' and '.join(closed)}"
    is_open = os.access(path.parent, os.W_OK | os.X_OK)
    return "" if is_open else f"you may not write into {path.parent}, where files beside it are made"
