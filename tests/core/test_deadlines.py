"""Many deadlines on one timer do what `asyncio.timeout_at` does for each."""

import asyncio
import gc
import math
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from typing import Any
from weakref import ref

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from jofi_async.core.deadlines import Deadlines, DeadlinesByLoop, OwnDeadline, Scope
from jofi_async.testing import VirtualLoop, run_virtual
from tests.core.support import checked, virtual

LENGTH = 5.0
Bound = Callable[[float], AbstractAsyncContextManager[object]]


@frozen
class Job:
    """What one task does: it begins, works within the bound, works on, and may be cancelled from outside."""

    begins: int
    works: int
    works_on: int
    cancelled_at: int | None


JOBS = st.lists(
    st.builds(Job, st.integers(0, 8), st.integers(0, 8), st.integers(0, 3), st.none() | st.integers(0, 16)), max_size=6
)


async def end_of(job: Job, bound: Bound) -> tuple[str, float, int]:
    """How a job ended, when, and how many cancellations are left to it."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    end = "well"
    try:
        await asyncio.sleep(job.begins)
        async with bound(loop.time() + LENGTH):
            await asyncio.sleep(job.works)
        await asyncio.sleep(job.works_on)
    except (TimeoutError, asyncio.CancelledError) as error:
        end = type(error).__name__
    return end, loop.time(), task.cancelling()


async def ends_of(jobs: list[Job], bound: Bound) -> list[tuple[str, float, int]]:
    loop = asyncio.get_running_loop()
    tasks = [loop.create_task(end_of(job, bound)) for job in jobs]
    for job, task in zip(jobs, tasks, strict=True):
        if job.cancelled_at is not None:
            loop.call_at(job.cancelled_at + 0.5, task.cancel)
    await asyncio.wait(tasks) if tasks else None
    return [("cancelled", 0.0, 0) if task.cancelled() else task.result() for task in tasks]


@checked
@given(JOBS)
def test_scopes_end_as_those_of_asyncio_do(jobs: list[Job]) -> None:
    deadlines = DeadlinesByLoop()

    @asynccontextmanager
    async def shared(deadline: float) -> AsyncGenerator[None, None]:
        with Scope(deadlines.of(asyncio.get_running_loop()), deadline):
            yield

    @asynccontextmanager
    async def own(deadline: float) -> AsyncGenerator[None, None]:
        with Scope(OwnDeadline(asyncio.get_running_loop()), deadline):
            yield

    theirs = run_virtual(ends_of(jobs, asyncio.timeout_at))
    assert run_virtual(ends_of(jobs, shared)) == theirs
    assert run_virtual(ends_of(jobs, own)) == theirs


async def sleep_within(deadlines: Deadlines, deadline: float) -> None:
    with Scope(deadlines, deadline, LookupError):
        await asyncio.sleep(10)


@virtual
async def test_an_infinite_deadline_never_passes_and_is_in_nobodys_way() -> None:
    loop = asyncio.get_running_loop()
    deadlines = Deadlines(loop)
    with Scope(deadlines, math.inf):
        with pytest.raises(LookupError):
            await sleep_within(deadlines, 3.0)
        assert loop.time() == 3.0
        await asyncio.sleep(1e6)


def timers_of(loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch) -> list[asyncio.TimerHandle]:
    """The timers that are set from now on."""

    def noted(when: float, *arguments: Any, **options: Any) -> asyncio.TimerHandle:
        timers.append(call_at(when, *arguments, **options))
        return timers[-1]

    timers, call_at = list[asyncio.TimerHandle](), loop.call_at
    monkeypatch.setattr(loop, "call_at", noted)
    return timers


def test_there_is_one_timer_however_many_scopes(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        deadlines, timers = Deadlines(loop), timers_of(loop, monkeypatch)
        for _ in range(100):
            with Scope(deadlines, loop.time() + 5):
                pass
        assert [timer.when() for timer in timers] == [5.0]

    run_virtual(main())


def test_a_deadline_of_its_own_leaves_no_timer_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        timers = timers_of(loop, monkeypatch)
        with Scope(OwnDeadline(loop), 5):
            pass
        assert [timer.cancelled() for timer in timers] == [True]

    run_virtual(main())


@virtual
async def test_a_timer_keeps_nothing_of_whoever_came_first() -> None:
    class Thing: ...

    async def first() -> None:
        thing.set(Thing())
        things.append(ref(thing.get()))
        with Scope(deadlines, 5.0):
            pass

    thing, things = ContextVar[Thing]("thing"), list[ref[Thing]]()
    deadlines = Deadlines(asyncio.get_running_loop())
    await asyncio.create_task(first())
    with Scope(deadlines, 9.0):
        await asyncio.sleep(6)  # the timer was set anew meanwhile
        gc.collect()
        assert things[0]() is None


def test_each_loop_has_its_own_timer() -> None:
    deadlines = DeadlinesByLoop()

    async def main() -> None:
        with pytest.raises(LookupError):
            await sleep_within(deadlines.of(asyncio.get_running_loop()), 2.0)

    for _ in range(2):
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(main())
