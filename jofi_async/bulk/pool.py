"""Workers that pull one source and hand their results over in bounded memory.

Not a task per row: `workers` tasks pull, one at a time, and at most twice as many items as there are workers are pulled
and not yet taken, so that a slow taker slows the pulling.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import suppress
from functools import partial
from typing import Any, Generic, TypeVar

S = TypeVar("S")
R = TypeVar("R")


class Line(deque[asyncio.Future[None]]):
    """Tasks that wait; each is woken once, first come first served, and then looks for itself whether it may go on."""

    async def wait(self) -> None:
        """Wait to be woken; whoever is woken and cancelled wakes the next instead."""
        waiter = asyncio.get_running_loop().create_future()
        self.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if not waiter.cancelled():
                self.wake()
            with suppress(ValueError):
                self.remove(waiter)
            raise

    def wake(self) -> None:
        """Wake whoever has waited longest."""
        while self:
            waiter = self.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return

    def wake_all(self) -> None:
        """Wake everybody."""
        while self:
            self.wake()


class Pool(Generic[S, R]):
    """An async iterator over the results of `work` on everything that `pull` yields.

    Args:
        pull: Gives the next item; raises StopAsyncIteration at the end. It is never called twice at a time.
        pull_now: Gives the next item where that takes no wait, else None; `pull` tells why.
        work: Makes a result of an item. An exception of it ends the pool and is raised to the taker.
        workers: How many items are worked on at once.
        in_order: Whether results come in the order in which items were pulled, or as they are ready.
        finish: What is still to be done about a result before it is handed over, while the worker goes on; None for
            nothing.
        rest: Gives what is handed over besides, when all workers have ended.

    Attributes:
        ready: The results that `take` would give.
        at_work: What each worker works on now.
        has_stopped_pulling: Whether nothing more is pulled; workers that have all ended without it were cancelled by
            somebody else.
    """

    def __init__(
        self,
        pull: Callable[[], Awaitable[S]],
        work: Callable[[S], Awaitable[R]],
        *,
        pull_now: Callable[[], S | None] = lambda: None,
        workers: int,
        in_order: bool = False,
        finish: Callable[[R], Coroutine[Any, Any, None]] | None = None,
        rest: Callable[[], Iterable[R]] = tuple,
    ) -> None:
        self._pull = pull
        self._pull_now = pull_now
        self._work = work
        self._finish = finish
        self._rest = rest
        self._workers = workers
        self._in_order = in_order
        self._most = 2 * workers
        self._pullers, self._takers = Line(), Line()
        self._puller: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.ready: deque[R] = deque()
        self.at_work: dict[asyncio.Task[Any], S] = {}
        self._early: dict[int, R] = {}
        self._pulled = 0
        self._taken = 0
        self._delivered = 0
        self._started = False
        self.has_stopped_pulling = False
        self._error: BaseException | None = None

    @property
    def is_done(self) -> bool:
        """Whether all workers have ended."""
        return self._started and not self._tasks

    def stop_pulling(self) -> None:
        """Pull nothing more; what was pulled is still worked on."""
        self.has_stopped_pulling = True
        self._pullers.wake_all()
        if self._puller is not None:
            self._puller.cancel()

    async def aclose(self) -> None:
        """Cancel all workers and wait for them."""
        self._started = self.has_stopped_pulling = True
        for task in self._tasks:
            task.cancel()
        await self.wait()

    async def wait(self) -> None:
        """Wait until all workers have ended."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def __aiter__(self) -> "Pool[S, R]":
        return self

    async def __anext__(self) -> R:
        if not self._started:
            self._start()
        while not self.ready:
            if self._error is not None:
                error, self._error = self._error, None
                await self.aclose()
                raise error
            if not self._tasks:
                raise StopAsyncIteration
            await self._takers.wait()
        return self.take()

    def take(self) -> R:
        """The next result, which is ready: what `__anext__` would return, without a wait."""
        self._taken += 1
        if self._pullers:
            self._pullers.wake()
        return self.ready.popleft()

    def _start(self) -> None:
        self._started = True
        for number in range(self._workers):
            task = asyncio.create_task(self._run(), name=f"jofi_async worker {number}")
            self._tasks.add(task)
            task.add_done_callback(self._has_ended)

    def _has_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._error = self._error or error
            self.stop_pulling()
        if not self._tasks:
            for result in self._rest():
                self._hand_over(result)
        self._takers.wake_all()

    async def _run(self) -> None:
        worker = asyncio.current_task()
        assert worker is not None
        while not self.has_stopped_pulling:
            if self._puller is not None or self._pulled - self._taken >= self._most:
                await self._pullers.wait()
                continue
            try:
                item = self._pull_now()
                if item is None:
                    item = await self._pull_later(worker)
                elif self._pullers:
                    self._pullers.wake()
            except StopAsyncIteration:
                self.stop_pulling()
                return
            place, self._pulled = self._pulled, self._pulled + 1
            self.at_work[worker] = item
            try:
                result = await self._work(item)
            finally:
                del self.at_work[worker]
            if self._finish is None:
                self._deliver(place, result) if self._in_order else self._hand_over(result)
            else:
                task = asyncio.create_task(self._finish(result), name=f"jofi_async end of {place}")
                self._tasks.add(task)
                task.add_done_callback(partial(self._is_finished, place, result))

    async def _pull_later(self, worker: "asyncio.Task[Any]") -> S:
        self._puller = worker
        try:
            return await self._pull()
        finally:
            self._puller = None
            self._pullers.wake()

    def _is_finished(self, place: int, result: R, task: asyncio.Task[None]) -> None:
        self._deliver(place, result)  # also when the task was cancelled before it began
        self._has_ended(task)

    def _deliver(self, place: int, result: R) -> None:
        if not self._in_order:
            self._hand_over(result)
            return
        self._early[place] = result
        while self._delivered in self._early:
            self._hand_over(self._early.pop(self._delivered))
            self._delivered += 1

    def _hand_over(self, result: R) -> None:
        self.ready.append(result)
        if self._takers:
            self._takers.wake()
