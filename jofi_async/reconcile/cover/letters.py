"""What follows what in known texts: a character model, from which more texts like them can be drawn."""

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Set
from itertools import accumulate
from random import Random

from attrs import frozen

_END = "\n"
"""Stands for the end of a text; no text that can be asked for has it in it."""

_UNLIKELY = 1e-3  # what is less likely than that is taken to be impossible
_SELDOM = 0.3  # what is less likely is not waited for


@frozen
class _Choice:
    letters: list[str]
    shares: dict[str, float]
    sums: list[float]

    @classmethod
    def of(cls, shares: dict[str, float]) -> "_Choice":
        return cls(list(shares), shares, list(accumulate(shares.values())))


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

    def draw(self, text: str, begin: int, banned: Set[str], random: Random) -> tuple[str, float, float]:
        """Draw what goes on.

        Args:
            text: What is there.
            begin: Where that begins which says something of it.
            banned: Characters that cannot come next.
            random: Decides.

        Returns:
            A character, or "" for the end; how likely it was; and how likely one that is not banned was to come, 0 when
            none can.
        """
        choice = self._choice(text[max(begin, len(text) - self._order) :])
        hits = banned & choice.shares.keys()
        left = 1 - sum([choice.shares[letter] for letter in hits])
        if left < _UNLIKELY:
            return "", 0.0, 0.0
        if left < _SELDOM:
            choice = _Choice.of({letter: share for letter, share in choice.shares.items() if letter not in hits})
        while (letter := self._pick(choice, random)) in hits:
            pass
        return "" if letter == _END else letter, choice.shares[letter], left

    @staticmethod
    def _pick(choice: _Choice, random: Random) -> str:
        sums = choice.sums
        return choice.letters[min(len(sums) - 1, bisect(sums, random.random() * sums[-1]))]

    def _choice(self, context: str) -> _Choice:
        if (found := self._choices.get(context)) is not None:
            return found
        seen = self._counts.get(context)
        if not context:
            shares = {letter: count / seen.total() for letter, count in seen.items()} if seen else {_END: 1.0}
            choice = _Choice.of(shares)
        elif seen is None:
            choice = self._choice(context[1:])
        else:
            number = seen.total()
            weight = number / (number + len(seen))
            shares = {letter: share * (1 - weight) for letter, share in self._choice(context[1:]).shares.items()}
            for letter, count in seen.items():
                shares[letter] = shares.get(letter, 0.0) + weight * count / number
            choice = _Choice.of(shares)
        self._choices[context] = choice
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
        for beginning in list(self._anywhere):
            for begin in range(1, len(beginning) + 1):
                self._anywhere.setdefault(beginning[begin:], set())

    def after(self, text: str) -> Set[str]:
        """The characters that may not follow a text."""
        found: Set[str] = self._at_first.get(text, frozenset())
        for begin in range(len(text), -1, -1):
            if (more := self._anywhere.get(text[begin:])) is None:
                break
            if more:
                found = found | more
        return found


def _by_beginning(texts: Set[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for text in texts:
        found.setdefault(text[:-1], set()).add(text[-1])
    return found
