"""`max_wait`: refused at once, with the time it would have taken, rather than queued for longer."""

import asyncio
import math
from typing import Any

import pytest

from jofi_async.core.errors import QueueTooLongError
from jofi_async.core.limits import Priority, RateLimit, RateLimiter
from tests.core.limits.support import granted_at, now
from tests.core.support import virtual

RATE = RateLimit(per_second=2, burst=2, in_flight=None)
SLOTS = RateLimit(per_second=None, in_flight=2)


async def refusal(limiter: RateLimiter, **terms: Any) -> QueueTooLongError:
    with pytest.raises(QueueTooLongError) as caught:
        await limiter.acquire(**terms)
    return caught.value


def queue_up(limiter: RateLimiter, count: int, **terms: Any) -> "list[asyncio.Task[float]]":
    return [asyncio.create_task(granted_at(limiter, **terms)) for _ in range(count)]


@virtual
async def test_the_rate_tells_at_once_how_long_it_would_take() -> None:
    limiter = RateLimiter(RATE)
    queued = queue_up(limiter, 12)
    await asyncio.sleep(0)
    error = await refusal(limiter, max_wait=5.25)
    assert (now(), error.seconds) == (0, 5.5)
    assert str(error).startswith("It would have waited 5.5 s for a slot, more than the 5.25 s allowed.")
    assert await granted_at(limiter, max_wait=5.5) == 5.5
    await asyncio.gather(*queued)
    assert limiter.statistics().refused == 1


@virtual
async def test_costs_count_and_so_do_those_whom_an_interactive_call_overtakes() -> None:
    limiter = RateLimiter(RATE)
    queued = [*queue_up(limiter, 2), *queue_up(limiter, 2, cost=2), *queue_up(limiter, 8, priority=Priority.BULK)]
    await asyncio.sleep(0)
    assert (await refusal(limiter, max_wait=0)).seconds == 2.5
    assert (await refusal(limiter, max_wait=0, cost=2)).seconds == 3
    assert (await refusal(limiter, max_wait=0, priority=Priority.BULK)).seconds == 6.5
    await asyncio.gather(*queued)


@virtual
async def test_a_free_slot_is_granted_to_who_will_not_wait_at_all() -> None:
    limiter = RateLimiter(RATE)
    assert await granted_at(limiter, max_wait=0) == 0


@virtual
async def test_what_answers_take_tells_how_long_a_slot_would() -> None:
    limiter = RateLimiter(SLOTS)
    for _ in range(100):
        limiter.answered(now(), 4.0)
    queued = queue_up(limiter, 6, hold=4.0)
    await asyncio.sleep(0)
    error = await refusal(limiter, max_wait=9)
    assert now() == 0
    assert error.seconds == pytest.approx(10, rel=0.01)
    await asyncio.gather(*queued)


@virtual
async def test_a_guess_that_was_too_good_is_ended_in_time() -> None:
    limiter = RateLimiter(SLOTS)
    queued = queue_up(limiter, 2, hold=100)
    await asyncio.sleep(0)
    error = await refusal(limiter, max_wait=3)
    assert (now(), error.seconds, limiter.waiting) == (3, 3, 0)
    await asyncio.gather(*queued)


@virtual
async def test_a_cancelled_waiter_leaves_no_timer() -> None:
    limiter = RateLimiter(SLOTS)
    held = queue_up(limiter, 2, hold=50)
    await asyncio.sleep(0)
    (waiter,) = queue_up(limiter, 1, max_wait=10)
    await asyncio.sleep(1)
    waiter.cancel()
    await asyncio.wait([waiter])
    await asyncio.gather(*held)
    assert (limiter.out, limiter.waiting, limiter.statistics().refused) == (0, 0, 0)


@virtual
async def test_a_pause_that_lasts_too_long_refuses_who_waits_already() -> None:
    limiter = RateLimiter(RATE)
    queued = queue_up(limiter, 6)
    await asyncio.sleep(0)
    hasty, patient = (queue_up(limiter, 1, max_wait=most)[0] for most in (5, math.inf))
    await asyncio.sleep(1)
    limiter.throttled(0.0, 10.0)
    (error,) = await asyncio.gather(hasty, return_exceptions=True)
    assert isinstance(error, QueueTooLongError)
    assert (now(), error.seconds) == (1, 11)
    assert await patient > 11
    await asyncio.gather(*queued)
