"""Requests of the complete listing, beside the plain walk character by character and the bound of 150 to a request."""

import asyncio
import math
from collections.abc import Coroutine, Iterator, Sequence
from typing import Any, TypeVar

from benchmarks import machine
from benchmarks.accounts import SHAPES, Row
from benchmarks.measure import Effort, Spread
from benchmarks.offline import FILTERED, Offline, PlainWalk, known_cover
from benchmarks.report import Reach, Report
from benchmarks.report import Row as Line
from jofi_async.reconcile.complete import CompleteListing
from jofi_async.testing import VirtualLoop

SIZES = {
    "emails": (1_000, 5_000, 20_000, 100_000),
    "one company": (1_000, 5_000, 20_000),
    "random strings": (1_000, 5_000, 20_000),
    "groups": (5_000,),
    "groups bunched in time": (5_000,),
}
T = TypeVar("T")

WORKERS = 16
FORESEEN = 20_000
"""The size at which somebody who knows every address beforehand is shown as well."""

_NEW = 100  # one of so many is new at the further listing
_WHOLE = {5_000: 6.0, 20_000: 6.0, 100_000: 6.5}
_NEARLY = 4.4
_WALK = 1.05


def run(effort: Effort) -> Report:
    """Measure; the same questions are asked every time, so one round tells all."""
    del effort
    lines = [line for shape, sizes in SIZES.items() for size in sizes for line in _lines(shape, size)]
    return Report(
        "listing",
        "reading a whole account without pages, in multiples of N / 150",
        tuple(lines),
        (
            "Accounts are made up (benchmarks/accounts.py). The plain walk asks one question after the other.",
            f"Up to {WORKERS} requests run side by side; a round lasts as long as one answer.",
        ),
        machine.describe(),
    )


def _lines(shape: str, size: int) -> Iterator[Line]:
    rows = SHAPES[shape](size)
    bound = math.ceil(size / FILTERED)
    name = f"{shape}, {size:,}"
    account = Offline(rows)
    requests, seconds = _run(_read(account))
    assert account.shown[-1] == size, f"{name} was not read whole"
    nearly = next(number for number, shown in enumerate(account.shown, 1) if shown >= 0.99 * size)
    walk = PlainWalk(Offline(rows))
    walk.read()
    yield _line(f"{name}: all", requests / bound, "x", _WHOLE.get(size))
    yield _line(f"{name}: 99 %", nearly / bound, "x", _NEARLY if size > 1_000 else None)
    yield _line(f"{name}: plain walk", walk.requests / bound, "x")
    yield _line(f"{name}: all to plain walk", requests / walk.requests, "", _WALK)
    yield _line(f"{name}: rounds", seconds, "rounds")
    again = _run(_read_again(rows))
    yield _line(f"{name}: 1 % new", again, "requests", 10.0 if size == FORESEEN else None)
    if size == FORESEEN:
        yield _line(f"{name}: foreseen", known_cover(rows) / bound, "x")


def _run(main: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(patience=600)) as runner:
        return runner.run(main)


def _line(what: str, value: float, unit: str, limit: float | None = None) -> Line:
    reach = None if limit is None else Reach("at most", limit)
    return Line(what, Spread(value, value, value), unit, reach=reach)


async def _read(account: Offline) -> tuple[int, float]:
    began = asyncio.get_running_loop().time()
    listing = CompleteListing(account, {}, workers=WORKERS)
    async for _ in listing:
        pass
    return listing.summary.requests, asyncio.get_running_loop().time() - began


async def _read_again(rows: Sequence[Row]) -> int:
    """The requests of a listing when all but the newest are remembered."""
    account = Offline(rows)
    remembered = dict(enumerate(account.rows))
    for number in range(len(rows) // _NEW):
        del remembered[number]
    listing = CompleteListing(account, {}, workers=WORKERS, remembered=remembered)
    async for _ in listing:
        pass
    return listing.summary.requests
