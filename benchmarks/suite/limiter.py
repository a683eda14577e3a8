"""What a slot of the limiter costs beside aiolimiter and a bare semaphore, free and with 1,000 waiters."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial

from attrs import frozen

from benchmarks import machine
from benchmarks.measure import Effort, Spread, interleave, ratios
from benchmarks.report import Reach, Report, Row
from jofi_async import RateLimit, RateLimiter

RATE, BURST = 5000, 50
WAITERS = 1000
OURS, AIOLIMITER, SEMAPHORE = "RateLimiter", "aiolimiter", "asyncio.Semaphore"
SLOTS_ALONE = "RateLimiter without a rate"


@frozen
class Contender:
    """A limiter: how a slot of it is taken and given back."""

    acquire: Callable[[], Awaitable[object]]
    release: Callable[[], object] = lambda: None


def ours(limit: RateLimit) -> Contender:
    """Our limiter."""
    limiter = RateLimiter(limit)
    return Contender(limiter.acquire, limiter.release)


def aiolimiter(most: float, period: float) -> Contender:
    """The limiter that people take: at most so many in a period of so many seconds."""
    from aiolimiter import AsyncLimiter

    return Contender(AsyncLimiter(most, period).acquire)


def semaphore(slots: int) -> Contender:
    """A semaphore, which knows no rate."""
    bare = asyncio.Semaphore(slots)
    return Contender(bare.acquire, bare.release)


FREE: dict[str, Callable[[], Contender]] = {
    AIOLIMITER: lambda: aiolimiter(1e9, 1),
    OURS: lambda: ours(RateLimit(per_second=1e9, burst=10**9)),
    SEMAPHORE: lambda: semaphore(16),
}
QUEUED: dict[str, Callable[[], Contender]] = {
    AIOLIMITER: lambda: aiolimiter(BURST, BURST / RATE),
    OURS: lambda: ours(RateLimit(per_second=RATE, burst=BURST, in_flight=None)),
    SEMAPHORE: lambda: semaphore(16),
    SLOTS_ALONE: lambda: ours(RateLimit(per_second=None, in_flight=16)),
}


def run(effort: Effort) -> Report:
    """Measure."""
    free, queued, crowded = asyncio.run(_measure(effort))
    rows = [
        *_rows("a free slot", free),
        *_rows(f"{WAITERS:,} waiters", queued),
        Row(f"{OURS}, {10 * WAITERS:,} waiters", Spread.of(crowded), "µs/slot", ratios(crowded, queued[OURS])),
    ]
    return Report(
        "limiter",
        "processor time of one slot taken and given back",
        tuple(rows),
        (
            f"With waiters, the rate is {RATE:,} a second, the burst {BURST}; a semaphore has 16 slots and no rate.",
            f"The base is {AIOLIMITER} of the same rows; of the last row, {OURS} with {WAITERS:,} waiters.",
        ),
        machine.describe(("aiolimiter",)),
    )


def _rows(case: str, measured: dict[str, list[float]]) -> list[Row]:
    return [
        Row(
            f"{name}, {case}",
            Spread.of(values),
            "µs/slot",
            ratios(values, measured[AIOLIMITER]),
            Reach("at most", 1.0) if name == OURS else None,
        )
        for name, values in measured.items()
    ]


async def _measure(effort: Effort) -> tuple[dict[str, list[float]], dict[str, list[float]], list[float]]:
    machine.pin(machine.CLIENT)
    free = await interleave({name: partial(_one_by_one, make) for name, make in FREE.items()}, effort.rounds)
    crowd = "crowd"
    blocks = {name: partial(_in_a_queue, make, WAITERS, 2 * effort.seconds) for name, make in QUEUED.items()}
    blocks[crowd] = partial(_in_a_queue, QUEUED[OURS], 10 * WAITERS, 2 * effort.seconds)
    queued = await interleave(blocks, max(5, effort.rounds // 4))
    return free, {name: values for name, values in queued.items() if name != crowd}, queued[crowd]


async def _one_by_one(make: Callable[[], Contender]) -> float:
    """Microseconds of a slot that nobody else wants."""
    contender, count = make(), 20_000
    began = time.process_time()
    for _ in range(count):
        await contender.acquire()
        contender.release()
    return 1e6 * (time.process_time() - began) / count


async def _in_a_queue(make: Callable[[], Contender], waiters: int, seconds: float) -> float:
    """Microseconds of a slot for which so many wait all the time."""
    contender, slots = make(), 0

    async def work() -> None:
        nonlocal slots
        while True:
            await contender.acquire()
            slots += 1
            await asyncio.sleep(0)
            contender.release()

    tasks = [asyncio.create_task(work()) for _ in range(waiters)]
    for _ in range(3):  # until all of them wait
        await asyncio.sleep(0)
    before, began = slots, time.process_time()
    await asyncio.sleep(seconds)
    cost = (time.process_time() - began) / (slots - before)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return 1e6 * cost
