"""The candidates of one account, found by what stands in a field without a look at each of them."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from jofi_async.yardstik.fake.records import PLAIN, Candidate


class Shelf:
    """Candidates, whose fields never change and who are never deleted.

    Attributes:
        records: All of them, in the order of storing.
    """

    def __init__(self) -> None:
        self.records: list[Candidate] = []
        self._columns: dict[str, _Column] = {}

    def holding(self, field: str, part: str) -> Sequence[Candidate]:
        """Return all whose field holds a text, whatever the case, and perhaps some whose does not."""
        if field not in PLAIN:
            return self.records
        column = self._columns.setdefault(field, _Column())
        for record in self.records[column.count :]:
            column.add(str(record.fields.get(field)))
        return [self.records[place] for place in column.holding(part)]


class _Column:
    """Texts one after the other, so that one search goes through all."""

    def __init__(self) -> None:
        self._joined = ""
        self._starts: list[int] = []

    @property
    def count(self) -> int:
        return len(self._starts)

    def add(self, text: str) -> None:
        self._starts.append(len(self._joined))
        self._joined += text.lower() + "\n"

    def holding(self, part: str) -> Iterator[int]:
        part, start = part.lower(), 0
        while (at := self._joined.find(part, start)) >= 0:
            place = bisect_right(self._starts, at)
            yield place - 1
            if place == self.count:
                return
            start = self._starts[place]
