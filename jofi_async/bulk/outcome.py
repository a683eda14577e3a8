"""How one row of a bulk job ended."""

from enum import StrEnum
from typing import Generic, TypeVar, cast

from attrs import define, field

from jofi_async.bulk.source import SourceRow
from jofi_async.core.errors import CallError, Problem

Row = TypeVar("Row")
Item = TypeVar("Item")


class OutcomeKind(StrEnum):
    """The six ways in which a row can end."""

    CREATED = "created"
    EXISTED = "existed"
    UPDATED = "updated"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_ATTEMPTED = "not_attempted"

    __hash__ = str.__hash__  # an enum's own is written in Python, and outcomes are counted by kind


class Evidence(StrEnum):
    """How it is known that something is at the vendor."""

    ANSWERED = "answered"
    FOUND = "found"
    DUPLICATE = "refused as duplicate"


@define(repr=False, eq=False)
class Outcome(Generic[Row, Item]):
    """How one row ended.

    Attributes:
        index: The row's place in the source, from 0.
        kind: How it ended.
        item: What is at the vendor now, where that is known.
        problems: Why it was refused or not attempted, by field.
        error: What was raised on the way, or None; its `body` holds the vendor's raw answer.
        attempts: How many times a request that would contact the person was sent, over all runs of a journal.
        evidence: How it is known that something is at the vendor; None for any other outcome.
        is_earlier: Whether an earlier run of the same journal had settled it, so that this one sent nothing.
    """

    index: int
    _pulled: Row | SourceRow[Row] = field(alias="source")  # wrapped when it is asked for: there may be many of them
    kind: OutcomeKind
    item: Item | None = None
    problems: tuple[Problem, ...] = ()
    error: Exception | None = None
    attempts: int = 0
    evidence: Evidence | None = None
    is_earlier: bool = False

    def reset(self) -> None:
        """Take back all but the row: what is told of it is told of its next step."""
        self.kind, self.item, self.problems = OutcomeKind.NOT_ATTEMPTED, None, ()
        self.error = self.evidence = None

    @property
    def source(self) -> SourceRow[Row]:
        """The row as it was pulled, with its place if that is known."""
        pulled = self._pulled
        return cast("SourceRow[Row]", pulled) if isinstance(pulled, SourceRow) else SourceRow(pulled)

    @source.setter
    def source(self, source: SourceRow[Row]) -> None:
        self._pulled = source

    @property
    def row(self) -> Row:
        """What was to be sent."""
        pulled = self._pulled
        return cast("SourceRow[Row]", pulled).row if isinstance(pulled, SourceRow) else pulled

    @property
    def line(self) -> int | None:
        """The physical line on which the row starts, or None."""
        return self.source.line

    @property
    def field(self) -> str:
        """The first field that is wrong, or ""."""
        return self.problems[0].field if self.problems else ""

    @property
    def reason(self) -> str:
        """Why it ended so, for the person who runs the job; "" when there is nothing to say."""
        if self.problems:
            return "; ".join(str(p) if p.field != self.field else p.reason for p in self.problems)
        return self.error.message if isinstance(self.error, CallError) else str(self.error or "")

    def __repr__(self) -> str:
        return f"Outcome(index={self.index}, kind={self.kind.value!r})"


IN_DOUBT = Problem(
    "",
    "sent, and whether it took effect is not known. The vendor would not refuse a second one, so it is not sent again: "
    "look there, and if it is not there, have it sent again (`resend_after=`, `--resend-after`)",
)
"""Why a row that was in doubt stays so where the vendor may invite twice, and what a person can do."""

HALF_WAY = Problem("", "what comes before the invitation is done, and its answer could not be read: run it again")
"""Why a row was not invited whose first step is done."""

NOT_OURS = Problem("", "is there already: older than this job, or with other fields than this row")
"""Why a row that was in doubt is told as existing."""
