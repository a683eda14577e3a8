"""`asyncio.timeout_at` for many scopes at once: one timer for all of them instead of one for each.

Deadlines that are set in the order in which they pass need a timer for the oldest alone; when it fires, it is set for
the next.
"""

import asyncio
from types import TracebackType
from typing import Any, Self

_EARLY = 1e-6
"""By how many seconds an event loop may wake early."""


class Deadlines:
    """Makes scopes, each with a deadline no earlier than that of the scope before it."""

    def __init__(self) -> None:
        self._pending: _Pending | None = None

    def scope(self, loop: asyncio.AbstractEventLoop) -> "Scope":
        """A scope for the running task.

        Args:
            loop: The running loop; to ask for it again would be a system call.
        """
        if self._pending is None or self._pending.loop is not loop:
            self._pending = _Pending(loop)  # the scopes of another loop keep theirs
        return Scope(self._pending)


class Scope:
    """A context manager that cancels its task at a deadline, and then raises `TimeoutError` at its own end."""

    __slots__ = ("_cancelling", "_expired", "_pending", "_task", "deadline")

    def __init__(self, pending: "_Pending") -> None:
        self._pending = pending
        self._expired = False

    def expired(self) -> bool:
        """Whether the deadline passed before it ended."""
        return self._expired

    def end_after(self, seconds: float) -> None:
        """Set the deadline so many seconds from now; see `end_at`."""
        self.end_at(self._pending.loop.time() + seconds)

    def end_at(self, deadline: float) -> None:
        """Set the deadline, an instant of the loop's clock; to be called once, inside the scope."""
        self.deadline = deadline
        self._pending.add(self)

    def expire(self) -> None:
        """Cancel the task: the deadline has passed."""
        self._expired = True
        self._task.cancel()

    def __enter__(self) -> Self:
        task = asyncio.current_task(self._pending.loop)
        assert task is not None
        self._task: asyncio.Task[Any] = task
        self._cancelling = task.cancelling()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pending.scopes.pop(self, None)
        if self._expired and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error


class _Pending:
    """The scopes of one loop whose deadlines are to come, the oldest first."""

    __slots__ = ("_is_timed", "loop", "scopes")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.scopes: dict[Scope, None] = {}
        self._is_timed = False

    def add(self, scope: Scope) -> None:
        self.scopes[scope] = None
        if not self._is_timed:
            self._is_timed = True
            self.loop.call_at(scope.deadline, self._fire)

    def _fire(self) -> None:
        now = self.loop.time() + _EARLY
        while self.scopes:
            scope = next(iter(self.scopes))
            if scope.deadline > now:
                self.loop.call_at(scope.deadline, self._fire)
                return
            del self.scopes[scope]
            scope.expire()
        self._is_timed = False
