"""A list of 150 items, decoded to attrs, beside the same call by hand with `r.json()`."""

import asyncio

from benchmarks import machine
from benchmarks.clients import missing_words, present
from benchmarks.contest import PACKAGES, contest
from benchmarks.measure import Effort
from benchmarks.report import Reach, Report


def run(effort: Effort) -> Report:
    """Measure."""
    rows = asyncio.run(contest("list", 16, Reach("at least", 1.2), present(), effort))
    return Report(
        "lists",
        "GET of a list of 150 invitations",
        tuple(rows),
        ("The base is aiohttp by hand, with `await r.json()`.", *missing_words()),
        machine.describe(PACKAGES),
    )
