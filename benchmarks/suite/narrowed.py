"""Requests of the complete listing narrowed to a text in the address, beside reading everything."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor

from attrs import frozen

from benchmarks import machine
from benchmarks.accounts import SHAPES
from benchmarks.measure import Effort, Spread
from benchmarks.offline import Offline, run_patiently
from benchmarks.report import Reach, Report, Row
from jofi_async.reconcile.complete import CompleteListing

ACCOUNTS = (("emails as researched", 1_000), ("emails as researched", 5_000), ("one company", 5_000))
SEEDS = range(1, 4)
TEXTS = ("smith", "an", "yahoo", "gmail", "e", "com")
WORKERS = 16
_MOST = 1.1


@frozen
class _Figures:
    everything: int
    narrowed: Mapping[str, tuple[int, int]]


def run(effort: Effort) -> Report:
    """Measure; the same questions are asked every time, so one round tells all."""
    del effort
    rows: list[Row] = []
    with ProcessPoolExecutor() as pool:
        jobs = [[pool.submit(_figures, *account, seed) for seed in SEEDS] for account in ACCOUNTS]
        for (shape, size), each in zip(ACCOUNTS, jobs, strict=True):
            rows += _rows(f"{shape}, {size:,}", [job.result() for job in each])
    return Report(
        "narrowed",
        "reading what one text in the address matches, to the requests for everything",
        tuple(rows),
        ("Accounts are those of the complete listing; a text that at most 150 match takes one request.",),
        machine.describe(),
    )


def _rows(account: str, each: Sequence[_Figures]) -> list[Row]:
    rows = [Row(f"{account}: everything", Spread.of([one.everything for one in each]), "requests")]
    for text in TEXTS:
        matches = round(Spread.of([one.narrowed[text][0] for one in each]).median)
        requests = [one.narrowed[text][1] for one in each]
        ratios = [asked / one.everything for asked, one in zip(requests, each, strict=True)]
        name = f"{account}: {text}, {matches:,} match"
        rows.append(Row(name, Spread.of(requests), "requests", Spread.of(ratios), Reach("at most", _MOST)))
    return rows


def _figures(shape: str, size: int, seed: int) -> _Figures:
    account = Offline(SHAPES[shape](size, seed))
    return _Figures(_read(account, {})[1], {text: _read(account, {"email": text}) for text in TEXTS})


def _read(account: Offline, filters: Mapping[str, str]) -> tuple[int, int]:
    async def read() -> tuple[int, int]:
        listing = CompleteListing(account, filters, workers=WORKERS)
        items = [item async for item in listing]
        assert len(items) == listing.summary.total_count
        return len(items), listing.summary.requests

    return run_patiently(read())
