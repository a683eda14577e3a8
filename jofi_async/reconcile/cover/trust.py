"""How far to trust what was seen after a context, and how far what was seen after the shorter ones.

It is learned from known texts, each left out of the counts in turn: a context that many different characters followed
says little of what follows next, one that always went on alike says much (deleted interpolation, Jelinek and Mercer,
1980).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

_ROUNDS = 10
_DOUBT = 1.0  # characters that a kind of contexts is thought to have told, and as many that it has not
_NONE = 1e-6  # what is less is none

Counts = Mapping[str, Mapping[str, float]]
_Kind = tuple[int, bool, int, int]
_Chain = list[tuple[_Kind, float]]


class Trust:
    """Which share of what follows a context is told by what was seen after it; the rest by the next shorter one."""

    def __init__(self) -> None:
        self._shares: dict[_Kind, float] = {}

    def share(self, context: str, number: float, kinds: int) -> float:
        """How far to trust a context.

        Args:
            context: The context.
            number: How many characters were seen after it.
            kinds: How many of them are different.
        """
        return self._shares.get(_kind(context, number, kinds), number / (number + kinds))

    def learn(self, cases: Iterable[tuple[str, Sequence[str], float]], counts: Counts) -> None:
        """Learn from what was counted (expectation maximization).

        Args:
            cases: Characters, each with the contexts that it was counted after, the shortest, which is empty, first;
                and for how many it was counted.
            counts: How often each character followed a context.
        """
        chains = [_left_out(letter, contexts, weight, counts) for letter, contexts, weight in cases]
        for _ in range(_ROUNDS):
            told: defaultdict[_Kind, float] = defaultdict(float)
            asked: defaultdict[_Kind, float] = defaultdict(float)
            for likely, chain in chains:
                self._hold(likely, chain, told, asked)
            for kind, number in asked.items():
                self._shares[kind] = (told[kind] + _DOUBT) / (number + 2 * _DOUBT)

    def _hold(self, likely: float, chain: _Chain, told: dict[_Kind, float], asked: dict[_Kind, float]) -> None:
        """Share out one character among the contexts that may have told it, the longest first."""
        steps: list[tuple[_Kind, float, float]] = []
        for kind, seen in chain:
            by_it = self._shares.get(kind, 0.5) * seen
            likely = by_it + (1 - self._shares.get(kind, 0.5)) * likely
            steps.append((kind, by_it, likely))
        left = 1.0
        for kind, by_it, likely in reversed(steps):
            asked[kind] += left
            told[kind] += left * by_it / likely
            left -= left * by_it / likely


def _left_out(letter: str, contexts: Sequence[str], weight: float, counts: Counts) -> tuple[float, _Chain]:
    """How likely a character is anywhere, and after each context, as if it had not been counted this once."""
    chain: _Chain = []
    for context in contexts[1:]:
        seen = counts[context]
        others, others_alike = sum(seen.values()) - weight, seen[letter] - weight
        if others < _NONE:
            break
        chain.append((_kind(context, others, len(seen) - (others_alike < _NONE)), max(0.0, others_alike) / others))
    return counts[""][letter] / sum(counts[""].values()), chain


def _kind(context: str, number: float, kinds: int) -> _Kind:
    return len(context), context[0].isalnum(), int(number).bit_length(), kinds.bit_length()
