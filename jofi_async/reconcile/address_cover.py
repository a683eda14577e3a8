"""Which texts to ask for so that few questions settle many addresses: a greedy cover of the addresses that are wanted.

A filter that matches any part answers for every address that has its text in it. A text is worth the addresses that it
would settle: all that have it where one answer can hold all of the server's matches, and fewer the further it cannot.
How many the server has is foretold from what it answered so far.
"""

import heapq
import re
from collections import Counter
from collections.abc import Iterable, Iterator

LENGTHS = range(2, 10)
"""How long the texts are."""
_PLAIN = re.compile(r"[a-z0-9@._+-]+")
"""What every server compares alike; an underline that is a wildcard only makes an answer longer."""
_ROOM = 0.98
"""How full an answer is meant to be, since a foretold count may be too low."""
_LEAST = 1.4
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
        self._unknown = total
        self._known: Counter[str] = Counter()
        self._foretold: dict[str, tuple[int, float]] = {}
        self._came = self._expected = _TRUST
        self._cut: dict[str, int] = {}
        self._closed: list[str] = []

    def know(self, address: str) -> None:
        """Take in an address that the server had before anything was counted, wanted or not."""
        self._unknown -= 1
        if not address.isascii():  # which every server compares alike
            return
        for text in self._texts(address):
            if text in self._worth:
                self._known[text] += 1
            elif text in self._cut:
                self._known[text] += 1
                self._close(text)

    def settle(self, address: str) -> None:
        """Take out an address that is settled."""
        if address in self._open:
            self._open.discard(address)
            self._add(address, -1)

    def having(self, text: str) -> list[str]:
        """The addresses still to be settled that have a text in them."""
        return [address for address in self._open if text in address]

    def counted(self, text: str, total: int, *, is_whole: bool) -> None:
        """Take in how many the server has of a text that was picked.

        Args:
            text: The text.
            total: How many match.
            is_whole: Whether the answer held them all.
        """
        known, unknown = self._foretold[text]
        self._came += total - known
        self._expected += unknown
        self.drop(text)
        self._cut[text] = 0 if is_whole else total
        self._close(text)

    def closed(self) -> Iterator[str]:
        """The addresses still to be settled of which it is now known whether the server has them.

        They have a text in them whose matches came in one answer, or of which as many are known as the server counted.
        """
        while self._closed:
            yield from self.having(self._closed.pop())

    def drop(self, text: str) -> None:
        """Never pick a text again."""
        self._worth.pop(text)

    def pick(self, most: int) -> list[str]:
        """The texts to ask for next, the best first; none when single questions are better.

        Args:
            most: How many at most.
        """
        rate = self._rate()
        scores = [
            (-score, text)
            for text, worth in self._worth.items()
            if worth >= _LEAST and (score := self._score(worth, self._known[text] + worth * rate)) >= _LEAST
        ]
        if not scores:
            return []
        least = max(_LEAST, -min(scores)[0] * _ALIKE)
        heap = [one for one in scores if -one[0] >= least]
        unknown = {text: self._worth[text] * rate for _, text in heap}
        heapq.heapify(heap)
        picked: list[str] = []
        taken: list[str] = []
        while heap and len(picked) < most:
            score, text = heap[0]
            now = self._score(self._worth[text], self._known[text] + unknown[text])
            if now < -score:
                heapq.heapreplace(heap, (-now, text)) if now >= least else heapq.heappop(heap)
                continue
            heapq.heappop(heap)
            picked.append(text)
            self._foretold[text] = self._known[text], unknown[text]
            mine = self.having(text)
            self._open.difference_update(mine)
            taken += mine
            for address in mine:
                self._add(address, -1)
        for address in taken:
            self._add(address, 1)
        self._open.update(taken)
        return picked

    def _close(self, text: str) -> None:
        if self._known[text] >= self._cut[text]:
            del self._cut[text]
            self._closed.append(text)

    def _score(self, worth: int, foretold: float) -> float:
        room = self._limit * _ROOM
        return worth if foretold <= room else worth * (room / foretold) ** 2

    def _rate(self) -> float:
        """How many unknown items there are for each address still to be settled, as far as answers tell."""
        return self._unknown / max(1, len(self._open)) * self._came / self._expected

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
