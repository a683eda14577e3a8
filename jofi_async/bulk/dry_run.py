"""What a job would refuse unsent, found without sending anything."""

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

from jofi_async.bulk.outcome import Outcome, OutcomeKind
from jofi_async.bulk.resource import Person
from jofi_async.bulk.seen import Seen
from jofi_async.bulk.source import SourceRow
from jofi_async.core.errors import Problem

Row = TypeVar("Row")
Row_contra = TypeVar("Row_contra", contravariant=True)


class Checks(Protocol[Row_contra]):
    """The part of a `BulkResource` that sends nothing."""

    def check(self, row: Row_contra) -> Sequence[Problem]:
        """See `BulkResource.check`."""
        ...

    def person(self, row: Row_contra) -> Person:
        """See `BulkResource.person`."""
        ...


def dry_run(
    checks: Checks[Row],
    source: Iterable[SourceRow[Row]],
    *,
    share_person_id: bool = False,
    settled: Container[str] = frozenset(),
) -> Iterator[Outcome[Row, Any]]:
    """Check all rows as a job does.

    Args:
        checks: The vendor's side.
        source: The rows.
        share_person_id: Whether one person_id may come with several addresses.
        settled: The keys of persons whom an earlier run has settled.

    Yields:
        `refused`; `existed`, of an earlier run; or `not_attempted` for a row that would be sent.
    """
    seen = Seen(share_person_id)
    for index, row in enumerate(source):
        problems = (*row.problems, *checks.check(row.row))
        if not problems and (repeat := seen.problem_with(checks.person(row.row), index, row.line)):
            problems = (repeat,)
        if not problems and checks.person(row.row).key in settled:
            yield Outcome(index, row, OutcomeKind.EXISTED, is_earlier=True)
            continue
        kind = OutcomeKind.REFUSED if problems else OutcomeKind.NOT_ATTEMPTED
        yield Outcome(index, row, kind, problems=problems or (Problem("", "dry run"),))
