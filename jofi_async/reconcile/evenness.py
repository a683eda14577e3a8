"""How many questions a walk takes where all characters are alike: no cover fills answers better then."""

from collections import Counter
from collections.abc import Sequence
from math import inf, sqrt

_ODD = 4.0  # standard deviations by which characters may differ more than by chance in how often they are there
_SEEN = 3  # times each character must have been seen on average, for chance to be told from anything else
_FULL = 0.85  # of an answer, so that hardly any part holds more


def even_splits(texts: Sequence[str], total: int, limit: int) -> float:
    """How many parts there are to ask for, split by one character after the other; infinite if they are not even.

    Args:
        texts: Some of all, as they are split.
        total: How many there are.
        limit: How many an answer holds.
    """
    parts, asked = 1, 0
    while total > _FULL * limit * parts:
        counts = Counter(text[:1] for text in texts)
        if len(counts) < 2 or "" in counts or not _is_even(list(counts.values())):
            return inf
        parts *= len(counts)
        asked += parts
        texts = [text[1:] for text in texts]
    return asked


def _is_even(counts: Sequence[int]) -> bool:
    """Whether chance alone would make them differ so (Pearson's chi-squared test)."""
    mean, freedom = sum(counts) / len(counts), len(counts) - 1
    return mean >= _SEEN and sum((one - mean) ** 2 for one in counts) / mean < freedom + _ODD * sqrt(2 * freedom)
