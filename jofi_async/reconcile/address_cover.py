"""Which texts to ask for so that few questions settle many addresses: a greedy cover of the addresses that are wanted.

A filter that matches any part answers for every address that has its text in it. A text is worth the addresses that it
would settle: all that have it where one answer can hold all of the server's matches, and fewer the further it cannot.
How many the server has is foretold from what it answered so far.
"""

import heapq
import re
from collections import Counter
from collections.abc import Iterable, Iterator

LENGTHS = range(2, 9)
"""How long the texts are."""
_PLAIN = re.compile(r"[a-z0-9@.+-]+")
"""What every server compares alike: other characters may fold, or be wildcards."""
_ROOM = 0.92
"""How full an answer is meant to be, since a foretold count may be too low."""
_LEAST = 1.5
"""What a text must be worth: below it, an address is better asked for by itself."""
_ALIKE = 0.35
"""How much less than the best of a batch a text may be worth."""
_TRUST = 20.0
"""How many foretold matches the first guess weighs."""


class Cover:
    """Texts that settle addresses.

    Args:
        addresses: Those to be settled, as they are compared.
        total: How many the server has in all.
        limit: How many an answer holds.
        longest: How many characters a text may have.
    """

    def __init__(self, addresses: Iterable[str], *, total: int, limit: int, longest: int) -> None:
        self._open = set(addresses)
        self._limit = limit
        self._lengths = [length for length in LENGTHS if length <= longest]
        self._worth: Counter[str] = Counter()
        for address in self._open:
            self._worth.update(self._texts(address))
        self._worth = Counter({text: count for text, count in self._worth.items() if count > 1})
        self._wanted = dict(self._worth)
        self._counted = total / max(1, len(self._open)) * _TRUST
        self._foretold = _TRUST
        self._known: Counter[str] = Counter()

    def know(self, address: str) -> None:
        """Take in an address that the server has, wanted or not."""
        self._known.update(text for text in self._texts(address) if text in self._wanted)

    def settle(self, address: str) -> None:
        """Take out an address that is settled."""
        if address in self._open:
            self._open.discard(address)
            self._add(address, -1)

    def having(self, text: str) -> list[str]:
        """The addresses still to be settled that have a text in them."""
        return [address for address in self._open if text in address]

    def counted(self, text: str, total: int) -> None:
        """Take in how many the server has of a text that was picked."""
        self._counted += total
        self._foretold += self._wanted[text]
        self.drop(text)

    def drop(self, text: str) -> None:
        """Never pick a text again."""
        self._wanted.pop(text)
        self._worth.pop(text, None)

    def pick(self, most: int) -> list[str]:
        """The texts to ask for next, the best first; none when single questions are better.

        Args:
            most: How many at most.
        """
        scores = [(-score, text) for text in self._worth if (score := self._score(text)) >= _LEAST]
        if not scores:
            return []
        least = max(_LEAST, -min(scores)[0] * _ALIKE)
        heap = [one for one in scores if -one[0] >= least]
        heapq.heapify(heap)
        picked: list[str] = []
        taken: list[str] = []
        while heap and len(picked) < most:
            score, text = heap[0]
            now = self._score(text)
            if now < -score:
                heapq.heapreplace(heap, (-now, text)) if now >= least else heapq.heappop(heap)
                continue
            heapq.heappop(heap)
            picked.append(text)
            mine = self.having(text)
            self._open.difference_update(mine)
            taken += mine
            for address in mine:
                self._add(address, -1)
        for address in taken:
            self._add(address, 1)
        self._open.update(taken)
        return picked

    def _score(self, text: str) -> float:
        foretold = self._guess(text)
        room = self._limit * _ROOM
        share = min(1.0, room / foretold) if foretold else 1.0
        return self._worth[text] * share**2

    def _guess(self, text: str) -> float:
        """How many the server has, about."""
        return max(self._wanted[text] * self._counted / self._foretold, self._known[text])

    def _add(self, address: str, number: int) -> None:
        worth = self._worth
        for text in self._texts(address):
            if text in worth:
                worth[text] += number

    def _texts(self, address: str) -> set[str]:
        return set(self._pieces(address))

    def _pieces(self, address: str) -> Iterator[str]:
        for plain in _PLAIN.findall(address):
            for length in self._lengths:
                for start in range(len(plain) - length + 1):
                    yield plain[start : start + length]
