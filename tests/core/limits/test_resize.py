"""A limit that changes while calls wait and fly."""

import asyncio

import pytest
from attrs import evolve

from jofi_async.core.limits import UNLIMITED, RateLimit, RateLimiter
from tests.core.limits.support import granted_at, now
from tests.core.support import virtual

LIMIT = RateLimit(per_second=1, burst=1, in_flight=None)


@virtual
async def test_a_faster_rate_is_for_those_who_wait_too() -> None:
    limiter = RateLimiter(LIMIT)
    calls = asyncio.gather(*(granted_at(limiter) for _ in range(5)))
    await asyncio.sleep(1.5)  # half a token is missing
    limiter.resize(evolve(LIMIT, per_second=2))
    assert limiter.limit.per_second == limiter.statistics().per_second == 2
    assert await calls == [0, 1, 1.75, 2.25, 2.75]


@virtual
async def test_a_slower_rate_too() -> None:
    limiter = RateLimiter(LIMIT)
    calls = asyncio.gather(*(granted_at(limiter) for _ in range(4)))
    await asyncio.sleep(1.5)
    limiter.resize(evolve(LIMIT, per_second=0.5))
    assert await calls == [0, 1, 2.5, 4.5]


@virtual
async def test_slots_out_above_a_lowered_number_drain() -> None:
    limiter = RateLimiter(RateLimit(per_second=None, in_flight=4))
    holds = [asyncio.create_task(granted_at(limiter, hold=hold)) for hold in (1, 2, 3, 4)]
    await asyncio.sleep(0)
    limiter.resize(RateLimit(per_second=None, in_flight=2))
    calls = asyncio.gather(*(granted_at(limiter, hold=2) for _ in range(3)))
    await asyncio.sleep(2.5)
    assert limiter.out == 2
    assert await calls == [3, 4, 5]
    await asyncio.gather(*holds)


@virtual
async def test_more_slots_are_for_those_who_wait_too() -> None:
    limiter = RateLimiter(RateLimit(per_second=None, in_flight=1))
    calls = asyncio.gather(*(granted_at(limiter, hold=10) for _ in range(4)))
    await asyncio.sleep(1)
    limiter.resize(RateLimit(per_second=None, in_flight=3))
    assert await calls == [0, 1, 1, 10]


@virtual
async def test_no_limit_frees_everybody_and_a_new_one_begins_with_no_token() -> None:
    limiter = RateLimiter(LIMIT)
    calls = asyncio.gather(*(granted_at(limiter) for _ in range(50)))
    await asyncio.sleep(0.5)
    limiter.resize(UNLIMITED)
    assert await calls == [0, *[0.5] * 49]
    limiter.resize(evolve(LIMIT, burst=3))
    assert await granted_at(limiter) == 1.5


@pytest.mark.parametrize("per_second", [0.5, 1, 50])
@virtual
async def test_a_pause_outlasts_any_change(per_second: float) -> None:
    limiter = RateLimiter(LIMIT)
    await granted_at(limiter)
    limiter.throttled(now(), 10.0)
    calls = asyncio.gather(*(granted_at(limiter) for _ in range(3)))
    await asyncio.sleep(5)
    limiter.resize(RateLimit(per_second=per_second, burst=7))
    assert await calls == pytest.approx([10 + index / per_second for index in range(3)])


@virtual
async def test_a_limiter_can_be_resized_before_it_is_used() -> None:
    limiter = RateLimiter(LIMIT)
    limiter.resize(RateLimit(per_second=2, burst=3))
    assert await asyncio.gather(*(granted_at(limiter) for _ in range(4))) == [0, 0, 0, 0.5]
