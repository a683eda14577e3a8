"""What a store keeps of a limit, and what a visit does to it: a token bucket in which slots are booked ahead.

The bucket is one instant, as that of one process is (`jofi_async.core.limits.bucket`): when it will be full again. A
slot is booked by moving that instant, and lies no further ahead of it than the tolerance. The script of the Redis store
does the same in Lua, and the tests compare the two.

- *A slot that is given back* before it begins goes to whoever comes next, as it is. One that passed is lost: to make
  up for it would put two calls where one was reckoned with.
- *After a pause* there is one token, as in one process.
- *A limit that is new* begins with one token, since the store may have forgotten what it knew.
- *After an outage* those who come back have started calls that the store knows nothing of, and do not come back at
  once. So whoever is first sets an instant by which all will be there. Until then everybody goes on alone, and from
  then on slots are booked again, as after a pause.
- *A store that stood still* finds visits of long ago when it goes on. Nothing is done for them, or they would hide that
  all had been away.
- *A clock that was set back* takes all instants with it.
"""

from attrs import define, field

from jofi_async.core.limits.shared.store import Booked, Law, Visit

SEEN = 60.0
"""For how many seconds a visitor counts."""


@define
class Ledger:
    """One limit in a store; instants are of the store's clock, in seconds.

    Attributes:
        born: When it was made.
        visited: When the last visitor was here.
        full_at: When the bucket will be full again.
        interval: Seconds for a token to come back.
        paused_until: The end of the last pause.
        settled_at: By when all will have come back after the last outage.
        free: Slots to come that were given back, and what each took; the earliest first.
        law: The adaptive rate.
        seen: When each visitor was here last.
    """

    born: float
    visited: float
    full_at: float
    interval: float
    paused_until: float = 0.0
    settled_at: float = 0.0
    free: list[tuple[float, float]] = field(factory=list[tuple[float, float]])
    law: Law | None = None
    seen: dict[str, float] = field(factory=dict[str, float])

    @classmethod
    def begin(cls, now: float, visit: Visit) -> "Ledger":
        """A limit with one token."""
        return cls(now, now, now + visit.tolerance, visit.interval)

    def visit(self, now: float, visit: Visit) -> Booked:
        """Do all that a visit asks for."""
        if visit.expires is not None and now > visit.expires:
            return self._booked(now, has_expired=True)
        if now < self.visited:
            self._set_back(self.visited - now)
        silent_for, self.visited = now - self.visited, now
        is_lost = visit.last is not None and (self.born > visit.last or now - silent_for < visit.last)
        self._keep_time(now, visit)
        was_out = visit.away and silent_for >= visit.silence and now >= self.settled_at
        if was_out or (is_lost and self.settled_at <= (visit.last or 0.0)):
            self.settled_at = now + visit.settling
            self._drain(self.settled_at, visit)
        if visit.pause > 0 and now + visit.pause > self.paused_until:
            self.paused_until = now + visit.pause
            self._drain(self.paused_until, visit)
        earliest = max(now + visit.lead, self.paused_until, self.settled_at)
        self.free = sorted(slot for slot in (*self.free, *visit.returned) if slot[0] >= earliest)
        starts = tuple(self._book(earliest, visit))
        if visit.law is not None and visit.law.version == (self.law.version if self.law else 0) + 1:
            self.law = visit.law
        self.seen[visit.visitor] = now
        self.seen = {visitor: at for visitor, at in self.seen.items() if at > now - SEEN}
        return self._booked(now, starts, is_lost=is_lost)

    def _booked(
        self, now: float, starts: tuple[float, ...] = (), *, is_lost: bool = False, has_expired: bool = False
    ) -> Booked:
        return Booked(
            now=now,
            starts=starts,
            full_at=self.full_at,
            paused_until=self.paused_until,
            settled_at=self.settled_at,
            processes=len(self.seen),
            is_lost=is_lost,
            law=self.law,
            has_expired=has_expired,
        )

    def _book(self, earliest: float, visit: Visit) -> list[float]:
        starts: list[float] = []
        for _ in range(visit.count):
            full_at = max(self.full_at, earliest)
            start = max(earliest, full_at - visit.tolerance + (visit.cost - 1) * visit.interval)
            free = next((slot for slot in self.free if slot[1] == visit.cost and slot[0] <= start), None)
            if free is None:
                self.full_at = full_at + visit.cost * visit.interval
            else:
                self.free.remove(free)
            starts.append(free[0] if free else start)
        return sorted(starts)

    def _drain(self, until: float, visit: Visit) -> None:
        """Leave one token at some instant to come."""
        self.full_at = max(self.full_at, until + visit.tolerance)

    def _keep_time(self, now: float, visit: Visit) -> None:
        """Take another interval from now on; what was taken stays taken, token by token."""
        since = max(now, self.paused_until, self.settled_at)
        if self.full_at > since:
            self.full_at = since + (self.full_at - since) * visit.interval / self.interval
        self.interval = visit.interval

    def _set_back(self, seconds: float) -> None:
        self.born -= seconds
        self.full_at -= seconds
        self.paused_until -= seconds
        self.settled_at -= seconds
        self.free = [(start - seconds, cost) for start, cost in self.free]
