"""Who waits for a slot: two lines, first come first served in each, and the rule between them."""

from asyncio import Future
from collections import OrderedDict
from collections.abc import Iterator

from attrs import define

from jofi_async.core.limits.contract import Priority

BULK_TURN = 8
"""Interactive calls overtake bulk ones, but while both wait, one slot in so many goes to bulk."""


@define(eq=False, repr=False)
class Waiter:
    """A call that waits for a slot.

    Attributes:
        granted: Done once it may start; its error is why it is refused.
        asked: When it asked, on the loop's clock.
        cost: How many requests it counts for.
        priority: Its line.
        latest: When it must have been granted, on the loop's clock.
        longest_pause: How many seconds of a pause it sits through.
    """

    granted: Future[None]
    asked: float
    cost: float
    priority: Priority
    latest: float
    longest_pause: float


class Queue:
    """Waiters in two lines; everything takes the same time however many wait.

    Attributes:
        size: How many wait.
    """

    def __init__(self) -> None:
        self.size = 0
        self._lines = {priority: _Line() for priority in Priority}
        self._interactive = self._lines[Priority.INTERACTIVE].waiters
        self._bulk = self._lines[Priority.BULK].waiters
        self._overtaken = 0

    def append(self, waiter: Waiter) -> None:
        """Join the end of the waiter's line."""
        line = self._lines[waiter.priority]
        line.waiters[waiter] = None
        line.cost += waiter.cost
        self.size += 1

    def put_back(self, waiter: Waiter) -> None:
        """Return to the head of the line, after a promise that could not be kept."""
        self.append(waiter)
        self._lines[waiter.priority].waiters.move_to_end(waiter, last=False)

    def discard(self, waiter: Waiter) -> bool:
        """Leave the queue from any place; False when it was not there."""
        line = self._lines[waiter.priority]
        if waiter not in line.waiters:
            return False
        del line.waiters[waiter]
        line.cost = line.cost - waiter.cost if line.waiters else 0.0
        self.size -= 1
        return True

    def head(self) -> Waiter:
        """Whose turn it is; the queue must not be empty."""
        interactive_first = self._interactive and not (self._bulk and self._overtaken >= BULK_TURN - 1)
        return next(iter(self._interactive if interactive_first else self._bulk))

    def pop(self, waiter: Waiter) -> None:
        """Take the head out to be granted, and count whose turn it was."""
        self.discard(waiter)
        is_overtaking = self._bulk and waiter.priority is Priority.INTERACTIVE
        self._overtaken = self._overtaken + 1 if is_overtaking else 0

    def ahead_of(self, priority: Priority) -> tuple[int, float]:
        """How many would be before a newcomer of that priority as things stand, and what they cost."""
        lines = self._lines.values() if priority is Priority.BULK else [self._lines[priority]]
        return sum(len(line.waiters) for line in lines), sum(line.cost for line in lines)

    def size_of(self, priority: Priority) -> int:
        """How many of one priority wait."""
        return len(self._lines[priority].waiters)

    def __iter__(self) -> Iterator[Waiter]:
        for line in self._lines.values():
            yield from line.waiters


class _Line:
    """One line and what those in it cost together."""

    def __init__(self) -> None:
        self.waiters: OrderedDict[Waiter, None] = OrderedDict()
        self.cost = 0.0
