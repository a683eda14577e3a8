"""Contenders side by side over one server: who makes how many calls per second, and how busy the server is."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial

from benchmarks import machine
from benchmarks.clients import BY_HAND, CONTENDERS, OURS
from benchmarks.load import call_of, rate
from benchmarks.measure import Effort, Spread, interleave, ratios
from benchmarks.report import Reach, Row
from benchmarks.server import serving

PACKAGES = ("aiohttp", "attrs", "cattrs", "msgspec", "httpx", "openai")


async def contest(kind: str, in_flight: int, reach: Reach, contenders: Sequence[str], effort: Effort) -> list[Row]:
    """Measure all contenders at one number of calls in flight.

    Args:
        kind: "create" or "list".
        in_flight: How many calls are in flight.
        reach: What is wanted of ours.
        contenders: Their names.
        effort: How long to measure.
    """
    machine.pin(machine.CLIENT)
    async with serving() as url, AsyncExitStack() as stack:
        blocks = {
            name: partial(
                rate,
                call_of(await stack.enter_async_context(CONTENDERS[name](url, in_flight)), kind),
                in_flight,
                effort.seconds,
            )
            for name in contenders
        }
        measured = await interleave(blocks, effort.rounds)
    base = measured[BY_HAND]
    return [
        Row(
            f"{name}, {in_flight} in flight",
            Spread.of(values),
            "calls/s",
            ratios(values, base),
            reach if name == OURS else None,
        )
        for name, values in measured.items()
    ]
