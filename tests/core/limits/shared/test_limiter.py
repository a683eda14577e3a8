"""Limiters that share a limit, in virtual time: the rate, fairness, priorities, pauses, patience."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from itertools import chain

import pytest

from jofi_async.core.errors import ConfigurationError, QueueTooLongError, RetryAfterTooLongError
from jofi_async.core.limits import Priority, RateLimit
from jofi_async.core.limits.shared.limiter import SharedLimiter
from jofi_async.core.limits.shared.tokens import AHEAD_OF_BULK
from tests.core.limits.shared.stores import Server, Way
from tests.core.limits.shared.support import Start, check_windows
from tests.core.limits.support import StallingLoop, now, stall
from tests.core.support import virtual

LIMIT = RateLimit(50.0, 10, in_flight=None)


@asynccontextmanager
async def processes(
    count: int, limit: RateLimit = LIMIT, server: Server | None = None
) -> AsyncGenerator[list[SharedLimiter], None]:
    server = server or Server()
    limiters = [SharedLimiter(limit, Way(server), "name") for _ in range(count)]
    yield limiters
    for limiter in limiters:
        assert (limiter.out, limiter.waiting) == (0, 0)
        await limiter.aclose()


async def take(limiter: SharedLimiter, times: int = 1, priority: Priority = Priority.INTERACTIVE) -> list[float]:
    """Take so many slots one after the other; when each was granted."""
    at: list[float] = []
    for _ in range(times):
        await limiter.acquire(priority=priority)
        at.append(now())
        limiter.release()
    return at


async def take_all(
    limiters: list[SharedLimiter], tasks: int, times: int, priority: Priority = Priority.INTERACTIVE
) -> list[list[float]]:
    """Let each limiter have so many tasks that take so many slots; when each limiter granted."""

    async def one(limiter: SharedLimiter) -> list[float]:
        return sorted(chain(*await asyncio.gather(*(take(limiter, times, priority) for _ in range(tasks)))))

    return list(await asyncio.gather(*map(one, limiters)))


@pytest.mark.parametrize("priority", Priority)
@virtual
async def test_four_processes_reach_the_rate_and_share_it_equally(priority: Priority) -> None:
    async with processes(4) as limiters:
        grants = await take_all(limiters, 20, 6, priority)
    together = sorted(chain(*grants))
    check_windows([Start(at) for at in together], 50, 10)
    assert (len(together) - 1) / (together[-1] - together[0]) == pytest.approx(50, rel=0.01)
    middle = [sum(2 < at < 8 for at in one) for one in grants]
    assert max(middle) - min(middle) <= 20  # one round of a process


@virtual
async def test_a_small_burst_costs_two_per_cent_of_the_rate_at_most() -> None:
    async with processes(3, RateLimit(20.0, 1, in_flight=None)) as limiters:
        together = sorted(chain(*await take_all(limiters, 3, 20)))
    check_windows([Start(at) for at in together], 20, 1)
    assert (len(together) - 1) / (together[-1] - together[0]) >= 0.98 * 20


@virtual
async def test_a_lonely_process_far_from_the_store_reaches_the_rate() -> None:
    server = Server()
    limiter = SharedLimiter(LIMIT, Way(server, 0.04, 0.05), "name")
    together = sorted(chain(*await take_all([limiter], 40, 5)))
    assert 150 / (together[150] - together[0]) >= 0.97 * 50
    check_windows([Start(at) for at in together], 50, 10)
    await limiter.aclose()


@virtual
async def test_a_high_rate_is_reached_with_few_visits() -> None:
    server = Server()
    async with processes(2, RateLimit(2000.0, 20, in_flight=None), server) as limiters:
        together = sorted(chain(*await take_all(limiters, 200, 10)))
    assert (len(together) - 1) / (together[-1] - together[0]) >= 0.97 * 2000
    assert len(server.visits) < 0.2 * len(together)


@virtual
async def test_a_free_slot_costs_one_visit() -> None:
    server = Server()
    async with processes(1, server=server) as limiters:
        await take(limiters[0])
        assert len(server.visits) == 1


@virtual
async def test_an_interactive_call_does_not_wait_behind_the_bulk_of_another_process() -> None:
    async with processes(2, RateLimit(10.0, 1, in_flight=None)) as (bulk, web):
        work = [asyncio.ensure_future(take(bulk, 1, Priority.BULK)) for _ in range(50)]
        await asyncio.sleep(2.0)
        asked = now()
        (granted,) = await take(web)
        assert granted - asked <= AHEAD_OF_BULK + 2 * 0.103
        for task in work:
            task.cancel()
        await asyncio.wait(work)


@virtual
async def test_an_interactive_call_overtakes_the_bulk_of_its_own_process() -> None:
    async with processes(1, RateLimit(10.0, 1, in_flight=None)) as (limiter,):
        work = [asyncio.ensure_future(take(limiter, 1, Priority.BULK)) for _ in range(20)]
        await asyncio.sleep(1.0)
        asked = now()
        (granted,) = await take(limiter)
        assert granted - asked <= 0.11
        for task in work:
            task.cancel()
        await asyncio.wait(work)


@virtual
async def test_a_pause_is_kept_by_all_and_ends_without_a_burst() -> None:
    async with processes(4) as limiters:
        work = asyncio.ensure_future(take_all(limiters, 20, 5))
        await asyncio.sleep(1.0)
        assert limiters[0].throttled(now(), 2.0) == pytest.approx(2.0)
        began = now()
        together = sorted(chain(*await work))
    paused = [at - began for at in together if began < at < began + 2.0]
    assert not [after for after in paused if after > 0.03]
    after = [at for at in together if at >= began + 2.0]
    assert after[0] == pytest.approx(began + 2.0, abs=0.02)
    assert sum(at < after[0] + 1 for at in after) <= 51
    assert limiters[3].statistics().paused_for == 0


@virtual
async def test_a_shorter_pause_does_not_shorten_a_longer_one() -> None:
    async with processes(2) as (one, other):
        one.throttled(now(), 3.0)
        await asyncio.sleep(0.1)
        other.throttled(now(), 1.0)
        assert await take(other) == [pytest.approx(3.0, abs=0.02)]


@virtual
async def test_who_would_not_sit_through_a_pause_is_refused_in_every_process() -> None:
    async with processes(2, RateLimit(1.0, 1, in_flight=None)) as (one, other):
        await take(one)
        waiting = asyncio.ensure_future(other.acquire(longest_pause=5.0))
        await asyncio.sleep(0.5)
        one.throttled(now(), 60.0)
        with pytest.raises(RetryAfterTooLongError):
            await waiting
        with pytest.raises(RetryAfterTooLongError):
            await other.acquire(longest_pause=5.0)


@virtual
async def test_max_wait_reckons_with_the_slots_of_all() -> None:
    async with processes(2, RateLimit(1.0, 1, in_flight=None)) as (one, other):
        work = [asyncio.ensure_future(take(one)) for _ in range(5)]
        await asyncio.sleep(0.1)
        await take(other)
        with pytest.raises(QueueTooLongError):
            await other.acquire(max_wait=0.5)
        await asyncio.gather(*work)


@virtual
async def test_slots_of_cancelled_calls_are_given_to_others() -> None:
    async with processes(2, RateLimit(1.0, 1, in_flight=None)) as (one, other):
        work = [asyncio.ensure_future(take(one)) for _ in range(10)]
        await asyncio.sleep(0.5)
        for task in work:
            task.cancel()
        await asyncio.wait(work)
        await asyncio.sleep(15)
        asked = now()
        await take(other)
        assert now() - asked < 1.1


@virtual
async def test_costs() -> None:
    async with processes(2, RateLimit(10.0, 5, in_flight=None)) as (one, other):
        starts: list[Start] = []

        async def call(limiter: SharedLimiter, cost: float) -> None:
            for _ in range(10):
                await limiter.acquire(cost)
                starts.append(Start(now(), cost))
                limiter.release()

        await asyncio.gather(call(one, 3), call(one, 1), call(other, 0.5), call(other, 5))
        check_windows(starts, 10, 5)
        with pytest.raises(ConfigurationError):
            await one.acquire(6)


@virtual
async def test_in_flight_is_of_one_process() -> None:
    async with processes(1, RateLimit(1000.0, 50, in_flight=3)) as (limiter,):
        await asyncio.gather(*(limiter.acquire() for _ in range(3)))
        fourth = asyncio.ensure_future(limiter.acquire())
        await asyncio.sleep(1.0)
        assert not fourth.done()
        limiter.release()
        await fourth
        for _ in range(3):
            limiter.release()


def on_a_stalling_loop(test: Callable[[], object]) -> None:
    with asyncio.Runner(loop_factory=StallingLoop) as runner:
        runner.run(test())  # type: ignore[arg-type]


def test_who_wakes_too_late_for_a_slot_takes_another() -> None:
    async def main() -> None:
        starts: list[Start] = []
        async with processes(2) as limiters:
            loop = asyncio.get_running_loop()
            for at in (1.0, 1.7, 2.4):
                loop.call_at(at, stall, 0.5)
            for one in await take_all(limiters, 20, 5):
                starts += [Start(at) for at in one]
        check_windows(starts, 50, 10)
        assert len(starts) == 200

    on_a_stalling_loop(main)


@virtual
async def test_a_limit_can_be_changed() -> None:
    async with processes(1) as (limiter,):
        await take(limiter, 20)
        limiter.resize(RateLimit(5.0, 1, in_flight=None))
        began = now()
        await take(limiter, 6)
        assert now() - began >= 1.0


@virtual
async def test_a_store_is_closed_with_the_limiter_that_owns_it() -> None:
    server = Server()
    limiter = SharedLimiter(LIMIT, Way(server), "name", owns_store=True)
    waiting = asyncio.ensure_future(limiter.acquire())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    await limiter.aclose()
    assert server.closed


def test_a_limiter_goes_on_on_another_loop() -> None:
    limiter = SharedLimiter(LIMIT, Way(Server()), "name")
    for _ in range(2):
        virtual(lambda: take_and_drop(limiter))()


async def take_and_drop(limiter: SharedLimiter) -> None:
    await take(limiter, 3)


def test_without_a_rate_there_is_nothing_to_share() -> None:
    with pytest.raises(ConfigurationError):
        SharedLimiter(RateLimit(None), Way(Server()), "name")
