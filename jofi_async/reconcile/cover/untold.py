"""What a count would tell: how many bits, as far as other counts have not told it."""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache

from jofi_async.reconcile.cover.imagined import Value


class Untold:
    """What is not told by counts.

    Each value belongs to the counted text in it that lacks fewest. How many of those have another text in them, too, is
    what is untold: nothing where all of them have.

    Args:
        values: The imagined values.
        missing: How many each counted text lacks.
    """

    def __init__(self, values: Sequence[Value], missing: Mapping[str, int]) -> None:
        self._weights = {value.number: value.weight for value in values}
        self._home = {value.number: min(value.counted, key=missing.__getitem__, default="") for value in values}
        self._whole: defaultdict[str, float] = defaultdict(float)
        for number, home in self._home.items():
            self._whole[home] += self._weights[number]

    def bits(self, numbers: Iterable[int]) -> float:
        """How many bits a count of these values is thought to tell."""
        parts: defaultdict[str, float] = defaultdict(float)
        for number in numbers:
            parts[self._home[number]] += self._weights[number]
        return _bits(round(10 * sum([part * (1 - part / self._whole[home]) for home, part in parts.items() if part])))

    def take(self, numbers: Collection[int]) -> None:
        """Leave out what a count of these values tells."""
        for number in numbers:
            self._weights[number] = 0.0


@cache
def _bits(tenths: int) -> float:
    """How many bits a count tells that varies by so many tenths: the entropy of Poisson's distribution."""
    mean = tenths / 10
    if mean > 8:  # as good as normal
        return 0.5 * math.log2(2 * math.pi * math.e * mean)
    shares = [math.exp(-mean) * mean**number / math.factorial(number) for number in range(30)]
    return -sum(share * math.log2(share) for share in shares if share > 0)
