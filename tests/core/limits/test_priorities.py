"""Interactive calls overtake bulk ones, and bulk never starves."""

import asyncio
from random import Random
from statistics import median

import pytest

from jofi_async.core.limits import Priority, RateLimit, RateLimiter
from jofi_async.core.limits.queue import BULK_TURN
from tests.core.limits.support import granted_at, now
from tests.core.support import virtual

BULK, INTERACTIVE = Priority.BULK, Priority.INTERACTIVE


@virtual
async def test_interactive_calls_overtake_bulk_ones_and_each_line_keeps_its_order() -> None:
    limiter = RateLimiter(RateLimit(per_second=1, burst=1))
    bulk = [asyncio.create_task(granted_at(limiter, priority=BULK)) for _ in range(3)]
    await asyncio.sleep(0.5)
    interactive = [asyncio.create_task(granted_at(limiter)) for _ in range(2)]
    await asyncio.sleep(0)
    assert (limiter.statistics().waiting, limiter.statistics().waiting_in_bulk) == (4, 2)
    assert await asyncio.gather(*bulk, *interactive) == [0, 3, 4, 1, 2]


@virtual
async def test_of_so_many_slots_one_goes_to_bulk() -> None:
    limiter = RateLimiter(RateLimit(per_second=1, burst=1))
    await granted_at(limiter)
    bulk = [asyncio.create_task(granted_at(limiter, priority=BULK)) for _ in range(3)]
    interactive = [asyncio.create_task(granted_at(limiter)) for _ in range(40)]
    assert await asyncio.gather(*bulk) == [BULK_TURN, 2 * BULK_TURN, 3 * BULK_TURN]
    assert await asyncio.gather(*interactive) == [at for at in range(1, 44) if at not in (8, 16, 24)]


@virtual
async def test_bulks_turn_is_kept_while_its_large_cost_waits_for_tokens() -> None:
    limiter = RateLimiter(RateLimit(per_second=1, burst=4))
    await granted_at(limiter, cost=4)
    bulk = asyncio.create_task(granted_at(limiter, cost=4, priority=BULK))
    interactive = [asyncio.create_task(granted_at(limiter)) for _ in range(20)]
    assert await bulk == BULK_TURN - 1 + 4
    await asyncio.gather(*interactive)


@virtual
async def test_who_was_overtaken_before_bulk_came_does_not_count() -> None:
    limiter = RateLimiter(RateLimit(per_second=1, burst=1))
    interactive = [asyncio.create_task(granted_at(limiter)) for _ in range(40)]
    await asyncio.sleep(20.5)
    assert await granted_at(limiter, priority=BULK) == 20 + BULK_TURN
    await asyncio.gather(*interactive)


@pytest.mark.parametrize("answer_time", [0.05, 2.0], ids=["the rate binds", "the slots bind"])
@virtual
async def test_a_web_request_under_a_bulk_job_waits_for_less_than_two_slots(answer_time: float) -> None:
    """The interactive calls' median wait stays under two slots, while a bulk job keeps its line full."""
    limiter, chance = RateLimiter(RateLimit(per_second=10, burst=10, in_flight=16)), Random(6)

    async def work() -> None:
        while True:
            await granted_at(limiter, hold=chance.uniform(0.5, 1.5) * answer_time, priority=BULK)

    async def ask(at: float) -> float:
        await asyncio.sleep(at)
        return await granted_at(limiter, hold=chance.uniform(0.5, 1.5) * answer_time) - at

    workers = [asyncio.create_task(work()) for _ in range(50)]
    waits = await asyncio.gather(*(ask(10 + 0.73 * index) for index in range(200)))
    for worker in workers:
        worker.cancel()
    await asyncio.wait(workers)
    slot = max(1 / 10, answer_time / 16)
    assert 0 < median(waits) < 2 * slot
    assert limiter.statistics().granted / now() > 0.95 / slot, "the bulk job uses what is left"
