"""A row of a job, from when it is pulled until it is known what became of it."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Generic, TypeVar

from attrs import define

from jofi_async.bulk.outcome import Outcome
from jofi_async.bulk.resource import Person
from jofi_async.core.call import CallRecord

Row = TypeVar("Row")
Item = TypeVar("Item")

LAST_REST = 5.0
"""How many seconds a row rests at most once its job is stopped: a late effect may still show, and a look takes time."""


@define(eq=False, kw_only=True)
class Flight(CallRecord, Generic[Row, Item]):
    """A row, how it fares, and the record of the calls of its step.

    Attributes:
        outcome: What is known of it so far.
        row: What is sent: the row of its outcome, or what the steps before made of it.
        person: Who it is about; None when it cannot be sent.
        is_settled: Whether nothing is to be sent for it.
        is_trial: Whether it is the single one that tells how the server fares.
        doubtful: Whether a send of it may have taken effect without an answer, in this run or an earlier one.
        watermark: The watermark of its first send that may be in doubt.
        doubted: What earlier runs sent of it without an answer.
        earlier_attempts: How often earlier runs sent it.
        answered: Whether it is known what became of it, so that only the item may still be looked for.
    """

    outcome: Outcome[Row, Item]
    row: Row
    person: Person | None = None
    is_settled: bool = False
    is_trial: bool = False
    doubtful: bool = False
    watermark: object = None
    doubted: Sequence[Row] = ()
    earlier_attempts: int = 0
    answered: bool = False
    _resting: asyncio.Event | None = None

    def go_on(self, row: Row) -> None:
        """Begin the next step: nothing of it was sent, and nothing of it is known."""
        self.row = row
        self.doubtful = self.answered = False
        self.doubted = ()
        self.earlier_attempts = 0
        self.begin_anew()
        self.outcome.reset()

    def halt(self) -> None:
        """Send nothing more, and wake up if it rests."""
        self.halted = True
        if self._resting is not None:
            self._resting.set()

    async def rest(self, seconds: float) -> None:
        """Wait before a re-send; once halted, no longer than leaves time for a last look."""
        self._resting = asyncio.Event()
        if self.halted:
            self._resting.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds) as scope:
                await self._resting.wait()
                last = asyncio.get_running_loop().time() + LAST_REST
                scope.reschedule(min(scope.when() or last, last))
                await asyncio.Event().wait()

    @property
    def has_grace(self) -> bool:
        """Whether a stop leaves it its grace: it is on its way, or something came of it already."""
        return self.answered or self.doubtful or self.in_doubt
