"""Requests of the complete listing, beside the plain walk character by character and the bound of 150 to a request."""

import asyncio
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor

from attrs import frozen

from benchmarks import machine
from benchmarks.accounts import SHAPES, Row
from benchmarks.measure import Effort, Spread
from benchmarks.offline import FILTERED, Offline, PlainWalk, known_cover, run_patiently
from benchmarks.report import Reach, Report
from benchmarks.report import Row as Line
from jofi_async.reconcile.complete import CompleteListing

SEEDS = {1_000: 3, 5_000: 3, 20_000: 3, 100_000: 1}
"""How many accounts of a size there are of each shape."""

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
    accounts = [
        (shape, size, seed) for shape in SHAPES for size, seeds in SEEDS.items() for seed in range(1, 1 + seeds)
    ]
    figures: defaultdict[tuple[str, int], list[_Figures]] = defaultdict(list)
    with ProcessPoolExecutor() as pool:
        jobs = {account: pool.submit(_figures, *account) for account in sorted(accounts, key=lambda one: -one[1])}
        for account in accounts:
            figures[account[:2]].append(jobs[account].result())
    return _report(figures)


def _report(figures: "Mapping[tuple[str, int], Sequence[_Figures]]") -> Report:
    return Report(
        "listing",
        "reading a whole account without pages, in multiples of N / 150",
        tuple(line for (shape, size), each in figures.items() for line in _lines(shape, size, each)),
        (
            "Accounts are made up (benchmarks/accounts.py): up to three of each shape and size, told by their median.",
            "The plain walk asks one question after the other.",
            f"Up to {WORKERS} requests run side by side; a round lasts as long as one answer.",
        ),
        machine.describe(),
    )


@frozen
class _Figures:
    whole: float
    nearly: float
    walk: float
    to_walk: float
    rounds: float
    again: float
    again_foreseen: float
    foreseen: float | None


def _figures(shape: str, size: int, seed: int) -> _Figures:
    """Read one account in all ways."""
    rows = SHAPES[shape](size, seed)
    bound = math.ceil(size / FILTERED)
    account = Offline(rows)
    requests, seconds = run_patiently(_read(account))
    assert account.shown[-1] == size, f"{shape}, {size:,}, was not read whole"
    nearly = next(number for number, shown in enumerate(account.shown, 1) if shown >= 0.99 * size)
    walk = PlainWalk(Offline(rows))
    walk.read()
    foreseen = known_cover(rows) / bound if size == FORESEEN else None
    walked, again = walk.requests / bound, run_patiently(_read_again(rows))
    new = 1 + known_cover(rows[-(size // _NEW) :])  # the last look comes on top
    return _Figures(requests / bound, nearly / bound, walked, requests / walk.requests, seconds, again, new, foreseen)


def _lines(shape: str, size: int, each: Sequence[_Figures]) -> Iterator[Line]:
    name = f"{shape}, {size:,}"
    yield _line(f"{name}: all", [one.whole for one in each], "x", _WHOLE.get(size))
    yield _line(f"{name}: 99 %", [one.nearly for one in each], "x", _NEARLY if size > 1_000 else None)
    yield _line(f"{name}: plain walk", [one.walk for one in each], "x")
    yield _line(f"{name}: all to plain walk, at worst", [max(one.to_walk for one in each)], "", _WALK)
    yield _line(f"{name}: rounds", [one.rounds for one in each], "rounds")
    yield _line(f"{name}: 1 % new", [one.again for one in each], "requests", 10.0 if size == FORESEEN else None)
    yield _line(f"{name}: 1 % new, foreseen", [one.again_foreseen for one in each], "requests")
    if foreseen := [one.foreseen for one in each if one.foreseen is not None]:
        yield _line(f"{name}: foreseen", foreseen, "x")


def _line(what: str, values: Sequence[float], unit: str, limit: float | None = None) -> Line:
    return Line(what, Spread.of(values), unit, reach=None if limit is None else Reach("at most", limit))


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
