"""Instructions a call, which a busy machine does not change: create and list, ours and by hand."""

import asyncio

from benchmarks import machine
from benchmarks.clients import BY_HAND, OURS, missing_words, present
from benchmarks.contest import PACKAGES
from benchmarks.instructions import IN_FLIGHT, MISSING, can_count, per_call
from benchmarks.measure import Effort, Spread
from benchmarks.report import Reach, Report, Row
from benchmarks.server import serving

REACHES = {"create": Reach("at most", 0.9), "list": None}


def run(effort: Effort, *, contenders: list[str] | None = None) -> Report:
    """Measure; one run each tells all there is to tell."""
    rows = asyncio.run(_count(contenders or present())) if can_count() else []
    return Report(
        "instructions",
        f"instructions in user mode, {IN_FLIGHT} in flight",
        tuple(rows),
        ("The base is aiohttp by hand.", *missing_words()) if rows else (MISSING,),
        machine.describe(PACKAGES),
    )


async def _count(contenders: list[str]) -> list[Row]:
    rows: list[Row] = []
    async with serving() as url:
        for kind, reach in REACHES.items():
            counts = {name: per_call(url, name, kind) for name in contenders}
            for name, counted in counts.items():
                rows.append(
                    Row(
                        f"{kind}, {name}",
                        Spread.of([counted / 1000]),
                        "thousand",
                        Spread.of([counted / counts[BY_HAND]]),
                        reach if name == OURS else None,
                    )
                )
    return rows
