"""A pause that the server asked for: once, for all, and without a burst at its end."""

import asyncio
from collections.abc import Sequence

import pytest

from jofi_async.core.errors import RetryAfterTooLongError
from jofi_async.core.limits import RateLimit, RateLimiter
from jofi_async.core.limits.pause import FIRST_PAUSE, LONGEST_PAUSE
from tests.core.limits.support import granted_at, now
from tests.core.support import virtual

RATE = RateLimit(per_second=10, burst=10, in_flight=None)


async def grants(limiter: RateLimiter, count: int, *, hold: float = 0.0) -> list[float]:
    return await asyncio.gather(*(granted_at(limiter, hold=hold) for _ in range(count)))


async def all_asked() -> None:
    for _ in range(2):  # gather's own task, and those it makes
        await asyncio.sleep(0)


def close(found: Sequence[float], expected: Sequence[float]) -> bool:
    return list(found) == pytest.approx(list(expected))


@virtual
async def test_nobody_starts_during_a_pause_and_there_is_no_burst_after_it() -> None:
    limiter = RateLimiter(RATE)
    await grants(limiter, 1)
    assert limiter.throttled(now(), 5.0) == 5
    waiting = asyncio.create_task(grants(limiter, 4))
    await asyncio.sleep(4)
    assert (limiter.out, limiter.statistics().paused_for) == (0, 1)
    assert close(await waiting, [5, 5.1, 5.2, 5.3])
    assert limiter.statistics().paused_for == 0


@virtual
async def test_those_who_wait_when_it_begins_keep_their_place() -> None:
    limiter = RateLimiter(RATE)
    early = asyncio.create_task(grants(limiter, 12))
    await all_asked()
    limiter.throttled(0.0, 5.0)
    late = asyncio.create_task(grants(limiter, 2))
    assert close(await early, [*[0] * 10, 5, 5.1])
    assert close(await late, [5.2, 5.3])


@virtual
async def test_ten_refusals_of_one_moment_are_one_pause() -> None:
    limiter = RateLimiter(RATE)
    await grants(limiter, 10)
    await asyncio.sleep(0.25)
    lefts = [limiter.throttled(0.0, None) for _ in range(10)]
    assert lefts == [FIRST_PAUSE] * 10
    assert (limiter.statistics().throttled, limiter.statistics().pauses) == (10, 1)
    await asyncio.sleep(FIRST_PAUSE + 0.25)
    assert limiter.throttled(0.0, None) == 0, "a straggler that was sent before the pause"
    assert limiter.statistics().pauses == 1


@virtual
async def test_a_shorter_pause_does_not_shorten_a_longer_one() -> None:
    limiter = RateLimiter(RATE)
    assert [limiter.throttled(0.0, seconds) for seconds in (5.0, 2.0, 7.0, None)] == [5, 5, 7, 7]
    assert await granted_at(limiter) == 7


@virtual
async def test_without_a_wish_pauses_double_until_an_answer_is_good() -> None:
    limiter = RateLimiter(RATE)
    pauses: list[float] = []
    for _ in range(9):
        sent = await granted_at(limiter)
        pauses.append(limiter.throttled(sent, None))
    assert pauses == pytest.approx([min(LONGEST_PAUSE, FIRST_PAUSE * 2**count) for count in range(9)])
    assert LONGEST_PAUSE in pauses
    sent = await granted_at(limiter)
    limiter.answered(sent, 0.0)
    assert limiter.throttled(sent, None) == FIRST_PAUSE


@virtual
async def test_a_good_answer_from_before_the_pause_proves_nothing() -> None:
    limiter = RateLimiter(RATE)
    await grants(limiter, 2)
    limiter.throttled(0.0, None)
    limiter.answered(0.0, 0.0)
    sent = await granted_at(limiter)
    assert limiter.throttled(sent, None) == 2 * FIRST_PAUSE


@virtual
async def test_a_pause_takes_back_what_was_granted_in_the_same_moment() -> None:
    limiter = RateLimiter(RateLimit(per_second=1, burst=3, in_flight=3))
    for _ in range(3):
        await limiter.acquire()
    await asyncio.sleep(10)
    waiters = [asyncio.create_task(granted_at(limiter)) for _ in range(4)]
    await asyncio.sleep(0)
    for _ in range(3):
        limiter.release()  # grants three ...
    limiter.throttled(0.0, 5.0)  # ... that have not started yet
    assert (limiter.out, limiter.waiting) == (0, 4)
    assert await asyncio.gather(*waiters) == [15, 16, 17, 18]


@virtual
async def test_who_is_cancelled_in_the_moment_in_which_a_pause_takes_the_grant_back() -> None:
    limiter = RateLimiter(RateLimit(per_second=1, burst=1, in_flight=1))
    await limiter.acquire()
    await asyncio.sleep(10)
    waiters = [asyncio.create_task(granted_at(limiter)) for _ in range(2)]
    await asyncio.sleep(0)
    limiter.release()
    limiter.throttled(0.0, 5.0)
    waiters[0].cancel()
    assert await waiters[1] == 15
    assert waiters[0].cancelled()
    assert (limiter.out, limiter.waiting) == (0, 0)


@virtual
async def test_without_a_rate_one_call_tries_first_and_then_twice_as_many_with_each_round_trip() -> None:
    limiter = RateLimiter(RateLimit(per_second=None, in_flight=8))
    early = asyncio.create_task(grants(limiter, 8, hold=2))
    await all_asked()
    limiter.throttled(0.0, 5.0)
    assert await early == [0] * 8
    starts = await grants(limiter, 31, hold=1)
    assert [starts.count(5 + second) for second in range(6)] == [1, 2, 4, 8, 8, 8]


@virtual
async def test_without_a_rate_a_call_that_hangs_from_before_the_pause_stops_nobody() -> None:
    limiter = RateLimiter(RateLimit(per_second=None, in_flight=8))
    hanging = asyncio.create_task(grants(limiter, 3, hold=60))
    await all_asked()
    limiter.throttled(0.0, 5.0)
    assert await grants(limiter, 4, hold=1) == [5, 6, 6, 7]
    await hanging


@virtual
async def test_a_pause_longer_than_one_sits_through_refuses_at_once_and_tells_how_long() -> None:
    limiter = RateLimiter(RATE)
    patient = asyncio.create_task(grants(limiter, 11))
    await all_asked()
    waits = asyncio.create_task(limiter.acquire(longest_pause=60))
    await asyncio.sleep(0)
    limiter.throttled(0.0, 3600.0)
    with pytest.raises(RetryAfterTooLongError) as caught:
        await waits
    assert (now(), caught.value.retry_after, caught.value.attempts) == (0, 3600, 0)
    await asyncio.sleep(1800)
    with pytest.raises(RetryAfterTooLongError, match="1800 s are left of it, more than the 60 s allowed"):
        await limiter.acquire(longest_pause=60)
    assert max(await patient) == 3600
    assert (limiter.out, limiter.waiting, limiter.statistics().refused) == (0, 0, 2)
