"""The tokens of one process under a limit that it shares: slots booked at the store, or its own share without one.

It is *with the store* or *alone*. Alone it is while the store cannot be reached, and after that until all who were
alone are back, which the store says. Nothing here waits: it says when the store is to be visited, and is told what came
of it.
"""

import math
from uuid import uuid4

from attrs import frozen

from jofi_async.core.limits.bucket import Bucket
from jofi_async.core.limits.shared.bookings import Bookings, Slot
from jofi_async.core.limits.shared.clock import StoreClock
from jofi_async.core.limits.shared.pace import LEAST_GRACE, Pace
from jofi_async.core.limits.shared.store import Booked, Visit

AHEAD_OF_BULK = 0.2
"""Seconds that the slots which all have booked for bulk reach ahead; an interactive call books as soon as it waits."""

CONFIRMED = 0.025
"""Seconds before a slot begins in which the store must have been asked whether a pause has begun, at the least."""

BETWEEN = 0.005
"""Seconds between two visits, where a slot that is booked later is not had later."""

PROBE = 0.5
"""Seconds between two attempts to reach a store that is lost."""

PATIENCE = 0.5
"""Seconds in which a store must be reached, else it is lost."""

SETTLING = PATIENCE + PROBE + 0.2
"""Seconds in which all come back to a store after an outage."""

MOST_SLOTS = 100
"""How many slots are booked at one visit at most."""


@frozen
class Wanted:
    """What could start now if there were slots.

    Attributes:
        interactive: How many interactive calls.
        bulk: How many others.
        cost: What each of them costs.
    """

    interactive: int = 0
    bulk: int = 0
    cost: float = 1.0

    @property
    def count(self) -> int:
        """How many in all."""
        return self.interactive + self.bulk


class SharedTokens:
    """Says when a request may start, by slots that were booked before.

    Attributes:
        clock: What the store's clock says on ours.
        processes: How many share the limit, or 0 when that is not known yet.
        lost: Whether the store cannot be reached.
    """

    def __init__(self) -> None:
        self.clock = StoreClock()
        self.processes = 0
        self.lost = False
        self._visitor = ""
        self._last: float | None = None
        self._away = False
        self._per_second = 1.0
        self._pace = Pace.of(1.0, 1)
        self._bookings = Bookings()
        self._promised: dict[float, int] = {}
        self._full_at = -math.inf
        self._alone: Bucket | None = None
        self._alone_until = -math.inf
        self._next_visit = -math.inf
        self._visited = -math.inf

    @property
    def is_alone(self) -> bool:
        """Whether it goes by its own share."""
        return self._alone is not None

    def delay(self, now: float, cost: float) -> float:
        """See `Tokens.delay`."""
        if self._alone is not None and now < self._alone_until:
            return self._alone.delay(now, cost)
        due = self._bookings.due(now, cost, after=self._promised.get(cost, 0))
        return math.inf if due is None else max(0.0, due - now)

    def wait(self, now: float, cost: float, ahead: float) -> float:
        """See `Tokens.wait`."""
        if self._alone is not None:
            return self._alone.wait(now, cost, ahead)
        pace = self._pace
        ahead = max(0.0, ahead - cost * len(self._bookings.starts(now, cost)))
        full_at = max(now, self._full_at) + pace.interval * (ahead + cost - 1)
        return max(0.0, full_at - pace.tolerance - now)

    def try_take(self, now: float, cost: float) -> bool:
        """See `Tokens.try_take`."""
        if self._alone is None:
            return self._bookings.take(now, cost)
        return now < min(self._alone_until, self._next_visit) and self._alone.try_take(now, cost)

    def promise(self, cost: float) -> None:
        """See `Tokens.promise`."""
        self._promised[cost] = self._promised.get(cost, 0) + 1
        if self._alone is not None:
            self._alone.promise(cost)

    def unpromise(self, cost: float) -> None:
        """See `Tokens.unpromise`."""
        self._promised[cost] -= 1
        if self._alone is not None:
            self._alone.unpromise(cost)

    def take(self, now: float, cost: float) -> bool:
        """See `Tokens.take`."""
        return self._bookings.take(now, cost) if self._alone is None else self._alone.take(now, cost)

    def drain_until(self, instant: float) -> None:
        """See `Tokens.drain_until`; the store drains its own bucket."""
        self._bookings.drop_before(instant)
        if self._alone is not None:
            self._alone.drain_until(instant)

    def change(self, now: float, per_second: float | None, burst: float) -> None:
        """See `Tokens.change`."""
        assert per_second is not None
        self._per_second = per_second
        self._pace = Pace.of(per_second, int(burst))
        if self._alone is not None:
            self._alone.change(now, *self._share())

    def move(self, now: float) -> None:
        """See `Tokens.move`; the slots of the other clock are lost."""
        self._visitor = uuid4().hex
        self.clock, self._bookings, self._promised = StoreClock(), Bookings(), {}
        self._full_at = -math.inf
        self.lost, self._alone, self._next_visit, self._visited = False, None, -math.inf, -math.inf

    def visit_at(self, now: float, wanted: Wanted) -> float | None:
        """When the store is to be visited, or None while there is no need."""
        if self.lost:
            return self._next_visit if wanted.count or self._next_visit <= now else None
        if self._alone is not None:
            return self._next_visit if wanted.count else None
        times = list[float]()
        starts = self._bookings.starts(now, wanted.cost)
        if wanted.count and not starts:
            times.append(now)
        elif self._to_book(wanted) > len(starts) or self._surplus(now, wanted):
            times.append(self._visited + BETWEEN)
        if wanted.count and starts and starts[0] > self._bookings.confirmed:
            times.append(starts[0] - self._ahead())
        return min(times, default=None)

    def prepare(self, now: float, wanted: Wanted, pause: float) -> Visit:
        """What to say and ask at the next visit.

        Args:
            now: The instant.
            wanted: What could start if there were slots.
            pause: How many seconds of a pause the store does not know of.
        """
        bookings, round_trip = self._bookings, self.clock.round_trip
        surplus = self._surplus(now, wanted)
        bookings.drop(surplus)
        starts = bookings.starts(now, wanted.cost)
        missing = 0 if self.lost else max(0, self._to_book(wanted) - len(starts))
        lead = 2 * round_trip if round_trip > self._pace.grace / 2 else 0.0
        return Visit(
            visitor=self._visitor,
            interval=self._pace.interval,
            tolerance=self._pace.tolerance,
            count=min(MOST_SLOTS, missing),
            cost=wanted.cost,
            lead=lead,
            returned=tuple((slot.there, slot.cost) for slot in surplus),
            pause=pause,
            last=self._last,
            away=self._away,
            silence=PATIENCE,
            settling=SETTLING,
        )

    def expiry(self, sent: float, seconds: float) -> float | None:
        """When a visit must have been done that is waited for so many seconds, on the store's clock."""
        return None if self._last is None else self.clock.there(sent + seconds) + LEAST_GRACE

    def heard(self, booked: Booked, sent: float, answered: float) -> None:
        """Note the time of a visit; what it says in the store's time can be read from now on."""
        self.clock.learn(sent, booked.now, answered)
        self._last, self._visited = booked.now, answered
        self._full_at = self.clock.latest(booked.full_at)
        self._bookings.confirmed = sent + self._ahead()

    def come_back(self, booked: Booked, now: float, *, go_on: bool) -> None:
        """Go on with the store; until all are back, go on alone or not at all."""
        self.lost = self._away = False
        if booked.is_lost:
            self._bookings = Bookings(self._bookings.confirmed)
        if booked.settled_at <= booked.now:
            self._alone, self.processes = None, booked.processes
            return
        all_are_back = self.clock.latest(booked.settled_at)
        self._bookings.drop_before(all_are_back)
        if go_on and self.processes:
            self._next_visit = all_are_back
            self._alone_until = all_are_back - self.processes / self._per_second  # one slot of each may be late
            self._be_alone(now)

    def add(self, booked: Booked, cost: float) -> None:
        """Take the slots that were booked."""
        slots = list[Slot]()
        for there in booked.starts:
            start = self.clock.latest(there)
            until = max(self.clock.earliest(there) + self._pace.grace, start + LEAST_GRACE)
            slots.append(Slot(there, start, until, cost))
        self._bookings.add(slots)

    def lose(self, now: float, *, go_on: bool) -> None:
        """Note that the store cannot be reached.

        Args:
            now: The instant.
            go_on: Whether to go on with a share of the limit, if it is known how large that is.
        """
        self.lost = self._away = True
        self._next_visit = now + PROBE
        self._bookings = Bookings()
        if go_on and self.processes:
            self._alone_until = math.inf
            self._be_alone(now)
        else:
            self._alone = None

    def _be_alone(self, now: float) -> None:
        if self._alone is None:
            self._alone = Bucket()
            self._alone.change(now, *self._share())
            self._alone.empty(now)

    def _share(self) -> tuple[float, float]:
        """The rate and the burst of one; the bursts of all are together no larger than the limit's."""
        return self._per_second / max(1, self.processes), 1

    def _surplus(self, now: float, wanted: Wanted) -> list[Slot]:
        """What may be given back: it begins late enough to be of use to others."""
        return self._bookings.surplus(wanted.cost, wanted.count, now + max(AHEAD_OF_BULK, self._ahead()))

    def _to_book(self, wanted: Wanted) -> int:
        """How many slots to have: one for each interactive call, and for bulk as many as every process has."""
        reach = max(AHEAD_OF_BULK, 2 * self._ahead())
        of_each = math.ceil(reach * self._per_second / max(1, self.processes))
        return min(wanted.count, max(wanted.interactive, of_each))

    def _ahead(self) -> float:
        return max(CONFIRMED, 2 * self.clock.round_trip)
