"""Weighted costs: a large one waits for its tokens, and everybody behind it waits with it."""

import asyncio
import math

import pytest
from attrs import evolve

from jofi_async.core.errors import ConfigurationError
from jofi_async.core.limits import RateLimit, RateLimiter
from tests.core.limits.support import granted_at
from tests.core.support import virtual

LIMIT = RateLimit(per_second=2, burst=4, in_flight=None)


@virtual
async def test_a_cost_counts_for_so_many_requests() -> None:
    limiter = RateLimiter(LIMIT)
    grants = await asyncio.gather(*(granted_at(limiter, cost=cost) for cost in (4, 1, 2, 0.5)))
    assert grants == [0, 0.5, 1.5, 1.75]


@virtual
async def test_a_large_cost_is_not_overtaken_by_small_ones() -> None:
    limiter = RateLimiter(LIMIT)
    await granted_at(limiter, cost=4)
    large = asyncio.create_task(granted_at(limiter, cost=4))
    await asyncio.sleep(0)
    small = [asyncio.create_task(granted_at(limiter)) for _ in range(2)]
    assert await asyncio.gather(large, *small) == [2, 2.5, 3]


@virtual
async def test_a_large_cost_that_goes_away_delays_nobody() -> None:
    limiter = RateLimiter(LIMIT)
    await granted_at(limiter, cost=4)
    large = asyncio.create_task(granted_at(limiter, cost=4))
    await asyncio.sleep(0)
    small = asyncio.create_task(granted_at(limiter))
    await asyncio.sleep(0.75)
    large.cancel()
    assert await small == 0.75


@pytest.mark.parametrize("cost", [5, 0, -1, math.nan, math.inf])
@virtual
async def test_a_cost_that_could_never_be_granted_is_refused(cost: float) -> None:
    limiter = RateLimiter(LIMIT)
    with pytest.raises(ConfigurationError):
        await limiter.acquire(cost)
    assert (limiter.out, limiter.waiting) == (0, 0)


@virtual
async def test_without_a_rate_any_cost_is_granted() -> None:
    limiter = RateLimiter(evolve(LIMIT, per_second=None))
    assert await granted_at(limiter, cost=1000) == 0


@virtual
async def test_who_waits_with_a_cost_that_a_smaller_burst_forbids_is_told() -> None:
    limiter = RateLimiter(LIMIT)
    await granted_at(limiter, cost=4)
    large, small = (asyncio.create_task(granted_at(limiter, cost=cost)) for cost in (4, 1))
    await asyncio.sleep(0.25)
    limiter.resize(evolve(LIMIT, burst=2))
    ended = await asyncio.gather(large, small, return_exceptions=True)
    assert isinstance(ended[0], ConfigurationError)
    assert "A cost of 4 can never be granted under a burst of 2" in str(ended[0])
    assert isinstance(ended[1], float)
    assert limiter.statistics().refused == 1
