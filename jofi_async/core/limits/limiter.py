"""The semaphore in one process: grants slots under a limit, in turn, and pauses all together.

A waiter is in the queue, promised a slot, or gone; it may be cancelled in each state, and gives back what it has. One
timer, for the head of the queue, wakes one waiter at a time.
"""

import asyncio
import math
from typing import TYPE_CHECKING

from jofi_async.core.errors import ConfigurationError, LifecycleError, QueueTooLongError, RetryAfterTooLongError
from jofi_async.core.limits.bucket import RESOLUTION, Bucket
from jofi_async.core.limits.contract import Priority
from jofi_async.core.limits.limit import AdaptiveRateLimit, RateLimit
from jofi_async.core.limits.pause import Pause
from jofi_async.core.limits.queue import Queue, Waiter

if TYPE_CHECKING:
    from jofi_async.core.limits.adaptive import AdaptiveRate
    from jofi_async.core.limits.statistics import LimiterStatistics
    from jofi_async.core.limits.tokens import Tokens

_REACH = 10  # how many answers the typical time of an answer reaches back


class RateLimiter:
    """Grants slots under a `RateLimit`, first come first served within each priority.

    A waiter that is cancelled gives back what it held and delays nobody. It serves one event loop at a time, and
    all times are of that loop's clock. One limiter may serve several clients.

    Args:
        limit: The limit, fixed or adaptive.
    """

    def __init__(self, limit: RateLimit) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._queue = Queue()
        self._bucket = self._make_tokens()
        self._pause = Pause()
        self._law: AdaptiveRate | None = None
        self._promised: dict[Waiter, None] = {}
        self._out = 0
        self._timer: asyncio.TimerHandle | None = None
        self._held = 0.0
        self._holding_since: float | None = None
        self._answer_time = 0.0
        self._granted = self._refused = self._throttled = 0
        self._waited = 0.0
        self._set(limit, 0.0)

    @property
    def limit(self) -> RateLimit:
        """The limit as it was given last."""
        return self._limit

    @property
    def out(self) -> int:
        """How many slots are held now."""
        return self._out

    @property
    def waiting(self) -> int:
        """How many calls wait for a slot now."""
        return self._queue.size

    def statistics(self) -> "LimiterStatistics":
        """What it has done so far."""
        from jofi_async.core.limits.statistics import LimiterStatistics

        now = self._loop.time() if self._loop is not None else math.inf
        return LimiterStatistics(
            granted=self._granted,
            refused=self._refused,
            throttled=self._throttled,
            pauses=self._pause.count,
            waited=self._waited,
            waiting=self._queue.size,
            waiting_in_bulk=self._queue.size_of(Priority.BULK),
            out=self._out,
            per_second=self._limit.per_second if self._law is None else self._law.rate,
            paused_for=max(0.0, self._pause.until - now),
        )

    def resize(self, limit: RateLimit) -> None:
        """Change the limit, from now on, for those who wait as well.

        Slots out above a lowered `in_flight` are not taken back; none is granted until enough have come back. Of a
        rate that changes, no window sees more than the larger burst and what each rate allowed in its time.

        Args:
            limit: The new limit, fixed or adaptive; `attrs.evolve(limiter.limit, per_second=20)` changes one number.
        """
        self._set(limit, self._loop.time() if self._loop is not None else 0.0)
        for waiter in list(self._queue):
            if problem := self._problem_with(waiter.cost):
                self._refuse(waiter, problem)
        if self._queue.size:
            self._pump()

    async def acquire(
        self,
        cost: float = 1,
        *,
        priority: Priority = Priority.INTERACTIVE,
        max_wait: float = math.inf,
        longest_pause: float = math.inf,
    ) -> float:
        """Wait for a slot; see `Limiter.acquire`.

        Raises:
            ConfigurationError: `cost` is not positive, or larger than the burst, so that it could never be granted.
        """
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._bind(loop)
        if cost != 1 and (problem := self._problem_with(cost)):
            raise problem
        now = loop.time()
        if (
            self._out < self._room
            and not (self._queue.size or self._promised)
            and now >= self._pause.until
            and self._bucket.try_take(now, cost)
        ):
            self._out += 1
            self._granted += 1
            return 0.0
        self._check_patience(now, cost, priority, max_wait, longest_pause)
        waiter = Waiter(loop.create_future(), now, cost, priority, now + max_wait, longest_pause)
        return await self._wait(loop, waiter)

    def release(self) -> None:
        """Give a slot back; see `Limiter.release`."""
        self._out -= 1
        if self._ramp < math.inf:
            self._climb_ramp()
        if self._queue.size:
            self._pump()

    def answered(self, sent: float, seconds: float) -> None:
        """Note an answer that asks for no pause; see `Limiter.answered`."""
        self._answer_time += (seconds - self._answer_time) / _REACH
        self._pause.answered(sent)
        if self._law is not None:
            self._adapt(sent, seconds, busy=self._queue.size > 0 or self._out >= self._room)

    def throttled(self, sent: float, retry_after: float | None) -> float:
        """Note that the server asked for fewer requests; see `Limiter.throttled`."""
        if self._loop is None:
            self._bind(asyncio.get_running_loop())
        assert self._loop is not None
        self._throttled += 1
        now, is_news = self._loop.time(), self._pause.is_news(sent)
        if self._pause.throttled(now, sent, retry_after):
            self._stop_until(now, self._pause.until)
        if is_news and retry_after is None and self._law is None and self._limit.per_second is not None:
            self._law = _law_of(self._limit.as_ceiling(), now)
        if is_news and self._law is not None:
            self._fall(now, sent)
        return max(0.0, self._pause.until - now)

    def _adapt(self, sent: float, seconds: float, *, busy: bool) -> None:
        """Let the law know of an answer."""
        assert self._law is not None
        now = sent + seconds
        self._law.answered(now, pressed=self._held_until(now), busy=busy, sent=sent, seconds=seconds)
        self._use_rate(now)

    def _fall(self, now: float, sent: float) -> None:
        """Let the law know of a refusal."""
        assert self._law is not None
        self._law.throttled(now, pressed=self._held_until(now) + max(0.0, self._pause.until - now))
        self._use_rate(now)

    def _use_rate(self, now: float) -> None:
        assert self._law is not None
        self._bucket.change(max(now, self._pause.until), self._law.rate, self._limit.burst)

    def _make_tokens(self) -> "Tokens":
        return Bucket()

    async def _wait(self, loop: asyncio.AbstractEventLoop, waiter: Waiter) -> float:
        held_before = self._held_until(waiter.asked)
        expiry = loop.call_at(waiter.latest, self._expire, waiter) if waiter.latest < math.inf else None
        self._queue.append(waiter)
        self._pump()
        try:
            if waiter in self._promised:
                await asyncio.sleep(0)  # behind those who were promised theirs just before
            while not self._may_start(loop.time(), waiter):
                await waiter.granted
        except BaseException:
            self._abandon(waiter)
            raise
        finally:
            if expiry is not None:
                expiry.cancel()
        self._granted += 1
        self._waited += loop.time() - waiter.asked
        return self._held - held_before

    def _may_start(self, now: float, waiter: Waiter) -> bool:
        """Keep a promise; a pause may have taken it back, and a slot of a shared limit may have passed."""
        if waiter not in self._promised:
            return False
        self._bucket.unpromise(waiter.cost)
        if self._bucket.take(now, waiter.cost):
            del self._promised[waiter]
            return True
        self._bucket.promise(waiter.cost)
        self._take_promises_back()
        self._pump()
        return False

    def _set(self, limit: RateLimit, now: float) -> None:
        self._limit = limit
        self._law = _law_of(limit, now) if isinstance(limit, AdaptiveRateLimit) else None
        self._most = self._room = math.inf if limit.in_flight is None else limit.in_flight
        self._ramp = math.inf
        self._bucket.change(max(now, self._pause.until), limit.per_second, limit.burst)
        if self._pause.until > now:
            self._bucket.drain_until(self._pause.until)

    def _bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Move to another event loop, once nothing of the last one is left; what was learned stays."""
        if self._loop is None:
            self._set(self._limit, loop.time())
        elif (self._out or self._queue.size) and not self._loop.is_closed():
            raise LifecycleError("This limiter is in use on another event loop. Make one for each event loop.")
        else:
            self._out, self._timer, self._holding_since = 0, None, None
            self._queue, self._promised = Queue(), {}
            self._bucket.move(loop.time())
        self._loop = loop

    def _problem_with(self, cost: float) -> ConfigurationError | None:
        if not 0 < cost < math.inf:
            return ConfigurationError(f"cost must be a positive number, not {cost}")
        if self._limit.per_second is not None and cost > self._limit.burst:
            return ConfigurationError(f"A cost of {cost:g} can never be granted under a burst of {self._limit.burst}")
        return None

    def _delay(self, now: float, cost: float) -> float:
        return self._or_paused(now, self._bucket.delay(now, cost))

    def _expected_wait(self, now: float, cost: float, ahead: float = 0.0) -> float:
        return self._or_paused(now, self._bucket.wait(now, cost, ahead))

    def _or_paused(self, now: float, delay: float) -> float:
        paused = self._pause.until - now
        return max(delay, paused) if paused > RESOLUTION else delay

    def _check_patience(
        self, now: float, cost: float, priority: Priority, max_wait: float, longest_pause: float
    ) -> None:
        if self._pause.until - now > longest_pause:
            self._refused += 1
            raise _pause_too_long(self._pause.until - now, longest_pause)
        if max_wait == math.inf:
            return
        count, ahead = self._queue.ahead_of(priority)
        wait = self._expected_wait(now, cost, ahead)
        if self._out >= self._room:
            wait = max(wait, (count + 1) * self._answer_time / self._room)
        if wait > max_wait + RESOLUTION:
            self._refused += 1
            raise _queue_too_long(wait, max_wait)

    def _pump(self) -> None:
        """Promise all slots that may be granted now; wake again when the rate allows the next."""
        assert self._loop is not None
        if self._loop.is_closed():  # a coroutine that is thrown away after its loop has ended
            return
        now = self._loop.time()
        while self._queue.size and self._out < self._room:
            waiter = self._queue.head()
            if waiter.granted.done():  # cancelled, and not told yet
                self._queue.discard(waiter)
            elif delay := self._delay(now, waiter.cost):
                self._sleep_until(now, now + delay)
                return
            else:
                self._queue.pop(waiter)
                self._out += 1
                self._promised[waiter] = None
                self._bucket.promise(waiter.cost)
                waiter.granted.set_result(None)
        self._sleep_until(now, None)

    def _unpromise(self, waiter: Waiter) -> None:
        del self._promised[waiter]
        self._bucket.unpromise(waiter.cost)

    def _abandon(self, waiter: Waiter) -> None:
        """Give back what a waiter had that does not wait any more."""
        if waiter in self._promised:
            self._unpromise(waiter)
            self.release()
        elif self._queue.discard(waiter):
            self._pump()

    def _stop_until(self, now: float, until: float) -> None:
        """Begin a pause: take promises back, and refuse those who would not wait for so long."""
        self._bucket.drain_until(until)
        self._take_promises_back()
        if self._limit.per_second is None:
            self._set_ramp(self._out + 1)
        for waiter in list(self._queue):
            if until - now > waiter.longest_pause:
                self._refuse(waiter, _pause_too_long(until - now, waiter.longest_pause))
            elif until > waiter.latest:
                self._refuse(waiter, _queue_too_long(until - waiter.asked, waiter.latest - waiter.asked))
        self._pump()

    def _take_promises_back(self) -> None:
        assert self._loop is not None
        for waiter in reversed(list(self._promised)):
            self._unpromise(waiter)
            self._out -= 1
            waiter.granted = self._loop.create_future()
            self._queue.put_back(waiter)

    def _climb_ramp(self) -> None:
        """Without a rate, one call more than still flies may start after a pause, and twice as many each round trip."""
        assert self._loop is not None
        is_over = self._loop.time() >= self._pause.until
        self._set_ramp(self._ramp + 1 if is_over else max(1, self._ramp - 1))
        if is_over and self._ramp >= self._most:
            self._set_ramp(math.inf)

    def _set_ramp(self, ramp: float) -> None:
        self._ramp, self._room = ramp, min(ramp, self._most)

    def _expire(self, waiter: Waiter) -> None:
        self._pump()  # what is due at this very moment is granted
        if waiter not in self._promised:
            now = waiter.latest
            left = max(self._expected_wait(now, waiter.cost), self._answer_time / self._room)
            self._refuse(waiter, _queue_too_long(now + left - waiter.asked, now - waiter.asked))

    def _refuse(self, waiter: Waiter, why: Exception) -> None:
        if self._queue.discard(waiter) and not waiter.granted.done():
            self._refused += 1
            waiter.granted.set_exception(why)

    def _sleep_until(self, now: float, when: float | None) -> None:
        """Set the one timer, and keep count of the time in which the rate alone held the queue back.

        Args:
            now: The instant.
            when: When to wake, infinity to be woken by something else, or None when the rate holds nobody back.
        """
        assert self._loop is not None
        self._held_until(now)
        self._holding_since = None if when is None else now
        if self._timer is not None and (when is None or when < self._timer.when()):
            self._timer.cancel()
            self._timer = None
        if self._timer is None and when is not None and when < math.inf:
            self._timer = self._loop.call_at(when, self._wake)

    def _wake(self) -> None:
        self._timer = None  # it may have been too early, and is then set again
        self._pump()

    def _held_until(self, now: float) -> float:
        if self._holding_since is not None:
            self._held += now - self._holding_since
            self._holding_since = now
        return self._held


def _law_of(limit: AdaptiveRateLimit, now: float) -> "AdaptiveRate":
    from jofi_async.core.limits.adaptive import AdaptiveRate  # slow to import, and most servers tell their limit

    return AdaptiveRate(limit, now)


def _queue_too_long(wait: float, allowed: float) -> QueueTooLongError:
    text = f"It would have waited {round(wait, 2):g} s for a slot, more than the {round(allowed, 2):g} s allowed"
    return QueueTooLongError(text, seconds=wait)


def _pause_too_long(left: float, allowed: float) -> RetryAfterTooLongError:
    text = f"The server asked to wait, and {round(left, 2):g} s are left of it, more than the {allowed:g} s allowed"
    return RetryAfterTooLongError(text, retry_after=left)
