"""A run over a table, with a vendor of its own: the outcome file that breaks, signals, progress, the tally."""

import asyncio
import errno
import io
import os
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import pytest
from rich.console import Console

from jofi_async import BulkJob, NotSentError, Outcome, OutcomeKind, Problem, Request, SourceRow
from jofi_async.bulk.columns import Field, match_columns
from jofi_async.bulk.outcome_file import OutcomeFile
from jofi_async.bulk.resource import Look, Person
from jofi_async.bulk.table import open_table
from jofi_async.cli.errand import Errand, Kind
from jofi_async.cli.progress import Bar, Lines, Pace, duration
from jofi_async.cli.report import tell_end, tell_failure
from jofi_async.cli.run import Run
from jofi_async.cli.tally import SHOWN, Tally
from jofi_async.core.call import CallRecord

Row = Mapping[str, object]
FIELDS = (Field("email", needed=True),)


class Vendor:
    """Creates whatever it is given, as `send` says."""

    def __init__(self, send: Callable[[CallRecord], Awaitable[None]] | None = None) -> None:
        self._send = send

    def check(self, row: Row) -> Sequence[Problem]:
        return [] if row.get("email") else [Problem("email", "is empty")]

    def person(self, row: Row) -> Person:
        return Person(str(row["email"]))

    async def send(self, row: Row, record: CallRecord) -> str:
        record.attempts += 1
        if self._send:
            await self._send(record)
        return f"invitation of {row['email']}"

    async def look(self, row: Row) -> Look[str]:
        return Look(None, conclusive=False)


class FullDisk(io.StringIO):
    """Takes so many flushes, and then no more."""

    def __init__(self, flushes: int) -> None:
        super().__init__(newline="")
        self.left = flushes

    def flush(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise OSError(errno.ENOSPC, "No space left on device")


def _errand(folder: Path, rows: int) -> Errand[Row, str]:
    path = folder / "people.csv"
    path.write_text("email\n" + "".join(f"{number}@example.org\n" for number in range(rows)), encoding="utf-8")
    table = open_table(path)
    kind = Kind[Row, str](FIELDS, dict, lambda item: {"invitation_id": item})
    return Errand(kind, table, match_columns(table.header, FIELDS, {}), {})


def _run(folder: Path, rows: int, stream: io.StringIO | None = None) -> Run[Row, str]:
    console = Console(file=io.StringIO(), width=80)
    return Run(_errand(folder, rows), console, OutcomeFile(stream or io.StringIO(), ["email"]))


async def _go(run: Run[Row, str], vendor: Vendor, *, in_flight: int = 2) -> None:
    await run.send(lambda rows: BulkJob(vendor, rows, max_in_flight=in_flight))


def _said(run: Run[Row, str]) -> str:
    assert isinstance(run.console.file, io.StringIO)
    return run.console.file.getvalue()


def _told(run: Run[Row, str], path: Path | None = None) -> str:
    out = Console(file=io.StringIO(), width=80)
    tell_end(out, run, path, vendor_says=iter(()))
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


async def test_a_full_disk_stops_the_job_and_loses_no_outcome(tmp_path: Path) -> None:
    run = _run(tmp_path, 50, FullDisk(flushes=4))
    await _go(run, Vendor())
    assert run.exit_code == 5
    assert run.tally.total == 50
    created = run.tally.counts[OutcomeKind.CREATED]
    assert 4 <= created < 20
    assert len(run.tally.unwritten) == created - 3
    told = _told(run)
    assert "These outcomes are missing in the outcome file:" in told
    tell_failure(run.console, run)
    assert "Error: the outcome file cannot be written: No space left on device" in _said(run)


async def test_what_cannot_be_closed_was_not_written(tmp_path: Path) -> None:
    class Unclosed(io.StringIO):
        def close(self) -> None:
            raise OSError(errno.EIO, "Input/output error")

    run = _run(tmp_path, 1, Unclosed())
    await _go(run, Vendor())
    assert run.exit_code == 5


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
async def test_two_signals(tmp_path: Path, number: signal.Signals, code: int) -> None:
    async def interrupt(record: CallRecord) -> None:
        record.flying = Request("POST", "http://localhost")
        os.kill(os.getpid(), number)
        while run.caught is None:  # noqa: ASYNC110 (a signal comes with the loop's turns)
            await asyncio.sleep(0)
        os.kill(os.getpid(), number)
        await asyncio.Event().wait()

    run = _run(tmp_path, 20)
    await _go(run, Vendor(interrupt), in_flight=1)
    assert run.exit_code == code
    assert run.tally.counts == {OutcomeKind.UNKNOWN: 1, OutcomeKind.NOT_ATTEMPTED: 19}
    assert "rows in flight (1) have 10 s to be answered" in _said(run)
    assert "Ending at once." in _said(run)
    told = _told(run, tmp_path / "o.csv")
    assert "3-21" in told
    assert f"the job was stopped by {number.name} (19 rows)" in " ".join(told.split())
    assert "give that file as input" in told


async def test_one_signal_waits_for_what_is_in_flight(tmp_path: Path) -> None:
    async def interrupt(record: CallRecord) -> None:
        record.flying = Request("POST", "http://localhost")
        os.kill(os.getpid(), signal.SIGINT)
        while run.caught is None:  # noqa: ASYNC110 (a signal comes with the loop's turns)
            await asyncio.sleep(0)

    run = _run(tmp_path, 3)
    await _go(run, Vendor(interrupt), in_flight=1)
    assert run.exit_code == 130
    assert run.tally.counts == {OutcomeKind.CREATED: 1, OutcomeKind.NOT_ATTEMPTED: 2}


async def test_a_table_that_changes_meanwhile_is_unreadable_input(tmp_path: Path) -> None:
    run = _run(tmp_path, 3)
    (tmp_path / "people.csv").write_text('email\n0@example.org\n"x', encoding="utf-8")
    await _go(run, Vendor())
    assert run.exit_code == 2
    assert run.tally.counts == {OutcomeKind.CREATED: 1}


async def test_what_may_pass_is_worth_another_run(tmp_path: Path) -> None:
    run = _run(tmp_path, 1)
    run.error = NotSentError("no connection")
    await _go(run, Vendor())
    assert run.exit_code == 0
    run.tally.counts[OutcomeKind.NOT_ATTEMPTED] = 1
    assert run.exit_code == 4


async def test_an_error_that_nobody_knows(tmp_path: Path) -> None:
    async def break_down(record: CallRecord) -> None:
        raise ZeroDivisionError

    run = _run(tmp_path, 3)
    await _go(run, Vendor(break_down), in_flight=1)
    assert run.exit_code == 1
    assert run.tally.total == 3


async def test_every_row_is_recorded_whatever_breaks(tmp_path: Path) -> None:
    stream = io.StringIO(newline="")
    stream.close = lambda: None  # type: ignore[method-assign]
    run = _run(tmp_path, 30, stream)
    describe, seen = run.errand.kind.describe, list[str]()

    def break_once(item: str) -> Mapping[str, object]:
        seen.append(item)
        if len(seen) == 3:
            raise ZeroDivisionError
        return describe(item)

    object.__setattr__(run.errand.kind, "describe", break_once)
    with pytest.raises(ZeroDivisionError):
        await _go(run, Vendor())
    assert run.tally.total == 30
    assert len(stream.getvalue().splitlines()) == 1 + 29


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def _outcome(line: int, kind: OutcomeKind, reason: str = "") -> Outcome[None, None]:
    return Outcome(line, SourceRow(None, line), kind, problems=(Problem("email", reason),))


def test_plain_lines_come_every_tenth_or_five_seconds() -> None:
    clock, console = Clock(), Console(file=io.StringIO(), width=80)
    pace = Pace(Tally(), 40, lambda: 3, clock)
    with Lines(pace, console) as lines:
        for line in range(6):
            clock.now += 0.5
            pace.tally.add(_outcome(line, OutcomeKind.CREATED))
            lines.step()
        clock.now += 5
        lines.step()
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().splitlines() == [
        "0 of 40 rows (0%): no outcome yet | 3 in flight",
        "4 of 40 rows (10%): 4 created | 2.0 rows/s | 3 in flight | 18 s left",
        "6 of 40 rows (15%): 6 created | 0.8 rows/s | 3 in flight | 45 s left",
    ]


def test_a_bar_on_a_terminal() -> None:
    clock, console = Clock(), Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    pace = Pace(Tally(), 4, lambda: 1, clock)
    with Bar(pace, console) as bar:
        clock.now = 1
        pace.tally.add(_outcome(2, OutcomeKind.CREATED))
        bar.step()
        bar.refresh()
    assert isinstance(console.file, io.StringIO)
    drawn = console.file.getvalue()
    assert "25%" in drawn
    assert "1 created | 1.0 rows/s | 1 in flight | 3.0 s left" in drawn


@pytest.mark.parametrize(
    ("seconds", "words"), [(3.21, "3.2 s"), (59.2, "59 s"), (61, "1 min 01 s"), (3725, "1 h 02 min")]
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_tally_shows_the_unknown_first_and_forgets_none() -> None:
    tally = Tally()
    for line in range(100):
        tally.add(_outcome(line, OutcomeKind.REFUSED, "wrong"))
    tally.add(_outcome(200, OutcomeKind.UNKNOWN, "no answer"))
    for line in range(300, 310):
        tally.add(_outcome(line, OutcomeKind.NOT_ATTEMPTED, "stopped"))
    findings = tally.findings()
    assert len(findings) == SHOWN
    assert (findings[0].kind, findings[0].first) == (OutcomeKind.UNKNOWN, 200)
    assert [found.first for found in findings[1:]] == list(range(39))
    assert tally.missing() == 100 - 39 + 10


def test_a_dry_run_shows_what_is_refused() -> None:
    tally = Tally(plans=True)
    tally.add(_outcome(2, OutcomeKind.NOT_ATTEMPTED, "dry run"))
    tally.add(_outcome(3, OutcomeKind.REFUSED, "wrong"))
    assert [found.first for found in tally.findings()] == [3]
    assert tally.missing() == 0
