"""The rows of a job one by one, as they are pulled: checked, known or not from earlier runs, and fit to be sent."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Generic, TypeVar, cast

from jofi_async.bulk.flight import Flight
from jofi_async.bulk.ledger import Ledger
from jofi_async.bulk.outcome import Outcome, OutcomeKind
from jofi_async.bulk.resource import BulkResource, Person
from jofi_async.bulk.seen import Seen
from jofi_async.bulk.source import SourceRow
from jofi_async.core.errors import JournalError, Problem

Row = TypeVar("Row")
Item = TypeVar("Item")


class Intake(Generic[Row, Item]):
    """Says of each row in turn whether it is to be sent.

    Args:
        resource: The vendor's side of the job.
        ledger: Knows what earlier runs made of a person.
        share_person_id: Whether one person_id may come with several addresses.
    """

    def __init__(self, resource: BulkResource[Row, Item], ledger: Ledger[Row, Item], *, share_person_id: bool) -> None:
        self._resource = resource
        self._ledger = ledger
        self._seen = Seen(share_person_id)
        self._count = 0

    def admit(self, pulled: Row | SourceRow[Row]) -> Flight[Row, Item]:
        """Check the next row as it was pulled."""
        row, line, misread = _opened(pulled)
        index, self._count = self._count, self._count + 1
        person, problems = self._person(row), (*misread, *self._problems(row))
        if person is None:
            problems = problems or (Problem("", "this row cannot be understood: it names nobody"),)
        elif not problems and (repeat := self._seen.problem_with(person, index, line)):
            problems = (repeat,)
        if not problems:
            return Flight(outcome=Outcome(index, pulled, OutcomeKind.NOT_ATTEMPTED), row=row, person=person)
        if person is not None and self._seen.has(person):
            person = None
        refused: Outcome[Row, Item] = Outcome(index, pulled, OutcomeKind.REFUSED, problems=problems)
        return Flight(outcome=refused, row=row, person=person, is_settled=True)

    async def remember(self, flight: Flight[Row, Item]) -> None:
        """Note what earlier runs made of a row, which goes before what is wrong with it now.

        Raises:
            JournalError: The record cannot be read.
        """
        person, outcome = flight.person, flight.outcome
        if person is None:
            return
        earlier = await self._ledger.earlier(person, outcome.index, outcome.source)
        if earlier is not None and (earlier.is_earlier or not flight.is_settled):
            if earlier.is_earlier:
                self._seen.note(person, outcome.index, outcome.line)
            flight.outcome, flight.is_settled = earlier, True
        elif flight.is_settled:
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

    def _person(self, row: Row) -> Person | None:
        """Who a row is about; None for one that nobody can be named by."""
        try:
            person = self._resource.person(row)
            (person.key + (person.person_id or "")).encode()
        except Exception:  # a row that nobody checked may hold anything
            return None
        return person

    def _problems(self, row: Row) -> Sequence[Problem]:
        try:
            return self._resource.check(row)
        except Exception as error:
            return (Problem("", f"this row cannot be understood: {error}"),)


def _opened(pulled: Row | SourceRow[Row]) -> tuple[Row, int | None, tuple[Problem, ...]]:
    """A row, its line, and why it cannot be read as it stands."""
    if isinstance(pulled, SourceRow):
        source = cast("SourceRow[Row]", pulled)
        return source.row, source.line, source.problems
    return pulled, None, ()
