"""What a job asks of its record; a job without a journal keeps none."""

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from attrs import frozen

from jofi_async.bulk.flight import Flight
from jofi_async.bulk.outcome import Outcome, OutcomeKind
from jofi_async.bulk.resource import Person
from jofi_async.bulk.source import SourceRow
from jofi_async.bulk.verdict import Verdict

Row = TypeVar("Row")
Item = TypeVar("Item")


@frozen
class Resumed:
    """What earlier runs of a job left.

    Attributes:
        settled: How many persons are settled, so that nothing is sent for them any more.
        to_look_up: How many may have been invited, and are looked for before anything is sent.
        broke_off: How many rows the last run had, if it was killed; None if it ended, or that is not known.
    """

    settled: int
    to_look_up: int
    broke_off: int | None = None


@frozen
class Progress:
    """How far a run has come.

    Attributes:
        counts: How many rows have ended in each way.
        rows: How many rows the source has, or None where that is not known.
    """

    counts: Mapping[OutcomeKind, int]
    rows: int | None = None

    @property
    def left(self) -> int | None:
        """How many rows have not ended, or None where that is not known."""
        return None if self.rows is None else max(0, self.rows - sum(self.counts.values()))


class Ledger(Generic[Row, Item]):
    """The record of a job without a journal: nobody is known, and nothing is kept.

    Attributes:
        keeps: Whether anything is recorded at all.
        remembers: Whether earlier runs may know of a row, so that each has to be asked for; settled once it is open.
        resumed: What earlier runs left; None when there is no earlier run.
    """

    keeps: bool = False
    remembers: bool = False
    resumed: Resumed | None = None

    async def open(self) -> None:
        """Take hold of the record; raises a `JournalError` when that cannot be."""

    async def begin(self, workers: int, progress: Callable[[], Progress]) -> None:
        """Ask the vendor what must be known before anything is sent; raises a `JournalError` or a `CallError`.

        Args:
            workers: How many may be asked for at once.
            progress: Tells how far the run has come, whenever it is asked.
        """

    async def earlier(self, person: Person, index: int, source: SourceRow[Row]) -> Outcome[Row, Item] | None:
        """What earlier runs made of a row, so far as nothing is to be sent for it; None when it may be sent."""
        return None

    def leave(self, outcome: Outcome[Row, Item]) -> None:
        """Say of a row that this run does not send what earlier runs left in doubt."""

    async def resume(self, flight: Flight[Row, Item]) -> Verdict | None:
        """Prepare a row that an earlier run may have sent; what follows for the job, or None when it may be sent."""
        return None

    async def intend(self, flight: Flight[Row, Item]) -> None:
        """Record that a row is about to be sent; nothing is sent when this raises a `JournalError`."""

    async def record(self, outcome: Outcome[Row, Item]) -> None:
        """Record what became of a row, if it was intended; raises a `JournalError` when that cannot be."""

    async def correct(self, outcome: Outcome[Row, Item]) -> None:
        """Record that a row's outcome is told as another than was recorded."""

    async def close(self, progress: Progress, stopped: str | None) -> None:
        """Record how the run went, and let go."""
