"""How likely each character is to stand next to a text, by the texts that are known."""

from collections.abc import Iterable, Mapping

from jofi_async.reconcile.cover.letters import Letters

ALPHABET = "etaoinsrhldcumfpgwybvkxjqz0123456789.-_+@'"
"""What a text is tried with besides all characters that were seen."""

_NEAR = 2  # characters of a text that say what stands next to it
_TINY = 1e-9  # how likely any character is
_SAMPLE = 1000  # texts to learn from at once


class Neighbours:
    """The characters that may stand before a text or after it.

    Args:
        anchor: What stands before it says nothing of what stands after it; "" if there is none.
    """

    def __init__(self, anchor: str) -> None:
        self._anchor = anchor
        self._letters = dict.fromkeys(ALPHABET)
        self._before, self._after = Letters(_NEAR), Letters(_NEAR)

    def see(self, texts: Iterable[str]) -> None:
        """Take in known texts: all of their characters, and what some of them tell of which stand together."""
        texts = list(texts)
        self._letters.update(dict.fromkeys("".join(texts)))
        for text in texts[:: len(texts) // _SAMPLE + 1]:
            head, anchor, tail = text.partition(self._anchor) if self._anchor else (text, "", text)
            self._before.learn((head + anchor)[::-1], len(anchor))
            self._after.learn(anchor + tail, len(anchor))
        self._before.settle()
        self._after.settle()

    def shares(self, text: str, *, is_before: bool) -> Mapping[str, float]:
        """How likely each character is on one side of a text."""
        near = self._before.after(text[_NEAR - 1 :: -1]) if is_before else self._after.after(text[-_NEAR:])
        return {letter: near.shares.get(letter, 0.0) + _TINY for letter in self._letters}
