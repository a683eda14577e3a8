"""An event loop that is blocked: what counts is when a call starts, not when it was allowed to."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from jofi_async.core.limits import RateLimit, RateLimiter
from tests.core.limits.support import StallingLoop, granted_at, stall


def stalling(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    @wraps(test)
    def run() -> None:
        with asyncio.Runner(loop_factory=StallingLoop) as runner:
            runner.run(test())

    return run


@stalling
async def test_what_was_granted_before_a_stall_and_started_after_it_counts_after_it() -> None:
    limiter = RateLimiter(RateLimit(per_second=1, burst=3, in_flight=3))
    for _ in range(3):
        await limiter.acquire()
    await asyncio.sleep(100)
    waiters = [asyncio.create_task(granted_at(limiter)) for _ in range(6)]
    await asyncio.sleep(0)
    for _ in range(3):
        limiter.release()  # grants three, and the loop is blocked before they start
    stall(50)
    assert await asyncio.gather(*waiters) == [150, 150, 150, 151, 152, 153]


@stalling
async def test_nobody_slips_in_between_a_grant_and_its_start() -> None:
    limiter = RateLimiter(RateLimit(per_second=1, burst=1, in_flight=2))
    await limiter.acquire()
    await limiter.acquire()
    await asyncio.sleep(9)
    waiter = asyncio.create_task(granted_at(limiter))
    await asyncio.sleep(0)
    limiter.release()
    limiter.release()
    stall(5)
    assert await granted_at(limiter) == 16
    assert await waiter == 15


@stalling
async def test_a_stall_earns_one_burst_and_not_more() -> None:
    limiter = RateLimiter(RateLimit(per_second=10, burst=2))
    waiters = [asyncio.create_task(granted_at(limiter)) for _ in range(6)]
    await asyncio.sleep(0.05)
    stall(100)
    assert [round(at - 100, 6) for at in await asyncio.gather(*waiters)][2:] == [0.05, 0.05, 0.15, 0.25]
