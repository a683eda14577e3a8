"""What hooks, logging at DEBUG and a retry add to a create, without any network."""

import asyncio
import io
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial

from benchmarks import machine
from benchmarks.load import Call, rate
from benchmarks.measure import Effort, Spread, interleave, ratios
from benchmarks.memory import client
from benchmarks.people import crowd
from benchmarks.report import Report, Row
from jofi_async import JofiClient

PLAIN, HOOK, LOGGED, RETRIED = "plain", "one hook on", "logged at DEBUG", "one 429, sent again at once"


def run(effort: Effort) -> Report:
    """Measure."""
    measured = asyncio.run(_measure(effort))
    plain = measured[PLAIN]
    return Report(
        "costs",
        "a create over a transport in memory, one at a time",
        tuple(Row(name, Spread.of(values), "µs/call", ratios(values, plain)) for name, values in measured.items()),
        ("The base is a plain create. The log goes to a handler that formats every line. A retry sends twice.",),
        machine.describe(),
    )


async def _measure(effort: Effort) -> dict[str, list[float]]:
    machine.pin(machine.CLIENT)
    plain, hooked, retried = await client(), await client(lambda _: None), await client(refuses_first=True)
    blocks = {
        PLAIN: partial(_microseconds, plain, effort),
        HOOK: partial(_microseconds, hooked, effort),
        LOGGED: partial(_logged, plain, effort),
        RETRIED: partial(_microseconds, retried, effort),
    }
    return await interleave(blocks, effort.rounds)


async def _microseconds(of: JofiClient, effort: Effort) -> float:
    return 1e6 / await rate(_create(of), 1, effort.seconds)


def _create(of: JofiClient) -> Call:
    everybody = crowd()
    return lambda: of.invitations.create(**next(everybody))


async def _logged(of: JofiClient, effort: Effort) -> float:
    async with _log():
        return await _microseconds(of, effort)


@asynccontextmanager
async def _log() -> AsyncGenerator[None, None]:
    logger = logging.getLogger("jofi_async")
    handler = logging.StreamHandler(io.StringIO())
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.setLevel(logging.NOTSET)
        logger.removeHandler(handler)
