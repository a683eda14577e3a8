"""The rate-limiting semaphore, case by case; `test_schedules` looks for what nobody thought of."""

import asyncio
from collections.abc import Callable

import pytest

from jofi_async.core.errors import ConfigurationError, LifecycleError
from jofi_async.core.limits import UNLIMITED, RateLimit, RateLimiter
from jofi_async.testing import VirtualLoop, run_virtual
from tests.core.limits.support import StallingLoop, granted_at
from tests.core.support import virtual


@pytest.mark.parametrize(
    "make",
    [
        lambda: RateLimit(per_second=0),
        lambda: RateLimit(per_second=-1),
        lambda: RateLimit(per_second=float("nan")),
        lambda: RateLimit(per_second=float("inf")),
        lambda: RateLimit(burst=0),
        lambda: RateLimit(in_flight=0),
        lambda: RateLimit(in_flight=-1),
    ],
)
def test_a_limit_that_lets_nothing_through_is_refused(make: Callable[[], RateLimit]) -> None:
    with pytest.raises(ConfigurationError):
        make()


@virtual
async def test_a_burst_and_then_the_rate() -> None:
    limiter = RateLimiter(RateLimit(per_second=2, burst=3, in_flight=None))
    assert await asyncio.gather(*(granted_at(limiter) for _ in range(7))) == [0, 0, 0, 0.5, 1.0, 1.5, 2.0]


@virtual
async def test_a_pause_earns_one_burst_and_not_more() -> None:
    limiter = RateLimiter(RateLimit(per_second=2, burst=3, in_flight=None))
    await granted_at(limiter)
    await asyncio.sleep(100)
    assert await asyncio.gather(*(granted_at(limiter) for _ in range(4))) == [100, 100, 100, 100.5]


@virtual
async def test_slots_are_passed_on_in_order() -> None:
    limiter = RateLimiter(RateLimit(per_second=None, in_flight=2))
    grants = asyncio.gather(*(granted_at(limiter, hold=1) for _ in range(5)))
    await asyncio.sleep(0.5)
    assert (limiter.out, limiter.waiting) == (2, 3)
    assert await grants == [0, 0, 1, 1, 2]
    assert (limiter.out, limiter.waiting) == (0, 0)


@virtual
async def test_no_limit_is_no_limit() -> None:
    limiter = RateLimiter(UNLIMITED)
    assert await asyncio.gather(*(granted_at(limiter, hold=1) for _ in range(1000))) == [0.0] * 1000


@virtual
async def test_a_free_slot_is_taken_without_yielding_to_the_loop() -> None:
    limiter = RateLimiter(RateLimit(per_second=1, burst=1))
    with pytest.raises(StopIteration) as returned:
        limiter.acquire().send(None)
    assert returned.value.value == 0.0


@virtual
async def test_what_the_rate_held_back_is_told_apart_from_the_queue() -> None:
    limiter = RateLimiter(RateLimit(per_second=1, burst=1, in_flight=1))

    async def limited(hold: float) -> float:
        seconds = await limiter.acquire()
        await asyncio.sleep(hold)
        limiter.release()
        return seconds

    # 0-3 the first holds the one slot; 3-3.25 the second; then the rate alone until 4; and until 5
    seconds = await asyncio.gather(limited(3), limited(0.25), limited(0.5), limited(0))
    assert list(seconds) == [0, 0, 0.75, 1.25]


@virtual
async def test_a_cancelled_waiter_delays_nobody() -> None:
    limiter = RateLimiter(RateLimit(per_second=1, burst=1))
    tasks = [asyncio.create_task(granted_at(limiter)) for _ in range(5)]
    await asyncio.sleep(0.5)
    for index in (1, 3):
        tasks[index].cancel()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert [at for at in done if isinstance(at, float)] == [0, 1, 2]
    assert (limiter.out, limiter.waiting) == (0, 0)


@virtual
async def test_the_last_waiter_may_go_and_the_next_comes_afresh() -> None:
    limiter = RateLimiter(RateLimit(per_second=1, burst=1))
    await granted_at(limiter)
    waiter = asyncio.create_task(limiter.acquire())
    await asyncio.sleep(0.25)
    waiter.cancel()
    await asyncio.wait([waiter])
    assert limiter.waiting == 0
    assert await granted_at(limiter) == 1.0


@virtual
async def test_a_waiter_cancelled_in_the_tick_of_its_grant_gives_everything_back() -> None:
    limiter = RateLimiter(RateLimit(per_second=1, burst=1, in_flight=1))
    await limiter.acquire()
    waiters = [asyncio.create_task(granted_at(limiter)) for _ in range(3)]
    await asyncio.sleep(10)
    limiter.release()  # grants the first ...
    waiters[0].cancel()  # ... which never learns of it
    await asyncio.wait([waiters[0]])
    assert await asyncio.gather(*waiters[1:]) == [10, 11]
    assert (limiter.out, limiter.waiting) == (0, 0)


@pytest.mark.parametrize(("stall", "expected"), [(0.0, (10, 11)), (0.25, (10.25, 11.25)), (5.0, (15, 16))])
def test_a_token_given_back_late_is_worth_less(stall: float, expected: tuple[float, float]) -> None:
    """A blocked loop must not turn a cancelled grant of the past into a token of now."""

    async def main() -> tuple[float, float]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, StallingLoop)
        limiter = RateLimiter(RateLimit(per_second=1, burst=1, in_flight=2))
        await limiter.acquire()
        await asyncio.sleep(1)
        await limiter.acquire()
        abandoned = asyncio.create_task(limiter.acquire())
        await asyncio.sleep(9)
        limiter.release()  # granted at 10
        limiter.release()
        abandoned.cancel()
        loop.stalled = stall
        first = await granted_at(limiter)
        await asyncio.wait([abandoned])
        return first, await granted_at(limiter)

    with asyncio.Runner(loop_factory=StallingLoop) as runner:
        assert runner.run(main()) == expected


def test_a_blocked_loop_lets_nobody_jump_the_queue() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, StallingLoop)
        limiter = RateLimiter(RateLimit(per_second=1, burst=1))
        await limiter.acquire()
        first = asyncio.create_task(granted_at(limiter))
        await asyncio.sleep(0.5)
        loop.stalled = 1.0  # the first is due, and its timer has not run yet
        assert await granted_at(limiter) == 2.5
        assert await first == 1.5

    with asyncio.Runner(loop_factory=StallingLoop) as runner:
        runner.run(main())


def test_one_limiter_serves_one_event_loop_after_the_other() -> None:
    limiter = RateLimiter(RateLimit(per_second=1, burst=2, in_flight=1))

    async def main() -> list[float]:
        return await asyncio.gather(*(granted_at(limiter) for _ in range(4)))

    assert run_virtual(main()) == [0, 0, 1, 2]
    second = run_virtual(main())
    assert second == sorted(second)
    assert (limiter.out, limiter.waiting) == (0, 0)


def test_a_loop_that_ends_amid_the_queue_leaves_nothing_behind() -> None:
    limiter = RateLimiter(RateLimit(per_second=1, burst=1, in_flight=1))

    async def interrupted() -> None:
        waiting = [asyncio.create_task(granted_at(limiter, hold=5)) for _ in range(4)]
        await asyncio.wait(waiting, timeout=3)

    run_virtual(interrupted())
    assert (limiter.out, limiter.waiting) == (0, 0)
    assert isinstance(run_virtual(granted_at(limiter)), float)


def test_a_coroutine_thrown_away_after_its_loop_gives_back_what_it_had() -> None:
    limiter = RateLimiter(RateLimit(per_second=1, burst=1, in_flight=1))
    loop = VirtualLoop()
    loop.run_until_complete(limiter.acquire())
    waiting, behind = limiter.acquire(), limiter.acquire()

    async def begin() -> None:
        for one in (waiting, behind):
            one.send(None)

    loop.run_until_complete(begin())
    loop.close()
    waiting.close()
    behind.close()
    assert limiter.waiting == 0
    assert run_virtual(granted_at(limiter)) == 1.0


def test_another_event_loop_gets_a_clear_error_while_the_first_uses_it() -> None:
    limiter = RateLimiter(RateLimit(per_second=None, in_flight=1))
    first = asyncio.new_event_loop()
    try:
        first.run_until_complete(limiter.acquire())
        with pytest.raises(LifecycleError, match="another event loop"):
            run_virtual(limiter.acquire())
    finally:
        first.close()
    assert run_virtual(limiter.acquire()) == 0.0  # what a closed loop held is nobody's
