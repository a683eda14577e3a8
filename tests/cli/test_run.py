"""A run over a table that goes wrong: the outcome file that breaks, signals, a source that changes."""

import asyncio
import errno
import io
import os
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from jofi_async import NotSentError, OutcomeKind, Request
from jofi_async.cli.report import tell_failure
from jofi_async.core.call import CallRecord
from tests.cli.vendor import Disk, FullDisk, Vendor, go, make_run, said, told


async def test_a_full_disk_stops_the_job_and_loses_no_outcome(tmp_path: Path) -> None:
    disk = FullDisk(room=320)
    run = make_run(tmp_path, 50, disk)
    await go(run, Vendor())
    assert run.exit_code == 5
    assert run.tally.total == 50
    created = run.tally.counts[OutcomeKind.CREATED]
    written = {row["line"] for row in disk.rows()}
    assert 2 <= len(written) < created < 20
    assert disk.getvalue().endswith(b"\r\n")
    unwritten = {str(outcome.line) for outcome in run.tally.unwritten}
    assert len(unwritten) == created - len(written)
    assert not written & unwritten
    end = told(run)
    assert "These outcomes are missing in the outcome file:" in end
    tell_failure(run.console, run)
    assert "Error: the outcome file cannot be written: No space left on device" in said(run)


async def test_what_cannot_be_closed_was_not_written(tmp_path: Path) -> None:
    class Unclosed(io.BytesIO):
        def close(self) -> None:
            super().close()
            raise OSError(errno.EIO, "Input/output error")

    run = make_run(tmp_path, 1, Unclosed())
    await go(run, Vendor())
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

    disk = Disk()
    run = make_run(tmp_path, 20, disk)
    await go(run, Vendor(interrupt), in_flight=1)
    assert run.exit_code == code
    assert run.tally.counts == {OutcomeKind.UNKNOWN: 1, OutcomeKind.NOT_ATTEMPTED: 19}
    assert [(row["line"], row["outcome"]) for row in disk.rows()] == [
        ("2", "unknown"),
        *((str(line), "not_attempted") for line in range(3, 22)),
    ]
    assert "rows in flight (1) have 10 s to be answered" in said(run)
    assert "Ending at once." in said(run)
    end = told(run, tmp_path / "o.csv")
    assert "3-21" in end
    assert f"the job was stopped by {number.name} (19 rows)" in " ".join(end.split())
    assert "give that file as input" in end


async def test_one_signal_waits_for_what_is_in_flight(tmp_path: Path) -> None:
    async def interrupt(record: CallRecord) -> None:
        record.flying = Request("POST", "http://localhost")
        os.kill(os.getpid(), signal.SIGINT)
        while run.caught is None:  # noqa: ASYNC110 (a signal comes with the loop's turns)
            await asyncio.sleep(0)

    disk = Disk()
    run = make_run(tmp_path, 3, disk)
    await go(run, Vendor(interrupt), in_flight=1)
    assert run.exit_code == 130
    assert run.tally.counts == {OutcomeKind.CREATED: 1, OutcomeKind.NOT_ATTEMPTED: 2}
    assert [row["outcome"] for row in disk.rows()] == ["created", "not_attempted", "not_attempted"]


async def test_a_signal_while_the_end_is_told_changes_nothing(tmp_path: Path) -> None:
    async def interrupt(_: CallRecord) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        while run.caught is None:  # noqa: ASYNC110 (a signal comes with the loop's turns)
            await asyncio.sleep(0)

    run = make_run(tmp_path, 3)
    await go(run, Vendor(interrupt), in_flight=1)
    os.kill(os.getpid(), signal.SIGTERM)
    os.kill(os.getpid(), signal.SIGINT)
    assert run.exit_code == 143


async def test_a_table_that_was_changed_before_the_first_row(tmp_path: Path) -> None:
    run = make_run(tmp_path, 3)
    (tmp_path / "people.csv").write_text("email\n9@example.org\n", encoding="utf-8")
    await go(run, Vendor())
    assert run.exit_code == 2
    assert run.tally.total == 0


async def test_a_table_that_is_changed_meanwhile_tells_what_was_not_read(tmp_path: Path) -> None:
    async def change(_: CallRecord) -> None:
        with (tmp_path / "people.csv").open("a", encoding="utf-8") as file:
            file.write("new@example.org\n")

    disk = Disk()
    run = make_run(tmp_path, 50, disk)
    await go(run, Vendor(change), in_flight=1)
    assert run.exit_code == 2
    sent = run.tally.counts[OutcomeKind.CREATED]
    assert 1 <= run.tally.total < 50
    assert sent >= 1
    assert [row["line"] for row in disk.rows()] == [str(line) for line in range(2, 2 + run.tally.total)]
    tell_failure(run.console, run)
    words = said(run)
    assert "people.csv was changed while it was being read" in " ".join(words.split())
    assert f"{50 - run.tally.total} rows not read, not sent, and not in the outcome file" in words


async def test_what_may_pass_is_worth_anothermake_run(tmp_path: Path) -> None:
    run = make_run(tmp_path, 1)
    run.error = NotSentError("no connection")
    await go(run, Vendor())
    assert run.exit_code == 0
    run.tally.counts[OutcomeKind.NOT_ATTEMPTED] = 1
    assert run.exit_code == 4


async def test_an_error_that_nobody_knows(tmp_path: Path) -> None:
    async def break_down(record: CallRecord) -> None:
        raise ZeroDivisionError

    run = make_run(tmp_path, 3)
    await go(run, Vendor(break_down), in_flight=1)
    assert run.exit_code == 1
    assert run.tally.total == 3


async def test_every_row_is_recorded_whatever_breaks(tmp_path: Path) -> None:
    disk = Disk()
    run = make_run(tmp_path, 30, disk)
    describe, seen = run.errand.kind.describe, list[str]()

    def break_once(item: str) -> Mapping[str, object]:
        seen.append(item)
        if len(seen) == 3:
            raise ZeroDivisionError
        return describe(item)

    object.__setattr__(run.errand.kind, "describe", break_once)
    with pytest.raises(ZeroDivisionError):
        await go(run, Vendor())
    assert run.tally.total == 30
    assert len(disk.rows()) == 29
