"""What going through the checklist found."""

from collections import Counter
from enum import StrEnum

from attrs import field, frozen


class CheckStatus(StrEnum):
    """What became of an item."""

    PASSED = "passed"
    FAILED = "failed"
    WARNING = "warning"
    CANNOT_BE_KNOWN = "cannot be known"


@frozen(repr=False, kw_only=True)
class SetupItem:
    """One item of the checklist.

    Attributes:
        name: What a program calls it, for example "default_team".
        section: The part of seed 001 that it belongs to.
        title: What a person calls it.
        subject: The inviter's address, where it is about one; else "".
        status: What became of it.
        looked_at: What was looked at.
        found: What was found.
        next_step: What to do next, or "" when nothing is.
        error: What kept it from being looked at, or None.
    """

    name: str
    section: str
    title: str
    status: CheckStatus
    looked_at: str
    found: str
    next_step: str = ""
    subject: str = ""
    error: Exception | None = field(default=None, eq=False)

    def __repr__(self) -> str:
        return f"SetupItem({self.name}, {self.status})"


@frozen(repr=False)
class SetupReport:
    """The whole checklist, in its order.

    Attributes:
        items: Its items.
    """

    items: tuple[SetupItem, ...]

    @property
    def counts(self) -> Counter[CheckStatus]:
        """How many items ended in each way."""
        return Counter(item.status for item in self.items)

    @property
    def failed(self) -> bool:
        """Whether an item failed."""
        return self.counts[CheckStatus.FAILED] > 0

    @property
    def unreached(self) -> bool:
        """Whether an item could not be looked at because a call failed; going through it again may tell more."""
        return any(item.error is not None for item in self.items)

    def __repr__(self) -> str:
        return f"SetupReport({', '.join(f'{count} {status}' for status, count in self.counts.items())})"
