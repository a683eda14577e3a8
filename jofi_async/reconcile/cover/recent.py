"""Which text to ask for so as to find what is new, where nearly everything else is known.

An answer is newest first, so it shows all new items that have a text in them, however many old ones have it, as long as
it holds that many. What is new is thought to look like what is known.
"""

from collections import Counter
from collections.abc import Callable, Iterable

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
        texts = [texts[place] for texts in known.texts.values()]
        self._known = known
        self._place = place
        self._sample = texts[:: max(1, len(texts) // _SAMPLE)]
        most = _MARGIN * limit / new * len(self._sample)
        self._fitting = {piece for piece, count in _counts(self._sample).items() if count <= most and can_ask(piece)}

    def choose(self) -> str | None:
        """The text that is in most of what may still be new, or None when there is none left."""
        closed = [part.text for part in self._known.counted(self._place) if not part.missing]
        left = [text for text in self._sample if not any(one in text for one in closed)]
        counts = _counts(left)
        fitting = [one for one in self._fitting & counts.keys() if self._known.part(self._place, one) is None]
        return max(fitting, key=lambda piece: (counts[piece], piece), default=None)


def _counts(texts: Iterable[str]) -> Counter[str]:
    return Counter(piece for text in texts for piece in _pieces(text))


def _pieces(text: str) -> set[str]:
    return {text[i:j] for i in range(len(text)) for j in range(i + 1, min(len(text), i + _LONGEST) + 1)}
