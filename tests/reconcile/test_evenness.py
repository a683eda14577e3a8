"""Whether texts are split so evenly that a walk fills its answers."""

from math import inf
from random import Random

import pytest

from jofi_async.reconcile.evenness import even_splits

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
NAMES = ["smith", "jones", "adams", "lee", "clark", "james", "davis", "moore", "baker", "evans"]


def drawn(letters: str, number: int) -> list[str]:
    random = Random(1)
    return ["".join(random.choices(letters, k=6)) for _ in range(number)]


@pytest.mark.parametrize(("total", "parts"), [(100, 0), (1_000, 10), (10_000, 10 + 100), (100_000, 10 + 100 + 1_000)])
def test_each_character_splits_into_as_many_parts_as_there_are_characters(total: int, parts: int) -> None:
    assert even_splits(drawn(LETTERS[26:], 150), total, 150) == parts


@pytest.mark.parametrize(
    "texts", [[], [""] * 9, ["a"] * 9, NAMES * 15, drawn(LETTERS, 100), drawn(LETTERS, 100) + ["x"] * 50]
)
def test_what_is_not_even_is_not_split_evenly(texts: list[str]) -> None:
    assert even_splits(texts, 100_000, 150) == inf
