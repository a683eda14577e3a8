"""A handler that is cancelled, dies or fails at any step: each event is handled, and never twice at once."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jofi_async.testing import VirtualLoop, run_virtual
from jofi_async.webhooks import Claim, Handling, MemoryReplays
from jofi_async.webhooks.router import STEP_SECONDS
from tests.webhooks.vendor import Clock, Handled, SteppingReplays, deliver, deliver_until_accepted, router_of

STEPS = 60
"""More than a delivery has."""


async def turn() -> None:
    await asyncio.sleep(0)


@pytest.mark.parametrize("turns", range(STEPS))
def test_cancelled_at_any_step_it_is_handled_once(turns: int) -> None:
    async def main() -> None:
        handled = Handled(turn)
        router = router_of(SteppingReplays(turn), handled)
        delivery = asyncio.create_task(deliver(router))
        for _ in range(turns):
            await turn()
        delivery.cancel()
        await asyncio.wait([delivery])
        assert turns < STEPS - 1 or not delivery.cancelled()
        if handled.completed:
            assert (await deliver(router)).handling is Handling.REPEATED
        assert await deliver_until_accepted(router) == 1
        assert (await deliver(router)).handling is Handling.REPEATED
        assert handled.completed == {"evt_1": 1}
        assert not handled.overlaps

    run_virtual(main())


@pytest.mark.parametrize("first", range(0, STEPS, 3))
def test_cancelled_again_while_it_lets_go_nothing_is_lost(first: int) -> None:
    async def main() -> None:
        handled = Handled(turn)
        router = router_of(SteppingReplays(turn), handled)
        delivery = asyncio.create_task(deliver(router))
        for _ in range(first):
            await turn()
        for _ in range(3):
            delivery.cancel()
            await turn()
        await asyncio.wait([delivery])
        for _ in range(5):  # what it was letting go of when it was cancelled for the third time
            await turn()
        assert await deliver_until_accepted(router) == 1
        assert handled.completed == {"evt_1": 1}

    run_virtual(main())


class Death:
    """Steps of a process that dies at one of them: then its loop is run no more."""

    def __init__(self, at: int) -> None:
        self.left = at
        self.came = asyncio.Event()

    async def step(self) -> None:
        self.left -= 1
        if self.left < 0:
            self.came.set()
            await asyncio.Event().wait()
        await turn()


@pytest.mark.parametrize("at", range(8))
def test_dead_at_any_step_it_is_handled_once_the_claim_has_ended(at: int) -> None:
    hours = [0.0]
    store = MemoryReplays(clock=lambda: hours[0] * 3600)
    death = Death(at)
    dead, alive = Handled(death.step), Handled(turn)
    survivor = router_of(SteppingReplays(turn, store), alive)
    started: list[asyncio.Task[Any]] = []

    async def die() -> None:
        started.append(asyncio.create_task(deliver(router_of(SteppingReplays(death.step, store), dead))))
        waiting = asyncio.create_task(death.came.wait())
        await asyncio.wait([*started, waiting], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()

    async def wake_up() -> None:
        started[0].cancel()
        await asyncio.wait(started)

    with asyncio.Runner(loop_factory=VirtualLoop) as one, asyncio.Runner(loop_factory=VirtualLoop) as other:
        one.run(die())
        first = other.run(deliver(survivor)).handling
        held = 0 < at < 6
        assert first is (Handling.BUSY if held else Handling.REPEATED if at >= 6 else Handling.HANDLED)
        hours[0] += 1
        assert other.run(deliver(survivor)).handling is (Handling.HANDLED if held else Handling.REPEATED)
        # What had come to its end and was not yet remembered is handled again; all else is handled once.
        assert dead.completed["evt_1"] + alive.completed["evt_1"] == (2 if at == 5 else 1)
        one.run(wake_up())
        assert other.run(deliver(survivor)).handling is Handling.REPEATED


@given(
    starts=st.lists(st.tuples(st.integers(0, 12), st.sampled_from(["a", "b"])), min_size=1, max_size=6),
    ends=st.lists(st.none() | st.integers(1, 30), max_size=6),
    fails=st.sets(st.integers(1, 8), max_size=3),
    breaks=st.sets(st.integers(1, 12), max_size=3),
)
def test_whatever_fails_each_event_is_handled_and_never_twice_at_once(
    starts: Sequence[tuple[int, str]], ends: Sequence[int | None], fails: set[int], breaks: set[int]
) -> None:
    """Deliveries of two events that begin, are cancelled, fail, or meet a store that fails, at any moment."""
    count = {"handler": 0, "store": 0}

    async def fallible(what: str, moments: set[int]) -> None:
        count[what] += 1
        await turn()
        if count[what] in moments:
            raise OSError("linda@example.org")

    async def main() -> None:
        store = SteppingReplays(lambda: fallible("store", breaks))
        handled = Handled(lambda: fallible("handler", fails))
        router = router_of(store, handled)

        async def delivery(number: int, start: int, event: str) -> None:
            for _ in range(start):
                await turn()
            task = asyncio.create_task(deliver(router, event))
            end = ends[number] if number < len(ends) else None
            if end is not None:
                for _ in range(end):
                    await turn()
                task.cancel()
            await asyncio.wait([task])

        await asyncio.gather(*(delivery(number, *one) for number, one in enumerate(starts)))
        for event in {event for _, event in starts}:
            await deliver_until_accepted(router, event)
        assert handled.completed.keys() == {event for _, event in starts}
        assert not handled.overlaps
        if count["store"] < min(breaks, default=10**9):
            assert set(handled.completed.values()) == {1}

    run_virtual(main())


async def test_two_deliveries_at_once_run_it_once_and_the_second_is_told_to_come_again() -> None:
    gate = asyncio.Event()

    async def wait() -> None:
        await gate.wait()

    handled = Handled(wait)
    router = router_of(MemoryReplays(), handled)
    first = asyncio.create_task(deliver(router))
    await turn()
    await turn()
    second = await deliver(router)
    assert (second.status, second.handling, second.headers) == (503, Handling.BUSY, {"retry-after": "30"})
    gate.set()
    assert (await first).handling is Handling.HANDLED
    assert (await deliver(router)).handling is Handling.REPEATED
    assert handled.completed == {"evt_1": 1}


class Telling(MemoryReplays):
    """A store that notes what it is asked, and whose first answer is lost."""

    def __init__(self, *, loses_first: bool = False) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.loses = loses_first

    async def claim(self, key: str, token: str, seconds: float) -> Claim:
        self.asked.append("claim")
        claim = await super().claim(key, token, seconds)
        if self.loses:
            self.loses = False
            raise ConnectionError
        return claim

    async def finish(self, key: str) -> None:
        self.asked.append("finish")
        await super().finish(key)

    async def release(self, key: str, token: str) -> None:
        self.asked.append("release")
        await super().release(key, token)


async def test_a_store_is_asked_no_more_than_it_must() -> None:
    store = Telling()
    router = router_of(store, Handled(turn))
    assert [(await deliver(router)).handling for _ in range(2)] == [Handling.HANDLED, Handling.REPEATED]
    assert store.asked == ["claim", "finish", "claim"]


async def test_a_claim_whose_answer_was_lost_is_let_go_of() -> None:
    store = Telling(loses_first=True)
    router = router_of(store, Handled(turn))
    assert [(await deliver(router)).handling for _ in range(2)] == [Handling.FAILED, Handling.HANDLED]
    assert store.asked == ["claim", "release", "claim", "finish"]


def test_a_handler_has_its_time_and_never_longer_than_its_claim() -> None:
    async def main() -> None:
        async def forever() -> None:
            await asyncio.Event().wait()

        claims: list[float] = []

        class Noting(MemoryReplays):
            async def claim(self, key: str, token: str, seconds: float) -> Claim:
                claims.append(seconds)
                return await super().claim(key, token, seconds)

        router = router_of(Noting(clock=Clock()), Handled(forever), timeout=7)
        answer = await deliver(router)
        assert (answer.status, answer.handling) == (500, Handling.FAILED)
        assert asyncio.get_running_loop().time() == 7
        assert claims == [7 + 3 * STEP_SECONDS]

    run_virtual(main())


@pytest.mark.parametrize("silent", ["claim", "finish", "release"])
def test_a_store_that_never_answers_is_not_waited_for(silent: str) -> None:
    async def main() -> None:
        class Silent(MemoryReplays):
            pass

        async def forever(*_: Any) -> Any:
            await asyncio.Event().wait()

        setattr(Silent, silent, forever)

        async def fail() -> None:
            raise ValueError

        handled = Handled(fail if silent == "release" else turn)
        answer = await deliver(router_of(Silent(clock=Clock()), handled))
        assert answer.handling is (Handling.HANDLED if silent == "finish" else Handling.FAILED)
        assert asyncio.get_running_loop().time() == 10
        assert handled.completed == ({"evt_1": 1} if silent == "finish" else {})

    run_virtual(main())
