"""Run any bulk job over a table: each outcome is taken once, signals stop it, and the exit code says how it went."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Container, Iterator, Mapping
from enum import IntEnum
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar, cast

from attrs import define, field
from rich.console import Console

from jofi_async.bulk.dry_run import Checks, dry_run
from jofi_async.bulk.job import GRACE, Summary
from jofi_async.bulk.ledger import Resumed
from jofi_async.bulk.outcome import Outcome, OutcomeKind
from jofi_async.bulk.source import SourceRow
from jofi_async.bulk.verdict import verdict_on
from jofi_async.cli.errand import Errand
from jofi_async.cli.progress import Bar, Lines, Pace, say
from jofi_async.cli.signals import Signals, ignore_signals
from jofi_async.cli.tally import Tally, number_of
from jofi_async.core.errors import JofiAsyncError, Problem
from jofi_async.tables.columns import TableRow
from jofi_async.tables.earlier_run import EarlierRun
from jofi_async.tables.outcome_file import OutcomeFile, is_outcome_file
from jofi_async.tables.table import TableError

Row = TypeVar("Row")
Item = TypeVar("Item")

_KEPT = Problem(
    "",
    "an earlier run sent it, whether it took effect is not known, and no journal is here by which it could be looked "
    "up. Look there, and if it is not there, empty this row's outcome to have it sent",
)


class Job(Protocol[Row, Item]):
    """What a run asks of a job; a `BulkJob` is one."""

    @property
    def in_flight(self) -> int:
        """See `BulkJob.in_flight`."""
        ...

    @property
    def resumed(self) -> Resumed | None:
        """See `BulkJob.resumed`."""
        ...

    def summary(self) -> Summary:
        """See `BulkJob.summary`."""
        ...

    def stop(self, reason: str, *, grace: float = GRACE) -> None:
        """See `BulkJob.stop`."""
        ...

    async def recall(self, index: int, source: SourceRow[Row]) -> Outcome[Row, Item]:
        """See `BulkJob.recall`."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def __aiter__(self) -> AsyncIterator[Outcome[Row, Item]]: ...


class ExitCode(IntEnum):
    """What the command's exit code says; a signal makes it 128 and the signal's number."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    SOME_REFUSED = 3
    RUN_AGAIN = 4
    CANNOT_GO_ON = 5


@define
class Run(Generic[Row, Item]):
    """One run over a table.

    Attributes:
        errand: The table, and what its rows are.
        console: Where progress goes.
        open_file: Makes the outcome file, once the run begins; None for a run without one.
        file: The outcome file, once it is made.
        tally: What it amounts to.
        seconds: How long it took.
        stopped: Why it ended before the table did, or None.
        error: What stopped it, or None.
        unwritable: Why the outcome file could not be written on, or None.
        caught: The signal that stopped it, or None.
        compares: Whether it takes all rows, those too that an outcome file calls settled.
        is_void: Whether it ended before a row was pulled, for its journal or outcome file: no file was touched.
    """

    errand: Errand[Row, Item]
    console: Console
    open_file: Callable[[], OutcomeFile] | None = None
    file: OutcomeFile | None = None
    tally: Tally = field(factory=Tally)
    seconds: float = 0.0
    stopped: str | None = None
    error: Exception | None = None
    unwritable: OSError | None = None
    caught: signal.Signals | None = None
    compares: bool = False
    is_void: bool = False
    _has_begun: bool = False
    _kept_back: int = 0

    async def send(self, start: Callable[[Iterator[TableRow[Row]]], Job[Row, Item]]) -> None:
        """Run a job to its end, whatever the end is, and account for every row of the table.

        Args:
            start: Makes the job of the rows that are not settled.
        """
        rows = self._unsettled()
        job = start(_Handed(rows, lambda: self.errand.table.rows - self._kept_back))
        pace = Pace(self.tally, self.errand.table.rows, lambda: job.in_flight)
        try:
            with self._progress(pace) as progress, Signals(lambda number: self._stop(job, number)):
                await self._take_all(job, rows, progress)
        finally:
            if self.caught is not None:
                ignore_signals()
            self._close()

    def rehearse(self, checks: Checks[Row], *, share_person_id: bool, settled: Container[str] = frozenset()) -> None:
        """Check all rows, and send nothing.

        Args:
            checks: The vendor's side.
            share_person_id: Whether one person_id may come with several addresses.
            settled: The keys of persons whom the journal calls settled.
        """
        self.tally.plans = True
        pace = Pace(self.tally, self.errand.table.rows, None)
        try:
            with self._progress(pace) as progress:
                rows = self._unsettled()
                for outcome in dry_run(checks, rows, share_person_id=share_person_id, settled=settled):
                    self._take(outcome)
                    progress.step()
        finally:
            self._close()
        self.seconds = pace.seconds

    @property
    def exit_code(self) -> int:
        """How it went."""
        if self.caught is not None:
            return 128 + self.caught
        if self.unwritable is not None:
            return ExitCode.CANNOT_GO_ON
        if self.error is not None and (code := _blamed(self.error)):
            return code
        counts = self.tally.counts
        if self.is_void or counts[OutcomeKind.UNKNOWN] or (counts[OutcomeKind.NOT_ATTEMPTED] and not self.tally.plans):
            return ExitCode.RUN_AGAIN
        return ExitCode.SOME_REFUSED if counts[OutcomeKind.REFUSED] else ExitCode.DONE

    @property
    def unread(self) -> int:
        """How many rows the table had when it was opened, and could not be read again."""
        return max(0, self.errand.table.rows - self.tally.total - self.tally.carried)

    def _progress(self, pace: Pace) -> Bar | Lines:
        live = self.console.is_terminal and not self.console.is_dumb_terminal
        return Bar(pace, self.console) if live else Lines(pace, self.console)

    def _unsettled(self) -> Iterator[TableRow[Row]]:
        """The rows to be sent; those that an outcome file calls settled are carried over."""
        self._has_begun = True
        if self.open_file is not None:
            self.file = self.open_file()
        errand = self.errand
        if self.compares or not is_outcome_file(errand.table.header):
            yield from errand.rows()
            return
        earlier = EarlierRun(
            errand.table.header, errand.rows(), mode=errand.mode, share_person_id=errand.share_person_id
        )
        for row in errand.rows():
            if earlier.is_settled(row):
                self._kept_back += 1
                self._carry(row)
            elif errand.doubts_known is not None and earlier.is_in_doubt(row, errand.doubts_known):
                self._kept_back += 1
                self._take(Outcome(self.tally.total, row, OutcomeKind.UNKNOWN, problems=(_KEPT,)))
            else:
                yield earlier.checked(row)

    def _take(self, outcome: Outcome[Row, Item]) -> None:
        if outcome.is_earlier:
            self.tally.carried += 1
        else:
            self.tally.add(outcome)
        row = cast("TableRow[Row]", outcome.source)
        item: Mapping[str, object] = {} if outcome.item is None else self.errand.kind.describe(outcome.item)
        written = self._write(lambda file: file.write(row, outcome, item))
        if not written and outcome.attempts:
            self.tally.unwritten.append(outcome)

    async def _take_all(self, job: Job[Row, Item], rows: Iterator[TableRow[Row]], progress: Bar | Lines) -> None:
        try:
            await self._take_each(job, rows, progress)
        except JofiAsyncError as error:
            self.error = error
            is_without_file = self._has_begun and self.open_file is not None and self.file is None
            self.is_void = is_without_file or not self._has_begun
            if is_without_file:
                raise
        finally:  # every row is recorded, whatever broke here
            if not self.is_void:
                async for outcome in job:
                    self._take(outcome)
                await self._take_the_rest(job, rows)

    async def _take_each(self, job: Job[Row, Item], rows: Iterator[TableRow[Row]], progress: Bar | Lines) -> None:
        async with job:
            if job.resumed is not None:
                await self._tell_resumed(job, job.resumed)
            async for outcome in job:
                self._take(outcome)
                if self.unwritable and not job.summary().stopped:
                    job.stop("the outcome file cannot be written")
                progress.step()
            await self._take_the_rest(job, rows)  # as long as the journal can still be read

    async def _tell_resumed(self, job: Job[Row, Item], resumed: Resumed) -> None:
        """Say what an earlier run has left of the rows that the table has now, and of people who left it."""
        settled = to_look_up = 0
        for index, row in enumerate(self.errand.rows()):
            outcome = await job.recall(index, row)
            settled += outcome.is_earlier
            to_look_up += outcome.kind is OutcomeKind.UNKNOWN
            if index % 1000 == 0:
                await asyncio.sleep(0)  # a signal may have come
        to_go = self.errand.table.rows - settled - to_look_up
        say(self.console, f"Resuming: {settled:,} settled, {to_look_up:,} to look up, {to_go:,} to go.")
        if (absent := resumed.to_look_up - to_look_up) > 0:
            ways = "they are looked up, too, and `jofi job show` tells what became of them"
            say(self.console, f"{absent:,} more may have been invited and are not in the table now: {ways}.")
        if resumed.broke_off is not None and (missing := resumed.broke_off - self.errand.table.rows) > 0:
            why = "The last run was killed, so its outcomes are not whole"
            way = "run the input that it had again, or whoever stands in them is not invited"
            say(self.console, f"{why}, and it had {number_of(missing, 'row')} more than the table has now: {way}.")

    async def _take_the_rest(self, job: Job[Row, Item], rows: Iterator[TableRow[Row]]) -> None:
        """Account for the rows that were never pulled after a stop."""
        summary = job.summary()
        self.seconds, self.stopped = summary.seconds, summary.stopped
        self.error = self.error or summary.error
        for index, row in enumerate(rows, self.tally.total + self.tally.carried):
            self._take(await job.recall(index, row))

    def _carry(self, row: TableRow[Row]) -> None:
        self.tally.carried += 1
        self._write(lambda file: file.carry(row, self.errand.table.header))

    def _write(self, write: Callable[[OutcomeFile], None]) -> bool:
        if self.file is None:
            return True
        if self.unwritable is None:
            try:
                write(self.file)
            except OSError as error:
                self.unwritable = error
        return self.unwritable is None

    def _close(self) -> None:
        try:
            if self.file is not None:
                self.file.close()
        except OSError as error:
            self.unwritable = self.unwritable or error

    def _stop(self, job: Job[Row, Item], number: signal.Signals) -> None:
        again = self.caught is not None
        self.caught = self.caught or number
        job.stop(f"the job was stopped by {self.caught.name}", grace=0 if again else GRACE)
        if again:
            say(self.console, "Ending at once.")
        else:
            rows = f"rows in flight ({job.in_flight}) have {GRACE:g} s to be answered"
            say(self.console, f"Stopping: nothing new is sent, and {rows}. The same again ends at once.")


class _Handed(Iterator[Row]):
    """The rows that a job pulls, which can tell how many are left.

    Args:
        rows: The rows.
        count: Tells how many there are in all.
    """

    def __init__(self, rows: Iterator[Row], count: Callable[[], int]) -> None:
        self._rows = rows
        self._count = count
        self._pulled = 0

    def __next__(self) -> Row:
        row = next(self._rows)
        self._pulled += 1
        return row

    def __length_hint__(self) -> int:
        return max(0, self._count() - self._pulled)


def _blamed(error: Exception) -> ExitCode | None:
    """The exit code of what stopped a job; None when running it again may help."""
    if isinstance(error, TableError):
        return ExitCode.USAGE
    if not isinstance(error, JofiAsyncError):
        return ExitCode.UNEXPECTED
    return None if verdict_on(error, sent=True).pauses else ExitCode.CANNOT_GO_ON
