"""What follows what in known texts: a character model, from which more texts like them can be drawn."""

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from itertools import accumulate
from random import Random

from attrs import evolve, frozen

_END = "\n"
"""Stands for the end of a text; no text that can be asked for has it in it."""

_NONE: Set[str] = frozenset()
_LONGEST = 80
_TINY = 1e-100  # what is less likely cannot be reckoned with
_UNLIKELY = 1e-3  # what is less likely than that is taken to be impossible
_SELDOM = 0.3  # what is less likely is not waited for


@frozen
class _Choice:
    """What may come next.

    Attributes:
        shares: How likely each character is.
        letters: Those that are drawn.
        sums: How likely each of these is together with those before it; the last one's is left out.
        whole: How likely all of these are.
        denied: Those that are not taken when they are drawn.
        left: How likely one is to come that is not denied; 0 when none can.
    """

    shares: Mapping[str, float]
    letters: Sequence[str]
    sums: Sequence[float]
    whole: float
    denied: Set[str] = frozenset()
    left: float = 1.0

    @classmethod
    def of(cls, shares: Mapping[str, float]) -> "_Choice":
        *sums, whole = accumulate(shares.values())
        return cls(shares, list(shares), sums, whole)

    def without(self, denied: Set[str]) -> "_Choice":
        """The same, with characters that cannot come."""
        shares = self.shares
        if denied.isdisjoint(shares):
            return self
        left = 1 - sum([share for letter, share in shares.items() if letter in denied])
        if left < _UNLIKELY:
            return evolve(self, left=0.0)
        if left < _SELDOM:
            rest = self.of({letter: share for letter, share in shares.items() if letter not in denied})
            return evolve(rest, shares=shares, left=left)
        return evolve(self, denied=denied, left=left)

    def draw(self, random: Random) -> str:
        """One that is not denied."""
        while (letter := self.letters[bisect(self.sums, random.random() * self.whole)]) in self.denied:
            pass
        return letter


class Letters:
    """Characters after contexts; where a longer context was seldom seen, shorter ones have more say (Witten and Bell).

    Args:
        order: How long a context is at the most.
    """

    def __init__(self, order: int) -> None:
        self.order = order
        self._counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._choices: dict[str, _Choice] = {}

    def learn(self, text: str, begin: int) -> None:
        """Take in a text from a place on, and that it ends."""
        text += _END
        for at in range(begin, len(text)):
            for length in range(min(self.order, at) + 1):
                self._counts[text[at - length : at]][text[at]] += 1

    def settle(self) -> None:
        """Count what was learned, from now on."""
        self._choices.clear()

    def after(self, context: str) -> _Choice:
        """What may come after a context."""
        if (found := self._choices.get(context)) is not None:
            return found
        seen = self._counts.get(context)
        if not context:
            shares = {letter: count / seen.total() for letter, count in seen.items()} if seen else {_END: 1.0}
            choice = _Choice.of(shares)
        elif seen is None:
            choice = self.after(context[1:])
        else:
            number = seen.total()
            weight = number / (number + len(seen))
            shares = {letter: share * (1 - weight) for letter, share in self.after(context[1:]).shares.items()}
            for letter, count in seen.items():
                shares[letter] = shares.get(letter, 0.0) + weight * count / number
            choice = _Choice.of(shares)
        self._choices[context] = choice
        return choice


class Bans:
    """Texts that cannot come, by what they begin with: an automaton (Aho and Corasick).

    Args:
        anywhere: Texts that may stand nowhere.
        at_first: Texts that a text may not begin with.
    """

    def __init__(self, anywhere: Set[str], at_first: Set[str]) -> None:
        self._at_first = _by_beginning(at_first)
        self._anywhere: dict[str, Set[str]] = {"": set(), **_by_beginning(anywhere)}
        for beginning in list(self._anywhere):
            for begin in range(len(beginning)):
                for end in range(len(beginning), begin, -1):
                    self._anywhere.setdefault(beginning[begin:end], set())
        for state in sorted(self._anywhere, key=len)[1:]:
            if more := self._anywhere[state[1:]]:
                self._anywhere[state] = self._anywhere[state] | more

    def state(self, text: str) -> str:
        """The longest end of a text that something that cannot come may begin with."""
        while text not in self._anywhere:
            text = text[1:]
        return text

    def after(self, state: str) -> Set[str]:
        """The characters that may not follow a text of a state, wherever it begins."""
        return self._anywhere[state]

    def at_first(self, text: str) -> Set[str]:
        """The characters that besides may not follow what is the whole text."""
        return self._at_first.get(text, _NONE)


class Growth:
    """Draws texts, letter by letter.

    Args:
        letters: How likely each is.
        bans: What cannot come.
        random: Decides.
    """

    def __init__(self, letters: Letters, bans: Bans, random: Random) -> None:
        self._letters = letters
        self._bans = bans
        self._random = random
        self._choices: dict[tuple[str, str], _Choice] = {}

    def grown(self, text: str, begin: int) -> tuple[str, float, float]:
        """Draw what goes on after a text.

        Args:
            text: What is there.
            begin: Where that begins which says something of what goes on.

        Returns:
            The whole text; how likely what was drawn is, or 0 when nothing can go on; and how likely it was to be
            drawn, with what cannot come left out.
        """
        likely = drawn = 1.0
        state = self._bans.state(text)
        while len(text) < _LONGEST and drawn > _TINY:
            choice = self._choice(text[max(begin, len(text) - self._letters.order) :], state, self._bans.at_first(text))
            if not choice.left:
                break
            letter = choice.draw(self._random)
            likely *= choice.shares[letter]
            drawn *= choice.shares[letter] / choice.left
            if letter == _END:
                return text, likely, drawn
            text += letter
            state = self._bans.state(state + letter)
        return text, 0.0, 0.0

    def _choice(self, context: str, state: str, first: Set[str]) -> _Choice:
        if first:
            return self._letters.after(context).without(self._bans.after(state) | first)
        if (choice := self._choices.get((context, state))) is None:
            choice = self._letters.after(context).without(self._bans.after(state))
            self._choices[context, state] = choice
        return choice


def _by_beginning(texts: Set[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for text in texts:
        found.setdefault(text[:-1], set()).add(text[-1])
    return found
