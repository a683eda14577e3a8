"""Which text to ask for so as to find what is new, where nearly everything else is known.

An answer is newest first, so it shows all new items that have a text in them, however many old ones have it, as long as
it holds that many. What is new is thought to look like what is known.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from jofi_async.reconcile.parts import Known

_SAMPLE = 1000
_LONGEST = 3
_MARGIN = 0.93  # of what an answer holds, since it is guessed how many new items have a text in them


class Recent:
    """Guesses where what is new can be found.

    Args:
        known: The known items, and the parts that were counted.
        place: The place of the field.
        new: How many items are new, those included that were shown by now.
        limit: How many items an answer holds.
        can_ask: Whether a text can be asked for.
    """

    def __init__(self, known: Known, place: int, new: int, limit: int, can_ask: Callable[[str], bool]) -> None:
        self._known = known
        self._place = place
        self._can_ask = can_ask
        self._closed: set[str] = set()
        self._left = [texts[place] for texts in known.texts.values()]
        sample = _sample(self._left)
        most = _MARGIN * limit / new * len(sample)
        self._frequent = {piece for piece, count in _counts(sample).items() if count > most}

    def choose(self) -> str | None:
        """The text that is in most of what may still be new, or None when there is none left."""
        closed = {part.text for part in self._known.counted(self._place) if not part.missing}
        for text in sorted(closed - self._closed):
            self._left = [one for one in self._left if text not in one]
        self._closed = closed
        counts = _counts(_sample(self._left))
        fitting = [piece for piece in counts if piece not in self._frequent and self._is_new(piece)]
        return max(fitting, key=lambda piece: (counts[piece], piece), default=None)

    def _is_new(self, text: str) -> bool:
        return self._known.part(self._place, text) is None and self._can_ask(text)


def _sample(texts: Sequence[str]) -> Sequence[str]:
    return texts[:: max(1, len(texts) // _SAMPLE)]


def _counts(texts: Iterable[str]) -> Counter[str]:
    return Counter(piece for text in texts for piece in _pieces(text))


def _pieces(text: str) -> set[str]:
    return {text[i:j] for i in range(len(text)) for j in range(i + 1, min(len(text), i + _LONGEST) + 1)}
