"""`create_many` of 100,000 rows on the fake transport: memory, and rows per second."""

import asyncio
import time
import tracemalloc
from collections.abc import Iterator

from benchmarks import machine
from benchmarks.measure import Effort, Spread
from benchmarks.memory import client
from benchmarks.people import people
from benchmarks.report import Reach, Report, Row
from jofi_async import NewInvitation
from jofi_async.bulk.resource import Person
from jofi_async.bulk.seen import Seen
from jofi_async.core.addresses import normalised

ROWS = 100_000
MEGABYTE = 1e6


def run(effort: Effort) -> Report:
    """Measure."""
    machine.pin(machine.CLIENT)
    rates = [ROWS / asyncio.run(_seconds()) for _ in range(max(1, effort.rounds // 10))]
    whole = _peak()
    seen = _seen()
    rows = (
        Row("at its peak, outcomes not kept", Spread.of([whole / MEGABYTE]), "MB"),
        Row("of that, who was seen", Spread.of([seen / MEGABYTE]), "MB"),
        Row("besides who was seen", Spread.of([(whole - seen) / MEGABYTE]), "MB", reach=Reach("at most", 5)),
        Row("rows, 16 in flight", Spread.of(rates), "rows/s"),
    )
    notes = ("Memory by tracemalloc: what Python allocated while the job ran.",)
    return Report("many", f"create_many of {ROWS:,} rows on the fake transport", rows, notes, machine.describe())


def _source() -> Iterator[NewInvitation]:
    return (NewInvitation(**person) for person in people(ROWS))


async def _seconds() -> float:
    invitations = (await client()).invitations
    started = time.perf_counter()
    async with invitations.create_many(_source()) as job:
        async for _ in job:
            pass
    assert job.summary().total == ROWS
    return time.perf_counter() - started


def _peak() -> int:
    tracemalloc.start()
    try:
        asyncio.run(_seconds())
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _seen() -> int:
    """What it takes to remember the same persons as a job does."""
    tracemalloc.start()
    try:
        seen = Seen()
        for index, row in enumerate(_source()):
            person_id = row.person_id if isinstance(row.person_id, str) else None
            assert seen.problem_with(Person(normalised(row.email), person_id), index, None) is None
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
