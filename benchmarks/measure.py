"""Interleaved blocks in one process: a busy machine slows all contenders alike, so only their ratios are kept."""

import asyncio
import gc
import statistics
from collections.abc import Awaitable, Callable, Mapping, Sequence
from random import Random

from attrs import frozen

Block = Callable[[], Awaitable[float]]
"""Runs one contender for a moment and returns what was measured, for example calls per second."""


@frozen
class Effort:
    """How long to measure.

    Attributes:
        rounds: How many blocks each contender gets.
        seconds: How long one block lasts.
    """

    rounds: int = 40
    seconds: float = 0.2


@frozen
class Spread:
    """A median with its quartiles."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Take the quartiles of what was measured; one value is its own."""
        if len(values) == 1:
            return cls(values[0], values[0], values[0])
        low, median, high = statistics.quantiles(values, n=4, method="inclusive")
        return cls(median, low, high)


async def interleave(blocks: Mapping[str, Block], rounds: int) -> dict[str, list[float]]:
    """Run every block once to warm up, then once a round, each round in an order of its own.

    Args:
        blocks: The contenders by name.
        rounds: How many rounds.

    Returns:
        What each contender's block measured, round by round.
    """
    order, random = list(blocks), Random(0)
    for name in order:
        await blocks[name]()
    measured: dict[str, list[float]] = {name: [] for name in order}
    for _ in range(rounds):
        random.shuffle(order)
        for name in order:
            await asyncio.sleep(0)  # the loop still holds the last block's result, whose end is not this one's cost
            gc.collect()
            measured[name].append(await blocks[name]())
    return measured


def ratios(values: Sequence[float], base: Sequence[float]) -> Spread:
    """The quartiles of the ratio to the base of the same round."""
    return Spread.of([value / other for value, other in zip(values, base, strict=True)])
