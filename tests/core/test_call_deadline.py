"""One deadline bounds a call: queue, limit, attempts and backoff together."""

import asyncio

import pytest

from jofi_async.core.errors import (
    CallError,
    DeadlineNotSentError,
    DeadlineUnknownError,
    Effect,
    NotSentError,
    RateLimitedError,
    ServerError,
)
from jofi_async.core.limits import RateLimit
from jofi_async.core.operation import Operation
from jofi_async.core.retry import RetryPolicy
from jofi_async.core.wire import Response
from tests.core.support import AT_ONCE, CREATE, GET, ONE_AT_A_TIME, Bench, Step, Thing, answers, fails, virtual

both = pytest.mark.parametrize("operation", [GET, CREATE], ids=["get", "create"])


def now() -> float:
    return asyncio.get_running_loop().time()


def asks_to_wait(seconds: float, *, after: float = 0.0) -> Step:
    return answers(429, headers={"retry-after": f"{seconds:g}"}, after=after)


@both
@virtual
async def test_in_the_queue(operation: Operation) -> None:
    bench = Bench(answers(), limit=ONE_AT_A_TIME, deadline=2.5)
    await bench.limiter.acquire()
    try:
        with pytest.raises(DeadlineNotSentError) as caught:
            await bench.call(operation)
        assert (bench.limiter.out, bench.limiter.waiting) == (1, 0)
    finally:
        bench.limiter.release()
    assert now() == 2.5
    assert (caught.value.attempts, caught.value.effect) == (0, Effect.NONE)
    assert "The deadline of 2.5 s passed before it could be sent" in str(caught.value)
    assert not bench.transport.requests


@both
@virtual
async def test_at_the_limiter(operation: Operation) -> None:
    bench = Bench(answers(), limit=RateLimit(per_second=0.1, burst=1), deadline=3)
    await bench.call(operation)
    error = await bench.failure(operation)
    assert isinstance(error, DeadlineNotSentError)
    assert now() == 0, "it was clear that the slot would come too late"
    assert "It would have waited 10 s for a slot, and the deadline leaves 3 s" in str(error)
    assert len(bench.transport.requests) == 1


@pytest.mark.parametrize(("operation", "effect"), [(GET, Effect.NONE), (CREATE, Effect.UNKNOWN)])
@virtual
async def test_in_flight(operation: Operation, effect: Effect) -> None:
    bench = Bench(answers(after=60), deadline=5)
    error = await bench.failure(operation)
    assert isinstance(error, DeadlineUnknownError)
    assert (error.effect, error.attempts, now()) == (effect, 1, 5)
    assert bench.record.in_doubt
    assert bench.transport.under_way == 0


@both
@virtual
async def test_in_flight_before_a_byte_left(operation: Operation) -> None:
    bench = Bench(Step(Response(200), after=60, departs=False), deadline=5)
    error = await bench.failure(operation)
    assert isinstance(error, DeadlineNotSentError)
    assert (error.effect, error.attempts) == (Effect.NONE, 1)
    assert not bench.record.in_doubt


@virtual
async def test_in_flight_where_the_transport_says_nothing_of_bytes() -> None:
    """What an earlier attempt said of its bytes is not what the next one did."""
    not_departed = fails(NotSentError("no connection"), departs=False)
    bench = Bench(not_departed, Step(Response(200), after=60, departs=None), deadline=5)
    error = await bench.failure(CREATE)
    assert isinstance(error, DeadlineUnknownError)
    assert bench.record.in_doubt


@virtual
async def test_in_flight_of_a_later_attempt() -> None:
    bench = Bench(asks_to_wait(1), answers(after=60), deadline=5)
    error = await bench.failure(CREATE)
    assert isinstance(error, DeadlineUnknownError)
    assert (error.effect, error.attempts) == (Effect.UNKNOWN, 2)


@both
@virtual
async def test_a_wish_that_outlasts_the_deadline_ends_the_call_at_once(operation: Operation) -> None:
    bench = Bench(asks_to_wait(10, after=1), answers(), deadline=11)
    error = await bench.failure(operation)
    assert isinstance(error, RateLimitedError)
    assert (error.retry_after, now()) == (10, 1)


@both
@virtual
async def test_a_wish_that_just_fits_is_kept(operation: Operation) -> None:
    bench = Bench(asks_to_wait(10, after=0.75), answers(), deadline=11)
    assert await bench.call(operation) == Thing(7)
    assert now() == 10.75


@virtual
async def test_random_waits_never_outlast_it_either() -> None:
    for _ in range(50):
        began = now()
        bench = Bench(answers(503), deadline=4, retry=RetryPolicy(attempts=9, first_wait=3))
        assert isinstance(await bench.failure(), ServerError)
        assert now() - began < 4


@virtual
async def test_the_queue_of_a_later_attempt_counts() -> None:
    bench = Bench(asks_to_wait(1), answers(), limit=ONE_AT_A_TIME, deadline=3)
    task = asyncio.create_task(bench.call(CREATE))
    await asyncio.sleep(0.5)
    await bench.limiter.acquire()
    assert now() == 1
    await asyncio.sleep(1.25)
    assert bench.limiter.waiting == 1
    (error,) = await asyncio.gather(task, return_exceptions=True)
    assert isinstance(error, DeadlineNotSentError)
    assert (error.attempts, now()) == (1, 3)
    assert (bench.limiter.out, bench.limiter.waiting) == (1, 0)
    bench.limiter.release()


@virtual
async def test_each_call_has_its_own() -> None:
    bench = Bench(answers(after=2), limit=ONE_AT_A_TIME, deadline=5)
    calls = await asyncio.gather(*(bench.call(CREATE, record=None) for _ in range(4)), return_exceptions=True)
    assert [type(ended) for ended in calls] == [Thing, Thing, DeadlineUnknownError, DeadlineNotSentError]
    assert (bench.limiter.out, now()) == (0, 5)


@virtual
async def test_without_one_a_call_takes_its_time() -> None:
    bench = Bench(answers(after=10**6), deadline=None)
    assert await bench.call() == Thing(7)


@virtual
async def test_the_caller_s_own_timeout_stays_the_caller_s() -> None:
    bench = Bench(answers(after=60), deadline=5)
    with pytest.raises(TimeoutError) as caught:
        async with asyncio.timeout(3):
            await bench.call(CREATE)
    assert not isinstance(caught.value, CallError)
    assert (bench.limiter.out, now()) == (0, 3)


@virtual
async def test_a_cancellation_at_the_deadline_is_a_cancellation() -> None:
    bench = Bench(answers(after=60), deadline=5, retry=AT_ONCE)
    task = asyncio.create_task(bench.call(CREATE))
    asyncio.get_running_loop().call_at(5, task.cancel)
    await asyncio.wait([task])
    assert task.cancelled()
    assert bench.limiter.out == 0
