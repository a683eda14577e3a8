"""Importing the SDK beside importing aiohttp alone."""

import subprocess
import sys
from functools import partial

from benchmarks import machine
from benchmarks.measure import Effort, Spread, interleave, ratios
from benchmarks.report import Reach, Report, Row

MODULES = ("aiohttp", "jofi_async")


def run(effort: Effort) -> Report:
    """Measure; new interpreters, one after the other."""
    import asyncio

    measured = asyncio.run(interleave({name: partial(_seconds, name) for name in MODULES}, effort.rounds))
    rows = [
        Row(
            f"import {name}",
            Spread.of([seconds * 1000 for seconds in measured[name]]),
            "ms",
            ratios(measured[name], measured["aiohttp"]),
            Reach("at most", 1.25) if name == "jofi_async" else None,
        )
        for name in MODULES
    ]
    return Report(
        "imports",
        "import time, without that of the interpreter's own start",
        tuple(rows),
        machine=machine.describe(),
    )


async def _seconds(module: str) -> float:
    code = f"import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: ASYNC221
    return float(done.stdout)
