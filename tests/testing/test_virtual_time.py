"""Virtual time jumps, keeps its order, waits for threads, and says when nothing can happen any more."""

import asyncio
import selectors
import threading
import time
from typing import Any

import pytest

from jofi_async.testing import DeadlockError, VirtualLoop, run_virtual


def test_a_day_takes_no_time() -> None:
    async def main() -> float:
        await asyncio.sleep(24 * 3600)
        await asyncio.sleep(10 * 24 * 3600)
        return asyncio.get_running_loop().time()

    started = time.monotonic()
    assert run_virtual(main()) == pytest.approx(11 * 24 * 3600)
    assert time.monotonic() - started < 5


def test_timers_keep_their_order() -> None:
    async def main() -> list[float]:
        woken: list[float] = []

        async def sleep(seconds: float) -> None:
            await asyncio.sleep(seconds)
            woken.append(asyncio.get_running_loop().time())

        await asyncio.gather(*(sleep(seconds) for seconds in (3, 1, 2, 0.5, 0)))
        return woken

    assert run_virtual(main()) == pytest.approx([0, 0.5, 1, 2, 3])


def test_timeouts_fire() -> None:
    async def main() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(60):
                await asyncio.Event().wait()
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == pytest.approx(60)


def test_the_clock_stands_still_while_a_thread_works() -> None:
    async def main() -> float:
        async with asyncio.timeout(0.001):
            await asyncio.to_thread(sum, range(100_000))
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) < 0.001


def test_a_deadlock_is_said_and_not_waited_out() -> None:
    async def wait_for_godot() -> None:
        await asyncio.Event().wait()

    with (
        asyncio.Runner(loop_factory=lambda: VirtualLoop(patience=0)) as runner,
        pytest.raises(DeadlockError, match="wait_for_godot"),
    ):
        runner.run(wait_for_godot())


def test_a_process_that_was_stopped_while_a_thread_is_at_work_waits_for_it_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    is_done, select = threading.Event(), selectors.DefaultSelector.select
    waits: list[float] = []

    def stopped_once(self: selectors.DefaultSelector, timeout: float | None = None) -> Any:
        if not timeout:
            return select(self, timeout)
        waits.append(timeout)
        if len(waits) == 1:
            return []  # so long was it stopped
        is_done.set()
        return select(self, timeout)

    monkeypatch.setattr(selectors.DefaultSelector, "select", stopped_once)
    assert run_virtual(asyncio.to_thread(is_done.wait, 5))
    assert waits[:2] == [10.0, 10.0]


def test_errors_come_out() -> None:
    async def fail() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        run_virtual(fail())
