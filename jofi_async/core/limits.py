"""The rate-limiting semaphore: how many calls may be under way, and how fast they may start.

First come, first served. A slot is granted when fewer than `in_flight` are out and the token bucket (`per_second`,
`burst`) holds a token, so that no window of t seconds ever sees more than burst + per_second x t sends. The bucket is
kept as one instant, the *theoretical arrival time* (GCRA, ITU-T I.371): it moves 1 / per_second later with each grant,
and a grant is allowed while it is no more than (burst - 1) / per_second ahead of now.
"""

import asyncio
from collections import deque
from typing import Protocol

from attrs import frozen

from jofi_async.core.errors import ConfigurationError, LifecycleError


class Limiter(Protocol):
    """What a session needs of a limiter; adaptive and shared limits implement the same two methods."""

    async def acquire(self) -> float:
        """Wait for a slot.

        Returns:
            For how many seconds of the wait the rate alone held it back, the rest being the queue.

        Raises:
            LifecycleError: It is in use on another event loop.
        """
        ...

    def release(self) -> None:
        """Give a slot back; never fails and never waits."""
        ...


@frozen
class RateLimit:
    """A fixed limit.

    Args:
        per_second: Requests per second, or None for no rate.
        burst: How many may start at once after a pause.
        in_flight: How many may be under way at once, or None for any number.

    Raises:
        ConfigurationError: A value is not positive.
    """

    per_second: float | None = 10.0
    burst: int = 10
    in_flight: int | None = 16

    def __attrs_post_init__(self) -> None:
        if self.per_second is not None and not 0 < self.per_second < float("inf"):
            raise ConfigurationError(f"per_second must be a positive number, not {self.per_second}")
        if self.burst < 1:
            raise ConfigurationError(f"burst must be at least 1, not {self.burst}")
        if self.in_flight is not None and self.in_flight < 1:
            raise ConfigurationError(f"in_flight must be at least 1, not {self.in_flight}")


_RESOLUTION = 1e-9  # seconds; a shorter wait would not move a float clock

UNLIMITED = RateLimit(per_second=None, in_flight=None)
"""No limit at all."""


@frozen(eq=False)
class _Waiter:
    granted: "asyncio.Future[float]"
    held_before: float


class RateLimiter:
    """Grants slots under a `RateLimit`, in the order in which they were asked for.

    A waiter that is cancelled gives back what it held and delays nobody. All times are of the running loop's clock.
    """

    def __init__(self, limit: RateLimit) -> None:
        self.limit = limit
        self._interval = 1 / limit.per_second if limit.per_second else 0.0
        self._ahead = self._interval * (limit.burst - 1)
        self._room = float("inf") if limit.in_flight is None else limit.in_flight
        self._loop: asyncio.AbstractEventLoop | None = None
        self._out = 0
        self._arrival = float("-inf")
        self._waiters: deque[_Waiter] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._held = 0.0
        self._holding_since: float | None = None

    @property
    def out(self) -> int:
        """How many slots are held now."""
        return self._out

    @property
    def waiting(self) -> int:
        """How many calls wait for a slot now."""
        return sum(not waiter.granted.done() for waiter in self._waiters)

    async def acquire(self) -> float:
        """Wait for a slot; see `Limiter.acquire`."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._bind(loop)
        now = loop.time()
        if not self._waiters and self._out < self._room and self._delay(now) <= 0:
            self._grant(now)
            return 0.0
        waiter = _Waiter(loop.create_future(), self._held_until(now))
        self._waiters.append(waiter)
        self._pump()
        try:
            await waiter.granted
        except asyncio.CancelledError:
            self._abandon(waiter)
            raise
        return self._held - waiter.held_before

    def release(self) -> None:
        """Give a slot back; see `Limiter.release`."""
        self._out -= 1
        if self._waiters:
            self._pump()

    def _bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Move to another event loop, once nothing of the last one is left."""
        if self._loop is not None:
            if (self._out or self.waiting) and not self._loop.is_closed():
                raise LifecycleError("This limiter is in use on another event loop. Make one for each event loop.")
            self._out, self._timer, self._holding_since = 0, None, None
            self._waiters.clear()
            self._arrival = min(self._arrival, loop.time() + self._ahead + self._interval)
        self._loop = loop

    def _delay(self, now: float) -> float:
        delay = self._arrival - self._ahead - now if self._interval else 0.0
        return delay if delay > _RESOLUTION else 0.0

    def _grant(self, now: float) -> None:
        self._out += 1
        self._arrival = max(self._arrival, now) + self._interval

    def _abandon(self, waiter: _Waiter) -> None:
        if waiter.granted.done() and not waiter.granted.cancelled():
            passed = asyncio.get_running_loop().time() - waiter.granted.result()
            self._arrival -= max(0.0, self._interval - passed)  # nothing was sent; the time that passed is spent
            self.release()
        else:
            self._pump()

    def _pump(self) -> None:
        """Grant all that may be granted now; wake again when the rate allows the next."""
        now = asyncio.get_running_loop().time()
        while self._waiters and (self._waiters[0].granted.done() or self._out < self._room):
            if self._waiters[0].granted.done():
                self._waiters.popleft()  # cancelled
                continue
            if (delay := self._delay(now)) > 0:
                self._sleep_until(now + delay)
                return
            self._grant(now)
            self._waiters.popleft().granted.set_result(now)
        self._sleep_until(None)

    def _sleep_until(self, when: float | None) -> None:
        """Set the one timer, and keep count of the time in which the rate alone held the queue back."""
        loop = asyncio.get_running_loop()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._held_until(loop.time())
        self._holding_since = None
        if when is not None:
            self._holding_since = loop.time()
            self._timer = loop.call_at(when, self._pump)

    def _held_until(self, now: float) -> float:
        if self._holding_since is not None:
            self._held += now - self._holding_since
            self._holding_since = now
        return self._held
