"""A bulk job: source -> workers -> exactly one outcome per row, in bounded memory."""

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Generic, Literal, Self, TypeVar

from attrs import frozen

from jofi_async.bulk.ahead import Ahead
from jofi_async.bulk.flight import Flight
from jofi_async.bulk.intake import Intake
from jofi_async.bulk.ledger import Ledger, Progress, Resumed
from jofi_async.bulk.outcome import Outcome, OutcomeKind
from jofi_async.bulk.patience import Patience
from jofi_async.bulk.pool import Pool
from jofi_async.bulk.refusals import Refusals
from jofi_async.bulk.resource import BulkResource
from jofi_async.bulk.settle import Settler
from jofi_async.bulk.source import Feed, Source, SourceRow
from jofi_async.bulk.verdict import CREATED, Verdict
from jofi_async.core.errors import (
    ConfigurationError,
    JofiAsyncError,
    JournalError,
    LifecycleError,
    Problem,
    RefusedError,
    UsageError,
)
from jofi_async.core.masking import mask

Row = TypeVar("Row")
Item = TypeVar("Item")
Order = Literal["completion", "input"]

GRACE = 10.0
"""How many seconds the rows in flight have to be answered when a job is stopped."""

AHEAD = 16
"""How many rows of a sync source are admitted in one go at the most."""


@frozen
class Summary:
    """How a job went.

    Attributes:
        counts: How many rows ended in each way; every kind is there.
        total: How many rows have ended.
        seconds: How long the job has been running, or ran.
        stopped: Why it ended before its source did, or None.
        error: The error that stopped it, or None.
    """

    counts: dict[OutcomeKind, int]
    total: int
    seconds: float
    stopped: str | None
    error: Exception | None


class BulkJob(Generic[Row, Item]):
    """One run over a source; `async with` it, and iterate over its outcomes.

    Leaving the block early stops the job and loses no outcome: those not taken yet can still be iterated over.

    Args:
        resource: The vendor's side of the job.
        source: The rows; each is a row, or a `SourceRow` that knows its line.
        max_in_flight: How many rows are worked on at once.
        order: Whether outcomes come as they are ready ("completion") or in the source's order ("input").
        stop_after: Stop once this many rows have been refused, unknown or not attempted; None never does.
        deadline: Stop after this many seconds; None never does.
        share_person_id: Whether one person_id may come with several addresses.
        ledger: The record of the job; by default none is kept.
        effect: What a row that took effect is called.

    Raises:
        ConfigurationError: An option is out of range.
    """

    def __init__(
        self,
        resource: BulkResource[Row, Item],
        source: Source[Row | SourceRow[Row]],
        *,
        max_in_flight: int,
        order: Order = "completion",
        stop_after: int | None = None,
        deadline: float | None = None,
        share_person_id: bool = False,
        ledger: Ledger[Row, Item] | None = None,
        effect: Literal[OutcomeKind.CREATED, OutcomeKind.UPDATED] = OutcomeKind.CREATED,
    ) -> None:
        _check_options(max_in_flight, order, stop_after, deadline)
        self._ledger: Ledger[Row, Item] = ledger or Ledger()
        self._settler = Settler(resource, self._ledger)
        self._feed: Feed[Row | SourceRow[Row]] = Feed(source)
        self._intake = Intake(resource, self._ledger, share_person_id=share_person_id)
        self._ahead = Ahead(self._feed, self._intake.admit)
        self._effect = effect
        self._stop_after = stop_after
        self._deadline = deadline
        self._in_order = order == "input"
        self._workers = max_in_flight
        self._pool: Pool[Flight[Row, Item], Outcome[Row, Item]] | None = None
        self._has_begun = False
        self._patience = Patience()
        self._refusals = Refusals()
        self._ready: deque[Outcome[Row, Item]] = deque()
        self._counts: dict[OutcomeKind, int] = dict.fromkeys(OutcomeKind, 0)
        self._timers: list[asyncio.TimerHandle] = []
        self._started = self._ended = 0.0
        self._finished = False
        self._stopped: str | None = None
        self._error: Exception | None = None
        self._source_error: Exception | None = None

    @property
    def in_flight(self) -> int:
        """How many rows are being worked on now."""
        return 0 if self._pool is None else len(self._pool.at_work)

    @property
    def resumed(self) -> Resumed | None:
        """What earlier runs with the same journal left, known once the job is entered; None for a first run."""
        return self._ledger.resumed

    def summary(self) -> Summary:
        """How the job has gone so far."""
        is_running = self._pool is not None and not self._finished
        until = asyncio.get_running_loop().time() if is_running else self._ended
        return Summary(
            counts=dict(self._counts),
            total=sum(self._counts.values()),
            seconds=until - self._started,
            stopped=self._stopped,
            error=self._error,
        )

    async def recall(self, index: int, source: SourceRow[Row]) -> Outcome[Row, Item]:
        """Tell of a row without pulling it, before the first or when the job was stopped; call it inside the block.

        Args:
            index: The row's place in the source.
            source: The row.

        Returns:
            What an earlier run with the same journal made of it, else `not_attempted`.
        """
        outcome = await self._intake.recall(index, source)
        if outcome.kind is OutcomeKind.NOT_ATTEMPTED and not outcome.problems:
            outcome.problems = (Problem("", self._stopped or "the job has ended"),)
        return outcome

    def stop(self, reason: str = "the job was stopped", *, grace: float = GRACE) -> None:
        """Send nothing new, and give the rows in flight a while to be answered; before the start, send nothing at all.

        Rows that were pulled and not sent end as `not_attempted`, rows that were sent and not answered as `unknown`.

        Args:
            reason: Why, for the summary and the rows not attempted.
            grace: How many seconds the rows in flight have; calling it again with 0 ends them at once.
        """
        if self._finished:
            return
        self._stopped = self._stopped or reason
        if self._pool is None:
            return
        self._pool.stop_pulling()
        self._ahead.most = 0
        for worker, flight in self._pool.at_work.items():
            flight.halt()
            if not flight.has_grace and worker is not asyncio.current_task():
                worker.cancel()
        self._timers.append(asyncio.get_running_loop().call_later(grace, self._cut_off))

    def _cut_off(self) -> None:
        assert self._pool is not None
        for worker in self._pool.at_work:
            worker.cancel()

    async def __aenter__(self) -> Self:
        if self._pool is not None:
            raise LifecycleError("A job runs once. Make another one.")
        await self._ledger.open()
        if not self._ledger.remembers:
            self._ahead.most = min(AHEAD, self._workers)
        loop = asyncio.get_running_loop()
        self._started = loop.time()
        self._pool = Pool(
            self._pull,
            self._fly,
            pull_now=self._pull_now,
            workers=self._workers,
            in_order=self._in_order,
            finish=self._record if self._ledger.keeps else None,
            rest=self._rest,
        )
        if self._stopped is not None:
            self._pool.stop_pulling()
        if self._deadline is not None:
            reason = f"the job's deadline of {self._deadline:g} s passed"
            self._timers.append(loop.call_later(self._deadline, self.stop, reason))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._pool is not None
        if not self._pool.is_done:
            self.stop("it was cancelled" if kind is asyncio.CancelledError else "its block was left")
        try:
            interruption = await self._outlast(self._pool)
            async for outcome in self._pool:
                try:
                    await self._hold_or_tell(outcome)
                except asyncio.CancelledError as cancelled:
                    interruption = cancelled
            self._tell(self._refusals.release())
            await self._feed.aclose()
            self._finish()
        finally:
            interrupted = await self._close_ledger()
        interruption = interruption or interrupted
        if interruption is not None:
            raise interruption

    async def _outlast(self, pool: Pool[Any, Any]) -> asyncio.CancelledError | None:
        """Wait until the workers have ended, however often that is cancelled; each time means at once."""
        interruption = None
        while True:
            try:
                await pool.wait()
            except asyncio.CancelledError as error:
                interruption = error
                self.stop(grace=0)
            else:
                return interruption

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Outcome[Row, Item]:
        if self._pool is None:
            raise LifecycleError("Use the job as `async with client.invitations.create_many(...) as job:`")
        while not self._ready:
            try:
                outcome = self._pool.take() if self._pool.ready else await anext(self._pool)
            except StopAsyncIteration:
                self._tell(self._refusals.release())
                if not self._ready:
                    self._finish()
                    self._raise_source_error()
                    raise
            else:
                if outcome.error is None and not self._refusals.held:
                    self._counts[outcome.kind] += 1
                    return outcome
                await self._hold_or_tell(outcome)
        return self._ready.popleft()

    async def _hold_or_tell(self, outcome: Outcome[Row, Item]) -> None:
        told = self._refusals.take(outcome)
        if outcome.error is None:
            self._tell(told)
            return
        if self._refusals.is_run:
            self._blame(outcome.error, mask(f"the vendor refuses row after row: {outcome.reason}"))
            told += self._refusals.blame_the_job()
        try:
            await self._correct(told)
        finally:
            self._tell(told)

    async def _correct(self, told: Sequence[Outcome[Row, Item]]) -> None:
        """Have those recorded as they are told that were recorded as refused before the job was blamed."""
        for one in told:
            if one.kind is OutcomeKind.NOT_ATTEMPTED and isinstance(one.error, RefusedError):
                try:
                    await self._ledger.correct(one)
                except Exception as error:
                    self._blame_record(error)

    def _tell(self, outcomes: Sequence[Outcome[Row, Item]]) -> None:
        for outcome in outcomes:
            self._counts[outcome.kind] += 1
        self._ready.extend(outcomes)

    def _finish(self) -> None:
        if self._finished:
            return
        self._finished = True
        self._ended = asyncio.get_running_loop().time()
        for timer in self._timers:
            timer.cancel()

    def _raise_source_error(self) -> None:
        if self._source_error is not None:
            error, self._source_error = self._source_error, None
            raise error

    def _pull_now(self) -> Flight[Row, Item] | None:
        waits = not self._has_begun or self._ledger.remembers or self._patience.failures
        return None if waits else self._ahead.now()

    async def _pull(self) -> Flight[Row, Item]:
        try:
            if not self._has_begun:
                await self._begin()
            flight = await self._ahead.next()
        except StopAsyncIteration:
            raise
        except asyncio.CancelledError:
            self._take_for_stop()
            raise StopAsyncIteration from None
        except Exception as error:
            self._source_error = error
            why = mask(error.message) if isinstance(error, UsageError) else type(error).__name__
            self._blame(error, f"the source failed: {why}")
            raise StopAsyncIteration from None
        try:
            if self._ledger.remembers:
                await self._intake.remember(flight)
            if self._patience.failures and self._patience.is_tried:
                flight.is_trial = not flight.is_settled and await self._patience.ready()
        except asyncio.CancelledError:
            self._take_for_stop()
        except Exception as error:
            self._blame_record(error)
        return flight

    async def _begin(self) -> None:
        """Have the record made ready before the first row is pulled; if that fails, none is."""
        self._has_begun = True
        try:
            await self._ledger.begin(self._workers, self._progress)
        except Exception as error:
            self._source_error = error
            self._blame_record(error)
            raise StopAsyncIteration from None

    def _progress(self) -> Progress:
        return Progress({kind: count for kind, count in self._counts.items() if count}, self._feed.rows)

    def _close(self, outcome: Outcome[Row, Item]) -> None:
        if outcome.kind is OutcomeKind.CREATED:
            if not outcome.is_earlier:
                outcome.kind = self._effect
            return
        if outcome.kind is OutcomeKind.NOT_ATTEMPTED and not outcome.problems and outcome.error is None:
            outcome.problems = (Problem("", self._stopped or "the job was stopped"),)
        self._count_failure(outcome)

    def _leave(self, flight: Flight[Row, Item]) -> Outcome[Row, Item]:
        """The outcome of a row that is not sent."""
        if not flight.is_settled:
            self._ledger.leave(flight.outcome)
        self._close(flight.outcome)
        return flight.outcome

    def _rest(self) -> Iterator[Outcome[Row, Item]]:
        """The outcomes of rows that were read ahead and never begun, once all workers have ended."""
        assert self._pool is not None
        if not self._pool.has_stopped_pulling:
            self.stop("it was cancelled")
        return map(self._leave, self._ahead.left())

    async def _fly(self, flight: Flight[Row, Item]) -> Outcome[Row, Item]:
        if flight.is_settled or self._stopped is not None:
            return self._leave(flight)
        outcome = flight.outcome
        try:
            verdict = await self._resume(flight) if self._ledger.keeps else None
            verdict = verdict or await self._settler.carry(flight)
            if verdict is not CREATED or self._patience.failures:
                self._weigh(verdict, trial=flight.is_trial)
        except asyncio.CancelledError:
            self._take_for_stop()
            if not flight.answered and flight.has_grace:
                outcome.kind = OutcomeKind.UNKNOWN
                if outcome.error is None:
                    outcome.problems = (Problem("", f"sent, and not answered when {self._stopped}"),)
        finally:
            outcome.attempts = flight.earlier_attempts + flight.attempts
        if outcome.kind is not self._effect:
            self._close(outcome)
        return outcome

    async def _resume(self, flight: Flight[Row, Item]) -> Verdict | None:
        """Prepare a row that an earlier run may have sent; what follows for the job, or None when it may be sent."""
        try:
            return await self._ledger.resume(flight)
        except Exception as error:
            self._blame_record(error)
            return Verdict(flight.outcome.kind)

    async def _record(self, outcome: Outcome[Row, Item]) -> None:
        """Have an outcome recorded; a job that cannot record stops."""
        try:
            await self._ledger.record(outcome)
        except asyncio.CancelledError:  # it is written all the same
            self._take_for_stop()
        except Exception as error:
            self._blame_record(error)

    def _blame_record(self, error: Exception) -> None:
        known = isinstance(error, JofiAsyncError)
        self._blame(error, str(error) if known else f"the journal failed: {type(error).__name__}")

    async def _close_ledger(self) -> asyncio.CancelledError | None:
        """Let go of the record, however often that is cancelled."""
        closing = asyncio.create_task(self._ledger.close(self._progress(), self._stopped))
        interruption = None
        while not closing.done():
            try:
                await asyncio.wait([closing])
            except asyncio.CancelledError as error:
                interruption = error
        failure = closing.exception()
        if isinstance(failure, JournalError):
            self._error = self._error or failure
        elif failure is not None:
            raise failure
        return interruption

    def _weigh(self, verdict: Verdict, *, trial: bool) -> None:
        if verdict.stops:
            self._blame(verdict.error, str(verdict.error))
        elif not verdict.pauses:
            self._patience.succeeded()
        elif self._patience.failed(trial=trial):
            self._blame(verdict.error, f"the vendor could not be reached again and again: {verdict.error}")

    def _count_failure(self, outcome: Outcome[Row, Item]) -> None:
        if self._stop_after is None or self._stopped is not None:
            return
        if outcome.kind in (OutcomeKind.REFUSED, OutcomeKind.UNKNOWN, OutcomeKind.NOT_ATTEMPTED):
            self._stop_after -= 1
            if self._stop_after <= 0:
                self.stop("as many rows failed as it was told to bear")

    def _blame(self, error: Exception | None, reason: str) -> None:
        self._error = self._error or error
        self.stop(reason)

    def _take_for_stop(self) -> None:
        """Take a worker's cancellation, whoever's it is, for a stop: its row still gets an outcome."""
        task = asyncio.current_task()
        assert task is not None
        task.uncancel()
        if self._stopped is None:
            self.stop("it was cancelled")


def _check_options(max_in_flight: int, order: str, stop_after: int | None, deadline: float | None) -> None:
    if max_in_flight < 1:
        raise ConfigurationError(f"max_in_flight must be at least 1, not {max_in_flight}")
    if order not in ("completion", "input"):
        raise ConfigurationError(f'order must be "completion" or "input", not {order!r}')
    if stop_after is not None and stop_after < 1:
        raise ConfigurationError(f"stop_after must be at least 1, not {stop_after}")
    if deadline is not None and deadline <= 0:
        raise ConfigurationError(f"deadline must be positive, not {deadline}")
