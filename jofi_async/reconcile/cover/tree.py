"""Counted texts around an anchor, as a tree: what is missing in a text and in none of its children."""

from collections.abc import Mapping, Set


class Tree:
    """The counted texts that start at the anchor, or that end where a known value ends.

    Args:
        missing: How many each counted text lacks.
        anchor: The anchor.
        ends: What known values end in, from the anchor on.

    Attributes:
        nodes: The texts.
        rest: How many each lacks besides its children, for those that lack some.
    """

    def __init__(self, missing: Mapping[str, int], anchor: str, ends: Set[str]) -> None:
        self._anchor = anchor
        self.nodes = {text for text in missing if text[0] == anchor or _end_of(text, anchor) in ends}
        rest = {text: missing[text] for text in sorted(self.nodes, key=lambda text: (len(text), text))}
        for text in list(rest):
            if (parent := self.above(text)) in rest:
                rest[parent] -= missing[text]
        self.rest = {text: number for text, number in rest.items() if number > 0}

    def node_of(self, value: str) -> str:
        """The last node that a value lies in, or ""."""
        return self._above(value, itself=True)

    def above(self, text: str) -> str:
        """The node that a node lies in, or ""."""
        return self._above(text, itself=False)

    def _above(self, text: str, *, itself: bool) -> str:
        at = text.rfind(self._anchor)
        for begin in range(0 if itself else 1, at + 1):
            if text[begin:] in self.nodes:
                return text[begin:]
        for end in range(len(text) - (at == 0 and not itself), at, -1):
            if text[at:end] in self.nodes:
                return text[at:end]
        return ""


def _end_of(text: str, anchor: str) -> str:
    at = text.rfind(anchor)
    return text[at:] if at >= 0 else ""
