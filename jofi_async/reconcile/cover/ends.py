"""What values end in, from the anchor on: known ends as often as they were seen, and now and then a new one.

How likely a new one is is told by how many were seen but once (Good, 1953): where all addresses are of one company,
hardly any. It is drawn letter by letter, like the known ones, each of which counts once for that.
"""

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import accumulate
from random import Random

from attrs import define, field

from jofi_async.reconcile.cover.letters import Bans, Growth, Letters
from jofi_async.reconcile.cover.tree import Tree

_ORDER = 8
_SAMPLE = 2000  # ends to learn from how far contexts are to be trusted
_ONE = 0.5  # end that is thought to have been seen once, besides those that were


@define(eq=False)
class Ends:
    """The ends of values.

    Attributes:
        known: The known ends, each with how likely it is among all.
        letters: What new ones are like.
    """

    known: dict[str, float] = field(factory=dict[str, float])
    letters: Letters = field(factory=lambda: Letters(_ORDER))
    _new: float = 1.0

    def learn(self, end: str) -> None:
        """Take in an end."""
        self.known.setdefault(end, 0.0)

    def settle(self, weighed: Sequence[tuple[str, float]]) -> None:
        """Learn how likely each is.

        Args:
            weighed: The end of each known value, and for how many it stands.
        """
        seen = Counter(end for end, _ in weighed)
        whole = sum(weight for _, weight in weighed)
        once = sum(weight for end, weight in weighed if seen[end] == 1)
        self._new = min(1.0, (once + _ONE) / (whole + _ONE))
        self.known = dict.fromkeys(self.known, 0.0)
        for end, weight in weighed:
            self.known[end] += (1 - self._new) * weight / whole
        self.letters = Letters(_ORDER)
        for end in seen:
            self.letters.learn(end, 1)
        self.letters.weigh([(end, 1.0) for end in list(seen)[:: len(seen) // _SAMPLE + 1]], 1)

    def new(self, beginning: str) -> float:
        """How likely it is that an end is new and begins so."""
        return self._new * self.letters.likely(beginning, 1)

    def by_node(self, tree: Tree, bans: Bans) -> Mapping[str, Sequence[str]]:
        """The known ends that no count denies, by the node of a tree that each lies in."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for end in self.known:
            if not bans.deny(end):
                found[tree.node_of(end)].append(end)
        return found


class Draw:
    """Draws ends that lie in a node.

    Args:
        beginning: What all of them begin with.
        known: The known ones that may come, each with how likely it is.
        new: How likely it is that one that begins so is new.
        growth: Grows new ones.
        random: Decides.

    Attributes:
        whole: How likely one of these is among all ends.
    """

    def __init__(self, beginning: str, known: Mapping[str, float], new: float, growth: Growth, random: Random) -> None:
        self._beginning = beginning
        self._known = known
        self._ends = list(known)
        self._sums = list(accumulate(known.values()))
        self._new = new
        self._growth = growth
        self._random = random
        self.whole = (self._sums[-1] if self._sums else 0.0) + new

    def end(self) -> tuple[str, float]:
        """Draw one; how likely it is among all ends, or 0 when one was drawn that cannot come."""
        at = bisect(self._sums, self._random.random() * self.whole)
        if at < len(self._ends):
            return self._ends[at], self._known[self._ends[at]]
        end, likely = self._growth.grown(self._beginning, 0)
        return end, 0.0 if end in self._known else likely * self._new
