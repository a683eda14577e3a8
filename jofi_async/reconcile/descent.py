"""One walk through an account, several questions at once, with every answer accounted for."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from itertools import islice
from math import inf
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from attrs import evolve, frozen

from jofi_async.core.errors import CallError
from jofi_async.reconcile.cover.cover import Cover
from jofi_async.reconcile.cover.recent import Recent
from jofi_async.reconcile.evenness import even_splits
from jofi_async.reconcile.listable import Answer, Entry, Field
from jofi_async.reconcile.parts import EVERYTHING, Known, Part
from jofi_async.reconcile.walk import Walk

if TYPE_CHECKING:
    from datetime import datetime

Item = TypeVar("Item")
Ask = Callable[[Mapping[str, str]], Awaitable[Answer[Item]]]

PATIENCE = 300
"""Answers in a row without an unknown item after which a walk gives up."""
LEAST_PATIENCE = 40
"""The same where much is remembered, up to 4,000 items; then a hundredth of them. All can be read anew."""
ABREAST = 4
"""How many questions may be asked at once however few are missing."""
FOR_EACH = 150
"""How many must be missing for each question that is asked at once."""
FAILURES = 5
"""Failed questions in a row after which a walk gives up."""
WILDCARDS = frozenset("%_*?")
FEW = 400
"""How many items there are in an account of few, in which a cover is guessed however few are missing."""
COVERED = 1500
"""How many must be missing in any other for a cover to be guessed; below that, the walk is as good."""
COVERED_ALIKE = 700
"""The same where all that is known goes on alike after the anchor, and is not even before it."""
EVEN = 5.2
"""No cover is guessed where characters are so even that the walk takes fewer questions for an answer's worth."""
EVEN_OF_FEW = 10.0
"""The same in an account of few."""
SAMPLE = 1000
"""How many known items tell that."""
COVERED_GAPS = 50
"""The same where what is missing are gaps, and `BESIDE_GAPS` times as many are remembered."""
BESIDE_GAPS = 3
FEW_NEW = 1000
"""How many may be new for what is new to be guessed where nearly everything else is known."""
IN_VAIN = 20
"""Answers in a row without an unknown item after which a cover gives way to the walk."""
FURTHER_IN_VAIN = 10
"""The same, where nearly everything else is known."""


@frozen(repr=False)
class Start(Generic[Item]):
    """What a walk starts from.

    Attributes:
        answer: The answer to the listing's own filters, or to the first field's anchor; its items are known.
        total: How many there are in all, as far as it is told.
        is_anchored: Whether the answer is that to the anchor.
        has_gaps: Whether what is missing is older than what it showed, for that was remembered.
        is_further: Whether anything was remembered.
    """

    answer: Answer[Item]
    total: int
    is_anchored: bool = False
    has_gaps: bool = False
    is_further: bool = False


class Next(Protocol):
    """Says which part to ask for next, or None when there is none for now."""

    def __call__(self, *, is_idle: bool) -> Part | None:
        """The next part; `is_idle` says that nothing is being asked for."""
        ...


class NotCombinedError(Exception):
    """Two filters together showed an item that one of them does not match."""


class Descent(Generic[Item]):
    """One walk; its items are yielded as they become known.

    Items that are newer than the newest of the first answer came meanwhile. They are read, and left out of every count,
    so that a part that was counted before and one that was counted after can be compared.

    Args:
        ask: Asks the list.
        fields: What it can be narrowed by.
        filters: What the whole listing is narrowed to.
        known: What is known already.
        workers: How many questions are asked at once.

    Attributes:
        reasons: Why it may have missed something.
        has_miscounted: Whether the server has shown more than it counted.
    """

    def __init__(
        self, ask: Ask[Item], fields: Sequence[Field], filters: Mapping[str, str], known: Known, workers: int
    ) -> None:
        self._ask = ask
        self._fields = fields
        self._filters = filters
        self._known = known
        self._workers = workers
        self._doubtful = WILDCARDS
        self._newest: datetime | None = None
        self._walk: Walk
        self._in_vain = 0
        self._patience = PATIENCE
        self._has_gaps = False
        self._failed = 0
        self._refused: set[str] = set()
        self.reasons: list[str] = []
        self.has_miscounted = False

    async def entries(self, start: Start[Item]) -> AsyncGenerator[Entry[Item]]:
        """Walk until nothing is missing, or nothing more can be found.

        Args:
            start: Where from.

        Yields:
            Items that were unknown.

        Raises:
            NotCombinedError: Filters do not narrow each other; nothing of that answer was taken.
        """
        everything = self._begin(start)
        self._has_gaps = start.has_gaps
        if start.is_further:
            self._patience = min(PATIENCE, max(LEAST_PATIENCE, start.total // 100))
        new = int(everything.missing) + len(start.answer.entries)
        old = len(self._known) - len(start.answer.entries)
        is_new = start.is_anchored and not start.has_gaps
        is_little = new <= max(min(FEW_NEW, old), min(FEW, 2 * old), old // 10)
        guessed = self._further(everything, new) if is_new and is_little else self._cover(everything)
        async with aclosing(guessed) as entries:
            async for entry in entries:
                yield entry
        async with aclosing(self._fly(everything, self._walk.next)) as entries:
            async for entry in entries:
                yield entry

    @property
    def is_in_vain(self) -> bool:
        """Whether so many answers brought nothing that it gave up."""
        return self._in_vain >= self._patience

    async def _further(self, everything: Part, new: int) -> AsyncGenerator[Entry[Item]]:
        """Ask for what is guessed to show most of what is new, for as long as answers bring something."""
        if not everything.missing:
            return
        recent = Recent(self._known, 0, new, everything.shown, self._can_guess)
        while everything.missing and self._in_vain < FURTHER_IN_VAIN and not self._has_given_up():
            if (text := recent.choose()) is None:
                return
            async with aclosing(self._fly(everything, _each([Part(0, text)]))) as entries:
                async for entry in entries:
                    yield entry

    async def _cover(self, everything: Part) -> AsyncGenerator[Entry[Item]]:
        """Ask for what is guessed to show most of what is missing, for as long as that is worth it."""
        anchor = self._fields[0].anchor
        if not anchor or self._fields[0].name in self._filters:
            return
        if (root := self._known.part(0, anchor)) is None:
            root = Part(0, anchor, everything, expected=everything.missing)
            everything.children.append(root)
            async with aclosing(self._fly(everything, _each([root]))) as entries:
                async for entry in entries:
                    yield entry
        if root.total is None or not self._is_worth_a_cover(root):
            return
        async with aclosing(self._try_underscore(everything, root.total)) as entries:
            async for entry in entries:
                yield entry
        cover = Cover(self._known, 0, anchor, self._can_guess)
        while everything.missing and root.missing and self._in_vain < IN_VAIN and not self._has_given_up():
            chosen = await asyncio.to_thread(cover.choose, int(everything.missing), root.shown)
            if not any(self._known.bound(0, one.text) for one in chosen):
                return
            parts = (Part(0, one.text, expected=one.expected) for one in chosen if self._known.bound(0, one.text))
            async with aclosing(self._fly(everything, _each(parts))) as entries:
                async for entry in entries:
                    yield entry

    def _is_worth_a_cover(self, root: Part) -> bool:
        """Whether the walk would take more questions: not where characters are so even that it fills its answers.

        Between, only if all go on alike after the anchor: else what stands there is told by the walk as well.
        """
        total = root.total or 0
        if not root.shown:
            return False
        some = [texts[0].partition(root.text) for texts in islice(self._known.texts.values(), SAMPLE)]
        parts = even_splits([before[::-1] for before, _, _ in some], total, root.shown)
        if total <= FEW:
            return parts * root.shown >= EVEN_OF_FEW * total
        is_gap = self._has_gaps and len(self._known) >= BESIDE_GAPS * root.missing >= BESIDE_GAPS * COVERED_GAPS
        if root.missing >= COVERED or is_gap:
            return parts * root.shown >= EVEN * total
        return root.missing >= COVERED_ALIKE and parts == inf and len({after for _, _, after in some}) == 1

    async def _try_underscore(self, everything: Part, total: int) -> AsyncGenerator[Entry[Item]]:
        """Ask for `_`, if any known value has it: where it matches fewer than there are, it stands for itself."""
        if any("_" in texts[0] for texts in self._known.texts.values()):
            part = Part(0, "_")
            async with aclosing(self._fly(everything, _each([part]))) as entries:
                async for entry in entries:
                    yield entry
            if part.total is not None and part.total < total:
                self._doubtful -= {"_"}

    async def _fly(self, everything: Part, next_part: "Next") -> AsyncGenerator[Entry[Item]]:
        """Ask for parts, several at once, until there is none or nothing is missing."""
        flying: dict[asyncio.Task[Answer[Item]], Part] = {}
        try:
            while everything.missing and not self._has_given_up():
                while len(flying) < self._abreast(everything) and (part := next_part(is_idle=not flying)) is not None:
                    flying[asyncio.create_task(self._ask_for(part))] = part
                if not flying:
                    return
                await asyncio.wait(flying, return_when=asyncio.FIRST_COMPLETED)
                for task in [task for task in flying if task.done()]:
                    for entry in self._take(flying.pop(task), task):
                        yield entry
        finally:
            for task in flying:
                task.cancel()
            await asyncio.gather(*flying, return_exceptions=True)

    def _abreast(self, everything: Part) -> int:
        """How many questions to ask at once: the fewer are missing, the more one answer says of the next question."""
        missing = int(everything.missing)
        is_told = (everything.total or 0) > everything.known  # else nobody knows how many are missing
        return min(self._workers, max(min(ABREAST, missing) if is_told else ABREAST, missing // FOR_EACH))

    def _begin(self, start: Start[Item]) -> Part:
        self._known.begin()
        self._newest = max((entry.created_at for entry in start.answer.entries), default=None)
        places = {place: one.name for place, one in enumerate(self._fields)}
        narrowed = {place: self._filters[name] for place, name in places.items() if name in self._filters}
        self._walk = Walk(self._known, self._fields, narrowed)
        everything = Part(*EVERYTHING)
        self._count(everything, evolve(start.answer, total=start.total))
        if start.is_anchored:
            part = Part(0, self._fields[0].anchor, everything)
            everything.children.append(part)
            self._count(part, start.answer)
        return everything

    async def _ask_for(self, part: Part) -> Answer[Item]:
        return await self._ask({**self._filters, self._fields[part.place].name: part.text})

    def _take(self, part: Part, task: "asyncio.Task[Answer[Item]]") -> list[Entry[Item]]:
        """Take in the answer to a question; what it brought that was unknown."""
        try:
            answer = task.result()
        except CallError as error:
            self._failed += 1
            self._refused.add(part.text)
            self.reasons.append(f"a part could not be read: {error.what_happened}")
            self._drop(part)
            return []
        self._failed = 0
        news = self._learn(part, answer)
        self._in_vain = self._in_vain + 1 if all(map(self._is_late, news)) else 0
        if part.parent is not None:
            self._walk.push(part.parent)
        return news

    def _learn(self, part: Part, answer: Answer[Item]) -> list[Entry[Item]]:
        names = [one.name for one in self._fields]
        name = names[part.place]
        is_plain = all(matches(entry, names, {name: part.text}) for entry in answer.entries)
        if self._filters.keys() - {name}:
            is_narrowed = all(matches(entry, names, self._filters) for entry in answer.entries)
            if not is_narrowed or not (is_plain or WILDCARDS.intersection(part.text)):
                raise NotCombinedError
        unknown = [entry for entry in answer.entries if entry.id not in self._known.texts]
        self._count(part, answer, is_plain=is_plain)
        if not is_plain:
            self._drop(part)
        return unknown

    def _count(self, part: Part, answer: Answer[Item], *, is_plain: bool = True) -> None:
        """Hold what the server counted against what is known, and split the part if it lacks something.

        A server that finds more than what contains the text, by a wildcard say, counts too many and never too few.
        """
        late = sum(self._is_late(entry) for entry in answer.entries)
        self.has_miscounted |= len(answer.entries) - late > answer.total
        part.total = max(0, answer.total - late)
        part.shown = len(answer.entries)
        part.is_whole = len(answer.entries) >= answer.total
        self._known.add(part)
        for entry in answer.entries:
            self._note(entry)
        if part.missing and (part.parent is not None or part.place < 0):
            texts = [entry.texts for entry in answer.entries]
            self._walk.split(part, texts, len(texts), is_last_resort=not is_plain)

    def _drop(self, part: Part) -> None:
        if part.parent is None:
            return
        part.parent.children = [one for one in part.parent.children if one is not part] + part.children
        self._walk.push(part.parent)

    def _can_guess(self, text: str) -> bool:
        return self._walk.can_ask(0, text) and text not in self._refused and not self._doubtful.intersection(text)

    def _note(self, entry: Entry[Item]) -> None:
        self._known.learn(entry.id, entry.texts, late=self._is_late(entry))

    def _is_late(self, entry: Entry[Item]) -> bool:
        return self._newest is None or entry.created_at > self._newest

    def _has_given_up(self) -> bool:
        if self._failed >= FAILURES:
            self.reasons.append(f"{FAILURES} questions in a row failed")
        elif self.is_in_vain:
            self.reasons.append(f"{self._patience} questions in a row brought nothing new")
        else:
            return False
        return True


def matches(entry: Entry[Item], names: Iterable[str], filters: Mapping[str, str]) -> bool:
    """Whether an item has all these texts in it, by the most lenient reading of case."""
    texts = dict(zip(names, entry.texts, strict=True))
    return all(text.casefold() in texts[name].casefold() for name, text in filters.items())


def _each(parts: Iterable[Part]) -> Next:
    """The parts, one after the other."""
    rest = iter(parts)

    def next_part(*, is_idle: bool) -> Part | None:
        del is_idle
        return next(rest, None)

    return next_part
