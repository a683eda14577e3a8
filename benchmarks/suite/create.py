"""A whole create beside the same call by hand and by other clients, from 1 to 256 in flight."""

import asyncio

from benchmarks import machine
from benchmarks.clients import FLOOR, missing_words, present
from benchmarks.contest import PACKAGES, contest
from benchmarks.measure import Effort
from benchmarks.report import Reach, Report

REACHES = {1: 1.0, 16: 1.05, 64: 1.05, 256: 1.0}
"""What is wanted of ours, to the base, by how many are in flight."""


def run(effort: Effort) -> Report:
    """Measure."""
    rows = [
        row
        for in_flight, limit in REACHES.items()
        for row in asyncio.run(contest("create", in_flight, Reach("at least", limit), present(), effort))
    ]
    return Report(
        "create",
        "POST of one invitation, the whole call, answered with the whole object",
        tuple(rows),
        (
            "The base is aiohttp by hand, with `json=` and `await r.json()`.",
            "Ours checks the row, asks the limiter, keeps a deadline, is ready to retry, and decodes to attrs.",
            f"{FLOOR} reads nothing of the answers: so much the server can bear, so it is not what bounds the others.",
            *missing_words(),
        ),
        machine.describe(PACKAGES),
    )
