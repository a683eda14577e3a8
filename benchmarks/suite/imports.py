"""Importing the SDK beside importing aiohttp alone."""

import subprocess
import sys
from functools import partial

from benchmarks import machine
from benchmarks.measure import Effort, Spread, interleave, ratios
from benchmarks.report import Reach, Report, Row

AIOHTTP = "import aiohttp"
IMPORTS = (AIOHTTP, "import jofi_async", "from jofi_async import JofiClient")


def run(effort: Effort) -> Report:
    """Measure; new interpreters, one after the other."""
    import asyncio

    measured = asyncio.run(interleave({what: partial(_seconds, what) for what in IMPORTS}, effort.rounds))
    rows = [
        Row(
            what,
            Spread.of([seconds * 1000 for seconds in measured[what]]),
            "ms",
            ratios(measured[what], measured[AIOHTTP]),
            None if what == AIOHTTP else Reach("at most", 1.25),
        )
        for what in IMPORTS
    ]
    return Report(
        "imports",
        "import time, without that of the interpreter's own start",
        tuple(rows),
        ("Public names are imported when they are asked for: a client brings aiohttp and what a client needs.",),
        machine.describe(),
    )


async def _seconds(statement: str) -> float:
    code = f"import time; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: ASYNC221
    return float(done.stdout)
