"""A plan that is applied, as a run takes it for a job; and a plan's exit code."""

from collections.abc import Iterator
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from jofi_async.bulk.job import GRACE, Summary
from jofi_async.bulk.outcome import Outcome, OutcomeKind
from jofi_async.bulk.source import SourceRow
from jofi_async.cli.run import ExitCode
from jofi_async.core.errors import Problem
from jofi_async.reconcile.application import Application
from jofi_async.reconcile.plan import Plan
from jofi_async.reconcile.step import StepKind

Row = TypeVar("Row")


class PlannedJob(Generic[Row]):
    """Applies a plan that was made of all rows of the table.

    Args:
        application: The plan on its way.
        rows: The table's rows: the plan has them, so they are passed over.

    Attributes:
        resumed: A run that resumes tells of the table's rows, and the plan has told of them.
    """

    resumed = None

    def __init__(self, application: Application[Row], rows: Iterator[SourceRow[Row]]) -> None:
        self._application = application
        self._rows = rows

    @property
    def in_flight(self) -> int:
        """How many rows are being worked on now."""
        return self._application.in_flight

    def summary(self) -> Summary:
        """How it has gone so far."""
        return self._application.summary()

    def stop(self, reason: str, *, grace: float = GRACE) -> None:
        """Send nothing new; see `BulkJob.stop`."""
        self._application.stop(reason, grace=grace)

    async def recall(self, index: int, source: SourceRow[Row]) -> Outcome[Row, Any]:
        """The outcome of a row that the table has got since the plan was made: nothing was sent for it."""
        problems = (Problem("", "was not there when the plan was made"),)
        return Outcome(index, source, OutcomeKind.NOT_ATTEMPTED, problems=problems)

    async def __aenter__(self) -> Self:
        await self._application.__aenter__()
        try:
            for _ in self._rows:
                pass
        except BaseException as error:
            await self._application.__aexit__(type(error), error, error.__traceback__)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._application.__aexit__(kind, error, trace)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Outcome[Row, Any]:
        return await anext(self._application)


def exit_code_of(plan: Plan[Any, Any]) -> ExitCode:
    """What a plan's exit code says: whether a person has to look at a row, or to run it again."""
    if plan.reading.gaps or any(step.is_undecided for step in plan.steps):
        return ExitCode.RUN_AGAIN
    return ExitCode.SOME_REFUSED if plan.of(StepKind.REFUSED, StepKind.CONFLICT) else ExitCode.DONE
