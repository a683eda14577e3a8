"""Virtual time: an event loop whose clock jumps to the next timer instead of waiting for it.

::

    def test_backs_off() -> None:
        run_virtual(retry_for_an_hour())  # takes milliseconds
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class DeadlockError(RuntimeError):
    """Every task waits for something that nobody will ever do; the message names the tasks."""


def run_virtual(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in virtual time, on an event loop of its own.

    Args:
        main: What to run. Time starts at 0 and stands still while anything is ready to run.

    Returns:
        What the coroutine returned.

    Raises:
        DeadlockError: It would have waited for ever.
    """
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop that never waits: when nothing is ready, its clock jumps to the next timer.

    The clock stands still while a thread of `run_in_executor` or `asyncio.to_thread` is at work. It does not wait for
    other processes: use real time where one must answer.

    Args:
        patience: For how many real seconds to wait for a thread before the clock jumps, or it counts as a deadlock.
    """

    def __init__(self, patience: float = 20.0) -> None:
        self._jumps = _JumpingSelector(patience)
        super().__init__(self._jumps)

    def time(self) -> float:
        """Return the virtual time in seconds since the loop was made."""
        return self._jumps.now

    def run_forever(self) -> None:
        """Run until stopped; see `asyncio.loop.run_forever`.

        Raises:
            DeadlockError: It would have waited for ever.
        """
        try:
            super().run_forever()
        except _StuckError:
            waiting = "\n".join(f"  {task!r}" for task in asyncio.all_tasks(self))
            raise DeadlockError(f"Nothing is scheduled, so these would wait for ever:\n{waiting}") from None

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        """Run `func` in a thread; the clock stands still until it is done."""
        future = super().run_in_executor(executor, func, *args)
        self._jumps.threads += 1
        future.add_done_callback(self._one_thread_less)
        return future

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """Wait for the threads in real time, however long they take."""
        self._jumps.threads += 1
        try:
            await super().shutdown_default_executor()
        finally:
            self._jumps.threads -= 1

    def _one_thread_less(self, _: object) -> None:
        self._jumps.threads -= 1


class _StuckError(Exception):
    """Nothing is scheduled."""


class _JumpingSelector(selectors.DefaultSelector):
    """Where an event loop would sleep; it moves the clock instead."""

    def __init__(self, patience: float) -> None:
        super().__init__()
        self.now = 0.0
        self.threads = 0
        self._patience = patience

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if self.threads or timeout is None:
            half = self._patience / 2  # a process that was stopped meanwhile has the other one
            ready = super().select(half) or super().select(half)
        if ready:
            return ready
        if timeout is None:
            raise _StuckError
        self.now += timeout
        return ready
