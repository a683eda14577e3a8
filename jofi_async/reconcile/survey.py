"""What the server holds of those wanted, read by the cheapest way that proves it.

::

    look -> [everything] or [groups -> addresses by a cover -> single look-ups -> the rest of the groups]

An address is settled by an item that has it, or by an answer that holds all its matches and does not show it: nothing
is concluded from an answer that was cut. As soon as as many items are known as the server counts, all is settled.
"""

import asyncio
import math
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable, Mapping
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from jofi_async.bulk.pool import Pool
from jofi_async.bulk.source import Feed
from jofi_async.core.errors import CallError
from jofi_async.reconcile.address_cover import Cover
from jofi_async.reconcile.complete import IncompleteListingError
from jofi_async.reconcile.group_cover import GroupCover
from jofi_async.reconcile.listable import Answer, Field, Listable
from jofi_async.reconcile.parts import fold
from jofi_async.reconcile.reading import How, Reading
from jofi_async.reconcile.reconcilable import Facts, Reconcilable
from jofi_async.reconcile.walk import can_ask

if TYPE_CHECKING:
    from datetime import datetime

Item = TypeVar("Item")
T = TypeVar("T")

FAILURES = 5
"""Failed questions in a row after which nothing more is asked."""
_SOME_GROUPS = "some groups"
_MISCOUNTED = "the server counts fewer than it shows"
_PER_ANSWER = 8.0
"""How many questions a complete listing takes for each answer's worth of items, as measured."""
_COVERED = 37.0
"""How many addresses one question of a cover settles where the server has no others, as measured."""
_OTHERS = 0.7
"""By which power of the share of others in the account a cover takes more, as measured."""


class Survey(Generic[Item]):
    """Reads what is needed to tell of each address whether it is there.

    Args:
        resource: The vendor's side.
        addresses: The keys of the persons that are wanted.
        groups: The groups of which all items are to be known, and how many rows are wanted in each.
        everything: Whether all items are.

    Attributes:
        items: What was read, by id.
        facts: What matching needs of it, by id.
        undecided: The addresses of which nothing can be said, and why.
    """

    def __init__(
        self,
        resource: Reconcilable[Any, Item],
        addresses: Collection[str],
        groups: Mapping[str, int],
        *,
        everything: bool,
    ) -> None:
        self._resource = resource
        self._addresses = addresses
        self._open = dict.fromkeys(addresses)
        self._rows: Counter[str] = Counter()
        for group, rows in groups.items():
            self._rows[fold(group)] += rows
        self._groups = {fold(group): group for group in sorted(groups)}
        self._cut: dict[str, int] = {}
        self._wants_everything = everything
        self._total = 0
        self._newest: datetime | None = None
        self._early: set[Hashable] = set()
        self._is_whole = False
        self._cover: Cover | None = None
        self._requests: Counter[How] = Counter()
        self._gaps: dict[str, str] = {}
        self._failed = 0
        self.items: dict[Hashable, Item] = {}
        self.facts: dict[Hashable, Facts] = {}
        self.undecided: dict[str, str] = {}

    def reading(self) -> Reading:
        """How it was read."""
        gaps = () if self._knows_all() else tuple(self._gaps.values())
        return Reading(self._total, len(self.items), dict(self._requests), gaps)

    async def run(self) -> None:
        """Read.

        Raises:
            CallError: The first question failed; what fails later is among the gaps.
        """
        listable = self._resource.listable
        if listable is None:
            await self._list_all({}, How.EVERYTHING)
        else:
            await self._look(listable)
            await self._narrow(listable)
        self._decide()
        self._open.clear()

    def _decide(self) -> None:
        """Say of which addresses nothing can be said."""
        if self._has_miscounted():
            self._gaps[_MISCOUNTED] = _MISCOUNTED
            seen = {facts.person.key for facts in self.facts.values()}
            self.undecided = {address: _MISCOUNTED for address in self._addresses if address not in seen}
        else:
            left = () if self._knows_all() else self._open
            self.undecided = {address: self.undecided.get(address, "it could not be looked up") for address in left}

    async def _look(self, listable: Listable[Item]) -> None:
        """Count everything, and see what is newest: what is created later does not count."""
        self._requests[How.LOOK] += 1
        answer = await listable.ask({})
        self._total = answer.total
        self._newest = max((entry.created_at for entry in answer.entries), default=None)
        self._early.update(entry.id for entry in answer.entries)
        for entry in answer.entries:
            self._learn(entry.item)

    async def _narrow(self, listable: Listable[Item]) -> None:
        everything = self._listing_cost(self._total)
        if self._wants_everything:
            await self._read_everything()
        elif not self._knows_all():
            if self._groups:
                await self._ask_groups(listable, everything)
            if self._cost_of_rest() >= everything:
                await self._read_everything()
        await self._ask_addresses(listable)
        if not self._wants_everything:
            for group in self._cut:
                await self._read_on(listable.fields[1], group)

    def _cost_of_rest(self) -> float:
        """About how many questions the ways besides reading everything still take."""
        rows = len(self._open)
        others: float = max(1.0, self._total / max(1, rows)) ** _OTHERS
        return min(rows, rows / _COVERED * others + 1) + sum(map(self._listing_cost, self._cut.values()))

    def _listing_cost(self, total: int) -> float:
        return 2 + _PER_ANSWER * math.ceil(total / self._resource.answer_limit)

    async def _read_everything(self) -> None:
        if not self._knows_all():
            await self._try("everything", partial(self._list_all, {}, How.EVERYTHING))

    async def _list_all(self, filters: Mapping[str, str], how: How) -> None:
        listing = self._resource.everything(filters)
        try:
            async with aclosing(listing):
                async for item in listing:
                    self._learn(item)
        except IncompleteListingError as error:
            self._gaps["everything" if not filters else next(iter(filters.values()))] = str(error)
        finally:
            self._requests[how] += listing.summary.requests
        if not filters:
            self._is_whole = listing.summary.complete
            if self._is_whole or not self._requests[How.LOOK]:  # a later count says nothing of those read earlier
                self._total = listing.summary.total_count

    async def _ask_groups(self, listable: Listable[Item], everything: float) -> None:
        """Ask for each group, unless all is read more cheaply: by addresses, where all may be wanted, or as it is."""
        least = min(everything, len(self._groups))
        if self._total <= len(self.items) + len(self._open) and self._cost_of_rest() < least:
            await self._ask_addresses(listable)
        if len(self._groups) >= everything:
            await self._read_everything()
        else:
            await self._ask_each_group(listable)

    async def _ask_each_group(self, listable: Listable[Item]) -> None:
        """Ask for some groups, by what that tells for several at once, and then for the others one by one."""
        cover = GroupCover(self._rows, limit=self._resource.answer_limit, longest=listable.fields[1].longest)
        sample = cover.sample()
        await self._each(sample, partial(self._ask_group, listable, cover))
        while texts := cover.pick(self._resource.workers):
            await self._each(texts, partial(self._ask_group_text, listable, cover))
        left = [group for group in cover.left() if group not in sample]
        await self._each(left, partial(self._ask_group, listable, cover))
        if self._failed < FAILURES:  # each of them was asked for by itself
            self._gaps.pop(_SOME_GROUPS, None)

    async def _ask_group_text(self, listable: Listable[Item], cover: GroupCover, text: str) -> None:
        ask = partial(self._ask, listable, How.GROUPS, listable.fields[1], text)
        answer = None if self._knows_all() else await self._try(_SOME_GROUPS, ask)
        if answer is not None:
            cover.counted(text, answer.total, is_whole=_is_whole(answer))

    async def _ask_group(self, listable: Listable[Item], cover: GroupCover, folded: str) -> None:
        """Ask for a group; where its answer was cut it is left for later."""
        field, group = listable.fields[1], self._groups[folded]
        if self._knows_all():
            return
        if len(group) > field.longest or not can_ask(group):
            self._gaps[group] = f"the group {group!r} cannot be asked for"
            return
        answer = await self._try(group, partial(self._ask, listable, How.GROUPS, field, group))
        if answer is None or not _is_whole(answer):
            self._cut[group] = answer.total if answer else 0
        if answer is not None:
            cover.counted(folded, answer.total, is_whole=_is_whole(answer))

    async def _ask_addresses(self, listable: Listable[Item]) -> None:
        await self._ask_cover(listable)
        await self._each(list(self._open), partial(self._ask_address, listable))

    async def _ask_cover(self, listable: Listable[Item]) -> None:
        if self._knows_all() or not self._open:
            return
        self._cover = cover = await asyncio.to_thread(self._new_cover, listable.fields[0].longest)
        while not self._knows_all() and (texts := await asyncio.to_thread(cover.pick, self._resource.workers)):
            await self._each(texts, partial(self._ask_text, listable, cover))
            if self._failed >= FAILURES:
                return

    def _new_cover(self, longest: int) -> Cover:
        """Make a cover, which may take seconds."""
        cover = Cover(self._open, total=self._total, limit=self._resource.answer_limit, longest=longest)
        for item_id in self._early:
            cover.know(self.facts[item_id].person.key)
        return cover

    async def _ask_text(self, listable: Listable[Item], cover: Cover, text: str) -> None:
        ask = partial(self._ask, listable, How.COVER, listable.fields[0], text)
        answer = None if self._knows_all() else await self._try("some addresses", ask)
        if answer is None:
            cover.drop(text)
            return
        cover.counted(text, answer.total, is_whole=_is_whole(answer))
        self._settle(list(cover.closed()))

    async def _ask_address(self, listable: Listable[Item], address: str) -> None:
        field = listable.fields[0]
        if self._knows_all() or address not in self._open:
            return
        if len(address) > field.longest or not can_ask(address):
            self.undecided[address] = "its address cannot be asked for"
            return
        answer = await self._try("some addresses", partial(self._ask, listable, How.SINGLE, field, address))
        if answer is not None and _is_whole(answer):
            self._settle([address])
        elif answer is not None and address in self._open:
            self.undecided[address] = f"{answer.total:,} addresses have its own in them, and the list was cut"

    async def _read_on(self, field: Field, group: str) -> None:
        """Read on where a group's answer was cut, unless all of it came to be known on other ways."""
        text, total = fold(group), self._cut[group]
        early = (self.facts[item_id] for item_id in self._early)
        known = sum(any(text in fold(one) for one in facts.groups if one.isascii()) for facts in early)
        if self._knows_all() or known == total > 0:
            return
        await self._try(group, partial(self._list_all, {field.name: group}, How.GROUPS))

    async def _ask(self, listable: Listable[Item], how: How, field: Field, text: str) -> Answer[Item]:
        self._requests[how] += 1
        answer = await listable.ask({field.name: text})
        for entry in answer.entries:
            self._learn(entry.item)
        if self._cover is not None:
            self._settle(list(self._cover.closed()))
        return answer

    async def _try(self, what: str, ask: Callable[[], Awaitable[T]]) -> T | None:
        """Ask, and note what could not be asked; after too many failures in a row nothing more is asked."""
        try:
            if self._failed >= FAILURES:
                return None
            self._gaps.pop(what, None)
            answer = await ask()
        except CallError as error:
            self._failed += 1
            self._gaps[what] = f"{what} could not be read: {error}"
            return None
        self._failed = 0
        return answer

    async def _each(self, texts: Iterable[str], work: Callable[[str], Awaitable[None]]) -> None:
        pool = Pool(Feed(texts).pull, work, workers=self._resource.workers)
        try:
            async for _ in pool:
                pass
        finally:
            await pool.aclose()

    def _learn(self, item: Item) -> None:
        facts = self._resource.facts(item)
        if facts.id in self.items:
            return
        self.items[facts.id], self.facts[facts.id] = item, facts
        if self._newest is not None and facts.created_at < self._newest:
            self._early.add(facts.id)
            if self._cover is not None:
                self._cover.know(facts.person.key)
        self._settle([facts.person.key])

    def _settle(self, addresses: Iterable[str]) -> None:
        for address in addresses:
            self._open.pop(address, None)
            if self._cover is not None:
                self._cover.settle(address)

    def _has_miscounted(self) -> bool:
        """Whether the server counted fewer than it has shown, so that no count of its proves anything."""
        return not self._is_whole and bool(self._requests[How.LOOK]) and len(self._early) > self._total

    def _knows_all(self) -> bool:
        """Whether as many were read as the server counted at the first look, without those that may be later."""
        return self._is_whole or (bool(self._requests[How.LOOK]) and len(self._early) == self._total)


def _is_whole(answer: Answer[Any]) -> bool:
    return len(answer.entries) >= answer.total
