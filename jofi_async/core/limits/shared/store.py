"""What a limit over processes needs of a store: one visit, and an end.

All that happens at a visit happens at once and on the store's clock: slots are booked and given back, a pause begins.
"""

from typing import Protocol

from attrs import frozen

from jofi_async.core.errors import JofiAsyncError


class LimitStoreError(JofiAsyncError):
    """A store cannot be used now; the message says which and why, and holds no password."""


@frozen
class Law:
    """An adaptive rate as a store keeps it, and as nobody there reads it.

    Attributes:
        version: How often it was changed.
        text: What it is.
    """

    version: int
    text: str


@frozen(kw_only=True)
class Visit:
    """What a limiter says and asks at one visit; times are seconds.

    Attributes:
        visitor: Tells the limiters that share a limit apart.
        interval: The time in which one token comes back.
        tolerance: How far ahead of its time a slot of one token may be, after a lull.
        count: How many slots are wanted.
        cost: How many tokens each of them takes.
        lead: How far from now the first may be at the earliest.
        returned: Slots to come in which nobody will start, on the store's clock, and what each took.
        pause: For how long from now on nobody may start.
        last: When this visitor was here last, on the store's clock, or None.
        away: Whether it could not reach the store since, and may have started on its own account.
        expires: When it must have been done, on the store's clock, or None: nobody waits for it any more.
        silence: After how long without a visitor of any kind all may have been away.
        settling: How long it takes at most until all have come back.
        law: The adaptive rate, made of the version before the one that it bears; or None.
    """

    visitor: str
    interval: float
    tolerance: float
    count: int = 0
    cost: float = 1.0
    lead: float = 0.0
    returned: tuple[tuple[float, float], ...] = ()
    pause: float = 0.0
    last: float | None = None
    away: bool = False
    expires: float | None = None
    silence: float = 0.5
    settling: float = 0.0
    law: Law | None = None


@frozen(kw_only=True)
class Booked:
    """What a visit came to; instants are of the store's clock, in seconds.

    Attributes:
        now: When it was.
        starts: The slots that were booked: when a call may start in each.
        full_at: When the bucket will be full again.
        paused_until: The end of the last pause.
        settled_at: Until when all are on their own, since some may not have come back to the store yet.
        processes: How many visitors there were in the last minute.
        is_lost: Whether the store has forgotten what it knew when this visitor was here last.
        law: The adaptive rate, or None where there is none.
        has_expired: Whether nothing was done, since the visit came too late.
    """

    now: float
    starts: tuple[float, ...]
    full_at: float
    paused_until: float
    settled_at: float
    processes: int
    is_lost: bool
    law: Law | None
    has_expired: bool = False


class LimitStore(Protocol):
    """Where processes share a limit; one of your own has these two methods."""

    async def visit(self, name: str, visit: Visit) -> Booked:
        """Do all that a visit asks for, at once and in the order in which visits come.

        Args:
            name: The limit's.
            visit: What is asked for; `jofi_async.core.limits.shared.ledger` says what it does.

        Raises:
            LimitStoreError: The store cannot be used now. Whatever else is raised is taken for the same.
        """
        ...

    async def aclose(self) -> None:
        """Close what the store has opened on the running loop; a visit opens it again."""
        ...
