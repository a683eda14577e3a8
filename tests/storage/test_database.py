"""A SQLite file is made with care, and used only when it is what it claims to be."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from attrs import define, evolve
from hypothesis import given
from hypothesis import strategies as st

from jofi_async.storage import database
from jofi_async.storage.database import Schema, StorageError, open_database, read_database, reading

SCHEMA = Schema(
    name="diary",
    application_id=77,
    version=3,
    script="CREATE TABLE a (x); CREATE TABLE b (y); INSERT INTO b VALUES (1)",
)
MADE = "SELECT count(*) FROM sqlite_schema WHERE type = 'table'"


def pragma(path: Path, name: str) -> object:
    with closing(open_database(path, SCHEMA)) as connection:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_a_new_file_is_private_durable_and_has_its_tables(tmp_path: Path) -> None:
    path = tmp_path / "new diary?#.db"
    assert pragma(path, "journal_mode") == "wal"
    assert pragma(path, "synchronous") == 2  # FULL
    assert pragma(path, "secure_delete") == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with closing(read_database(path, SCHEMA)) as connection:
        assert connection.execute(MADE).fetchone()[0] == 2
        assert connection.execute("SELECT y FROM b").fetchall() == [(1,)]


def test_what_is_beside_it_is_private_too(tmp_path: Path) -> None:
    path = tmp_path / "diary"
    with closing(open_database(path, SCHEMA)) as connection:
        connection.execute("INSERT INTO a VALUES (1)")
        assert {stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()} == {0o600}


def test_an_earlier_file_is_made_private_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "diary"
    with closing(open_database(path, SCHEMA)) as connection:
        connection.execute("INSERT INTO a VALUES (1)")
    path.chmod(0o644)
    with closing(open_database(path, SCHEMA)) as connection:
        assert connection.execute("SELECT x FROM a").fetchall() == [(1,)]
        assert connection.execute("SELECT y FROM b").fetchall() == [(1,)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_was_made_and_never_written_is_new(tmp_path: Path) -> None:
    path = tmp_path / "diary"
    path.touch()
    open_database(path, SCHEMA).close()
    read_database(path, SCHEMA).close()


def fill(connection: sqlite3.Connection, values: Iterable[object]) -> None:
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO a VALUES (?)", [(value,) for value in values])
    connection.execute("COMMIT")


def entries(path: Path) -> list[int]:
    with reading(path, SCHEMA) as connection:
        return [x for (x,) in connection.execute("SELECT x FROM a ORDER BY x")]


@pytest.mark.parametrize("mode", [0o600, 0o400])
@pytest.mark.parametrize("name", ["diary", "link"])
def test_reading_what_nobody_has_open_leaves_nothing_beside_it(tmp_path: Path, mode: int, name: str) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "diary")
    with closing(open_database(tmp_path / "diary", SCHEMA)) as connection:
        connection.execute("INSERT INTO a VALUES (1)")
    (tmp_path / "diary").chmod(mode)
    assert entries(tmp_path / name) == [1]
    assert {one.name for one in tmp_path.iterdir()} == {"diary", "link"}


@pytest.mark.parametrize("name", ["diary", "link"])
def test_reading_sees_what_stands_in_the_log_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "diary")
    with closing(open_database(tmp_path / "diary", SCHEMA)) as connection:
        connection.execute("INSERT INTO a VALUES (1)")
        before = (tmp_path / "diary").read_bytes()
        connection.execute("INSERT INTO a VALUES (2)")
        assert (tmp_path / "diary").read_bytes() == before
        assert entries(tmp_path / name) == [1, 2]


def test_reading_sees_what_stands_in_the_log_of_a_process_that_was_killed(tmp_path: Path) -> None:
    path, left = tmp_path / "diary", tmp_path / "left"
    with closing(open_database(path, SCHEMA)) as connection:
        connection.execute("INSERT INTO a VALUES (1)")
        for log in ("", "-wal"):
            (tmp_path / f"left{log}").write_bytes((tmp_path / f"diary{log}").read_bytes())
    assert entries(left) == [1]


@pytest.mark.parametrize("ends", [True, False])
def test_who_writes_meanwhile_is_noticed_once_what_was_read_may_be_wrong(tmp_path: Path, ends: bool) -> None:
    path = tmp_path / "diary"
    with closing(open_database(path, SCHEMA, durable=False)) as connection:
        fill(connection, range(2000))
    os.utime(path, (1, 1))  # an earlier write, however coarse the clock of the disk
    with ExitStack() as stack:
        connection = stack.enter_context(reading(path, SCHEMA))
        rows = connection.execute("SELECT x FROM a")
        first = [x for (x,) in rows.fetchmany(10)]
        with closing(open_database(path, SCHEMA)) as writer:
            writer.execute("UPDATE a SET x = -1")
            if not ends:
                assert first + [x for (x,) in rows] == list(range(2000))
                stack.close()
        if ends:
            with pytest.raises(StorageError, match="was written while it was read: read it again"):
                stack.close()


def test_what_is_being_written_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "diary"
    with closing(open_database(path, SCHEMA)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO a VALUES (1)")
        with closing(read_database(path, SCHEMA)) as reader:
            assert reader.execute("SELECT count(*) FROM a").fetchone()[0] == 0
            writer.execute("COMMIT")
            assert reader.execute("SELECT count(*) FROM a").fetchone()[0] == 1
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                reader.execute("DELETE FROM a")


def refuses(path: Path, words: str, schema: Schema = SCHEMA) -> None:
    """Neither opens it, both say why, and it stays as it is."""
    before = path.read_bytes()
    for open_it in (open_database, read_database):
        with pytest.raises(StorageError, match=words) as caught:
            open_it(path, schema)
        assert str(path) in caught.value.message
    assert path.read_bytes() == before


def test_another_program_s_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE notes (text)")
    refuses(path, "is no diary but another SQLite file")


@pytest.mark.parametrize(("version", "words"), [(4, "a newer"), (2, "an older")])
def test_another_version_is_left_alone(tmp_path: Path, version: int, words: str) -> None:
    path = tmp_path / "diary"
    open_database(path, evolve(SCHEMA, version=version)).close()
    refuses(path, rf"written by {words} jofi-async \(format {version}, this one knows 3\)")


def test_what_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("First Name,Last Name\n" * 100)
    refuses(path, "is no diary, or is damaged")


@given(at=st.integers(100, 20_000), size=st.integers(1, 5_000), cut=st.booleans())
def test_damage_raises_nothing_but_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory, at: int, size: int, cut: bool
) -> None:
    path = tmp_path_factory.mktemp("damage") / "diary"
    with closing(open_database(path, SCHEMA, durable=False)) as connection:
        connection.executemany("INSERT INTO a VALUES (?)", [("x" * 100,)] * 100)
    whole = path.read_bytes()
    path.write_bytes(whole[:at] if cut else whole[:at] + b"\xaa" * size + whole[at + size :])
    with suppress(StorageError):
        read_database(path, SCHEMA).close()
    with suppress(StorageError):
        open_database(path, SCHEMA, durable=False).close()


def test_what_is_not_there_is_not_made_to_be_read(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="There is no diary"):
        read_database(tmp_path / "diary", SCHEMA)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_nothing_to_read(tmp_path: Path) -> None:
    (tmp_path / "diary").touch()
    with pytest.raises(StorageError, match="is empty, and no diary"):
        read_database(tmp_path / "diary", SCHEMA)


@pytest.mark.parametrize("name", ["", "nowhere/diary"])
def test_a_path_that_cannot_be(tmp_path: Path, name: str) -> None:
    with pytest.raises(StorageError, match="cannot be opened"):
        open_database(tmp_path / name, SCHEMA)


@define
class Checked:
    """A connection whose file's check says something, or fails."""

    connection: sqlite3.Connection
    says: str | Exception

    def execute(self, sql: str) -> sqlite3.Cursor:
        """Do it, but for the check."""
        if sql != "PRAGMA integrity_check(1)":
            return self.connection.execute(sql)
        if isinstance(self.says, Exception):
            raise self.says
        return self.connection.execute("SELECT ?", [self.says])

    def close(self) -> None:
        """Close it."""
        self.connection.close()


def _failure() -> sqlite3.Error:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_READ
    return error


UNREAD = "*** in database main ***\nPage 7: unable to get the page. error code="


@pytest.mark.parametrize(
    ("says", "words"),
    [
        (f"{UNREAD}{sqlite3.SQLITE_IOERR_READ}", "cannot be used: the disk fails"),
        (f"{UNREAD}{sqlite3.SQLITE_IOERR_CORRUPTFS}\nPage 8: never used", "cannot be used: the disk fails"),
        (_failure(), "cannot be used: the disk fails"),
        (f"{UNREAD}{sqlite3.SQLITE_CORRUPT}", "is no diary, or is damaged"),
        ("*** in database main ***\nPage 7: btreeInitPage() returns error code 11", "is no diary, or is damaged"),
        ("row 266 missing from index i", "is no diary, or is damaged"),
    ],
)
def test_a_disk_that_cannot_be_read_is_told_from_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str | Exception, words: str
) -> None:
    path = tmp_path / "diary"
    open_database(path, SCHEMA).close()
    connect = database._connect  # pyright: ignore[reportPrivateUsage]

    def spoiled(path: Path, mode: str) -> Any:
        return Checked(connect(path, mode), says)

    monkeypatch.setattr(database, "_connect", spoiled)
    with pytest.raises(StorageError, match=words) as caught:
        open_database(path, SCHEMA)
    assert str(path) in caught.value.message


@define
class Spoiled:
    """A connection on which SQLite takes a disk that fails for a damaged file, as it does upon `EIO`."""

    connection: sqlite3.Connection
    in_what: str
    times: list[int]

    def execute(self, sql: str) -> sqlite3.Cursor:
        """Do it, but for what fails, so many times."""
        if sql == self.in_what and self.times[0] > 0:
            self.times[0] -= 1
            error = sqlite3.DatabaseError("database disk image is malformed")
            error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise error
        return self.connection.execute(sql)

    def close(self) -> None:
        """Close it."""
        self.connection.close()


def _spoil(monkeypatch: pytest.MonkeyPatch, in_what: str, left: list[int]) -> None:
    connect = database._connect  # pyright: ignore[reportPrivateUsage]

    def spoiled(path: Path, mode: str) -> Spoiled:
        return Spoiled(connect(path, mode), in_what, left)

    monkeypatch.setattr(database, "_connect", spoiled)


@pytest.mark.parametrize(
    ("in_what", "times", "words"),
    [
        ("PRAGMA user_version", 1, r"cannot be used: the disk fails \(database disk image is malformed\)"),
        ("PRAGMA integrity_check(1)", 4, "cannot be used: the disk fails"),
        ("PRAGMA integrity_check(1)", 9, "is no diary, or is damaged"),
    ],
)
def test_what_sqlite_calls_malformed_is_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_what: str, times: int, words: str
) -> None:
    path, left = tmp_path / "diary", [times]
    open_database(path, SCHEMA).close()
    _spoil(monkeypatch, in_what, left)
    with pytest.raises(StorageError, match=words):
        open_database(path, SCHEMA)


def test_looking_at_it_again_gives_no_lock_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process loses its locks on a file when it closes any descriptor of it."""
    path, left = tmp_path / "diary", [1]
    with closing(open_database(path, SCHEMA)):
        assert is_locked(path)
        _spoil(monkeypatch, "PRAGMA user_version", left)
        with pytest.raises(StorageError, match="the disk fails"):
            read_database(path, SCHEMA)
        assert is_locked(path)
    assert not is_locked(path)


def is_locked(path: Path) -> bool:
    """Whether this process has SQLite's shared lock on a file, as another one sees it."""
    asks = f"import fcntl; fcntl.lockf(open({str(path)!r}, 'r+b'), fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)"
    done = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0 or "BlockingIOError" in done.stderr, done.stderr
    return done.returncode != 0


def test_a_file_that_cannot_be_read_is_not_called_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    path = tmp_path / "diary"
    with closing(open_database(path, SCHEMA, durable=False)) as connection:
        fill(connection, ["x" * 100] * 500)
    path.write_bytes(path.read_bytes()[:8192] + b"\xaa" * 40_000)
    refuses(path, "is no diary, or is damaged")
    monkeypatch.setattr(os, "read", fail)
    with pytest.raises(StorageError, match="the disk fails"):
        open_database(path, SCHEMA)


def test_a_folder_that_may_not_be_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    for name in ("stat", "open"):
        monkeypatch.setattr(os, name, refuse)
    for open_it, words in ((open_database, "cannot be opened"), (read_database, "cannot be used")):
        with pytest.raises(StorageError, match=f"diary {tmp_path / 'diary'} {words}: Permission denied"):
            open_it(tmp_path / "diary", SCHEMA)


@pytest.mark.parametrize(
    ("closed", "words"),
    [
        ("diary", "you may not read and write {}/diary"),
        ("diary-wal", "you may not read and write {}/diary-wal"),
        ("", "you may not write into {}, where files beside it are made"),
        ("elsewhere", "unable to open database file"),
    ],
)
def test_what_may_not_be_opened_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closed: str, words: str
) -> None:
    def access(path: Path, mode: int) -> bool:
        return path.exists() and (mode == os.F_OK or path != tmp_path / closed)

    open_database(tmp_path / "diary", SCHEMA).close()
    (tmp_path / "diary-wal").mkdir()  # so that SQLite cannot
    monkeypatch.setattr(os, "access", access)
    with pytest.raises(StorageError, match=f"cannot be used: {words.format(tmp_path)}$"):
        open_database(tmp_path / "diary", SCHEMA)


def test_several_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    def opened(path: Path, start: Barrier) -> bool:
        start.wait()
        open_database(path, SCHEMA).close()
        return True

    with ThreadPoolExecutor(3) as threads:
        for number in range(30):
            path, start = tmp_path / str(number), Barrier(3)
            assert all(threads.map(opened, [path] * 3, [start] * 3))
