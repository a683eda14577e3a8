"""The complete listing: everything that a list without pages holds, proven by the list's own count.

::

    walk from everything to what one answer holds -> look -> as many known as counted: whole

The last look alone is the proof: as long as nothing is deleted, as many different known items as the server counts are
all there are. What the counts of parts say on the way only decides what is asked for: a server that miscounts a part
costs questions, and never a wrong proof; one that shows more than it counts proves nothing. Memory holds ids and what
the filters are held against, not the items.
"""

from collections.abc import AsyncGenerator, Hashable, Mapping
from contextlib import aclosing
from typing import Generic, Self, TypeVar

from attrs import evolve, frozen

from jofi_async.core.errors import AuthenticationError, CallError, JofiAsyncError
from jofi_async.reconcile.descent import Descent, NotCombinedError, Start, matches
from jofi_async.reconcile.listable import Answer, Entry, Listable
from jofi_async.reconcile.narrowing import is_cheaper_whole
from jofi_async.reconcile.parts import Known, Texts, fold

Item = TypeVar("Item")

WALKS = 5
"""How many walks there are at most: each but the first because the one before brought something, and not all."""

_FEWER = "the server counts fewer than are known: it miscounts, or something was deleted"


@frozen
class ListingSummary:
    """How far a complete listing has come.

    Attributes:
        complete: Whether the server's last count proves that all was read. An item that was deleted, or that came to
            match the filters no more, while another one was missed is what counts cannot show.
        total_count: How many the server counted last; until the last look, of those that have the anchor. Where its
            filters do not narrow each other, all there is was read and counted, and filtered here.
        known: How many of those were read.
        missing: How many of those were not read.
        requests: How many questions it took; further attempts are not counted.
        reasons: Why it is not complete, as far as that is known.
    """

    complete: bool
    total_count: int
    known: int
    missing: int
    requests: int
    reasons: tuple[str, ...] = ()


class IncompleteListingError(JofiAsyncError):
    """A complete listing ended without the proof that all was read; what was read has been yielded.

    Args:
        summary: How far it came.

    Attributes:
        summary: How far it came.
    """

    def __init__(self, summary: ListingSummary) -> None:
        reasons = "; ".join(summary.reasons) or "no question could be found that shows the rest"
        super().__init__(
            f"{summary.known:,} of {summary.total_count:,} were read, and the listing is not complete: {reasons}. "
            "Nothing was changed. What was read is right; list again for the rest."
        )
        self.summary = summary

    def __reduce__(self) -> "tuple[type[Self], tuple[ListingSummary]]":
        return type(self), (self.summary,)


class CompleteListing(Generic[Item]):
    """An async iterator over everything that a list holds, each item once.

    It ends when the server's count proves that all was read, and else with an `IncompleteListingError`. Whoever leaves
    it early calls `aclose`, or uses `contextlib.aclosing`.

    Args:
        source: The list.
        filters: What to narrow it to, by the names of its fields.
        workers: How many questions are asked at once.
        remembered: Items that are known from before, by id, with what filters are held against; they are not yielded.
    """

    def __init__(
        self,
        source: Listable[Item],
        filters: Mapping[str, str],
        *,
        workers: int,
        remembered: Mapping[int, Texts] | None = None,
    ) -> None:
        self._source = source
        self._names = [one.name for one in source.fields]
        self._wanted = filters
        self._workers = workers
        self._known = Known()
        self._is_further = bool(remembered)
        for item_id, texts in (remembered or {}).items():
            self._known.learn(item_id, texts, late=False)
        self._yielded: frozenset[Hashable] = frozenset()
        self._total = 0
        self._requests = 0
        self._complete = False
        self._has_miscounted = False
        self._has_failed = False
        self._has_given_up = False
        self._reasons: dict[str, None] = {}
        self._items = self._run()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Item:
        return await anext(self._items)

    async def aclose(self) -> None:
        """End it, and cancel what is being asked for."""
        await self._items.aclose()

    @property
    def summary(self) -> ListingSummary:
        """How far it has come by now."""
        known = len(self._yielded | self._known.texts.keys()) if self._yielded else len(self._known)
        reasons = () if self._complete else tuple(self._reasons)
        return ListingSummary(self._complete, self._total, known, max(0, self._total - known), self._requests, reasons)

    @property
    def is_outdated(self) -> bool:
        """Whether it ended because what was remembered does not fit what the server counts."""
        return self._is_further and not self._complete and (_FEWER in self._reasons or not self._has_failed)

    def has(self, item_id: Hashable) -> bool:
        """Whether an item is known by now."""
        return item_id in self._known.texts

    async def _run(self) -> AsyncGenerator[Item]:
        try:
            async with aclosing(self._listed(self._wanted)) as entries:
                async for entry in entries:
                    yield entry.item
        except NotCombinedError:
            async with aclosing(self._unnarrowed()) as items:
                async for item in items:
                    yield item
        if not self._complete:
            raise IncompleteListingError(self.summary)

    async def _unnarrowed(self) -> AsyncGenerator[Item]:
        """Read everything, and filter here."""
        self._yielded, self._known = frozenset(self._known.texts), Known()
        try:
            async with aclosing(self._listed({})) as entries:
                async for entry in entries:
                    if entry.id not in self._yielded and matches(entry, self._names, self._wanted):
                        yield entry.item
        except CallError as error:
            self._reasons[f"the rest could not be read: {error.what_happened}"] = None

    async def _listed(self, filters: Mapping[str, str]) -> AsyncGenerator[Entry[Item]]:
        """Walk and look until a look proves that all is known, or a walk brings nothing.

        Where nothing is filtered, the first question is the one that shows most of the newest; the proof comes after.
        """
        answer, is_anchored = await self._first(filters)
        is_plain = is_anchored or self._is_plain(answer, filters)
        if len(filters) > 1 and not is_plain:
            raise NotCombinedError
        has_gaps = self._has_gaps(answer)
        for entry in self._learn(answer) if is_anchored else self._look(answer):
            yield entry
        if not is_plain:
            self._reasons["the server's filter does not mean what it contains, so it cannot be narrowed"] = None
            return
        start = Start(answer, answer.total, is_anchored, has_gaps=has_gaps, is_further=self._is_further)
        if is_anchored and self._contradicts(answer):
            if (look := await self._ask_again(filters)) is None:
                return
            news = self._look(look)
            for entry in news:
                yield entry
            start = evolve(start, total=look.total)
            if news:  # of another moment than the count of those that have the anchor
                start = evolve(start, answer=look, is_anchored=False)
        is_picked = not self._complete and await self._is_cheaper_whole(answer, filters)
        for _ in range(WALKS):
            if self._complete or (self._is_further and start.total < len(self._known)):
                return
            before = len(self._known)
            way = self._picked(answer, *filters.values()) if is_picked else self._walked(start, filters)
            async with aclosing(way) as entries:
                async for entry in entries:
                    yield entry
            is_picked = False
            if (look := await self._ask_again(filters)) is None:
                return
            for entry in self._look(look):
                yield entry
            if self._has_given_up or (not start.is_anchored and len(self._known) == before):
                return
            start = Start(look, look.total, is_further=self._is_further)

    async def _first(self, filters: Mapping[str, str]) -> tuple[Answer[Item], bool]:
        """The first answer, and whether it is to the anchor: if that is answered, and shows only what has it."""
        if anchor := self._anchor(filters):
            try:
                answer = await self._ask(anchor)
            except AuthenticationError:
                raise
            except CallError:
                return await self._ask(filters), False
            if self._is_plain(answer, anchor):
                return answer, True
        return await self._ask(filters), False

    def _has_gaps(self, answer: Answer[Item]) -> bool:
        """Whether what is missing is older than what is shown: all is known from the newest that is known on."""
        newest_first = sorted(answer.entries, key=lambda entry: entry.created_at, reverse=True)
        is_known = [entry.id in self._known.texts for entry in newest_first]
        return any(is_known) and all(is_known[is_known.index(True) :])

    def _contradicts(self, answer: Answer[Item]) -> bool:
        """Whether the count of those that have the anchor does not tell how many of all are missing."""
        having = self._known.having(0, self._source.fields[0].anchor)
        return self._is_further and (answer.total < having or having < len(self._known))

    async def _ask_again(self, filters: Mapping[str, str]) -> Answer[Item] | None:
        """Ask for the newest of everything again; None if that fails."""
        try:
            return await self._ask(filters)
        except CallError as error:
            self._reasons[f"the closing look failed: {error.what_happened}"] = None
            return None

    async def _walked(self, start: Start[Item], filters: Mapping[str, str]) -> AsyncGenerator[Entry[Item]]:
        """Walk from an answer to all that is in it."""
        walk = Descent(self._ask, self._source.fields, filters, self._known, self._workers)
        async with aclosing(walk.entries(start)) as entries:
            async for entry in entries:
                yield entry
        self._reasons.update(dict.fromkeys(walk.reasons))
        self._has_miscounted |= walk.has_miscounted
        self._has_given_up |= walk.is_in_vain

    async def _is_cheaper_whole(self, answer: Answer[Item], filters: Mapping[str, str]) -> bool:
        """Whether to read everything instead of what one text narrows the first field to."""
        field = self._source.fields[0]
        if not field.anchor or list(filters) != [field.name] or not answer.entries:
            return False
        try:
            everything = await self._ask({field.name: field.anchor})
        except CallError:
            return False
        some = [entry.texts[0] for entry in answer.entries]
        return is_cheaper_whole(
            filters[field.name],
            field.anchor,
            some,
            total=answer.total,
            everything=everything.total,
            limit=len(some),
        )

    async def _picked(self, answer: Answer[Item], text: str) -> AsyncGenerator[Entry[Item]]:
        """Read everything, and pick what has the text, until all are known that were there at the answer to it."""
        is_folded = any(text not in entry.texts[0] for entry in answer.entries)  # else nobody knows
        newest = max(entry.created_at for entry in answer.entries)
        early, asked = len(self._known), self._requests
        everything = CompleteListing(self._source, {}, workers=self._workers)
        try:
            async with aclosing(everything._listed({})) as entries:
                async for entry in entries:
                    self._requests = asked + everything._requests
                    value = entry.texts[0]
                    has_text = fold(text) in fold(value) if is_folded else text in value
                    if not has_text or entry.id in self._known.texts:
                        continue
                    self._known.learn(entry.id, entry.texts, late=False)
                    yield entry
                    early += entry.created_at <= newest
                    if early == answer.total:
                        break
        except CallError as error:
            self._reasons[f"the rest could not be read: {error.what_happened}"] = None
        finally:
            self._requests = asked + everything._requests
            self._reasons.update(everything._reasons)
            self._has_miscounted |= everything._has_miscounted
            self._has_given_up |= everything._has_given_up

    def _is_plain(self, answer: Answer[Item], filters: Mapping[str, str]) -> bool:
        return all(matches(entry, self._names, filters) for entry in answer.entries)

    def _look(self, answer: Answer[Item]) -> list[Entry[Item]]:
        """Take in the newest of everything, and see whether all is known now; what was unknown."""
        unknown = self._learn(answer)
        self._complete = answer.total == len(self._known) and not self._has_miscounted
        if answer.total < len(self._known) or self._has_miscounted:
            self._reasons[_FEWER] = None
        return unknown

    def _learn(self, answer: Answer[Item]) -> list[Entry[Item]]:
        self._total = answer.total
        unknown = [entry for entry in answer.entries if entry.id not in self._known.texts]
        for entry in answer.entries:
            self._known.learn(entry.id, entry.texts, late=False)
        return unknown

    def _anchor(self, filters: Mapping[str, str]) -> Mapping[str, str] | None:
        """What nearly everything matches, so that more of the newest is shown than without a filter."""
        field = self._source.fields[0]
        return {field.name: field.anchor} if field.anchor and not filters else None

    async def _ask(self, filters: Mapping[str, str]) -> Answer[Item]:
        self._requests += 1
        try:
            answer = await self._source.ask(filters)
        except CallError:
            self._has_failed = True
            raise
        self._has_miscounted |= answer.is_miscounted
        return evolve(answer, entries=list({entry.id: entry for entry in answer.entries}.values()))
