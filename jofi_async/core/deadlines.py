"""`asyncio.timeout_at` for many scopes at once: one timer for all of them instead of one for each.

Deadlines that are set in the order in which they pass need a timer for the oldest alone; when it fires, it is set for
the next.
"""

import asyncio
import math
from collections.abc import Callable
from contextvars import Context
from types import TracebackType
from typing import Any, Protocol, Self

_EARLY = 1e-6
"""By how many seconds an event loop may wake early."""


class Expiring(Protocol):
    """What has a deadline, an instant of the loop's clock."""

    deadline: float

    def expire(self) -> None:
        """The deadline has passed."""
        ...


class Watch(Protocol):
    """Lets what is added expire in one event loop."""

    loop: asyncio.AbstractEventLoop

    def add(self, item: Expiring) -> None:
        """Expire it at its deadline, unless that is infinite, or it is discarded before."""
        ...

    def discard(self, item: Expiring) -> None:
        """Forget it, if it was added."""
        ...


class Deadlines:
    """Watches over what expires in one event loop, none before what was added before it.

    Args:
        loop: The event loop.
    """

    __slots__ = ("_context", "_is_timed", "_pending", "loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._context = Context()  # not the first caller's, which would be kept while others come
        self._pending: dict[Expiring, None] = {}
        self._is_timed = False

    @property
    def size(self) -> int:
        """How many it watches over."""
        return len(self._pending)

    def add(self, item: Expiring) -> None:
        """Expire it at its deadline, unless that is infinite, or it is discarded before."""
        if item.deadline == math.inf:
            return
        self._pending[item] = None
        if not self._is_timed:
            self._is_timed = True
            self.loop.call_at(item.deadline, self._fire, context=self._context)

    def discard(self, item: Expiring) -> None:
        """Forget it, if it was added."""
        self._pending.pop(item, None)

    def _fire(self) -> None:
        now = self.loop.time() + _EARLY
        while self._pending:
            item = next(iter(self._pending))
            if item.deadline > now:
                self.loop.call_at(item.deadline, self._fire, context=self._context)
                return
            del self._pending[item]
            item.expire()
        self._is_timed = False


class OwnDeadline:
    """Watches over one item alone, with a timer that ends with it: what comes next may have any deadline.

    Args:
        loop: The event loop.
    """

    __slots__ = ("_timer", "loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._timer: asyncio.TimerHandle | None = None

    def add(self, item: Expiring) -> None:
        """Expire it at its deadline, unless that is infinite, or it is discarded before."""
        if item.deadline < math.inf:
            self._timer = self.loop.call_at(item.deadline, item.expire)

    def discard(self, item: Expiring) -> None:
        """Forget it."""
        if self._timer is not None:
            self._timer.cancel()


class DeadlinesByLoop:
    """The `Deadlines` of the loop that runs; a client may serve one after the other."""

    _deadlines: Deadlines | None = None

    def of(self, loop: asyncio.AbstractEventLoop) -> Deadlines:
        """Those of a loop; what was added to those of another stays there."""
        if self._deadlines is None or self._deadlines.loop is not loop:
            self._deadlines = Deadlines(loop)
        return self._deadlines


class Scope:
    """A context manager that cancels its task at a deadline, and then raises its own error at its end.

    Args:
        watch: What watches over it, in the running loop.
        deadline: An instant of the loop's clock.
        overdue: Makes the error.
    """

    __slots__ = ("_cancelling", "_expired", "_overdue", "_task", "_watch", "deadline")

    def __init__(self, watch: Watch, deadline: float, overdue: Callable[[], Exception] = TimeoutError) -> None:
        self._watch = watch
        self.deadline = deadline
        self._overdue = overdue
        self._expired = False

    def expire(self) -> None:
        """Cancel the task: the deadline has passed, or there is another reason to end."""
        if not self._expired:  # or one cancellation would be left to whoever called
            self._expired = True
            self._task.cancel()

    def reason(self) -> Exception:
        """What is raised in place of the cancellation."""
        return self._overdue()

    def __enter__(self) -> Self:
        task = asyncio.current_task(self._watch.loop)
        assert task is not None
        self._task: asyncio.Task[Any] = task
        self._cancelling = task.cancelling()
        self._watch.add(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watch.discard(self)
        if self._expired and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise self.reason() from None
