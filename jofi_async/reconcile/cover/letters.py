"""What follows what in known texts: a character model, from which more texts like them can be drawn."""

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import accumulate
from random import Random

from attrs import frozen

from jofi_async.reconcile.cover.trust import Trust

END = "\n"
"""Stands for the end of a text; no text that can be asked for has it in it."""

_NONE: Set[str] = frozenset()
_LONGEST = 80
_TINY = 1e-100  # what is less likely cannot be reckoned with


@frozen
class _Choice:
    """What may come next.

    Attributes:
        shares: How likely each character is.
        letters: The characters.
        sums: How likely each of these is together with those before it; the last one's is left out.
        whole: How likely all of these are.
    """

    shares: Mapping[str, float]
    letters: Sequence[str]
    sums: Sequence[float]
    whole: float

    @classmethod
    def of(cls, shares: Mapping[str, float]) -> "_Choice":
        *sums, whole = accumulate(shares.values())
        return cls(shares, list(shares), sums, whole)


def _none() -> defaultdict[str, float]:
    return defaultdict(float)


class Letters:
    """Characters after contexts; where a longer context tells little, shorter ones have more say.

    Args:
        order: How long a context is at the most.
        is_of_words: Whether no context goes back beyond what is no letter and no digit.
    """

    def __init__(self, order: int, *, is_of_words: bool = False) -> None:
        self.order = order
        self._is_of_words = is_of_words
        self._trust = Trust()
        self._counts: defaultdict[str, defaultdict[str, float]] = defaultdict(_none)
        self._choices: dict[str, _Choice] = {}

    def learn(self, text: str, begin: int, weight: float = 1.0) -> None:
        """Take in a text from a place on, and that it ends; it stands for so many."""
        text += END
        for at in range(begin, len(text)):
            for context in self._contexts(text, at):
                self._counts[context][text[at]] += weight

    def settle(self) -> None:
        """Count what was learned, from now on."""
        self._choices.clear()

    def weigh(self, some: Iterable[tuple[str, float]], begin: int) -> None:
        """Count what was learned, from now on, and learn from some of it how far each context is to be trusted.

        Args:
            some: Some of the texts, each with for how many it stands.
            begin: From where on they were learned.
        """
        whole = ((text + END, weight) for text, weight in some)
        cases = (
            (text[at], self._contexts(text, at), weight) for text, weight in whole for at in range(begin, len(text))
        )
        self._trust.learn(cases, self._counts)
        self.settle()

    def likely(self, text: str, begin: int) -> float:
        """How likely what stands in a text from a place on is to stand there."""
        likely = 1.0
        for at in range(begin, len(text)):
            likely *= self.after(text[max(0, at - self.order) : at]).shares.get(text[at], 0.0)
        return max(likely, _TINY)

    def _contexts(self, text: str, at: int) -> list[str]:
        """What stands before a place, the shortest first."""
        contexts = [""]
        for begin in range(at - 1, max(-1, at - self.order - 1), -1):
            contexts.append(text[begin:at])
            if self._is_of_words and not text[begin].isalnum():
                break
        return contexts

    def after(self, context: str) -> _Choice:
        """What may come after a context."""
        if (found := self._choices.get(context)) is not None:
            return found
        seen: Mapping[str, float] = self._counts.get(context, {})
        number = sum(seen.values())
        if not context:
            choice = _Choice.of({letter: count / number for letter, count in seen.items()} or {END: 1.0})
        elif not seen:  # such as one that goes back beyond a word
            choice = self.after(context[1:])
        else:
            weight = self._trust.share(context, number, len(seen))
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

    def deny(self, text: str) -> bool:
        """Whether something that may stand nowhere is in a text."""
        state = ""
        for letter in text:
            if letter in self.after(state):
                return True
            state = self.state(state + letter)
        return False

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

    def grown(self, text: str, begin: int) -> tuple[str, float]:
        """Draw what goes on after a text.

        Args:
            text: What is there.
            begin: Where that begins which says something of what goes on.

        Returns:
            The whole text, and how likely what was drawn is, or 0 when something was drawn that cannot come.
        """
        likely = 1.0
        state = self._bans.state(text)
        while len(text) < _LONGEST and likely > _TINY:
            choice = self._letters.after(text[max(begin, len(text) - self._letters.order) :])
            letter = choice.letters[bisect(choice.sums, self._random.random() * choice.whole)]
            if letter in self._bans.after(state) or letter in self._bans.at_first(text):
                break
            likely *= choice.shares[letter]
            if letter == END:
                return text, likely
            text += letter
            state = self._bans.state(state + letter)
        return text, 0.0


def _by_beginning(texts: Set[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for text in texts:
        found.setdefault(text[:-1], set()).add(text[-1])
    return found
