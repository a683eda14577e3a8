"""Calls in flight: for a while, to measure a rate; or so many of them, to count instructions."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial

from benchmarks import machine
from benchmarks.clients import CONTENDERS, Calls
from benchmarks.people import crowd

Call = Callable[[], Awaitable[object]]


def call_of(calls: Calls, kind: str) -> Call:
    """One of a contender's calls as a function of nothing: "create", each of somebody else, or "list"."""
    if kind == "list":
        return calls.list
    everybody = crowd()
    return lambda: calls.create(next(everybody))


async def rate(call: Call, in_flight: int, seconds: float) -> float:
    """Keep so many calls in flight for so many seconds, and return how many came back per second.

    Connections stand before the clock starts: ours idle for 2 s at most, and others had their turn meanwhile.
    """
    await make(call, in_flight, in_flight)
    made = 0
    started = time.perf_counter()

    async def work() -> None:
        nonlocal made
        while True:
            await call()
            made += 1
            if time.perf_counter() - started >= seconds:
                return

    await _all(work, in_flight)
    return made / (time.perf_counter() - started)


async def make(call: Call, in_flight: int, count: int) -> None:
    """Make so many calls, so many at a time."""
    left: Iterator[int] = iter(range(count))

    async def work() -> None:
        for _ in left:
            await call()

    await _all(work, in_flight)


async def _all(work: Callable[[], Awaitable[None]], workers: int) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(workers):
            group.create_task(_run(work))


async def _run(work: Callable[[], Awaitable[None]]) -> None:
    await work()


async def main(url: str, contender: str, kind: str, in_flight: int, count: int) -> None:
    """Let one contender make so many calls."""
    async with CONTENDERS[contender](url, in_flight) as calls:
        await make(call_of(calls, kind), in_flight, count)


if __name__ == "__main__":
    machine.pin(machine.CLIENT)
    at, who, what, *numbers = sys.argv[1:]
    asyncio.run(partial(main, at, who, what)(*map(int, numbers)))
