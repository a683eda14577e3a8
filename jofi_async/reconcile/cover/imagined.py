"""Values that are imagined for what is missing: like the known ones, and denied by no count.

Each count says how many that are missing have a text in them. Counts of texts around one character that a value has
once, an anchor, form a tree: what is missing in a node and in none of its children is imagined there, a value drawn
from the anchor to the end, mostly as one that is known, and then letter by letter to the beginning. One that a count
denies is thrown away, and so all that stay stand for as many, but for those so likely that they are drawn over and
over. (If letters that are denied were never drawn, few would stand for most.) The weights are then held against all
other counts.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import count
from math import expm1
from random import Random

from attrs import define, field

from jofi_async.reconcile.cover.counts import Counts
from jofi_async.reconcile.cover.ends import Draw, Ends
from jofi_async.reconcile.cover.letters import END, Bans, Growth, Letters
from jofi_async.reconcile.cover.tree import Tree

LONGEST = 6
"""How long the texts are that are held against counts, besides those at the anchor."""

_AT_ANCHOR = 8
_MOST_OF_ONE = 0.3  # of one imagined value there is hardly a whole one
_SWEEPS = 3
_LATE_SWEEPS = 30
_TRIES = 100  # draws for each value that is wanted, at the most
_OF_AN_END = 8  # draws with one end
_SAMPLE = 1000  # known values to learn from how far contexts are to be trusted
_SHOWN = 0.02  # how likely each known value was to be shown, at the least
_FAIRNESS = -0.5  # the power of that by which values count: -1 would be just, but would leave few to learn from
_EVENNESS = 0.35  # the power that late weights are raised to: what is found last is what was not thought likely
_SETTLED = 1.1  # times as many values must be known for letters to be counted anew


@define(eq=False)
class Value:
    """An imagined value.

    Attributes:
        number: Tells it from all others.
        text: The value.
        likely: How likely it is among all values.
        node: The last node of the tree that it lies in.
        pieces: The texts in it that may be asked for.
        counted: Those of its texts that were counted, and lack some.
        weight: How many missing ones it stands for.
        seen: The share of the newest that answers have shown, of those that have the same texts in them.
    """

    number: int
    text: str
    likely: float
    node: str
    pieces: Sequence[str]
    counted: list[str]
    weight: float = 0.0
    seen: float = 0.0


@define(eq=False)
class Imagination:
    """Imagines what is missing of one field.

    Attributes:
        anchor: The character that nearly every value has once.
        random: Decides.
        texts: The known values.
    """

    anchor: str
    random: Random
    texts: dict[str, None] = field(factory=dict[str, None])
    _ends: Ends = field(factory=Ends)
    _back: Letters = field(factory=lambda: Letters(6, is_of_words=True))
    _settled: int = 0
    _numbers: Iterator[int] = field(factory=count)
    _counts: Counts = field(factory=Counts)
    _nodes: Set[str] = frozenset()
    _values: list[Value] = field(factory=list[Value])
    _draws: dict[str, float] = field(factory=dict[str, float])
    """By node, how many draws from everything would have drawn from it as often as was drawn."""

    def learn(self, text: str) -> None:
        """Take in a known value; what stands before its anchor is learned by itself, whatever comes after it."""
        self.texts[text] = None
        at = text.rfind(self.anchor)
        if at >= 0:
            self._ends.learn(text[at:])

    def values(self, counts: Counts, missing: int, number: int, *, is_late: bool) -> list[Value]:
        """Imagine what is missing.

        Args:
            counts: What was counted.
            missing: How many are missing in all.
            number: How many values are to stand for them.
            is_late: Whether so few are missing that they are what the model thinks least likely.
        """
        if len(self.texts) > _SETTLED * self._settled:
            self._settle(counts)
        tree = Tree(counts.missing, self.anchor, self._ends.known.keys())
        kept = self._kept(counts, tree)
        for node in sorted(tree.nodes - self._draws.keys(), key=len):
            self._draws[node] = self._draws.get(tree.above(node), 0.0)
        closed = counts.closed - tree.nodes
        backwards = Bans({text[::-1] for text in closed}, {text[::-1] for text in tree.nodes})
        forwards = Bans(closed, tree.nodes)
        forth = Growth(self._ends.letters, forwards, self.random)
        back = Growth(self._back, backwards, self.random)
        whole = sum(tree.rest.values()) or 1
        ends = self._ends.by_node(tree, forwards)
        self._values = []
        for node, rest in tree.rest.items():
            wanted = max(min(12, 2 * rest + 2), round(number * rest / whole))
            found = self._imagine(node, wanted, kept[node], self._draw(node, ends, forth), back)
            _spread(found, rest, self._draws[node], _EVENNESS if is_late else 1.0)
            self._values += found
        _weigh(self._values, counts, _LATE_SWEEPS if is_late else _SWEEPS)
        _cap(self._values, missing)
        return self._values

    def _settle(self, counts: Counts) -> None:
        """Imagine by what is known now, where a value counts the more, the less likely it was to be shown.

        Else what was asked for would be thought to be more frequent than it is (Horvitz and Thompson, 1952).
        """
        self._settled = len(self.texts)
        self._back = Letters(6, is_of_words=True)
        anchored = [(text, at) for text in self.texts if (at := text.rfind(self.anchor)) >= 0]
        weighed = [(text, at, max(_SHOWN, self._shown(text, counts)) ** _FAIRNESS) for text, at in anchored]
        for text, at, weight in weighed:
            self._back.learn(text[at::-1], 1, weight)
        self._ends.settle([(text[at:], weight) for text, at, weight in weighed])
        some = weighed[:: len(weighed) // _SAMPLE + 1]
        self._back.weigh([(text[at::-1], weight) for text, at, weight in some], 1)
        self._values = []
        self._draws.clear()

    def _shown(self, text: str, counts: Counts) -> float:
        """How likely a known value was to be shown."""
        its = pieces(text, self.anchor)
        if not counts.closed.isdisjoint(its):
            return 1.0
        return max([counts.seen[piece] for piece in its if piece in counts.seen], default=1.0)

    def _kept(self, counts: Counts, tree: Tree) -> Mapping[str, list[Value]]:
        """The values of the last time that no count denies, by their nodes."""
        closed = counts.closed - self._counts.closed
        counted = counts.seen.keys() - self._counts.seen.keys()
        nodes = tree.nodes - self._nodes
        self._counts, self._nodes = counts, tree.nodes
        kept: defaultdict[str, list[Value]] = defaultdict(list)
        for value in self._values:
            text = value.text
            if text in self.texts or any(one in text for one in closed):
                continue
            if any(one in text for one in counted):
                value.counted = [piece for piece in value.pieces if piece in counts.seen]
            if any(one in text for one in nodes):
                value.node = tree.node_of(text)
            kept[value.node].append(value)
        return kept

    def _imagine(self, node: str, wanted: int, kept: list[Value], ends: Draw, back: Growth) -> list[Value]:
        found = {one.text: one for one in kept}
        most = _TRIES * (wanted - len(kept) + 1)
        beginning, tries = node[: node.index(self.anchor)], 0
        whole = self._back.likely(node[len(beginning) :: -1], 1)
        while len(found) < wanted and tries < most:
            end, likely = ends.end()
            for _ in range(_OF_AN_END if likely else 0):
                text, more = back.grown((beginning + end)[::-1], len(end) - 1)
                if more and (text := text[::-1]) not in self.texts and text not in found:
                    found[text] = self._value(text, likely * whole * more, node)
            tries += _OF_AN_END
        self._draws[node] += tries / (ends.whole * whole)
        return list(found.values())

    def _draw(self, node: str, ends: Mapping[str, Sequence[str]], forth: Growth) -> Draw:
        """Draws the ends of what lies in a node."""
        known, end = self._ends.known, node[node.index(self.anchor) :]
        if end in known:
            return Draw(end, {end: known[end] or self._ends.new(end + END)}, 0.0, forth, self.random)
        return Draw(end, {one: known[one] for one in ends.get(end, ())}, self._ends.new(end), forth, self.random)

    def _value(self, text: str, likely: float, node: str) -> Value:
        its = pieces(text, self.anchor)
        counted = [piece for piece in its if piece in self._counts.seen]
        return Value(next(self._numbers), text, likely, node, its, counted)


def _spread(values: list[Value], rest: int, draws: float, evenness: float) -> None:
    """Share out what a node lacks among its values: each for itself and for those like it that were not drawn."""
    for value in values:
        value.weight = (value.likely / -expm1(-draws * value.likely)) ** evenness
    whole = sum([value.weight for value in values])
    for value in values:
        value.weight *= rest / whole


def _weigh(values: Sequence[Value], counts: Counts, sweeps: int) -> None:
    """Leave out what has been seen of such values, and hold the weights against all counts."""
    having: defaultdict[str, list[int]] = defaultdict(list)
    weights: list[float] = []
    for number, value in enumerate(values):
        for piece in value.counted:
            having[piece].append(number)
        value.seen = max([counts.seen[piece] for piece in value.counted], default=0.0)
        weights.append(value.weight * (1 - value.seen))
    for _ in range(sweeps):
        for piece, numbers in having.items():
            whole = sum([weights[number] for number in numbers])
            factor = min(3.0, max(0.3, counts.missing[piece] / max(whole, 1e-6)))
            for number in numbers:
                weights[number] *= factor
    for value, weight in zip(values, weights, strict=True):
        value.weight = weight


def _cap(values: Sequence[Value], missing: int) -> None:
    most = max(_MOST_OF_ONE, 3 * missing / max(1, len(values)))
    for value in values:
        value.weight = min(value.weight, most)


def pieces(text: str, anchor: str) -> tuple[str, ...]:
    """The texts in a value that may be asked for: short ones, and longer ones at its anchor."""
    end, at = len(text), text.rfind(anchor)
    found = [text[i:j] for i in range(end) for j in range(i + 1, min(end, i + LONGEST) + 1)]
    if at >= 0:
        for begin in range(max(0, at - _AT_ANCHOR), at + 1):
            found += text[begin : at + 1], text[begin:]
        found += [text[at : j + 1] for j in range(at + LONGEST, end)]
    return tuple(dict.fromkeys(found))
