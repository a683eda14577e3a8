"""The token bucket: no window of t seconds ever sees more than burst + per_second x t requests.

It is kept as one instant, the *theoretical arrival time* (GCRA, ITU-T I.371, annex A): the instant at which the bucket
will be full again. Each request moves it cost / per_second later, and may start while it is no more than
(burst - cost) / per_second ahead of now.

What counts is when a request starts, not when it was allowed to: a waiter that was promised a token runs an iteration
of the event loop later, or much later when the loop is blocked. So a promise counts as if it started now, whenever now
is, and moves the bucket only when it is kept.
"""

import math

from attrs import define, field

RESOLUTION = 1e-9
"""Seconds; a shorter wait would not move a float clock."""


@define(eq=False)
class Bucket:
    """How many requests may start now.

    Attributes:
        promised: The cost of those that may start and have not yet.
    """

    promised: float = 0.0
    _promises: int = 0
    _burst: float = 1.0
    _interval: float = 0.0  # seconds for a token to come back; 0 for no rate
    _full_at: float = field(default=-math.inf)

    def delay(self, now: float, cost: float, ahead: float = 0.0) -> float:
        """How many seconds pass until a request of some cost may start after others of the cost `ahead`; 0 for none."""
        full_at = self._full_at
        if ahead := ahead + self.promised:
            full_at = max(full_at, now) + self._interval * ahead
        delay = full_at - self._interval * (self._burst - cost) - now
        return delay if delay > RESOLUTION else 0.0

    def wait(self, now: float, cost: float, ahead: float) -> float:
        """How many seconds a request would wait behind others of the cost `ahead`."""
        return self.delay(now, cost, ahead)

    def promise(self, cost: float) -> None:
        """Note that a request may start and has not yet."""
        self._promises += 1
        self.promised += cost

    def unpromise(self, cost: float) -> None:
        """Note that it starts now, or not at all."""
        self._promises -= 1
        self.promised = self.promised - cost if self._promises else 0.0

    def try_take(self, now: float, cost: float) -> bool:
        """Note that a request starts, if it may and nothing is promised: `delay` and `take` in one."""
        full_at = self._full_at
        if full_at <= now:
            full_at = now
        elif full_at - self._interval * (self._burst - cost) - now > RESOLUTION:
            return False
        self._full_at = full_at + self._interval * cost
        return True

    def take(self, now: float, cost: float) -> bool:
        """Note that a request starts that was promised a token; it always may."""
        full_at = self._full_at
        self._full_at = (full_at if full_at > now else now) + self._interval * cost
        return True

    def drain_until(self, instant: float) -> None:
        """Leave no more than one token at some instant to come."""
        self._full_at = max(self._full_at, instant + self._interval * (self._burst - 1))

    def change(self, now: float, per_second: float | None, burst: float) -> None:
        """Take another rate and burst from now on; what was taken stays taken, token by token."""
        missing = max(0.0, self._full_at - now) / self._interval if self._interval else burst
        self._interval = 1 / per_second if per_second else 0.0
        self._burst = burst
        if self._full_at > -math.inf:
            self._full_at = now + missing * self._interval

    def move(self, now: float) -> None:
        """Go on with another clock, on which it is now some instant: at worst with no token."""
        self.promised, self._promises = 0.0, 0
        self._full_at = min(self._full_at, now + self._interval * self._burst)

    def empty(self, now: float) -> None:
        """Leave no token."""
        self._full_at = now + self._interval * self._burst
