"""What a journal costs a job: rows per second with it beside without, and its size on the disk."""

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import machine
from benchmarks.clients import KEY
from benchmarks.measure import Effort, Spread, interleave, ratios
from benchmarks.people import people
from benchmarks.report import Reach, Report, Row
from jofi_async import FakeJofi, FakeTransport, JofiClient, NewInvitation, OutcomeKind, RateLimit

IN_FLIGHT = 32
ROWS, PACED_ROWS, PER_SECOND = 2_000, 200, 100.0
WITH, WITHOUT = "with a journal", "without"


def run(effort: Effort) -> Report:
    """Measure."""
    rounds = max(3, effort.rounds // 4)
    with TemporaryDirectory(prefix="journal", dir=Path.cwd()) as folder:
        paths = (Path(folder) / f"{number}.journal" for number in count())
        fake = asyncio.run(_on_the_fake(paths, rounds))
        syncs = _syncs(Path(folder) / "synced", 20 * rounds)
        sizes = [path.stat().st_size / ROWS for path in Path(folder).glob("*.journal")]
        paced = asyncio.run(_over_http(paths, max(3, rounds // 2)))
    rows = (
        *_rows("on the fake transport", fake, 0.6),
        *_rows(f"over HTTP at {PER_SECOND:g} requests per second", paced, 0.95),
        Row("the file's size", Spread.of(sizes), "bytes/row"),
        Row("one synced write on this disk", Spread.of(syncs), "ms"),
    )
    notes = (
        f"{ROWS:,} rows on the fake transport, {PACED_ROWS:,} over HTTP, {IN_FLIGHT} in flight, each commit synced.",
        "A row waits for two commits, each with a synced write: a slow disk weighs where nothing else takes time.",
        "The fake transport leads to the fake, which checks, keeps and answers; over HTTP it is the sandbox's process.",
    )
    return Report("journal", "create_many with a journal on the disk of this folder", rows, notes, machine.describe())


def _rows(where: str, measured: dict[str, list[float]], limit: float) -> Iterator[Row]:
    base = measured[WITHOUT]
    for name, values in measured.items():
        reach = Reach("at least", limit) if name == WITH else None
        yield Row(f"{name}, {where}", Spread.of(values), "rows/s", ratios(values, base), reach)


async def _on_the_fake(paths: Iterator[Path], rounds: int) -> dict[str, list[float]]:
    async def block(*, journalled: bool) -> float:
        limit = RateLimit(per_second=None, in_flight=IN_FLIGHT)
        async with JofiClient(KEY, transport=FakeTransport(FakeJofi()), rate_limit=limit) as client:
            return await _rate(client, _rows_to_send(0, ROWS), next(paths) if journalled else None)

    return await interleave({WITH: partial(block, journalled=True), WITHOUT: partial(block, journalled=False)}, rounds)


async def _over_http(paths: Iterator[Path], rounds: int) -> dict[str, list[float]]:
    firsts = count(0, PACED_ROWS)
    limit = RateLimit(per_second=PER_SECOND, burst=1, in_flight=IN_FLIGHT)
    async with _sandbox() as url, JofiClient(KEY, base_url=url, rate_limit=limit) as client:

        async def block(*, journalled: bool) -> float:
            return await _rate(client, _rows_to_send(next(firsts), PACED_ROWS), next(paths) if journalled else None)

        blocks = {WITH: partial(block, journalled=True), WITHOUT: partial(block, journalled=False)}
        return await interleave(blocks, rounds)


async def _rate(client: JofiClient, rows: list[NewInvitation], path: Path | None) -> float:
    """Invite them all, and return how many a second that was, from entering the job to leaving it."""
    started = time.perf_counter()
    async with client.invitations.create_many(rows, journal=path, max_in_flight=IN_FLIGHT) as job:
        async for _ in job:
            pass
    seconds = time.perf_counter() - started
    assert job.summary().counts[OutcomeKind.CREATED] == len(rows)
    return len(rows) / seconds


def _syncs(path: Path, number: int) -> list[float]:
    """The milliseconds that each of so many writes of a page takes until it is on the disk."""
    taken: list[float] = []
    with path.open("wb", buffering=0) as file:
        for _ in range(number):
            started = time.perf_counter()
            file.write(bytes(4096))
            os.fsync(file.fileno())
            taken.append(1000 * (time.perf_counter() - started))
    return taken


def _rows_to_send(first: int, number: int) -> list[NewInvitation]:
    return [NewInvitation(**person) for person in islice(people(first + number), first, None)]


@asynccontextmanager
async def _sandbox() -> AsyncGenerator[str, None]:
    """Start `jofi sandbox`, and yield its base URL."""
    command = [sys.executable, "-m", "jofi_async.cli.app", "sandbox", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220
    try:
        assert process.stdout is not None
        url = next(found[0] for line in process.stdout if (found := re.search(r"http://[^ ]*/api/v2", line)))
        yield url
    finally:
        process.kill()
        process.communicate()
