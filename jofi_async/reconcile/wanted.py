"""What is wanted: the rows of a source, checked as a bulk job checks them, and whom each is about."""

from collections.abc import AsyncIterable, Iterable, Mapping
from contextlib import aclosing
from os import PathLike
from typing import Any, Generic, TypeVar, cast

from attrs import frozen

from jofi_async.bulk.resource import Person
from jofi_async.bulk.seen import Seen
from jofi_async.bulk.source import Feed, Source, SourceRow
from jofi_async.core.errors import Problem
from jofi_async.reconcile.reconcilable import Reconcilable

Row = TypeVar("Row")

NOBODY = Person("")


@frozen(repr=False)
class WantedRow(Generic[Row]):
    """One row.

    Attributes:
        source: The row as it was pulled.
        person: Who it is about; `NOBODY` where it does not tell.
        group: The caller's grouping identifier, or "".
        problems: Why it cannot be sent; nothing for a row that can.
    """

    source: SourceRow[Row]
    person: Person
    group: str
    problems: tuple[Problem, ...]


async def read_wanted(
    resource: Reconcilable[Row, Any],
    source: Source[Row | SourceRow[Row]] | str | PathLike[str],
    defaults: Mapping[str, object],
    *,
    share_person_id: bool,
) -> list[WantedRow[Row]]:
    """Read a source to its end.

    Args:
        resource: The vendor's side.
        source: The rows, or the path of a file.
        defaults: Values of fields that a file has no column for.
        share_person_id: Whether one person_id may come with several addresses.

    Returns:
        The rows, in the source's order.
    """
    if isinstance(source, str | PathLike):
        source = cast("Iterable[SourceRow[Row]]", resource.read_file(source, defaults))
    seen = Seen(share_person_id)
    rows: list[WantedRow[Row]] = []
    async with aclosing(Feed(cast("Iterable[Any] | AsyncIterable[Any]", source))) as feed:
        while True:
            try:
                pulled = await feed.pull()
            except StopAsyncIteration:
                return rows
            row = cast("SourceRow[Row]", pulled if isinstance(pulled, SourceRow) else SourceRow(pulled))
            rows.append(_checked(resource, row, seen, len(rows)))


def _checked(resource: Reconcilable[Row, Any], source: SourceRow[Row], seen: Seen, index: int) -> WantedRow[Row]:
    try:
        person, group = resource.person(source.row), resource.group(source.row)
        problems = (*source.problems, *resource.check(source.row))
    except Exception as error:  # a row that nobody checked may hold anything
        problem = Problem("", f"this row cannot be understood: {type(error).__name__}")
        return WantedRow(source, NOBODY, "", (*source.problems, problem))
    if not problems and (repeat := seen.problem_with(person, index, source.line)):
        problems = (repeat,)
    return WantedRow(source, person, group, problems)
