"""A client that is closed: whoever waits is told at once, whoever is under way by the transport, and nobody else."""

import asyncio
import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest
from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st

from jofi_async.core.client import Client, change_session
from jofi_async.core.errors import LifecycleError, QueueTooLongError, UnknownOutcomeError
from jofi_async.core.limits import Limiter, Priority, RateLimit, RateLimiter
from jofi_async.core.limits.shared.limiter import SharedLimiter
from jofi_async.core.operation import Operation
from jofi_async.core.session import Session
from jofi_async.core.wire import Request, Response
from jofi_async.testing import run_virtual
from tests.core.limits.shared.stores import Server, Way
from tests.core.support import (
    CREATE,
    GET,
    Bench,
    ScriptedTransport,
    Step,
    Thing,
    answers,
    checked_briefly,
    refused,
    thing,
    virtual,
)
from tests.core.test_call_cancel import LIMIT, STEPS

HOLDS = answers(after=1)


@define(eq=False)
class Closing(ScriptedTransport):
    """Ends what is under way when it is closed, as one over sockets does, and refuses what comes after."""

    closed: asyncio.Event = field(factory=asyncio.Event)
    taken: int = 0
    flying: int = 0

    async def send(self, request: Request) -> Response:
        if self.closed.is_set():
            raise LifecycleError("This transport was closed. Make a new one.")
        self.taken += 1
        self.flying += 1
        answer, end = asyncio.ensure_future(super().send(request)), asyncio.ensure_future(self.closed.wait())
        try:
            await asyncio.wait([answer, end], return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                return answer.result()
            raise UnknownOutcomeError("The connection was closed")
        finally:
            self.flying -= 1
            answer.cancel()
            end.cancel()
            await asyncio.wait([answer, end])

    async def aclose(self) -> None:
        self.closed.set()


def closable(limiter: Limiter, *steps: Step, deadline: float | None = None) -> tuple[Client, Session, Closing]:
    """A client that owns its transport."""
    transport = Closing(steps)
    session = Session(transport, limiter, refused, Bench(deadline=deadline).session.options)
    return Client(session, transport), session, transport


def call(session: Session, operation: Operation = GET) -> "asyncio.Task[Thing]":
    return asyncio.create_task(session.call(operation, thing, object_id=7 if operation is GET else None))


@pytest.mark.parametrize("operation", [GET, CREATE], ids=["get", "create"])
@pytest.mark.parametrize("deadline", [None, 100.0], ids=["endless", "deadline"])
@virtual
async def test_at_every_moment_and_in_every_tick(operation: Operation, deadline: float | None) -> None:
    """The call queues for 1.5 s, is answered at 2.5 s, backs off until 4.5 s, fails, and is answered at 6.5 s."""
    loop, seen = asyncio.get_running_loop(), set[tuple[str, int]]()
    for quarter, ticks in product(range(27), range(8)):
        limiter = RateLimiter(LIMIT)
        client, session, transport = closable(limiter, *STEPS, deadline=deadline)
        await limiter.acquire()
        loop.call_later(1.5, limiter.release)
        began, task = loop.time(), call(session, operation)
        await asyncio.sleep(quarter / 4)
        for _ in range(ticks):
            await asyncio.sleep(0)
        flew, attempts = transport.flying == 1, transport.taken
        closed_at = loop.time()
        await client.aclose()
        await asyncio.wait([task])
        assert loop.time() == closed_at, f"closed at {quarter / 4} s, tick {ticks}"
        assert transport.taken == attempts
        error = task.exception()
        seen.add((type(error).__name__, attempts))
        assert not (flew and isinstance(error, LifecycleError))
        with pytest.raises(LifecycleError, match="closed"):
            await call(session, operation)
        await asyncio.sleep(max(0.0, began + 1.5 - loop.time()))
        assert (limiter.out, limiter.waiting, transport.flying) == (0, 0, 0)
    assert {*product(["LifecycleError"], [0, 1]), *product(["UnknownOutcomeError"], [1, 2])} <= seen


@virtual
async def test_it_says_whether_anything_was_sent() -> None:
    limiter = RateLimiter(LIMIT)
    client, session, transport = closable(limiter, answers(429, headers={"retry-after": "9"}))
    refused_once = call(session, CREATE)
    await asyncio.sleep(2)
    queued = call(session, CREATE)
    await asyncio.sleep(0)
    await client.aclose()
    with pytest.raises(LifecycleError, match=r"could send things.create; nothing was sent$"):
        await queued
    with pytest.raises(LifecycleError, match=r"could send things.create again$"):
        await refused_once
    assert len(transport.requests) == 1


@virtual
async def test_clients_made_of_it_are_closed_with_it_and_do_not_close_it() -> None:
    limiter = RateLimiter(RateLimit(per_second=None, in_flight=1))
    client, session, _ = closable(limiter, HOLDS)
    kin = change_session(session, deadline=50, max_wait=20)
    flying, mine, theirs = call(session), call(session), call(kin)
    await asyncio.sleep(0.5)
    await Client(kin, None).aclose()
    await asyncio.sleep(0.25)
    assert {mine.done(), theirs.done()} == {False}
    await client.aclose()
    ended = await asyncio.gather(flying, mine, theirs, return_exceptions=True)
    assert [type(error) for error in ended] == [UnknownOutcomeError, LifecycleError, LifecycleError]
    assert asyncio.get_running_loop().time() == 0.75


@virtual
async def test_a_client_whose_transport_was_given_goes_on() -> None:
    limiter = RateLimiter(RateLimit(per_second=None, in_flight=1))
    _, session, _ = closable(limiter, HOLDS)
    first, second = call(session), call(session)
    await asyncio.sleep(0.5)
    await Client(session, None).aclose()
    assert [await first, await second] == [Thing(7)] * 2


def test_calls_on_another_event_loop_are_told_there() -> None:
    limiter = RateLimiter(RateLimit(per_second=None, in_flight=1))

    async def serve() -> None:
        client, session, _ = closable(limiter, HOLDS)
        await limiter.acquire()
        queued = call(session)
        await asyncio.sleep(0)
        with ThreadPoolExecutor(1) as elsewhere:
            await asyncio.get_running_loop().run_in_executor(elsewhere, lambda: asyncio.run(client.aclose()))
        with pytest.raises(LifecycleError):
            await queued
        limiter.release()

    asyncio.run(serve())
    assert (limiter.out, limiter.waiting) == (0, 0)


class Own:
    """A limiter of somebody's own: one at a time."""

    def __init__(self) -> None:
        self.slots = asyncio.Semaphore(1)

    async def acquire(
        self,
        cost: float = 1,
        *,
        priority: Priority = Priority.INTERACTIVE,
        max_wait: float = math.inf,
        longest_pause: float = math.inf,
    ) -> float:
        await self.slots.acquire()
        return 0.0

    def release(self) -> None:
        self.slots.release()

    def answered(self, sent: float, seconds: float) -> None: ...

    def throttled(self, sent: float, retry_after: float | None) -> float:
        return 0.0


@pytest.mark.parametrize("kind", ["own", "local", "shared"])
@virtual
async def test_others_who_share_the_limiter_take_the_slots(kind: str) -> None:
    limiter: Limiter = Own()
    if kind != "own":
        limiter = RateLimiter(LIMIT) if kind == "local" else SharedLimiter(LIMIT, Way(Server()), "name")
    closing, session, _ = closable(limiter, HOLDS)
    _, others, transport = closable(limiter, HOLDS)
    flying = call(session)
    await asyncio.sleep(0.25)
    calls = [call(session if turn % 3 else others) for turn in range(9)]
    await asyncio.sleep(0.25)
    await closing.aclose()
    ended = await asyncio.gather(flying, *calls, return_exceptions=True)
    assert isinstance(ended[0], UnknownOutcomeError)
    assert [isinstance(error, LifecycleError) for error in ended[1:]] == [turn % 3 > 0 for turn in range(9)]
    assert len(transport.sent_at) == 3
    assert transport.sent_at[-1] <= 4.1
    await asyncio.wait_for(limiter.acquire(), 5)
    limiter.release()
    if isinstance(limiter, SharedLimiter):
        await limiter.aclose()


@virtual
async def test_a_shared_limiter_that_is_closed_with_its_client_leaves_nothing_and_serves_others() -> None:
    server = Server()
    limiter = SharedLimiter(RateLimit(per_second=1, burst=1, in_flight=4), Way(server), "name", owns_store=True)
    _, session, transport = closable(limiter, HOLDS)
    owner = Client(session, transport, limiter)
    _, others, going_on = closable(limiter, HOLDS)
    calls = [call(one) for one in (session, session, others, session, others)]
    await asyncio.sleep(0.5)
    await owner.aclose()
    ended = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(one) for one in ended if isinstance(one, Exception)] == [UnknownOutcomeError, *[LifecycleError] * 2]
    assert len(going_on.sent_at) == 2
    assert going_on.sent_at[-1] - going_on.sent_at[0] >= 0.99
    visits, closed = len(server.visits), server.closed
    assert closed > 1  # it was opened for each visit alone
    await asyncio.sleep(60)
    assert (len(server.visits), server.closed) == (visits, closed)


events = st.tuples(st.integers(0, 40).map(lambda tenths: tenths / 10), st.integers(0, 2))


@checked_briefly
@given(
    calls=st.lists(events, min_size=1, max_size=12),
    closings=st.lists(st.integers(0, 50).map(lambda tenths: tenths / 10), min_size=1, max_size=3),
    in_flight=st.integers(1, 3),
    per_second=st.sampled_from([None, 1.0, 4.0]),
)
def test_whatever_is_closed_when_no_slot_is_lost(
    calls: Sequence[tuple[float, int]], closings: Sequence[float], in_flight: int, per_second: float | None
) -> None:
    """Three clients share a limiter; some of them are closed while all make calls."""

    async def one(session: Session, at: float, closes: float) -> None:
        await asyncio.sleep(at)
        try:
            assert await call(session, CREATE) == Thing(7)
        except LifecycleError:
            assert asyncio.get_running_loop().time() == max(at, closes)
        except UnknownOutcomeError:
            assert asyncio.get_running_loop().time() == closes

    async def close(client: Client, at: float) -> None:
        await asyncio.sleep(at)
        await client.aclose()

    async def main() -> None:
        limiter = RateLimiter(RateLimit(per_second=per_second, burst=2, in_flight=in_flight))
        clients = [closable(limiter, HOLDS) for _ in range(3)]
        ends = [*closings, math.inf, math.inf, math.inf]
        async with asyncio.TaskGroup() as group:
            for at, whose in calls:
                group.create_task(one(clients[whose][1], at, ends[whose]))
            for (client, _, _), at in zip(clients, closings, strict=False):
                group.create_task(close(client, at))
        assert (limiter.out, limiter.waiting) == (0, 0)
        last = clients[2][1] if len(closings) < 3 else closable(limiter, HOLDS)[1]
        assert await asyncio.wait_for(asyncio.gather(*(call(last) for _ in range(in_flight))), 5)

    run_virtual(main())


@virtual
async def test_a_call_that_is_refused_by_the_limiter_does_not_wait_any_more() -> None:
    limiter = RateLimiter(LIMIT)
    client, session, _ = closable(limiter, HOLDS)
    impatient = change_session(session, max_wait=0)
    await limiter.acquire()
    with pytest.raises(QueueTooLongError):
        await call(impatient)
    limiter.release()
    await client.aclose()


@virtual
async def test_a_deadline_in_the_same_iteration_leaves_the_caller_no_cancellation() -> None:
    limiter = RateLimiter(LIMIT)
    _, session, _ = closable(limiter, deadline=1.0)
    await limiter.acquire()

    async def create() -> tuple[type[Exception], int]:
        task = asyncio.current_task()
        assert task is not None
        try:
            await session.call(CREATE, thing)
        except Exception as error:
            return type(error), task.cancelling()
        raise AssertionError("it was not sent")

    asyncio.get_running_loop().call_at(1.0, session.close)
    assert await asyncio.create_task(create()) == (LifecycleError, 0)


@virtual
async def test_a_closing_that_is_cancelled_closes_all_the_same() -> None:
    client, _, transport = closable(RateLimiter(LIMIT))
    closing = asyncio.create_task(client.aclose())
    await asyncio.sleep(0)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    assert transport.closed.is_set()


@virtual
async def test_a_client_that_closes_but_a_limiter_of_its_own_goes_on() -> None:
    limiter = RateLimiter(RateLimit(per_second=None, in_flight=1))
    _, session, _ = closable(limiter, HOLDS, answers())
    closed: list[None] = []

    class Own:
        async def aclose(self) -> None:
            closed.append(None)

    first, second = call(session), call(session)
    await asyncio.sleep(0.5)
    await Client(session, Own()).aclose()
    assert closed == [None]
    assert [await first, await second]
