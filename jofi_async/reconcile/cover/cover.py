"""Which texts to ask for so as to find most of what is missing with few questions.

Each round, values are imagined for what is missing, and the text is taken that is in most of them and, with what is
known to have it, still fits into an answer; then the next one, with what the first is thought to show left out; and so
on.
"""

from collections import Counter
from collections.abc import Callable, Collection
from itertools import islice
from random import Random

from jofi_async.reconcile.cover.counts import Counts
from jofi_async.reconcile.cover.having import Having
from jofi_async.reconcile.cover.imagined import Imagination, pieces
from jofi_async.reconcile.cover.worth import Chosen, Worth
from jofi_async.reconcile.parts import Known

_AT_ONCE = 16  # texts are chosen in a round,
_OF_MANY = 1250  # or one for each so many items there are, if those are more
_FIRST = 1  # at first, and one more for each so many known items
_OF_KNOWN = 300

_FEWEST = 1500  # values are imagined, but no more than there are items; enough for those that are missing late
_OF_ITEMS = 5  # or one for so many items,
_MOST = 8000  # but no more than these
_FEW = 3  # imagined values that a text must be in
_FREQUENT = 800  # what so many known values have in them tells nothing apart
_LATE = 0.005  # of all: when fewer are missing, what counts tell is worth something
_FEW_MISSING = 20  # and when these few are
_LATE_SHARE = 0.5  # of the texts at once is chosen then,
_OF_MISSING = 0.5  # and no more than so many for each that is missing, but two


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
        self._is_late = False
        self._index: Counter[str] = Counter()
        self._having = Having(self._is_wanted)
        self._imagination = Imagination(anchor, Random(0))

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
        total = self._learned + missing
        is_late = missing <= max(_FEW_MISSING, _LATE * total)
        fewest = min(total, _FEWEST)
        number = fewest if is_late else min(_MOST, max(fewest, total // _OF_ITEMS))
        counts = Counts.of(self._known.counted(self._place))
        values = self._imagination.values(counts, missing, number, is_late=is_late)
        few = _FEW if len(values) > number / 2 else 1
        if is_late and not self._is_late:
            self._having = Having(self._is_wanted)
        self._is_late = is_late
        self._having.update(values)
        worth = Worth(values, self._candidates(few), self._index, limit, counts.missing if is_late else None)
        return list(islice(worth.best(), self._most(missing)))

    def _most(self, missing: int) -> int:
        """How many texts are chosen at once: the less is known, and the less is missing, the more an answer tells."""
        most = max(_AT_ONCE, (self._learned + missing) // _OF_MANY)
        if self._is_late:
            most = int(min(most * _LATE_SHARE, max(1, missing * _OF_MISSING)))
        return min(most, _FIRST + self._learned // _OF_KNOWN)

    def _candidates(self, few: int) -> dict[str, Collection[int]]:
        """The texts that a few values have in them, each with the numbers of the values that have it in them."""
        return {piece: numbers for piece, numbers in self._having.of_many(few) if self._is_wanted(piece)}

    def _is_wanted(self, text: str) -> bool:
        return (
            (self._is_late or self._index.get(text, 0) < _FREQUENT)
            and self._known.part(self._place, text) is None
            and self._can_ask(text)
        )
