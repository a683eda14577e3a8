"""How far people have come, and for how long they have kept waiting."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from attrs import frozen


class PersonState(StrEnum):
    """How far a person has come."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    COMPLETED = "completed"


@frozen
class Progress:
    """How far a person has come; the moments are those of the vendor's clock.

    Attributes:
        invited_at: When the person was invited.
        accepted_at: When the person accepted, or None.
        completed_at: When the person had completed everything that was assigned, or None; it is known only where it
            was asked for.
    """

    invited_at: datetime
    accepted_at: datetime | None = None
    completed_at: datetime | None = None

    @property
    def state(self) -> PersonState:
        """How far the person has come."""
        if self.completed_at is not None:
            return PersonState.COMPLETED
        return PersonState.PENDING if self.accepted_at is None else PersonState.ACCEPTED

    def waiting(self, at: datetime) -> timedelta | None:
        """For how long a pending person has been invited at a moment; None for others."""
        if self.state is not PersonState.PENDING:
            return None
        return max(timedelta(), at - self.invited_at)


@frozen
class People:
    """How far all matched persons have come.

    Attributes:
        counts: How many are in each state.
        waiting: How long the pending have been invited, longest first.
        read_at: When the reading began, by the clock of this computer: what is told here is that old, and ages are
            as of then.
        completion_known: Whether completion was asked for.
    """

    counts: dict[PersonState, int]
    waiting: tuple[timedelta, ...]
    read_at: datetime
    completion_known: bool

    @classmethod
    def of(cls, each: Iterable[Progress], read_at: datetime, *, completion_known: bool) -> "People":
        """Count persons."""
        counts = dict.fromkeys(PersonState, 0)
        waiting: list[timedelta] = []
        for one in each:
            counts[one.state] += 1
            if (age := one.waiting(read_at)) is not None:
                waiting.append(age)
        return cls(counts, tuple(sorted(waiting, reverse=True)), read_at, completion_known)
