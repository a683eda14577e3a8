"""Which texts to ask for so that one answer holds several groups: texts that their names have in common.

How many items a text has is foretold from the answers so far: so many for each group, and so many for each row that is
wanted in it.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from statistics import fmean, linear_regression

from jofi_async.reconcile.address_cover import PLAIN

_SAMPLE = 12
"""How many groups are asked for by themselves before anything is foretold."""
_CREDIT = 4
"""How many texts may fail before one has told of its groups; each that does lets another one fail."""
_SHORTEST = 2
"""How long a text is at the least."""


class GroupCover:
    """Texts that settle groups.

    Args:
        groups: How many rows are wanted in each, by its name as it is compared.
        limit: How many items an answer holds.
        longest: How many characters a text may have.
    """

    def __init__(self, groups: Mapping[str, int], *, limit: int, longest: int) -> None:
        self._rows = groups
        self._open = dict.fromkeys(groups)
        self._limit = limit
        self._credit = _CREDIT
        self._answers: list[tuple[float, float]] = []
        having: defaultdict[str, list[str]] = defaultdict(list)
        for group in groups:
            if group.isascii():  # which every server compares alike
                for text in _texts(group, longest):
                    having[text].append(group)
        longest_of = {tuple(those): text for text, those in sorted(having.items(), key=lambda one: len(one[0]))}
        self._having = {text: those for those, text in longest_of.items() if len(those) > 1}

    def counted(self, text: str, total: int, *, is_whole: bool) -> None:
        """Take in an answer.

        Args:
            text: The text, or the name of a group.
            total: How many match.
            is_whole: Whether the answer held them all.
        """
        those = [group for group in self._rows if text in group]
        self._answers.append((fmean(self._rows[group] for group in those), total / len(those)))
        if text not in self._rows:
            self._credit += 1 if is_whole else -1
        if is_whole:
            for group in those:
                self._open.pop(group, None)

    def sample(self) -> list[str]:
        """Some groups to ask for by themselves, so that items can be foretold: those that go together with most."""
        fewest = dict.fromkeys(self._open, len(self._open))
        for those in self._having.values():
            for group in those:
                fewest[group] = min(fewest[group], len(those))
        return sorted(fewest, key=lambda group: (-fewest[group], group))[:_SAMPLE]

    def left(self) -> list[str]:
        """The groups that are not settled."""
        return list(self._open)

    def pick(self, most: int) -> list[str]:
        """The texts to ask for next, those that settle most first; none when single questions are better.

        No text is picked twice.

        Args:
            most: How many at most.
        """
        fitting: dict[str, set[str]] = {}
        of_group, of_row = self._line()
        for text, those in self._having.items():
            left = {group for group in those if group in self._open}
            foretold = of_group * len(those) + of_row * sum(self._rows[group] for group in those)
            if len(left) > 1 and foretold <= self._limit:
                fitting[text] = left
        taken: set[str] = set()
        picked: list[str] = []
        for text, left in sorted(fitting.items(), key=lambda one: (-len(one[1]), one[0])):
            if len(picked) < min(most, self._credit) and taken.isdisjoint(left):
                taken |= left
                picked.append(text)
        for text in picked:
            del self._having[text]
        return picked

    def _line(self) -> tuple[float, float]:
        """How many items there are for each group, and for each row in it, as far as answers tell."""
        rows, items = [rows for rows, _ in self._answers], [items for _, items in self._answers]
        if len(set(rows)) < 2:
            return fmean(items) if items else math.inf, 0.0
        of_row, of_group = linear_regression(rows, items)
        return (of_group, of_row) if of_row > 0 else (fmean(items), 0.0)


def _texts(group: str, longest: int) -> set[str]:
    return {
        plain[start:stop]
        for plain in PLAIN.findall(group)
        for start in range(len(plain))
        for stop in range(start + _SHORTEST, min(len(plain), start + longest) + 1)
    }
