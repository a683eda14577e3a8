"""Values that are imagined for what is missing: like the known ones, and denied by no count.

Each count says how many that are missing have a text in them. Counts of texts around one character that a value has
once, an anchor, form a tree: what is missing in a node and in none of its children is imagined there, a value drawn
letter by letter, first away from the anchor to the end, then to the beginning. A letter that a count denies is never
drawn, and how likely such letters were lowers the value's weight. The weights are then held against all other counts.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Set
from random import Random

from attrs import define, field, frozen

from jofi_async.reconcile.cover.letters import Bans, Letters
from jofi_async.reconcile.parts import Part

LONGEST = 6
"""How long the texts are that are held against counts, besides those at the anchor."""

_AT_ANCHOR = 8
_LONGEST_VALUE = 80
_PER_MISSING = 20
_LEAST = 60
_MOST_OF_ONE = 0.3  # of one imagined value there is hardly a whole one
_SWEEPS = 3


@define(eq=False)
class Value:
    """An imagined value.

    Attributes:
        text: The value.
        weight: How many missing ones it stands for.
        drawn: How likely it was not to be denied when it was drawn.
        pieces: The texts in it that may be asked for.
        seen: The share of the newest that answers have shown, of those that have the same texts in them.
        hard: How much more it counts for than others, for being hard to find.
    """

    text: str
    weight: float
    drawn: float
    pieces: tuple[str, ...]
    seen: float = 0.0
    hard: float = 1.0


@frozen
class Counts:
    """What was counted of a field.

    Attributes:
        missing: How many each text lacks, for those that lack some.
        closed: Texts that lack nothing.
        seen: Which share of each text's items, the newest, its answer has shown.
    """

    missing: Mapping[str, int]
    closed: Set[str]
    seen: Mapping[str, float]

    @classmethod
    def of(cls, parts: Iterable[Part]) -> "Counts":
        """The counts of parts."""
        missing: dict[str, int] = {}
        seen: dict[str, float] = {}
        closed: set[str] = set()
        for part in parts:
            if part.total is None:
                continue
            if not part.missing:
                closed.add(part.text)
                continue
            missing[part.text] = int(part.missing)
            seen[part.text] = min(1.0, part.shown / max(1, part.total))
        return cls(missing, closed, seen)


@define(eq=False)
class Imagination:
    """Imagines what is missing of one field.

    Attributes:
        anchor: The character that nearly every value has once.
        most: How many values are imagined at once.
        random: Decides.
        texts: The known values.
    """

    anchor: str
    most: int
    random: Random
    texts: set[str] = field(factory=set[str])
    _ends: set[str] = field(factory=set[str])
    _forth: Letters = field(factory=lambda: Letters(8))
    _back: Letters = field(factory=lambda: Letters(4))
    _values: dict[str, Value] = field(factory=dict[str, Value])

    def learn(self, text: str) -> None:
        """Take in a known value."""
        self.texts.add(text)
        at = text.rfind(self.anchor)
        if at >= 0:
            self._ends.add(text[at:])
            self._forth.learn(text[at:], 1)
            self._back.learn(text[::-1], len(text) - at)

    def values(self, counts: Counts, missing: int) -> list[Value]:
        """Imagine what is missing.

        Args:
            counts: What was counted.
            missing: How many are missing in all.
        """
        self._forth.settle()
        self._back.settle()
        tree = _Tree(counts, self.anchor, self._ends)
        kept: defaultdict[str, list[Value]] = defaultdict(list)
        for value in self._values.values():
            if value.text not in self.texts and counts.closed.isdisjoint(value.pieces):
                kept[tree.node_of(value.text)].append(value)
        backwards = Bans({text[::-1] for text in counts.closed}, {text[::-1] for text in tree.nodes})
        forwards = Bans(counts.closed, tree.nodes)
        number = min(self.most, _PER_MISSING * missing + _LEAST)
        whole = sum(tree.rest.values()) or 1
        self._values = {}
        for node, rest in tree.rest.items():
            wanted = max(min(12, 2 * rest + 2), round(number * rest / whole))
            self._imagine(node, rest, {one.text: one for one in kept[node][:wanted]}, wanted, forwards, backwards)
        return _weighed(list(self._values.values()), counts, missing)

    def _imagine(
        self, node: str, rest: int, found: dict[str, Value], wanted: int, forwards: Bans, backwards: Bans
    ) -> None:
        for _ in range(4 * wanted + 20):
            if len(found) >= wanted:
                break
            text, drawn = self._drawn(node, forwards, backwards)
            if drawn and text not in self.texts:
                found[text] = Value(text, 0.0, drawn, pieces(text, self.anchor))
        whole = sum(one.drawn for one in found.values())
        for one in found.values():
            one.weight = rest * one.drawn / whole
        self._values |= found

    def _drawn(self, node: str, forwards: Bans, backwards: Bans) -> tuple[str, float]:
        at = node.index(self.anchor)
        text, likely = node[at:], 1.0
        if text not in self._ends:
            text, likely = self._grown(self._forth, text, forwards)
        text, more = self._grown(self._back, (node[:at] + text)[::-1], backwards) if likely else ("", 0.0)
        return text[::-1], likely * more

    def _grown(self, letters: Letters, text: str, bans: Bans) -> tuple[str, float]:
        likely = 1.0
        while len(text) < _LONGEST_VALUE:
            letter, share = letters.draw(text, bans.after(text), self.random)
            likely *= share
            if not letter or not share:
                return text, likely
            text += letter
        return text, 0.0


class _Tree:
    """The counted texts that start at the anchor, or that end where a known value ends.

    Args:
        counts: What was counted.
        anchor: The anchor.
        ends: What known values end in, from the anchor on.

    Attributes:
        nodes: The texts.
        rest: How many each lacks besides its children.
    """

    def __init__(self, counts: Counts, anchor: str, ends: Set[str]) -> None:
        self._anchor = anchor
        counted: Collection[str] = [*counts.missing, *counts.closed]
        self.nodes = {text for text in counted if text[0] == anchor or _end_of(text, anchor) in ends}
        rest = {text: counts.missing.get(text, 0) for text in sorted(self.nodes, key=lambda text: (len(text), text))}
        for text in list(rest):
            if (parent := self._above(text, itself=False)) in rest:
                rest[parent] -= counts.missing.get(text, 0)
        self.rest = {text: number for text, number in rest.items() if number > 0}

    def node_of(self, value: str) -> str:
        """The last node that a value lies in, or ""."""
        return self._above(value, itself=True)

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


def _weighed(values: list[Value], counts: Counts, missing: int) -> list[Value]:
    """Hold the weights against all counts, and leave out what has been seen of such values."""
    having: defaultdict[str, list[Value]] = defaultdict(list)
    for value in values:
        value.seen, value.hard = 0.0, 1.0
        for piece in value.pieces:
            if (seen := counts.seen.get(piece)) is not None:
                having[piece].append(value)
                value.seen = max(value.seen, seen)
        value.weight *= 1 - value.seen
    for _ in range(_SWEEPS):
        for piece, those in having.items():
            weight = sum(value.weight for value in those)
            factor = min(3.0, max(1 / 3, counts.missing[piece] / weight)) if weight > 0 else 1.0
            for value in those:
                value.weight *= factor
    most = max(_MOST_OF_ONE, 3 * missing / max(1, len(values)))
    for value in values:
        value.weight = min(value.weight, most)
    return values


def pieces(text: str, anchor: str) -> tuple[str, ...]:
    """The texts in a value that may be asked for: short ones, and longer ones at its anchor."""
    end = len(text)
    found = {text[i:j] for i in range(end) for j in range(i + 1, min(end, i + LONGEST) + 1)}
    at = text.rfind(anchor)
    if at >= 0:
        for begin in range(max(0, at - _AT_ANCHOR), at + 1):
            found |= {text[begin : at + 1], text[begin:]}
        found |= {text[at : j + 1] for j in range(at + LONGEST, end)}
    return tuple(sorted(found))
