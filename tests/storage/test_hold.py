"""A lock that dies with its holder."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from jofi_async.storage.clock import seconds_awake_or_not
from jofi_async.storage.hold import Hold, is_held

HOLDER = """
import sys
from pathlib import Path
from jofi_async.storage.hold import Hold
assert Hold.take(Path(sys.argv[1])) is not None
print("held", flush=True)
sys.stdin.read()
"""


def test_one_holds_it_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not is_held(path)
    first = Hold.take(path)
    assert first is not None
    assert Hold.take(path) is None
    assert is_held(path)
    first.release()
    assert not is_held(path)
    second = Hold.take(path)
    assert second is not None
    second.release()
    assert list(tmp_path.iterdir()) == []


def test_it_dies_with_its_holder(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        assert is_held(path)
        assert Hold.take(path) is None
        process.kill()
    hold = Hold.take(path)
    assert hold is not None
    hold.release()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        hold._connection.execute("SELECT 1")  # pyright: ignore[reportPrivateUsage]


def test_what_a_dead_holder_left_is_not_held_and_cleared_up_by_whoever_asks(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.touch()
    assert not is_held(path)
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_cannot_be_made_is_no_lock(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        Hold.take(tmp_path / "nowhere" / "lock")


def test_the_clock_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert seconds_awake_or_not() <= seconds_awake_or_not()
    monkeypatch.delattr("time.CLOCK_BOOTTIME", raising=False)
    assert seconds_awake_or_not() <= seconds_awake_or_not()
