"""What each text is worth: how much of what is missing its answer is thought to show, and how much its count tells.

Every value counts the more, the harder it is to find by any text.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from math import fsum

from attrs import frozen

from jofi_async.reconcile.cover.imagined import Value
from jofi_async.reconcile.cover.untold import Untold

_MARGIN = 0.93  # of what an answer holds, since counts are guessed
_WORTH = 0.45  # of what the first text of a round is worth, a further one must be
_WORTH_A_LOOK = 0.15  # of what the best text is worth, before it is told which values are hard to find
_AT_LEAST = 4  # texts a round, whatever they are worth
_HARDNESS = 0.3
_DOUBT = 0.3  # known values that would have to have a text in them for its worth to be halved, had none
_A_BIT = 0.12  # what a bit that a count tells is worth, in items


@frozen
class Chosen:
    """A text to ask for.

    Attributes:
        text: The text.
        expected: How many missing items its answer is thought to show.
    """

    text: str
    expected: float


class Worth:
    """What each text is worth.

    Args:
        values: The imagined values.
        having: Of each text, the numbers of the values that have it in them.
        known: Of each text, how many known values have it in them.
        limit: How many items an answer holds.
        missing: How many each counted text lacks, where so few are missing that what counts tell is worth something.
    """

    def __init__(
        self,
        values: Sequence[Value],
        having: Mapping[str, Collection[int]],
        known: Mapping[str, int],
        limit: int,
        missing: Mapping[str, int] | None = None,
    ) -> None:
        self._having = having
        self._known = known
        self._fit = _MARGIN * limit
        self._seen = {value.number: value.seen for value in values}
        self._weights = {value.number: value.weight for value in values}
        self._untold = None if missing is None else Untold(values, missing)
        self._counting = self._weights
        self._shares = {piece: self._share(known.get(piece, 0), numbers) for piece, numbers in having.items()}
        worth = {piece: self.of(piece) for piece in having}
        self._counting = self._hardened(worth)
        least = _WORTH_A_LOOK * max(worth.values(), default=0.0)
        self._heap = [(-self.of(piece), piece) for piece, value in worth.items() if value > least]
        heapify(self._heap)

    def of(self, piece: str) -> float:
        """What a text is worth; that of one that few known values have is doubted."""
        numbers = self._having[piece]
        known = self._known.get(piece, 0)
        share = self._shares[piece]
        if share < 1:
            shown = fsum([self._counting[number] * self._shown(number, share) for number in numbers])
        else:
            shown = fsum(map(self._counting.__getitem__, numbers))
        worth = shown * (known + _DOUBT) / (known + 2 * _DOUBT)
        return worth + _A_BIT * self._untold.bits(numbers) if self._untold is not None else worth

    def best(self) -> Iterator[Chosen]:
        """Texts, the best first, each without what those before it show."""
        first = 0.0
        number = 0
        while self._heap:
            _, piece = heappop(self._heap)
            worth = self.of(piece)
            if self._heap and worth < -self._heap[0][0]:
                heappush(self._heap, (-worth, piece))
                continue
            first = first or worth
            if worth <= 0 or (number >= _AT_LEAST and worth < _WORTH * first):
                return
            yield Chosen(piece, self._take(piece))
            number += 1

    def _hardened(self, worth: Mapping[str, float]) -> dict[int, float]:
        """The weights, each more by how hard the value is to find: by how little its best text is worth."""
        counting = dict.fromkeys(self._weights, 0.0)
        left = set(self._weights)
        for piece in sorted(worth, key=worth.__getitem__, reverse=True):
            hardness = max(worth[piece], 1e-6) ** -_HARDNESS
            found = left.intersection(self._having[piece])
            for number in found:
                counting[number] = self._weights[number] * hardness
            left -= found
            if not left:
                break
        return counting

    def _share(self, known: int, numbers: Collection[int]) -> float:
        """Which share of what has a text its answer would show: an answer that is cut shows the newest."""
        total = known + fsum(map(self._weights.__getitem__, numbers))
        return 1.0 if total <= self._fit else self._fit / total

    def _shown(self, number: int, share: float) -> float:
        """Which share of a value's missing ones an answer shows that shows this share of all."""
        if share == 1:
            return 1.0
        seen = self._seen[number]
        return (share - seen) / (1 - seen) if seen < share else 0.0

    def _take(self, piece: str) -> float:
        """Leave out what its answer would show, and tell how much that is."""
        numbers = self._having[piece]
        share, expected = self._shares[piece], 0.0
        for number in numbers:
            shown = self._shown(number, share)
            expected += shown * self._weights[number]
            self._weights[number] *= 1 - shown
            self._counting[number] *= 1 - shown
            self._seen[number] = max(self._seen[number], share)
        if self._untold is not None:
            self._untold.take(numbers)
        return expected
