"""One step of a plan: what one row comes to, or one item that no row wants."""

from enum import StrEnum
from typing import Any, Generic, TypeVar

from attrs import define

from jofi_async.bulk.outcome import Outcome
from jofi_async.bulk.source import SourceRow
from jofi_async.core.errors import Problem
from jofi_async.reconcile.progress import Progress
from jofi_async.reconcile.reconcilable import Card, Change

Row = TypeVar("Row")
Item = TypeVar("Item")


class StepKind(StrEnum):
    """What a row, or an item that no row wants, comes to."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    UNEXPECTED = "unexpected"
    REFUSED = "refused"


@define(repr=False, eq=False)
class Step(Generic[Row, Item]):
    """What one row comes to, or one item that no row wants.

    Attributes:
        kind: What it comes to.
        card: What people are shown of it.
        index: The row's place in the source, from 0; None for an unexpected item.
        source: The row as it was pulled; None for an unexpected item.
        item: The row's item on the server, or None.
        changes: What an update changes, field by field.
        problems: Why a row is refused, or in conflict.
        not_compared: The row's fields that were not compared, since what was read does not show them.
        is_undecided: Whether it is a conflict only since the server could not be asked: a later plan may tell.
        progress: How far the person has come; None where there is no item.
        outcome: What became of it when it was applied last, or None.
    """

    kind: StepKind
    card: Card
    index: int | None = None
    source: SourceRow[Row] | None = None
    item: Item | None = None
    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()
    not_compared: tuple[str, ...] = ()
    is_undecided: bool = False
    progress: Progress | None = None
    outcome: Outcome[Row, Any] | None = None

    @property
    def line(self) -> int | None:
        """The line on which the row starts, or None."""
        return self.source.line if self.source else None

    @property
    def reason(self) -> str:
        """Why it is refused or in conflict, or ""."""
        return "; ".join(map(str, self.problems))

    def __repr__(self) -> str:
        return f"Step({self.kind.value!r}, index={self.index})"
