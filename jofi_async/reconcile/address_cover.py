"""Which texts to ask for so that few questions settle many addresses: what is known of each text that is in them.

A filter that matches any part answers for every address that has its text in it. Where one answer holds all of the
server's matches it settles all of them, and else those that are among the newest. How many the server has is foretold
from what it answered so far.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice

from jofi_async.reconcile.prices import Prices, Shares

LENGTHS = range(2, 10)
"""How long the texts are."""
PLAIN = re.compile(r"(?:[a-z0-9@._+-](?!\u0307))+")
"""What every server compares alike, so no `i̇` that is an `İ`; an underline that is a wildcard only makes more match."""
_ROOM = 0.98
"""How full an answer is meant to be, since a foretold count may be too low."""
_LONGEST = 2.0
"""How many times as many matches as an answer holds a text may have."""
_LEAST = 1.05
"""How many addresses a text must settle: below it, an address is better asked for by itself."""
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
        self._open = dict.fromkeys(addresses)
        self._limit = limit
        self._lengths = [length for length in LENGTHS if length <= longest]
        having: defaultdict[str, list[str]] = defaultdict(list)
        for address in self._open:
            for text in self._texts(address):
                having[text].append(address)
        self._having = {text: those for text, those in having.items() if len(those) > 1}
        self._worth = {text: len(those) for text, those in self._having.items()}
        self._unknown = total
        self._known: Counter[str] = Counter()
        self._alike: dict[str, None] = {}
        self._alike_having: Counter[str] = Counter()
        self._foretold: dict[str, tuple[int, float]] = {}
        self._came = self._expected = _TRUST
        self._prices = Prices()
        self._older: dict[str, float] = {}
        self._cut: dict[str, int] = {}
        self._closed: list[str] = []

    def know(self, address: str) -> None:
        """Take in an address that the server had before anything was counted, wanted or not."""
        self._unknown -= 1
        if not address.isascii():  # which every server compares alike
            return
        texts = self._texts(address) & self._having.keys()
        self._known.update(texts)
        if not self._foretold:  # as any other address: later ones are known for what was asked
            self._alike[address] = None
            self._alike_having.update(texts)
        for text in texts & self._cut.keys():
            self._close(text)

    def settle(self, address: str) -> None:
        """Take out an address that is settled."""
        if address not in self._open:
            return
        del self._open[address]
        for text in self._texts(address):
            if text in self._worth:
                self._worth[text] -= 1

    def having(self, text: str) -> list[str]:
        """The addresses still to be settled that have a text in them."""
        return [address for address in self._having[text] if address in self._open]

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
        for address in [address for address in self._alike if text in address]:
            del self._alike[address]
            self._alike_having.subtract(self._texts(address) & self._having.keys())
        if is_whole:
            self._closed.append(text)
            return
        self._cut[text] = total
        self._close(text)
        for address in self.having(text):
            self._older[address] = max(self._older.get(address, 0.0), self._limit / max(1, total))

    def closed(self) -> Iterator[str]:
        """The addresses still to be settled of which it is now known whether the server has them.

        They have a text in them whose matches came in one answer, or of which as many are known as the server counted.
        """
        while self._closed:
            yield from self.having(self._closed.pop())

    def drop(self, text: str) -> None:
        """Never pick a text again."""
        del self._worth[text]

    def pick(self, most: int) -> list[str]:
        """The texts to ask for next, the best first; none when single questions are better. It may take a second.

        Args:
            most: How many at most.
        """
        candidates = self._candidates()
        self._prices.adjust(candidates, self._open)
        picked = list(islice(self._prices.best(candidates, _LEAST), most))
        self._foretold |= {text: (self._known[text], self._unknown_having(text)) for text in picked}
        return picked

    def _candidates(self) -> dict[str, Shares]:
        """What the answers to texts would settle that may be worth it; of those that settle the same, to one."""
        most = _LONGEST * self._limit
        shortest: dict[tuple[str, ...], tuple[float, str]] = {}
        for text, worth in self._worth.items():
            if worth > 1 and (foretold := self._known[text] + self._unknown_having(text)) <= most:
                those, one = tuple(self.having(text)), (foretold, text)
                if one < shortest.get(those, (math.inf, "")):
                    shortest[those] = one
        return {text: self._shares(those, foretold) for those, (foretold, text) in shortest.items()}

    def _shares(self, addresses: Iterable[str], foretold: float) -> Shares:
        """What part of the chance to settle each an answer has that shows the newest of so many."""
        shown = min(1.0, _ROOM * self._limit / foretold)
        older = ((address, self._older.get(address, 0.0)) for address in addresses)
        return {address: (shown - share) / (1 - share) for address, share in older if share < shown}

    def _close(self, text: str) -> None:
        if self._known[text] == self._cut[text]:
            del self._cut[text]
            self._closed.append(text)

    def _unknown_having(self, text: str) -> float:
        """How many unknown items are thought to have a text: those to be settled, and others like what was known early.

        An early one that has a text in it that was asked for is left out, since no unknown one has.
        """
        worth, to_settle = self._worth[text], len(self._open)
        share = (worth + self._alike_having[text]) / (to_settle + len(self._alike))
        there, others = min(1.0, self._unknown / to_settle), max(0, self._unknown - to_settle)
        return (worth * there + others * share) * self._came / self._expected

    def _texts(self, address: str) -> set[str]:
        return set(self._pieces(address))

    def _pieces(self, address: str) -> Iterator[str]:
        for plain in PLAIN.findall(address):
            for length in self._lengths:
                for start in range(len(plain) - length + 1):
                    yield plain[start : start + length]
