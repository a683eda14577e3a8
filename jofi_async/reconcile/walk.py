"""Which part to ask for next: the walk from everything down to what one answer can hold.

A part that was cut is split by one more character, before its text or after it, whichever seems to need fewer
questions. The next question is the one that promises most unknown items; a part is passed over as soon as the counts
prove that it lacks nothing. Every split makes a text longer, and no text is asked for twice, so the walk ends.
"""

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from os.path import commonprefix

from jofi_async.reconcile.listable import Field
from jofi_async.reconcile.neighbours import Neighbours
from jofi_async.reconcile.parts import Known, Part, Split, Texts, fold

_SMOOTHING = 2.0  # items that are thought to have been seen besides those that were, with any character
_AGREEING = 20  # items that go on alike before the others are thought to
_DOUBT = 1e-3  # unknown items that a part is thought to hold when its children seem to hold them all
_LEAST = 8.0  # unknown items that a split must promise while another of its part is being asked for


class Walk:
    """The parts that are left to ask for.

    Args:
        known: What is known.
        fields: What the list can be narrowed by.
        filters: What all of it is narrowed to, by the place of the field.
    """

    def __init__(self, known: Known, fields: Sequence[Field], filters: Mapping[int, str]) -> None:
        self._known = known
        self._fields = fields
        self._filters = filters
        self._heap: list[tuple[float, int, Part]] = []
        self._numbers = count()
        self._cut: list[Part] = []
        self._neighbours = [Neighbours(field.anchor) for field in fields]
        self._see(known.texts.values())

    def split(self, part: Part, texts: Iterable[Texts], limit: int, *, is_last_resort: bool = False) -> None:
        """Take in a part that was cut.

        Args:
            part: The part.
            texts: Those of the items of its answer.
            limit: How many items an answer holds.
            is_last_resort: Whether it is to be split only when all else is done.
        """
        folded = [tuple(map(fold, one)) for one in texts]
        self._see(folded)
        if part.place < 0:
            part.splits = [
                Split(1.0, place, field.anchor)
                for place, field in enumerate(self._fields)
                if field.anchor and place not in self._filters
            ]
            part.resorts = [
                splits for place in range(len(self._fields)) for splits in self._anywhere(part, place, folded, limit)
            ]
        else:
            part.resorts = self._both_ways(part, part.place, part.text, folded, limit)
            if part.resorts and not is_last_resort:
                part.splits = part.resorts.pop(0)
        self._cut.append(part)
        self.push(part)

    def push(self, part: Part) -> None:
        """Put a part where its best split belongs, now that one of its children was answered."""
        if (promise := self._promise(part)) > 0:
            heapq.heappush(self._heap, (-promise, next(self._numbers), part))

    def next(self, *, is_idle: bool) -> Part | None:
        """What to ask next, or None when there is nothing for now.

        Args:
            is_idle: Whether nothing is being asked for; then None says that nothing can be split any more.
        """
        while True:
            while self._heap:
                promised, _, part = heapq.heappop(self._heap)
                promise = self._promise(part)
                if promise < -promised:  # it has learned since
                    self.push(part)
                    continue
                child = self._take(part, promise)
                self.push(part)
                if child is not None:
                    return child
            if not is_idle or not self._resort():
                return None

    def _take(self, part: Part, promise: float) -> Part | None:
        """Split off what is likeliest, or None if that cannot be asked for or lacks nothing."""
        split = part.splits.pop()
        place, text = split.place, split.text
        if not self.can_ask(place, text):
            return None
        if (counted := self._known.part(place, text)) is not None:
            self._adopt(counted, part)
            return None
        bound = self._known.bound(place, text)
        if not bound:
            return None
        child = Part(place, text, part, expected=min(promise, bound))
        child.children = [one for one in part.children if one.place == place and text in one.text]
        part.children = [one for one in part.children if one not in child.children]
        part.children.append(child)
        return child

    def _adopt(self, counted: Part, parent: Part) -> None:
        """Make a part that was asked for by itself one of a part's children."""
        if counted.parent is not None or not counted.missing:
            return
        counted.parent = parent
        parent.children.append(counted)
        texts = [one for one in self._known.texts.values() if counted.text in one[counted.place]]
        self.split(counted, texts, counted.shown)

    def can_ask(self, place: int, text: str) -> bool:
        """Whether a text can be asked for, and reaches the server as it is."""
        return len(text) <= self._fields[place].longest and can_ask(text)

    def _resort(self) -> bool:
        """Find something to ask when nothing promises anything; False if nothing lacks anything any more.

        First come parts that lack more than was thought when they were looked at last; then those whose children do not
        hold all that they lack, in another way; and then everything, by whatever else there is to split it by.
        """
        self._cut = [part for part in self._cut if part.missing and (part.splits or part.resorts)]
        for part in self._cut:
            self.push(part)
        if not self._heap and self._cut:
            part = min(self._cut, key=lambda part: (part.left <= 0, part.missing if part.left > 0 else len(part.text)))
            part.at_least = _DOUBT
            part.splits = part.splits or part.resorts.pop(0 if part.left > 0 else -1)
            self.push(part)
        return bool(self._heap)

    def _promise(self, part: Part) -> float:
        """How many unknown items the part's best split is thought to bring; 0 when it is not to be asked for now."""
        if not part.splits or not part.missing:
            return 0
        share = part.splits[-1].weight / math.fsum(split.weight for split in part.splits)
        promise = max(part.left, part.at_least) * share
        return 0 if promise < _LEAST and part.is_waiting else max(promise, 0)

    def _see(self, texts: Iterable[Texts]) -> None:
        for neighbours, column in zip(self._neighbours, zip(*texts, strict=True), strict=False):
            neighbours.see(column)

    def _anywhere(self, part: Part, place: int, texts: Sequence[Texts], limit: int) -> list[list[Split]]:
        """How to split everything by a field, whatever stands in it."""
        if (text := self._filters.get(place)) is not None:
            return self._both_ways(part, place, text, texts, limit)
        letters = self._neighbours[place].shares("", is_before=True)
        return [_sorted(Split(share, place, letter) for letter, share in letters.items())]

    def _both_ways(self, part: Part, place: int, text: str, texts: Sequence[Texts], limit: int) -> list[list[Split]]:
        """How to split by what stands before a text and by what stands after it, the better way first.

        Before an anchor is better: to what stands there it does not matter how many endings there are.
        """
        values = [one[place] for one in texts]
        ways = [_Way(text, values, is_before=is_before) for is_before in (True, False)]
        costs = {way: way.cost(part.total or 1, limit) for way in ways}
        is_anchor = text == self._fields[place].anchor
        ways.sort(key=lambda way: (way.is_sure, not (is_anchor and way.is_before), costs[way]))
        return [self._splits(place, way) for way in ways if costs[way] < math.inf]

    def _splits(self, place: int, way: "_Way") -> list[Split]:
        letters = self._neighbours[place].shares(way.base, is_before=way.is_before)
        splits: list[Split] = []
        for letter, share in letters.items():
            seen = len(way.groups.get(letter, ()))
            weight = seen + _SMOOTHING * share
            texts = way.texts(letter, letters)
            splits += [Split(weight, place, text) for text in texts[:1]]
            splits += [Split(weight / (seen + 1), place, text) for text in texts[1:]]
        return _sorted(splits)


class _Way:
    """One way to split a part: by what stands before its text, or by what stands after it.

    Args:
        base: The part's text.
        values: Some of what has it in it.
        is_before: Which way.
    """

    def __init__(self, base: str, values: Iterable[str], *, is_before: bool) -> None:
        self.base = base
        self.is_before = is_before
        self.groups: dict[str, list[str]] = {}
        for value in values:
            at = value.find(base)
            if at >= 0:
                rest = value[:at][::-1] if is_before else value[at + len(base) :]
                self.groups.setdefault(rest[:1], []).append(rest)

    def text(self, more: str) -> str:
        """The part's text with more on this side, read away from it."""
        return more[::-1] + self.base if self.is_before else self.base + more

    def texts(self, letter: str, letters: Iterable[str]) -> list[str]:
        """What to ask for so as to find what goes on with a character, the likeliest first.

        First comes what always followed the character, if that is sure; a text that cannot be asked for goes on.
        """
        group = self.groups.get(letter, [])
        if not can_ask(self.text(letter)):
            return [text for more in letters if group and can_ask(text := self.text(letter + more))]
        common = commonprefix(group) if len(group) >= _AGREEING else letter  # noqa: RUF071  (characters are meant)
        return list(dict.fromkeys([self.text(common), self.text(letter)]))

    @property
    def is_sure(self) -> bool:
        """Whether all goes on alike on this side, so that a longer text tells nothing more."""
        return len(self.groups) == 1 and sum(map(len, self.groups.values())) >= _AGREEING

    def cost(self, total: int, limit: int) -> float:
        """About how many questions it takes to read a part of this size; infinite where nothing stands on this side."""
        if self.groups.keys() <= {""}:
            return math.inf
        number = sum(map(len, self.groups.values()))
        cost = 0.0
        for letter, group in self.groups.items():
            size = total * len(group) / number
            if not letter:  # these have nothing on this side, and no split finds them
                cost += size
            elif size <= limit:
                cost += 1
            else:
                cost += 1 + max(20.0, 3 * size / limit)  # as measured: 20 splits at least, filled to a third
        return cost


def can_ask(text: str) -> bool:
    """Whether a text reaches the server as it is: a server may trim what it is asked for."""
    return text.isprintable() and text == text.strip()


def _sorted(splits: Iterable[Split]) -> list[Split]:
    """The likeliest last, and of those alike the first."""
    return sorted(splits, key=lambda split: split.weight, reverse=True)[::-1]
