"""What a call tells the limiter, and what the limiter's pauses and refusals make of calls."""

import asyncio
import math
from itertools import pairwise

import pytest
from attrs import evolve

from jofi_async.core.errors import (
    CallError,
    DeadlineNotSentError,
    QueueTooLongError,
    RetryAfterTooLongError,
    ServerError,
)
from jofi_async.core.limits import Priority, RateLimit
from jofi_async.core.limits.pause import FIRST_PAUSE
from jofi_async.core.retry import RetryPolicy
from tests.core.support import CREATE, GET, ONE_AT_A_TIME, Bench, Step, Thing, answers, thing, virtual

NO_REPEATS = RetryPolicy(attempts=1)
WELL = answers()


def now() -> float:
    return asyncio.get_running_loop().time()


def wishes(status: int, seconds: float | None) -> Step:
    return answers(status, headers={} if seconds is None else {"retry-after": f"{seconds:g}"})


@pytest.mark.parametrize(
    ("step", "pause"),
    [
        (wishes(429, 5), 5),
        (wishes(503, 5), 5),
        (wishes(500, 5), 5),
        (wishes(429, None), FIRST_PAUSE),
        (wishes(503, None), 0),
        (wishes(400, 5), 0),
        (wishes(200, 5), 0),
    ],
)
@virtual
async def test_one_answer_pauses_every_call(step: Step, pause: float) -> None:
    bench = Bench(step, WELL, retry=NO_REPEATS)
    await asyncio.gather(bench.call(CREATE), return_exceptions=True)
    assert bench.limiter.statistics().paused_for == pause
    await asyncio.gather(*(bench.call(record=None) for _ in range(3)))
    assert bench.transport.sent_at == [0, *[pause] * 3]


@virtual
async def test_the_call_that_was_refused_waits_once_and_with_the_others() -> None:
    bench = Bench(wishes(429, 5), wishes(429, 3), WELL, limit=RateLimit(per_second=4, burst=4))
    calls = [asyncio.create_task(bench.call(record=None)) for _ in range(4)]
    assert await asyncio.gather(*calls) == [Thing(7)] * 4
    assert bench.transport.sent_at == pytest.approx([0, 5, 8, 8.25, 8.5, 8.75][: len(bench.transport.sent_at)])
    assert len(bench.transport.sent_at) == 6
    assert bench.limiter.statistics().pauses == 2


@virtual
async def test_many_refused_at_once_spend_one_attempt_each_and_one_pause() -> None:
    step = answers(429, headers={}, after=1)
    bench = Bench(*[step] * 10, WELL, limit=RateLimit(per_second=100, burst=10))
    await asyncio.gather(*(bench.call(record=None) for _ in range(10)))
    statistics = bench.limiter.statistics()
    assert (statistics.throttled, statistics.pauses) == (10, 1)
    again = bench.transport.sent_at[10:]
    assert (len(again), again[0]) == (10, 1 + FIRST_PAUSE)
    assert min(later - before for before, later in pairwise(again)) >= 1 / 100 - 1e-9, "there is no burst"


@virtual
async def test_a_pause_above_the_ceiling_refuses_every_call_unsent_until_it_is_short_enough() -> None:
    bench = Bench(wishes(503, 100), WELL)
    waiting = [asyncio.create_task(bench.failure(CREATE, record=None)) for _ in range(1)]
    for error in await asyncio.gather(*waiting):
        assert isinstance(error, RetryAfterTooLongError)
        assert (error.attempts, error.retry_after) == (1, 100)
    error = await bench.failure(CREATE, record=None)
    assert isinstance(error, RetryAfterTooLongError)
    assert (error.attempts, error.retry_after, now()) == (0, 100, 0)
    assert "100 s are left of it, more than the 60 s allowed" in str(error)
    await asyncio.sleep(50)
    assert await bench.call() == Thing(7)
    assert now() == 100


@virtual
async def test_a_pause_that_outlasts_the_deadline_of_one_that_waits_ends_it_at_once() -> None:
    bench = Bench(answers(429, headers={"retry-after": "30"}, after=1), WELL, limit=ONE_AT_A_TIME, retry=NO_REPEATS)
    refused = asyncio.create_task(bench.failure(record=None))
    await asyncio.sleep(0)
    hasty = bench.session.with_options(evolve(bench.session.options, deadline=10))
    with pytest.raises(DeadlineNotSentError) as caught:
        await hasty.call(CREATE, thing)
    assert (now(), caught.value.attempts) == (1, 0)
    await refused


@virtual
async def test_max_wait_refuses_at_once_and_is_not_repeated() -> None:
    bench = Bench(WELL, limit=RateLimit(per_second=1, burst=1))
    hasty = bench.session.with_options(evolve(bench.session.options, max_wait=2.5))
    ended = await asyncio.gather(*(hasty.call(CREATE, thing) for _ in range(5)), return_exceptions=True)
    assert [type(end) for end in ended] == [Thing, Thing, Thing, QueueTooLongError, QueueTooLongError]
    error = ended[3]
    assert isinstance(error, QueueTooLongError)
    assert (error.seconds, error.attempts, error.path) == (3, 0, "/things")
    assert bench.transport.sent_at == [0, 1, 2]
    assert bench.limiter.statistics().refused == 2


@virtual
async def test_what_was_begun_is_not_given_up_for_a_queue() -> None:
    bench = Bench(wishes(429, 1), WELL, limit=RateLimit(per_second=1, burst=1))
    hasty = bench.session.with_options(evolve(bench.session.options, max_wait=0.5))
    first = asyncio.create_task(hasty.call(CREATE, thing))
    await asyncio.sleep(0)
    others = [asyncio.create_task(bench.call(record=None)) for _ in range(5)]
    assert await first == Thing(7)
    await asyncio.gather(*others)


@virtual
async def test_the_shorter_of_deadline_and_max_wait_says_why() -> None:
    bench = Bench(WELL, limit=RateLimit(per_second=0.1, burst=1))
    await bench.call()
    for max_wait, deadline, kind in ((5, 6, QueueTooLongError), (6, 5, DeadlineNotSentError)):
        options = evolve(bench.session.options, max_wait=max_wait, deadline=deadline)
        with pytest.raises(CallError) as caught:
            await bench.session.with_options(options).call(GET, thing, object_id=7)
        assert type(caught.value) is kind
        assert now() == 0


@virtual
async def test_work_in_bulk_is_overtaken_and_waits_as_long_as_it_must() -> None:
    bench = Bench(WELL, limit=RateLimit(per_second=1, burst=1))
    options = evolve(bench.session.options, max_wait=2.5)
    session = bench.session.with_options(options)
    assert session.in_bulk().options == evolve(options, max_wait=math.inf, priority=Priority.BULK)
    ended: list[str] = []

    async def call(name: str) -> None:
        await (session.in_bulk() if name == "bulk" else session).call(CREATE, thing)
        ended.append(name)

    async with asyncio.TaskGroup() as group:
        for name in ("bulk", "bulk", "bulk", "bulk", "web", "web"):
            group.create_task(call(name))
    assert ended == ["bulk", "web", "web", "bulk", "bulk", "bulk"]


@virtual
async def test_an_answer_of_any_meaning_ends_the_row_of_pauses() -> None:
    bench = Bench(wishes(429, None), wishes(500, None), wishes(429, None), retry=NO_REPEATS)
    pauses: list[float] = []
    for _ in range(3):
        assert isinstance(await bench.failure(record=None), CallError | ServerError)
        pauses.append(bench.limiter.statistics().paused_for)
    assert pauses == [FIRST_PAUSE, 0, FIRST_PAUSE]
