"""The semaphore of one process under a limit that several share: its slots are booked at a store.

Who waits here, for how long, and who goes first is decided here, as without a store; a slot is booked for the process
and not for a waiter, and only shortly before it begins. One visit to the store is under way at a time.
"""

import asyncio
import logging
from itertools import count

from attrs import evolve

from jofi_async.core.errors import ConfigurationError, SharedLimitLostError
from jofi_async.core.limits.contract import Priority
from jofi_async.core.limits.limit import RateLimit
from jofi_async.core.limits.limiter import RateLimiter
from jofi_async.core.limits.shared.law import SharedLaw
from jofi_async.core.limits.shared.store import Booked, Law, LimitStore, LimitStoreError, Visit
from jofi_async.core.limits.shared.tokens import PATIENCE, SharedTokens, Wanted

_TRIES = 2  # at least, so that a loop that stood still does not take itself for a lost store
_BETWEEN = 0.05  # seconds between two tries
_NEWS = 1e-3  # seconds by which a pause is longer at least than the one that is known

logger = logging.getLogger("jofi_async.limits")


class SharedLimiter(RateLimiter):
    """Grants slots under a limit that all who know its name and its store keep together.

    The rate and the burst are those of all, `in_flight` is of this limiter alone. A slot costs one visit to the store,
    which takes as long as `max_wait` must leave at the least.

    Args:
        limit: The limit; it must have a rate.
        store: Where it is shared.
        name: Its name there.
        owns_store: Whether the store is closed with the limiter.

    Raises:
        ConfigurationError: The limit has no rate.
    """

    def __init__(self, limit: RateLimit, store: LimitStore, name: str, *, owns_store: bool = False) -> None:
        if limit.per_second is None:
            raise ConfigurationError("A limit that is shared needs a rate: give per_second")
        self._tokens = SharedTokens()
        super().__init__(limit)
        self._store = store
        self._name = name
        self._owns_store = owns_store
        self._is_closed = False
        self._visiting: asyncio.Task[None] | None = None
        self._visit_timer: asyncio.TimerHandle | None = None
        self._owes_pause = False
        self._lost_because = ""

    async def aclose(self) -> None:
        """End the visit that is under way, and close the store if it is the limiter's own.

        Whoever still waits for a slot, or asks for one later, is served all the same: the store is opened for each
        visit alone.
        """
        self._is_closed = True
        if self._visit_timer is not None:
            self._visit_timer.cancel()
            self._visit_timer = None
        while (visiting := self._visiting) is not None and self._loop is asyncio.get_running_loop():
            visiting.cancel()
            await asyncio.wait([visiting])
            if self._visiting is visiting:  # cancelled before it began
                self._visiting = None
        self._visiting = None
        if self._owns_store:
            await self._store.aclose()
        if self._queue.size:
            self._plan_visit()

    def throttled(self, sent: float, retry_after: float | None) -> float:
        """Note that the server asked for fewer requests, and tell all others; see `Limiter.throttled`."""
        self._owes_pause = True
        left = super().throttled(sent, retry_after)
        self._plan_visit()
        return left

    def _make_tokens(self) -> SharedTokens:
        return self._tokens

    def _set(self, limit: RateLimit, now: float) -> None:
        super()._set(limit, now)
        self._shared_law: SharedLaw | None = None
        self._held_before = 0.0

    def _adapt(self, sent: float, seconds: float, *, busy: bool) -> None:
        now, there = sent + seconds, self._tokens.clock.there
        self._the_law().answered(there(now), pressed=self._pressed(now), busy=busy, sent=there(sent), seconds=seconds)
        self._use_rate(now)

    def _fall(self, now: float, sent: float) -> None:
        there, paused = self._tokens.clock.there, max(0.0, self._pause.until - now)
        self._the_law().throttled(there(now), pressed=self._pressed(now), paused=paused, sent=there(sent))
        self._use_rate(now)

    def _the_law(self) -> SharedLaw:
        if self._shared_law is None:
            assert self._loop is not None
            self._shared_law = SharedLaw(self._limit, self._tokens.clock.there(self._loop.time()))
            self._law = self._shared_law.rate
        return self._shared_law

    def _offered(self) -> Law | None:
        return None if self._shared_law is None else self._shared_law.offer()

    def _adopt(self, now: float, visit: Visit, booked: Booked) -> None:
        """Go by the rate that the store keeps."""
        if booked.law is None and self._shared_law is None:
            return
        law = self._the_law()
        law.adopt(visit.law, booked.law, booked.now)
        self._law = law.rate
        self._use_rate(now)

    def _pressed(self, now: float) -> float:
        """For how many seconds the rate alone has held calls back since this was asked last."""
        held = self._held_until(now)
        seconds, self._held_before = held - self._held_before, held
        return seconds

    def _bind(self, loop: asyncio.AbstractEventLoop) -> None:
        super()._bind(loop)
        self._tokens.move(loop.time())
        self._visiting = self._visit_timer = None

    def _check_patience(
        self, now: float, cost: float, priority: Priority, max_wait: float, longest_pause: float
    ) -> None:
        if self._has_stopped and (self._tokens.visit_at(now, Wanted(1)) or now) > now:
            self._refused += 1
            raise self._lost()
        super()._check_patience(now, cost, priority, max_wait, longest_pause)

    def _pump(self) -> None:
        super()._pump()
        self._plan_visit()

    def _plan_visit(self) -> None:
        """Visit the store now, or set the timer for when it is to be visited."""
        loop = self._loop
        if loop is None or loop.is_closed() or self._visiting is not None:
            return
        if self._is_closed and not self._queue.size:
            return
        if self._visit_timer is not None:
            self._visit_timer.cancel()
            self._visit_timer = None
        now = loop.time()
        when = now if self._owes_pause and not self._tokens.lost else self._tokens.visit_at(now, self._wanted())
        if when is None:
            return
        if when <= now:
            self._visiting = loop.create_task(self._visit(loop))
        else:
            self._visit_timer = loop.call_at(when, self._plan_visit)

    def _wanted(self) -> Wanted:
        """How many of those who wait could start now."""
        room = min(self._queue.size, self._room - self._out)
        if room <= 0:
            return Wanted()
        interactive = min(room, self._queue.size_of(Priority.INTERACTIVE))
        return Wanted(int(interactive), int(room - interactive), self._queue.head().cost)

    async def _visit(self, loop: asyncio.AbstractEventLoop) -> None:
        wanted = self._wanted()
        pause = max(0.0, self._pause.until - loop.time()) if self._owes_pause else 0.0
        self._owes_pause = False
        try:
            visit = evolve(self._tokens.prepare(loop.time(), wanted, pause), law=self._offered())
            try:
                booked, sent = await self._reach(loop, visit)
            finally:
                if self._is_closed and self._owns_store:
                    await self._store.aclose()
        except Exception as error:
            self._owes_pause |= pause > 0
            self._visiting = None
            self._lose(loop.time(), str(error) or type(error).__name__)
        except BaseException:
            self._visiting = None
            raise
        else:
            self._visiting = None
            self._go_on(loop.time(), visit, booked, sent)

    async def _reach(self, loop: asyncio.AbstractEventLoop, visit: Visit) -> tuple[Booked, float]:
        """Visit the store, and try again while patience lasts; the answer, and when it was asked for."""
        ends = loop.time() + PATIENCE
        seconds = PATIENCE / _TRIES
        for tried in count(1):
            sent = loop.time()
            visit = evolve(visit, expires=self._tokens.expiry(sent, seconds))
            try:
                async with asyncio.timeout(seconds):
                    booked = await self._store.visit(self._name, visit)
                if not booked.has_expired:
                    return booked, sent
                self._tokens.clock.learn(sent, booked.now, loop.time())
                raise LimitStoreError("its clock does not go as ours does")
            except Exception as error:
                if loop.time() >= ends and tried >= _TRIES:
                    if isinstance(error, TimeoutError):
                        raise TimeoutError(f"it did not answer within {PATIENCE:g} s") from error
                    raise
            visit = evolve(visit, returned=())  # they may have been booked by others
            await asyncio.sleep(_BETWEEN)
        raise AssertionError  # never reached

    def _go_on(self, now: float, visit: Visit, booked: Booked, sent: float) -> None:
        tokens = self._tokens
        if tokens.lost:
            logger.warning("the store of the shared limit is back")
        tokens.heard(booked, sent, now)
        if tokens.is_alone or booked.settled_at > booked.now:
            self._take_promises_back()  # they were given by what no longer counts
        tokens.come_back(booked, now, go_on=self._goes_on)
        self._owes_pause |= booked.is_lost and self._pause.until > now
        until = tokens.clock.latest(booked.paused_until)
        if until > max(now, self._pause.until) + _NEWS:
            self._pause.until = until
            self._stop_until(now, until)
        tokens.add(booked, visit.cost)
        self._adopt(now, visit, booked)
        self._pump()

    def _lose(self, now: float, why: str) -> None:
        if not self._tokens.lost:
            logger.warning("the store of the shared limit is lost: %s", why)
        self._lost_because = why
        self._take_promises_back()
        self._tokens.lose(now, go_on=self._goes_on)
        if self._has_stopped:
            for waiter in list(self._queue):
                self._refuse(waiter, self._lost())
        self._pump()

    @property
    def _goes_on(self) -> bool:
        return self._limit.when_lost == "share"

    @property
    def _has_stopped(self) -> bool:
        return self._tokens.lost and not self._tokens.is_alone

    def _lost(self) -> SharedLimitLostError:
        known = "" if self._tokens.processes or not self._goes_on else ", and was never reached before"
        return SharedLimitLostError(f"The store of the shared limit cannot be reached{known}: {self._lost_because}")
