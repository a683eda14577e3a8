"""`create_many` of 10,000 rows over HTTP beside loops written by hand with a semaphore and gather."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial

from benchmarks import machine
from benchmarks.clients import BY_HAND, KEY, by_hand
from benchmarks.measure import Effort, Spread, interleave, ratios
from benchmarks.people import Person, people
from benchmarks.report import Reach, Report, Row
from benchmarks.server import serving
from jofi_async import JofiClient, NewInvitation, RateLimit

ROWS, IN_FLIGHT = 10_000, 16
MANY, GATHERED, BARE = "create_many", "gather over the same client", f"gather over {BY_HAND}"


def run(effort: Effort) -> Report:
    """Measure."""
    measured = asyncio.run(_measure(max(3, effort.rounds // 2)))
    base = measured[GATHERED]
    return Report(
        "bulk",
        f"{ROWS:,} creates over HTTP, {IN_FLIGHT} in flight",
        tuple(
            Row(
                name,
                Spread.of(values),
                "rows/s",
                ratios(values, base),
                Reach("at least", 1.0) if name == MANY else None,
            )
            for name, values in measured.items()
        ),
        (
            "The base is a task per row behind a semaphore, gathered, calling the same client over the same transport.",
            "create_many also checks for repeats, takes a watermark, settles doubts, and gives one outcome per row.",
        ),
        machine.describe(),
    )


async def _measure(rounds: int) -> dict[str, list[float]]:
    machine.pin(machine.CLIENT)
    everybody = list(people(ROWS))

    async def create(person: Person) -> object:
        return await client.invitations.create(**person)

    limit = RateLimit(per_second=1e6, burst=1000, in_flight=IN_FLIGHT)
    async with (
        serving() as url,
        JofiClient(KEY, base_url=url, rate_limit=limit, deadline=60) as client,
        by_hand(url, IN_FLIGHT) as bare,
    ):
        blocks = {
            MANY: partial(_timed, _create_many, client, everybody),
            GATHERED: partial(_timed, _gather, create, everybody),
            BARE: partial(_timed, _gather, bare.create, everybody),
        }
        return await interleave(blocks, rounds)


async def _timed(work: Callable[..., Awaitable[Sequence[object]]], *arguments: object) -> float:
    """Rows per second; what was made is thrown away after the clock has stopped."""
    started = time.perf_counter()
    made = await work(*arguments)
    seconds = time.perf_counter() - started
    assert len(made) == ROWS
    return ROWS / seconds


async def _create_many(client: JofiClient, everybody: Iterable[Person]) -> Sequence[object]:
    rows = (NewInvitation(**person) for person in everybody)
    async with client.invitations.create_many(rows, max_in_flight=IN_FLIGHT) as job:
        return [outcome async for outcome in job]


async def _gather(create: Callable[[Person], Awaitable[object]], everybody: Iterable[Person]) -> Sequence[object]:
    slots = asyncio.Semaphore(IN_FLIGHT)

    async def one(person: Person) -> object:
        async with slots:
            return await create(person)

    return await asyncio.gather(*map(one, everybody), return_exceptions=True)
