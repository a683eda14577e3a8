"""What follows what in known texts: a character model, from which more texts like them can be drawn."""

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Set
from itertools import accumulate
from random import Random

from attrs import frozen

_END = "\n"
"""Stands for the end of a text; no text that can be asked for has it in it."""


@frozen
class _Choice:
    letters: list[str]
    shares: dict[str, float]
    sums: list[float]


class Letters:
    """Characters after contexts; where a longer context was seldom seen, shorter ones have more say (Witten and Bell).

    Args:
        order: How long a context is at the most.
    """

    def __init__(self, order: int) -> None:
        self._order = order
        self._counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._choices: dict[str, _Choice] = {}

    def learn(self, text: str, begin: int) -> None:
        """Take in a text from a place on, and that it ends."""
        text += _END
        for at in range(begin, len(text)):
            for length in range(min(self._order, at) + 1):
                self._counts[text[at - length : at]][text[at]] += 1

    def settle(self) -> None:
        """Count what was learned, from now on."""
        self._choices.clear()

    def draw(self, text: str, banned: Set[str], random: Random) -> tuple[str, float]:
        """Draw what goes on.

        Args:
            text: What is there.
            banned: Characters that cannot come next.
            random: Decides.

        Returns:
            A character, or "" for the end; and how likely one that is not banned was to come, 0 when none can.
        """
        choice = self._choice(text[-self._order :])
        if not banned:
            return self._pick(choice.letters, choice.sums, random), 1.0
        share = 1 - sum(choice.shares.get(letter, 0.0) for letter in banned)
        left = [letter for letter in choice.letters if letter not in banned]
        if share < 1e-9 or not left:
            return "", 0.0
        return self._pick(left, list(accumulate(choice.shares[letter] for letter in left)), random), share

    @staticmethod
    def _pick(letters: list[str], sums: list[float], random: Random) -> str:
        letter = letters[min(len(letters) - 1, bisect(sums, random.random() * sums[-1]))]
        return "" if letter == _END else letter

    def _choice(self, context: str) -> _Choice:
        if (found := self._choices.get(context)) is not None:
            return found
        shares: dict[str, float] = {}
        for length in range(len(context) + 1):
            seen = self._counts.get(context[len(context) - length :])
            if seen is None:
                break
            number = seen.total()
            weight = number / (number + len(seen)) if shares else 1.0
            shares = {letter: share * (1 - weight) for letter, share in shares.items()}
            for letter, count in seen.items():
                shares[letter] = shares.get(letter, 0.0) + weight * count / number
        choice = self._choices[context] = _Choice(list(shares), shares, list(accumulate(shares.values())))
        return choice


class Bans:
    """Texts that cannot come, by what they begin with.

    Args:
        anywhere: Texts that may stand nowhere.
        at_first: Texts that a text may not begin with.
    """

    def __init__(self, anywhere: Set[str], at_first: Set[str]) -> None:
        self._anywhere = _by_beginning(anywhere)
        self._at_first = _by_beginning(at_first)
        self._longest = max(map(len, self._anywhere), default=0)

    def after(self, text: str) -> Set[str]:
        """The characters that may not follow a text."""
        found: Set[str] = self._at_first.get(text, frozenset())
        for length in range(min(len(text), self._longest) + 1):
            if (more := self._anywhere.get(text[len(text) - length :])) is not None:
                found = found | more
        return found


def _by_beginning(texts: Set[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for text in texts:
        found.setdefault(text[:-1], set()).add(text[-1])
    return found
