"""Which texts together settle many addresses with few questions: a set cover, by the prices of its linear programme.

An address costs what part of a question it takes to settle it. One that the texts worth a question would settle more
than once gets cheaper, one that none of them would gets dearer, step by step (subgradient steps on the dual, as in
Caprara, Fischetti and Toth, "A heuristic method for the set covering problem", 1999). So a text is worth the addresses
that are hard to settle otherwise, and those that many texts have in them are left for when they come along anyway.
"""

import heapq
from collections.abc import Collection, Iterator, Mapping

Shares = Mapping[str, float]
"""What part of the chance to settle it an answer has, by address."""

_FIRST_STEPS = 40
_STEPS = 10
"""How many steps prices go each time; the next time goes on from them."""
_NEAR = 0.7
_NEAR_STEPS = 10
"""For so many steps texts that were worth less are left out."""
_STEP = 0.1
_CHEAPEST = 0.001


class Prices:
    """The price of each address, nearer to the best with each round.

    Attributes:
        of: The prices, in questions.
    """

    def __init__(self) -> None:
        self.of: dict[str, float] = {}

    def adjust(self, candidates: Mapping[str, Shares], addresses: Collection[str]) -> None:
        """Bring the prices nearer to the best.

        Args:
            candidates: What the answer to each text would settle.
            addresses: All that are to be settled; one takes a question of its own at the most.
        """
        steps = _STEPS if self.of else _FIRST_STEPS
        if not self.of:
            self.of = _first(candidates, addresses)
        near: list[Shares] = []
        for step in range(steps):
            if step % _NEAR_STEPS == 0:
                near = [shares for shares in candidates.values() if self._worth(shares) > _NEAR]
            settled = dict.fromkeys(addresses, 0.0)
            for shares in near:
                if self._worth(shares) > 1:
                    for address, share in shares.items():
                        settled[address] += share
            self._step({address: 1 - times for address, times in settled.items()})

    def best(self, candidates: Mapping[str, Shares], least: float) -> Iterator[str]:
        """The texts, the best first, each without what those before it settle.

        Args:
            candidates: What the answer to each text would settle.
            least: How many addresses it must settle.
        """
        taken: set[str] = set()
        heap = [(-self._worth(shares), text) for text, shares in candidates.items()]
        heapq.heapify(heap)
        while heap:
            worth, text = heap[0]
            left = {address: share for address, share in candidates[text].items() if address not in taken}
            now = -self._worth(left)
            if sum(left.values()) < least:
                heapq.heappop(heap)
            elif now > worth:
                heapq.heapreplace(heap, (now, text))
            else:
                heapq.heappop(heap)
                taken |= left.keys()
                yield text

    def _worth(self, shares: Shares) -> float:
        prices = self.of
        return sum([prices[address] * share for address, share in shares.items()])

    def _step(self, slope: Mapping[str, float]) -> None:
        prices = self.of
        size = _STEP * sum(prices[address] for address in slope) / (sum(one * one for one in slope.values()) or 1)
        for address, one in slope.items():
            prices[address] = min(1.0, max(_CHEAPEST, prices[address] + size * one))


def _first(candidates: Mapping[str, Shares], addresses: Collection[str]) -> dict[str, float]:
    """The part that each would have of the text that settles most."""
    most = dict.fromkeys(addresses, 1.0)
    for shares in candidates.values():
        number = sum(shares.values())
        for address in shares:
            most[address] = max(most[address], number)
    return {address: 1 / number for address, number in most.items()}
