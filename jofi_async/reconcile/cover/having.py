"""Which imagined values have a text in them, kept from round to round, since few values change in each."""

from collections.abc import Callable, Collection, Iterator, Sequence

from jofi_async.reconcile.cover.imagined import Value


class Having:
    """Texts, each with the numbers of the values that have it in them.

    Args:
        is_wanted: Whether a text is to be kept; one that is not now will never be.
    """

    def __init__(self, is_wanted: Callable[[str], bool]) -> None:
        self._is_wanted = is_wanted
        self._values: dict[int, Value] = {}
        self._of: dict[str, set[int]] = {}

    def update(self, values: Sequence[Value]) -> None:
        """Take in all values that there are now."""
        now = {value.number: value for value in values}
        for number, value in self._values.items():
            if number not in now:
                self._remove(value)
        for number, value in now.items():
            if number not in self._values:
                self._add(value)
        self._values = now

    def of_many(self, few: int) -> Iterator[tuple[str, Collection[int]]]:
        """The texts that at least a few values have in them."""
        return ((piece, numbers) for piece, numbers in self._of.items() if len(numbers) >= few)

    def _add(self, value: Value) -> None:
        for piece in value.pieces:
            if (numbers := self._of.get(piece)) is not None:
                numbers.add(value.number)
            elif self._is_wanted(piece):
                self._of[piece] = {value.number}

    def _remove(self, value: Value) -> None:
        for piece in value.pieces:
            if (numbers := self._of.get(piece)) is not None:
                numbers.remove(value.number)
                if not numbers:
                    del self._of[piece]
