"""Which texts to ask for so as to find most of what is missing with few questions.

Each round, values are imagined for what is missing, and the text is taken that is in most of them and, with what is
known to have it, still fits into an answer; then the next one, with what the first is thought to show left out; and so
on.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from heapq import heapify, heappop, heappush
from itertools import islice
from random import Random

from attrs import define

from jofi_async.reconcile.cover.imagined import Counts, Imagination, Value, pieces
from jofi_async.reconcile.parts import Known

MOST_AT_ONCE = 16
"""How many texts are chosen in a round."""

_MOST_VALUES = 4000
_MARGIN = 0.93  # of what an answer holds, since counts are guessed
_WORTH = 0.45  # of what the first text of a round is worth, a further one must be
_HARDNESS = 0.3
_DOUBT = 0.3  # known values that would have to have a text in them for its worth to be halved, had none
_FREQUENT = 800  # what so many known values have in them tells nothing apart


@define
class Chosen:
    """A text to ask for.

    Attributes:
        text: The text.
        expected: How many missing items its answer is thought to show.
    """

    text: str
    expected: float


class Cover:
    """Guesses a cover of what is missing of one field; the same account is always guessed alike.

    Args:
        known: The known items, and the parts that were counted.
        place: The place of the field.
        anchor: The character that nearly every value has in it once.
        can_ask: Whether a text can be asked for.
    """

    def __init__(self, known: Known, place: int, anchor: str, can_ask: Callable[[str], bool]) -> None:
        self._known = known
        self._place = place
        self._anchor = anchor
        self._can_ask = can_ask
        self._learned = 0
        self._index: Counter[str] = Counter()
        self._imagination = Imagination(anchor, _MOST_VALUES, Random(0))

    def choose(self, missing: int, limit: int) -> list[Chosen]:
        """Choose what to ask for next; it may take a second, and nothing may be learned meanwhile.

        Args:
            missing: How many items are missing.
            limit: How many items an answer holds.

        Returns:
            Texts, the best first; none when nothing can be guessed any more.
        """
        for texts in islice(self._known.texts.values(), self._learned, None):
            self._imagination.learn(texts[self._place])
            self._index.update(pieces(texts[self._place], self._anchor))
        self._learned = len(self._known.texts)
        counts = Counts.of(self._known.counted(self._place))
        values = self._imagination.values(counts, missing)
        having: defaultdict[str, list[Value]] = defaultdict(list)
        for value in values:
            for piece in value.pieces:
                if self._index.get(piece, 0) < _FREQUENT:
                    having[piece].append(value)
        few = 3 if len(values) > _MOST_VALUES / 2 else 1
        asked = {piece: those for piece, those in having.items() if len(those) >= few and self._is_new(piece)}
        worth = _Worth(asked, self._index, limit)
        return list(islice(worth.best(), min(MOST_AT_ONCE, 2 + self._learned // 100)))

    def _is_new(self, text: str) -> bool:
        return self._known.part(self._place, text) is None and self._can_ask(text)


class _Worth:
    """What each text is worth.

    Args:
        having: The imagined values that have it in them.
        index: How many known values have it in them.
        limit: How many items an answer holds.
    """

    def __init__(self, having: dict[str, list[Value]], index: Counter[str], limit: int) -> None:
        self._having = having
        self._index = index
        self._fit = _MARGIN * limit
        worth = {piece: self.of(piece) for piece in having}
        for value, best in self._easiest(worth).items():
            value.hard = max(best, 1e-6) ** -_HARDNESS
        least = 0.15 * max(worth.values(), default=0.0)
        self._heap = [(-self.of(piece), piece) for piece in having if worth[piece] > least]
        heapify(self._heap)

    def of(self, piece: str) -> float:
        """How many of the values its answer would show: hard ones count for more, and those of rare texts for less."""
        known = self._index[piece] + _DOUBT
        share = self._share(piece)
        shown = sum(value.weight * value.hard * _shown(value, share) for value in self._having[piece])
        return shown * known / (known + _DOUBT)

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
            if worth <= 0 or (number >= 4 and worth < _WORTH * first):
                return
            yield Chosen(piece, self._take(piece))
            number += 1

    def _easiest(self, worth: dict[str, float]) -> dict[Value, float]:
        """What the best text of each value is worth."""
        found: dict[Value, float] = {}
        for piece, those in self._having.items():
            for value in those:
                found[value] = max(found.get(value, 0.0), worth[piece])
        return found

    def _share(self, piece: str) -> float:
        """Which share of what has it in it its answer would show: an answer that is cut shows the newest."""
        total = self._index[piece] + sum([value.weight for value in self._having[piece]])
        return 1.0 if total <= self._fit else self._fit / total

    def _take(self, piece: str) -> float:
        """Leave out what its answer would show, and tell how much that is."""
        share, expected = self._share(piece), 0.0
        for value in self._having[piece]:
            shown = value.weight * _shown(value, share)
            value.weight -= shown
            expected += shown
        return expected


def _shown(value: Value, share: float) -> float:
    """Which share of a value's missing ones an answer shows that shows this share of all."""
    if share == 1:
        return 1.0
    return (share - value.seen) / (1 - value.seen) if value.seen < share else 0.0
