"""A list without pages as a few lines, with everything that can be odd about one (no tests)."""

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal

from attrs import define, field

from jofi_async.core.errors import UnknownOutcomeError
from jofi_async.reconcile.complete import CompleteListing, IncompleteListingError, ListingSummary
from jofi_async.reconcile.listable import Answer, Entry, Field
from jofi_async.testing import run_virtual

FIELDS = (Field("email", 12, "@"), Field("group", 6))
Listing = CompleteListing[int]
Fold = Callable[[str], str]

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@define(eq=False)
class Server:
    """Items are numbers; each has an address and a group, and a later one is newer.

    Attributes:
        rows: Address and group of each item.
        limits: How many an answer holds, unfiltered and filtered.
        fold: How it compares texts.
        combines: What two filters mean together.
        has_wildcards: Whether `_` and `%` are wildcards.
        is_newest_first: Else the oldest come first.
        lie: What is added to each count.
        every: Seconds between two items of the same age and the next.
        meanwhile: What happens before the answer to the question of a number.
        failing: The numbers of the questions that fail.
        refused: Texts that are never answered.
    """

    rows: dict[int, tuple[str, str]]
    limits: tuple[int, int] = (3, 5)
    fold: Fold = str.lower
    combines: Literal["all", "any", "first"] = "all"
    has_wildcards: bool = False
    is_newest_first: bool = True
    lie: int = 0
    same_age: int = 1
    meanwhile: dict[int, Callable[["Server"], None]] = field(factory=dict[int, Callable[["Server"], None]])
    failing: frozenset[int] = frozenset()
    refused: frozenset[str] = frozenset()
    asked: list[dict[str, str]] = field(factory=list[dict[str, str]])
    flying: int = 0
    most_flying: int = 0
    at_last_look: set[int] = field(factory=set[int])

    fields = FIELDS

    async def ask(self, filters: Mapping[str, str]) -> Answer[int]:
        """Answer after a second."""
        number = len(self.asked)
        self.asked.append(dict(filters))
        self.flying += 1
        self.most_flying = max(self.most_flying, self.flying)
        try:
            await asyncio.sleep(1)
        finally:
            self.flying -= 1
        if number in self.meanwhile:
            self.meanwhile[number](self)
        if number in self.failing or self.refused.intersection(filters.values()):
            raise UnknownOutcomeError("gone")
        found = self.matching(filters)
        self.at_last_look = set(self.rows)
        shown = sorted(found, reverse=self.is_newest_first)[: self.limits[bool(filters)]]
        return Answer([self.entry(item) for item in shown], max(0, len(found) + self.lie))

    def matching(self, filters: Mapping[str, str]) -> list[int]:
        """The items that the server thinks match."""
        return [item for item in self.rows if self._matches(item, filters)]

    def entry(self, item: int) -> Entry[int]:
        """An item as it is answered."""
        return Entry(item, self.rows[item], EPOCH + timedelta(seconds=item // self.same_age), item)

    def add(self, *rows: tuple[str, str]) -> None:
        """Create items."""
        for row in rows:
            self.rows[max(self.rows, default=0) + 1] = row

    def _matches(self, item: int, filters: Mapping[str, str]) -> bool:
        values = dict(zip([one.name for one in FIELDS], self.rows[item], strict=True))
        hits = [self._is_in(text, values[name]) for name, text in filters.items()]
        if self.combines == "first":
            return all(hits[:1])
        return not hits or (all(hits) if self.combines == "all" else any(hits))

    def _is_in(self, text: str, value: str) -> bool:
        text, value = self.fold(text), self.fold(value)
        if not self.has_wildcards:
            return text in value
        pattern = re.escape(text).replace("_", ".").replace("%", ".*")
        return re.search(pattern, value, re.DOTALL) is not None


def server_of(emails: Iterable[str], **options: object) -> Server:
    """A server with these addresses, and no groups."""
    return Server({number: (email, "") for number, email in enumerate(emails, 1)}, **options)  # type: ignore[arg-type]


def read(
    server: Server,
    filters: Mapping[str, str] | None = None,
    *,
    workers: int = 3,
    remembered: Mapping[int, tuple[str, str]] | None = None,
) -> tuple[list[int], ListingSummary]:
    """Read all, in virtual time; no item comes twice, and nothing is left running."""

    async def main() -> tuple[list[int], ListingSummary]:
        listing: Listing = CompleteListing(server, filters or {}, workers=workers, remembered=remembered)
        items: list[int] = []
        is_proven = True
        try:
            async for item in listing:
                items.append(item)
        except IncompleteListingError:
            is_proven = False
        assert is_proven == listing.summary.complete
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert server.flying == 0
        return items, listing.summary

    items, summary = run_virtual(main())
    assert len(items) == len(set(items))
    assert server.most_flying <= workers
    assert summary.requests == len(server.asked)
    return items, summary
