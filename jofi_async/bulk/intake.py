"""The rows of a job one by one, as they are pulled: checked, known or not from earlier runs, and fit to be sent."""

from contextlib import suppress
from typing import Generic, TypeVar, cast

from attrs import define

from jofi_async.bulk.ledger import Ledger
from jofi_async.bulk.outcome import Outcome, OutcomeKind
from jofi_async.bulk.resource import BulkResource, Person
from jofi_async.bulk.seen import Seen
from jofi_async.bulk.source import Feed, Source, SourceRow
from jofi_async.core.errors import JournalError, Problem

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
        person, problems = self._person(source.row), self._problems(source)
        if person is None:
            problems = problems or (Problem("", "this row cannot be understood: it names nobody"),)
        elif not problems and (repeat := self._seen.problem_with(person, index, source.line)):
            problems = (repeat,)
        if not problems:
            return Pulled(Outcome(index, source, OutcomeKind.NOT_ATTEMPTED), person)
        if person is not None and self._seen.has(person):
            person = None
        return Pulled(Outcome(index, source, OutcomeKind.REFUSED, problems=problems), person, is_settled=True)

    async def remember(self, pulled: Pulled[Row, Item]) -> None:
        """Note what earlier runs made of a row, which goes before what is wrong with it now.

        Raises:
            JournalError: The record cannot be read.
        """
        person, outcome = pulled.person, pulled.outcome
        if person is None:
            return
        earlier = await self._ledger.earlier(person, outcome.index, outcome.source)
        if earlier is not None and (earlier.is_earlier or not pulled.is_settled):
            if earlier.is_earlier:
                self._seen.note(person, outcome.index, outcome.line)
            pulled.outcome, pulled.is_settled = earlier, True
        elif pulled.is_settled:
            self._ledger.leave(outcome)

    async def recall(self, index: int, source: SourceRow[Row]) -> Outcome[Row, Item]:
        """The outcome of a row that is not pulled: what earlier runs made of it, else `not_attempted`."""
        outcome: Outcome[Row, Item] = Outcome(index, source, OutcomeKind.NOT_ATTEMPTED)
        person = self._person(source.row)
        if person is None:
            return outcome
        with suppress(JournalError):  # which may be what stopped the job
            outcome = await self._ledger.earlier(person, index, source) or outcome
            self._ledger.leave(outcome)
        return outcome

    async def aclose(self) -> None:
        """Close what was made of the source here."""
        await self._feed.aclose()

    def _person(self, row: Row) -> Person | None:
        """Who a row is about; None for one that nobody can be named by."""
        try:
            person = self._resource.person(row)
            f"{person.key} {person.person_id}".encode()
        except Exception:  # a row that nobody checked may hold anything
            return None
        return person

    def _problems(self, source: SourceRow[Row]) -> tuple[Problem, ...]:
        try:
            return (*source.problems, *self._resource.check(source.row))
        except Exception as error:
            return (Problem("", f"this row cannot be understood: {error}"),)
