"""A plan on its way to the server: updates and creates through bulk jobs, and one outcome for every row."""

from collections import Counter, deque
from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from attrs import define, frozen

from jofi_async.bulk.job import GRACE, BulkJob, Summary
from jofi_async.bulk.ledger import Resumed
from jofi_async.bulk.outcome import Evidence, Outcome, OutcomeKind
from jofi_async.bulk.source import SourceRow
from jofi_async.core.errors import LifecycleError, Problem
from jofi_async.reconcile.reconcilable import Patch, Reconcilable
from jofi_async.reconcile.step import Step, StepKind

Row = TypeVar("Row")

_SENT = frozenset({OutcomeKind.CREATED, OutcomeKind.EXISTED, OutcomeKind.UPDATED, OutcomeKind.UNKNOWN})


@frozen(repr=False)
class Applied(Generic[Row]):
    """What came of applying a plan.

    Attributes:
        outcomes: One for each wanted row.
        summary: How many ended in each way, and why it ended early, if it did.
    """

    outcomes: list[Outcome[Row, Any]]
    summary: Summary

    def __repr__(self) -> str:
        counts = ", ".join(f"{kind.value}={count}" for kind, count in self.summary.counts.items() if count)
        return f"Applied({counts})"


@define
class Turn:
    """Whose turn it is to apply a plan: one at a time, and only who knows what the last one has sent.

    Attributes:
        number: How many have begun.
        is_taken: Whether the last of them has not ended.
    """

    number: int = 0
    is_taken: bool = False

    def begin(self, number: int) -> None:
        """Take the turn; refuse whoever was made when another number had begun, and would send the same again."""
        if self.is_taken or self.number != number:
            raise LifecycleError(
                "The plan was applied since `apply()` was called, or still is. Call it again after that."
            )
        self.number += 1
        self.is_taken = True


@define
class _Part:
    """A job and the steps that it sends; it tells of each by its place among them."""

    job: BulkJob[Any, Any]
    steps: Sequence[Step[Any, Any]]
    told: set[int]


class Application(Generic[Row]):
    """One run of a plan; await it, or `async with` it and iterate over its outcomes.

    Updates go first: nobody is contacted by them. Leaving the block early stops it as it stops a job, and loses no
    outcome.

    Args:
        resource: The vendor's side.
        steps: Those of the plan.
        turn: Whose turn it is to apply the plan.
        chosen: The kinds that are sent.
        creation: The options of what is created alone.
        options: Those of both jobs.

    Raises:
        ConfigurationError: An option is out of range.
    """

    def __init__(
        self,
        resource: Reconcilable[Row, Any],
        steps: Sequence[Step[Row, Any]],
        turn: Turn,
        chosen: Collection[StepKind],
        creation: Mapping[str, Any],
        options: Mapping[str, Any],
    ) -> None:
        given = {name: value for name, value in options.items() if value is not None}
        wanted = [step for step in steps if step.source is not None]
        updates = [step for step in wanted if step.kind is StepKind.UPDATE and _is_open(step, chosen)]
        creates = [step for step in wanted if step.kind is StepKind.CREATE and _is_open(step, chosen)]
        sent = {id(step) for step in (*updates, *creates)}
        self._unsent = [step for step in wanted if id(step) not in sent]
        self._parts = [_Part(resource.create_many(map(_source, creates), **creation, **given), creates, set())]
        if updates:
            self._parts.insert(0, _Part(resource.update_many(map(_patch, updates), **given), updates, set()))
        self._turn = turn
        self._number = turn.number
        self._left = deque(self._parts)
        self._ready: deque[Outcome[Row, Any]] = deque()
        self._counts: Counter[OutcomeKind] = Counter()
        self._stack = AsyncExitStack()
        self._has_begun = False

    def __await__(self) -> Generator[Any, None, Applied[Row]]:
        """Run it to its end."""
        return self._run().__await__()

    async def __aenter__(self) -> Self:
        if self._has_begun:
            raise LifecycleError("A plan is applied again by another `apply()`.")
        self._turn.begin(self._number)
        self._has_begun = True
        try:
            async with AsyncExitStack() as stack:
                for part in self._parts:
                    await stack.enter_async_context(part.job)
                self._stack = stack.pop_all()
        except BaseException:
            self._turn.is_taken = False
            raise
        for step in self._unsent:
            self._tell(step, self._untouched(step))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._left:
            self.stop("its block was left")
        try:
            await self._stack.__aexit__(kind, error, trace)
        finally:
            try:
                while self._left:
                    await self._end(self._left.popleft())
            finally:
                self._turn.is_taken = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Outcome[Row, Any]:
        if not self._has_begun:
            raise LifecycleError("Await what `apply()` returns, or use it as `async with plan.apply() as applying:`")
        while not self._ready:
            if not self._left:
                raise StopAsyncIteration
            part = self._left[0]
            try:
                self._take(part, await anext(part.job))
            except StopAsyncIteration:
                await self._end(self._left.popleft())
        return self._ready.popleft()

    @property
    def in_flight(self) -> int:
        """How many rows are being worked on now."""
        return sum(part.job.in_flight for part in self._parts)

    @property
    def resumed(self) -> Resumed | None:
        """What earlier runs with the same journal left; None for a first one."""
        return self._parts[-1].job.resumed

    def stop(self, reason: str = "it was stopped", *, grace: float = GRACE) -> None:
        """Send nothing new, and give the rows in flight a while to be answered; see `BulkJob.stop`.

        Args:
            reason: Why.
            grace: How many seconds the rows in flight have.
        """
        for part in self._left:
            part.job.stop(reason, grace=grace)

    def summary(self) -> Summary:
        """How it has gone so far."""
        each = [part.job.summary() for part in self._parts]
        return Summary(
            counts={kind: self._counts[kind] for kind in OutcomeKind},
            total=self._counts.total(),
            seconds=max(one.seconds for one in each),
            stopped=next((one.stopped for one in each if one.stopped), None),
            error=next((one.error for one in each if one.error), None),
        )

    async def _run(self) -> Applied[Row]:
        async with self:
            outcomes = [outcome async for outcome in self]
        return Applied(outcomes, self.summary())

    async def _end(self, part: _Part) -> None:
        """Tell of the rows of a job that has ended or was left, those that were never pulled included."""
        async for outcome in part.job:
            self._take(part, outcome)
        stopped = part.job.summary().stopped
        for place, step in enumerate(part.steps):
            if place not in part.told:
                problem = Problem("", stopped or "the job has ended")
                self._tell(step, _outcome(step, OutcomeKind.NOT_ATTEMPTED, (problem,)))
        if stopped is not None:
            self.stop(stopped)

    def _take(self, part: _Part, outcome: Outcome[Any, Any]) -> None:
        part.told.add(outcome.index)
        step = part.steps[outcome.index]
        assert step.index is not None and step.source is not None  # noqa: PT018
        outcome.index, outcome.source = step.index, step.source
        self._tell(step, outcome)

    def _tell(self, step: Step[Row, Any], outcome: Outcome[Row, Any]) -> None:
        step.outcome = outcome
        self._counts[outcome.kind] += 1
        self._ready.append(outcome)

    def _untouched(self, step: Step[Row, Any]) -> Outcome[Row, Any]:
        """The outcome of a row for which nothing is sent."""
        if step.outcome is not None and step.outcome.kind in _SENT:
            return step.outcome
        if step.kind is StepKind.UNCHANGED:
            outcome = _outcome(step, OutcomeKind.EXISTED)
            outcome.evidence = Evidence.FOUND
            return outcome
        if step.is_undecided or step.kind in (StepKind.CREATE, StepKind.UPDATE):
            return _outcome(step, OutcomeKind.NOT_ATTEMPTED, step.problems or (_LEFT_OUT,))
        return _outcome(step, OutcomeKind.REFUSED, step.problems)


_LEFT_OUT = Problem("", "was left out")


def _is_open(step: Step[Any, Any], chosen: Collection[StepKind]) -> bool:
    return step.kind in chosen and (step.outcome is None or step.outcome.kind not in _SENT)


def _source(step: Step[Row, Any]) -> SourceRow[Row]:
    assert step.source is not None
    return step.source


def _patch(step: Step[Row, Any]) -> SourceRow[Patch[Row, Any]]:
    return SourceRow(Patch(_source(step).row, step.item, step.changes), step.line)


def _outcome(step: Step[Row, Any], kind: OutcomeKind, problems: tuple[Problem, ...] = ()) -> Outcome[Row, Any]:
    assert step.index is not None and step.source is not None  # noqa: PT018
    return Outcome(step.index, step.source, kind, step.item, problems)
