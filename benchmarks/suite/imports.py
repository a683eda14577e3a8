"""Importing the SDK beside importing aiohttp alone."""

import asyncio
import os
import subprocess
import sys
from functools import partial
from tempfile import TemporaryDirectory

from benchmarks import machine
from benchmarks.measure import Effort, Spread, interleave, ratios
from benchmarks.report import Reach, Report, Row

AIOHTTP = "import aiohttp"
IMPORTS = (AIOHTTP, "import jofi_async", "from jofi_async import JofiClient")


def run(effort: Effort) -> Report:
    """Measure; new interpreters, one after the other, with the bytecode that the first of each has left."""
    with TemporaryDirectory() as bytecode:
        blocks = {what: partial(_seconds, what, bytecode) for what in IMPORTS}
        measured = asyncio.run(interleave(blocks, effort.rounds))
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
        (
            "Public names are imported when they are asked for: a client brings aiohttp and what a client needs.",
            "Bytecode is there, as an installation leaves it: nothing is compiled from its source.",
        ),
        machine.describe(),
    )


async def _seconds(statement: str, bytecode: str) -> float:
    code = f"import time; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
    settings = os.environ | {"PYTHONPYCACHEPREFIX": bytecode, "PYTHONDONTWRITEBYTECODE": ""}
    done = subprocess.run(  # noqa: ASYNC221
        [sys.executable, "-c", code], env=settings, capture_output=True, text=True, check=True
    )
    return float(done.stdout)
