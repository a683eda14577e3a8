"""The parts of an account that were asked for, and how much of each is known: counts that need no second question.

A part is everything whose field has a text in it. It lacks what the server counted less what is known of it, and each
item that becomes known lowers that, wherever it was found.
"""

from collections.abc import Hashable, Iterator
from math import inf

from attrs import define, field, frozen

Texts = tuple[str, ...]

EVERYTHING = (-1, "")
"""Field and text of the part that holds all there is."""


@frozen(repr=False)
class Split:
    """A text by which a part may be narrowed.

    Attributes:
        weight: How likely a missing item is to have it, as compared with the other splits.
        place: The place of its field.
        text: The text.
    """

    weight: float
    place: int
    text: str


@define(eq=False, repr=False)
class Part:
    """Everything whose field has a text in it.

    Attributes:
        place: The place of the field, or -1 for everything.
        text: What is in it, folded.
        parent: The part it was split off.
        expected: How many unknown items it is thought to hold, until the server has counted it.
        total: How many the server counted.
        known: How many of them are known.
        shown: How many of them its answer has shown.
        is_whole: Whether that was all of it.
        splits: What it can be split into, the likeliest last; what was taken is gone.
        at_least: How many it is thought to lack besides its children at the least.
        resorts: Other ways to split it, for when that was not enough.
        children: What was split off.
    """

    place: int
    text: str
    parent: "Part | None" = None
    expected: float = 0.0
    total: int | None = None
    known: int = 0
    shown: int = 0
    is_whole: bool = False
    splits: list[Split] = field(factory=list[Split])
    at_least: float = 0.0
    resorts: list[list[Split]] = field(factory=list[list[Split]])
    children: "list[Part]" = field(factory=list["Part"])

    @property
    def missing(self) -> float:
        """How many it lacks; 1 when the server counts fewer than are known, for then its count tells nothing."""
        if self.total is None:
            return self.expected
        if self.is_whole or self.total == self.known:
            return 0
        return max(1, self.total - self.known)

    @property
    def left(self) -> float:
        """How many it lacks besides what its children lack."""
        return self.missing - sum(child.missing for child in self.children)

    @property
    def is_waiting(self) -> bool:
        """Whether a child has not been counted yet."""
        return any(child.total is None for child in self.children)


class Known:
    """The items that are known, by id, each with what the filters are held against; and the parts that were counted."""

    def __init__(self) -> None:
        self.texts: dict[Hashable, Texts] = {}
        self._late: set[Hashable] = set()
        self._parts: dict[tuple[int, str], Part] = {}
        self._longest = 0

    def __len__(self) -> int:
        return len(self.texts)

    def begin(self) -> None:
        """Count anew, from now on: no part is counted, and no item is late."""
        self._late.clear()
        self._parts.clear()
        self._longest = 0

    def learn(self, item_id: Hashable, texts: Texts, *, late: bool) -> None:
        """Take note of an item, or of a change of it.

        Args:
            item_id: Its id.
            texts: What the filters are held against.
            late: Whether it was created after the counting began; then it is part of no count.
        """
        folded = tuple(map(fold, texts))
        before = self.texts.get(item_id)
        if before == folded:
            return
        self.texts[item_id] = folded
        if before is None and late:
            self._late.add(item_id)
        if self._parts and item_id not in self._late:
            self._count(before, -1)
            self._count(folded, 1)

    def add(self, part: Part) -> None:
        """Keep count of a part from now on."""
        self._parts[part.place, part.text] = part
        self._longest = max(self._longest, len(part.text))
        if (part.place, part.text) == EVERYTHING:
            part.known = len(self.texts) - len(self._late)
            return
        place, text = part.place, part.text
        part.known = self.having(place, text) - sum(text in self.texts[item_id][place] for item_id in self._late)

    def having(self, place: int, text: str) -> int:
        """How many known items have a text in a field, late ones included."""
        return sum([text in texts[place] for texts in self.texts.values()])  # faster than a generator

    def part(self, place: int, text: str) -> Part | None:
        """A part, if it is counted."""
        return self._parts.get((place, text))

    def counted(self, place: int) -> list[Part]:
        """The parts of a field that are counted."""
        return [part for (where, _), part in self._parts.items() if where == place]

    def bound(self, place: int, text: str) -> float:
        """The most that a part can lack, by the counts of all parts that it lies in; 0 proves that it lacks nothing."""
        parts = (self._parts.get((place, piece)) for piece in _pieces(text, self._longest))
        return min((part.missing for part in parts if part is not None), default=inf)

    def _count(self, texts: Texts | None, step: int) -> None:
        if texts is not None:
            for part in self._parts_of(texts):
                part.known += step

    def _parts_of(self, texts: Texts) -> Iterator[Part]:
        if (everything := self._parts.get(EVERYTHING)) is not None:
            yield everything
        for place, text in enumerate(texts):
            for piece in _pieces(text, self._longest):
                if (part := self._parts.get((place, piece))) is not None:
                    yield part


def fold(text: str) -> str:
    """A text as filters see it: A is a. How a server folds what is not ASCII is not known, so nothing is assumed."""
    return text.lower() if text.isascii() else "".join(one.lower() if one.isascii() else one for one in text)


def _pieces(text: str, longest: int) -> set[str]:
    """Every text that is in a text, up to a length."""
    end = len(text)
    return {text[i:j] for i in range(end) for j in range(i + 1, min(end, i + longest) + 1)}
