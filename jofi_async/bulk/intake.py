"""The rows of a job one by one, as they are pulled: checked, known or not from earlier runs, and fit to be sent."""

from contextlib import suppress
from typing import Generic, TypeVar, cast

from attrs import define

from jofi_async.bulk.ledger import Ledger
from jofi_async.bulk.outcome import Outcome, OutcomeKind
from jofi_async.bulk.resource import BulkResource, Person
from jofi_async.bulk.seen import Seen
from jofi_async.bulk.source import Feed, Source, SourceRow
from jofi_async.core.errors import Problem

Row = TypeVar("Row")
Item = TypeVar("Item")


@define(eq=False)
class Pulled(Generic[Row, Item]):
    """A row that was pulled.

    Attributes:
        outcome: What is known of it so far.
        person: Who it is about; None when it cannot be sent.
        is_settled: Whether nothing is to be sent for it.
        trial: Whether it is the single one that tells how the server fares.
    """

    outcome: Outcome[Row, Item]
    person: Person | None = None
    is_settled: bool = False
    trial: bool = False


class Intake(Generic[Row, Item]):
    """Pulls a source, and says of each row in turn whether it is to be sent.

    Args:
        source: The rows; each is a row, or a `SourceRow` that knows its line.
        resource: The vendor's side of the job.
        ledger: Knows what earlier runs made of a person.
        share_person_id: Whether one person_id may come with several addresses.
    """

    def __init__(
        self,
        source: Source[Row | SourceRow[Row]],
        resource: BulkResource[Row, Item],
        ledger: Ledger[Row, Item],
        *,
        share_person_id: bool,
    ) -> None:
        self._feed = Feed(source)
        self._resource = resource
        self._ledger = ledger
        self._seen = Seen(share_person_id)
        self._count = 0

    async def pull(self) -> Pulled[Row, Item]:
        """Pull the next row and check it; raises StopAsyncIteration at the end, or what the source raises."""
        pulled = await self._feed.pull()
        source = cast("SourceRow[Row]", pulled) if isinstance(pulled, SourceRow) else SourceRow(pulled)
        index, self._count = self._count, self._count + 1
        person, problems = self._check(index, source)
        kind = OutcomeKind.NOT_ATTEMPTED if person else OutcomeKind.REFUSED
        return Pulled(Outcome(index, source, kind, problems=problems), person, is_settled=person is None)

    async def remember(self, pulled: Pulled[Row, Item]) -> None:
        """Note what earlier runs made of a row; raises a `JournalError` when that cannot be read."""
        if pulled.person is None:
            return
        earlier = await self._ledger.earlier(pulled.person, pulled.outcome.index, pulled.outcome.source)
        if earlier is not None:
            pulled.outcome, pulled.is_settled = earlier, True

    async def left(self, index: int, source: SourceRow[Row]) -> Outcome[Row, Item]:
        """The outcome of a row that is never pulled: what earlier runs made of it, else `not_attempted`."""
        pulled: Pulled[Row, Item] = Pulled(Outcome(index, source, OutcomeKind.NOT_ATTEMPTED))
        with suppress(Exception):  # nobody checked the row, and the record may be what stopped the job
            pulled.person = self._resource.person(source.row)
            await self.remember(pulled)
            self._ledger.leave(pulled.outcome)
        return pulled.outcome

    async def aclose(self) -> None:
        """Close what was made of the source here."""
        await self._feed.aclose()

    def _check(self, index: int, source: SourceRow[Row]) -> tuple[Person | None, tuple[Problem, ...]]:
        """Who a row is about, or what is wrong with it."""
        try:
            problems = (*source.problems, *self._resource.check(source.row))
            if problems:
                return None, problems
            person = self._resource.person(source.row)
            repeat = self._seen.problem_with(person, index, source.line)
        except Exception as error:  # a row that nobody checked may hold anything
            return None, (Problem("", f"this row cannot be understood: {error}"),)
        return (None, (repeat,)) if repeat else (person, ())
