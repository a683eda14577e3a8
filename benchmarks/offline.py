"""A list without pages in memory, as the complete listing asks for it; and two other ways to read it."""

import asyncio
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from heapq import heapify, heappop, heappush
from os.path import commonprefix
from typing import Any, TypeVar

from attrs import define

from benchmarks.accounts import Row
from jofi_async.reconcile.listable import Answer, Entry, Field
from jofi_async.testing import VirtualLoop

T = TypeVar("T")

UNFILTERED, FILTERED = 50, 150
_AGREEING = (
    50  # addresses that go on alike before the plain walk thinks that all do; with fewer it takes more questions
)
_FIELDS = (Field("email", 255, "@"), Field("custom_id", 50))
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def run_patiently(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in virtual time, where a cover may be guessed for as long as it takes."""
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(patience=3600)) as runner:
        return runner.run(main)


class Offline:
    """An account; each answer takes a second of the loop's time.

    Args:
        rows: Address and custom_id of each invitation, the oldest first.

    Attributes:
        shown: How many different items had been shown after each question.
    """

    fields = _FIELDS

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = list(rows[::-1])
        self._columns = [_Column([row[place] for row in self.rows]) for place in range(len(_FIELDS))]
        self._seen: set[int] = set()
        self.shown: list[int] = []

    async def ask(self, filters: Mapping[str, str]) -> Answer[int]:
        """The newest matches of at most one filter."""
        await asyncio.sleep(1)
        numbers, total = self.find(filters)
        self._seen.update(numbers)
        self.shown.append(len(self._seen))
        return Answer([self.entry(number) for number in numbers], total)

    def find(self, filters: Mapping[str, str]) -> tuple[Sequence[int], int]:
        """The numbers of the newest matches, and how many there are."""
        if not filters:
            return range(min(UNFILTERED, len(self.rows))), len(self.rows)
        [(name, text)] = filters.items()
        place = [field.name for field in _FIELDS].index(name)
        return self._columns[place].find(text)

    def entry(self, number: int) -> Entry[int]:
        """An invitation by its number, the newest being 0."""
        return Entry(number, self.rows[number], _EPOCH - timedelta(seconds=number), number)


class _Column:
    def __init__(self, texts: Sequence[str]) -> None:
        self._text = "\n".join(texts) + "\n"
        self._begins: list[int] = []
        begin = 0
        for text in texts:
            self._begins.append(begin)
            begin += len(text) + 1

    def find(self, part: str) -> tuple[Sequence[int], int]:
        found: list[int] = []
        total = 0
        at = self._text.find(part)
        while at >= 0:
            total += 1
            if total <= FILTERED:
                found.append(bisect(self._begins, at) - 1)
            at = self._text.find(part, self._text.find("\n", at))
        return found, total


@define(eq=False)
class _Node:
    text: str
    known: int


class PlainWalk:
    """The walk character by character with exact counts: from @ through the domain, then back into the local part.

    The likeliest character comes first (those known to go on there, then a Markov model), what is always followed by
    the same is asked for with that, and a node's further ones are left out as soon as it lacks nothing.

    Args:
        account: The account.

    Attributes:
        requests: How many questions it took.
    """

    def __init__(self, account: Offline) -> None:
        self._account = account
        self._known: dict[str, None] = {}
        self._ends: set[str] = set()
        self._next: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._path: list[_Node] = []
        self.requests = 0

    def read(self) -> None:
        """Read all."""
        self._learn(self._account.find({})[0])
        self.requests += 1
        self._open("@")

    def _open(self, text: str) -> None:
        """Ask for a text, and for what goes on from it, the likeliest first, until nothing of it is missing."""
        numbers, total = self._account.find({"email": text})
        self.requests += 1
        self._learn(numbers)
        node = _Node(text, sum(text in email for email in self._known))
        self._path.append(node)
        if node.known < total:
            for further in self._further(text):
                self._open(further)
                if node.known >= total:
                    break
        self._path.pop()

    def _further(self, text: str) -> Iterator[str]:
        """Longer texts; after a whole domain they go on to the left."""
        is_whole = text[0] != "@" or text in self._ends
        likely = self._next[text[:2] if is_whole else "@" + text[-2:]]
        groups = self._groups(text, is_whole=is_whole)
        letters = sorted(groups, key=lambda letter: -len(groups[letter]))
        letters += [*(letter for letter, _ in likely.most_common()), *"etaoinsrhldcumfpgwybvkxjqz0123456789.-_"]
        often = {letter: group for letter, group in groups.items() if len(group) >= _AGREEING}
        sure = {letter: commonprefix(group) for letter, group in often.items()}  # noqa: RUF071  (characters are meant)
        for more in dict.fromkeys([*(sure.get(letter, letter) for letter in letters), *letters]):
            yield more[::-1] + text if is_whole else text + more

    def _groups(self, text: str, *, is_whole: bool) -> dict[str, list[str]]:
        """How the known addresses with a text go on, by the first character."""
        groups: defaultdict[str, list[str]] = defaultdict(list)
        for email in self._known:
            at = email.find(text)
            if at >= 0 and (rest := email[:at][::-1] if is_whole else email[at + len(text) :]):
                groups[rest[0]].append(rest)
        return groups

    def _learn(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            email = self._account.rows[number][0]
            if email in self._known:
                continue
            self._known[email] = None
            for node in self._path:
                node.known += node.text in email
            at = email.index("@")
            self._ends.add(email[at:])
            for place in range(at):
                self._next[email[place + 1 : place + 3]][email[place]] += 1
            for place in range(at + 1, len(email)):
                self._next["@" + email[place - 2 : place]][email[place]] += 1
                self._next["@" + email[place - 1 : place]][email[place]] += 1


def known_cover(rows: Sequence[Row]) -> int:
    """How many questions the greedy cover takes of somebody who knows every address beforehand."""
    answers: defaultdict[str, list[int]] = defaultdict(list)
    for number, (email, _) in enumerate(rows[::-1]):
        for text in _texts(email):
            if len(answers[text]) < FILTERED:
                answers[text].append(number)
    heap = [(-len(numbers), text) for text, numbers in answers.items() if len(numbers) > 1]
    heapify(heap)
    left, requests = set(range(len(rows))), 0
    while heap:
        _, text = heappop(heap)
        brings = len(left.intersection(answers[text]))
        if heap and brings < -heap[0][0]:
            heappush(heap, (-brings, text))
        elif brings <= 1:
            break
        else:
            left.difference_update(answers[text])
            requests += 1
    return requests + len(left)


def _texts(email: str) -> set[str]:
    end, at = len(email), email.index("@")
    found = {email[i:j] for i in range(end) for j in range(i + 1, min(end, i + 7) + 1)}
    found |= {email[begin:stop] for begin in range(max(0, at - 9), at + 1) for stop in (at + 1, end)}
    return found | {email[at:stop] for stop in range(at + 1, end + 1)}
