"""Workers that pull one source and hand their results over in bounded memory.

Not a task per row: `workers` tasks pull, one at a time, and at most twice as many items as there are workers are pulled
and not yet taken, so that a slow taker slows the pulling.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, Generic, TypeVar

S = TypeVar("S")
R = TypeVar("R")


class Pool(Generic[S, R]):
    """An async iterator over the results of `work` on everything that `pull` yields.

    Args:
        pull: Gives the next item; raises StopAsyncIteration at the end. It is never called twice at a time.
        work: Makes a result of an item. An exception of it ends the pool and is raised to the taker.
        workers: How many items are worked on at once.
        in_order: Whether results come in the order in which items were pulled, or as they are ready.
        finish: What is still to be done about a result before it is handed over, while the worker goes on; None for
            nothing.
    """

    def __init__(
        self,
        pull: Callable[[], Awaitable[S]],
        work: Callable[[S], Awaitable[R]],
        *,
        workers: int,
        in_order: bool = False,
        finish: Callable[[R], Coroutine[Any, Any, None]] | None = None,
    ) -> None:
        self._pull = pull
        self._work = work
        self._finish = finish
        self._workers = workers
        self._in_order = in_order
        self._turn = asyncio.Lock()
        self._most = 2 * workers
        self._held = 0
        self._room = asyncio.Event()
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._pulling: set[asyncio.Task[None]] = set()
        self._ready: deque[R] = deque()
        self._early: dict[int, R] = {}
        self._pulled = 0
        self._delivered = 0
        self._started = False
        self._ended = False
        self._error: BaseException | None = None

    @property
    def is_done(self) -> bool:
        """Whether all workers have ended."""
        return self._started and not self._tasks

    def stop_pulling(self) -> None:
        """Pull nothing more; what was pulled is still worked on."""
        self._ended = True
        for task in self._pulling:
            task.cancel()

    async def aclose(self) -> None:
        """Cancel all workers and wait for them."""
        self._started = self._ended = True
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
        while not self._ready:
            if self._error is not None:
                error, self._error = self._error, None
                await self.aclose()
                raise error
            if not self._tasks:
                raise StopAsyncIteration
            self._changed.clear()
            await self._changed.wait()
        if self._held == self._most:
            self._room.set()
        self._held -= 1
        return self._ready.popleft()

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
        self._changed.set()

    async def _run(self) -> None:
        worker = asyncio.current_task()
        assert worker is not None
        while (pulled := await self._next(worker)) is not None:
            place, item = pulled
            result = await self._work(item)
            if self._finish is None:
                self._deliver(place, result)
            else:
                task = asyncio.create_task(self._finish(result), name=f"jofi_async end of {place}")
                self._tasks.add(task)
                task.add_done_callback(partial(self._is_finished, place, result))

    def _is_finished(self, place: int, result: R, task: asyncio.Task[None]) -> None:
        self._deliver(place, result)  # also when the task was cancelled before it began
        self._has_ended(task)

    async def _next(self, worker: asyncio.Task[None]) -> tuple[int, S] | None:
        """Pull one, or None when there is nothing more or nothing more is wanted."""
        if self._ended:  # before it would wait for room that nobody makes any more
            return None
        self._pulling.add(worker)
        try:
            while self._held >= self._most:
                self._room.clear()
                await self._room.wait()
            self._held += 1
            await self._turn.acquire()
            try:
                item = await self._pull()
                place, self._pulled = self._pulled, self._pulled + 1
                return place, item
            finally:
                self._turn.release()
        except StopAsyncIteration:
            self._pulling.discard(worker)
            self.stop_pulling()
            return None
        finally:
            self._pulling.discard(worker)

    def _deliver(self, place: int, result: R) -> None:
        if self._in_order:
            self._early[place] = result
            while self._delivered in self._early:
                self._ready.append(self._early.pop(self._delivered))
                self._delivered += 1
        else:
            self._ready.append(result)
        self._changed.set()
