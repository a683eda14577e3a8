"""One call's way: what is sent again, what is not, and what the caller is told."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import tenacity
from attrs import evolve

from jofi_async.core import repeating
from jofi_async.core.errors import (
    CallError,
    Effect,
    ModeMismatchError,
    NotSentError,
    RateLimitedError,
    RefusedError,
    RetryAfterTooLongError,
    ServerError,
    UnknownOutcomeError,
    UnreadableAnswerError,
)
from jofi_async.core.limits import RateLimit
from jofi_async.core.operation import Operation
from jofi_async.core.retry import RetryPolicy
from jofi_async.core.session import Session
from jofi_async.core.wire import Request, Response
from tests.core.documents import written
from tests.core.support import (
    CREATE,
    GET,
    ONE_AT_A_TIME,
    Bench,
    ScriptedTransport,
    Step,
    Thing,
    answers,
    fails,
    refused,
    thing,
    virtual,
)

WELL = answers()
both = pytest.mark.parametrize("operation", [GET, CREATE], ids=["get", "create"])


def not_sent() -> Step:
    return fails(NotSentError("no connection"))


def unknown(response: Response | None = None) -> Step:
    return fails(UnknownOutcomeError("reset", response=response))


def cut(status: int, body: bytes) -> Step:
    return unknown(Response(status, {"content-type": "application/json"}, body))


def asks_to_wait(seconds: float, status: int = 429) -> Step:
    return answers(status, headers={"retry-after": f"{seconds:g}"})


@both
@virtual
async def test_a_first_attempt_that_works_pays_nothing_for_a_second(
    operation: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def untouched(*_: Any, **__: Any) -> None:
        raise AssertionError("tenacity was touched")

    monkeypatch.setattr(repeating, "retrying", untouched)
    monkeypatch.setattr(tenacity.AsyncRetrying, "__init__", untouched)
    bench = Bench(WELL)
    assert await bench.call(operation) == Thing(7)
    assert (bench.record.attempts, bench.record.flying, bench.limiter.out) == (1, None, 0)


@both
@pytest.mark.parametrize("step", [not_sent, lambda: asks_to_wait(1), lambda: answers(429)], ids=["not", "429", "bare"])
@virtual
async def test_what_was_not_done_is_sent_again(operation: Operation, step: Callable[[], Step]) -> None:
    bench = Bench(step(), step(), WELL)
    assert await bench.call(operation) == Thing(7)
    assert bench.record.attempts == 3


GONE_WRONG = [
    pytest.param(unknown, UnknownOutcomeError, id="unknown"),
    pytest.param(lambda: answers(500), ServerError, id="500"),
    pytest.param(lambda: answers(503), ServerError, id="503"),
    pytest.param(lambda: answers(408), ServerError, id="408"),
    pytest.param(lambda: answers(302), ServerError, id="redirect"),
    pytest.param(lambda: answers(200, b"<html>", {"content-type": "text/html"}), ServerError, id="page"),
    pytest.param(lambda: answers(201, b"<html>", {}), ServerError, id="bare page"),
]


@pytest.mark.parametrize(("step", "kind"), GONE_WRONG)
@virtual
async def test_a_create_of_which_nothing_is_known_is_never_repeated(
    step: Callable[[], Step], kind: type[CallError]
) -> None:
    bench = Bench(step(), WELL)
    error = await bench.failure(CREATE)
    assert type(error) is kind
    assert isinstance(error, CallError)
    assert (error.effect, error.attempts, error.method, error.path) == (Effect.UNKNOWN, 1, "POST", "/things")
    assert "look before sending it again" in str(error)


@pytest.mark.parametrize(("step", "kind"), GONE_WRONG)
@virtual
async def test_a_get_is_repeated_and_took_no_effect(step: Callable[[], Step], kind: type[CallError]) -> None:
    bench = Bench(step(), WELL)
    assert await bench.call() == Thing(7)
    assert bench.record.attempts == 2
    error = await Bench(step()).failure()
    assert type(error) is kind
    assert isinstance(error, CallError)
    assert (error.effect, error.attempts, error.path) == (Effect.NONE, 4, "/things/7")


@both
@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 422])
@virtual
async def test_a_refusal_is_final(operation: Operation, status: int) -> None:
    bench = Bench(answers(status), WELL)
    error = await bench.failure(operation)
    assert isinstance(error, CallError)
    assert (error.status, error.effect, error.attempts) == (status, Effect.NONE, 1)


@virtual
async def test_a_create_after_a_failure_that_was_none_may_still_end_in_doubt() -> None:
    bench = Bench(not_sent(), asks_to_wait(1), unknown(), WELL)
    error = await bench.failure(CREATE)
    assert isinstance(error, UnknownOutcomeError)
    assert (error.effect, error.attempts) == (Effect.UNKNOWN, 3)


@both
@virtual
async def test_the_wish_to_wait_is_kept_to_the_second(operation: Operation) -> None:
    bench = Bench(asks_to_wait(7), asks_to_wait(0.5), WELL)
    await bench.call(operation)
    assert bench.transport.sent_at == [0, 7, 7.5]
    assert bench.record.backing_off == 7.5


@pytest.mark.parametrize(
    ("operation", "status", "effect"),
    [
        (GET, 429, Effect.NONE),
        (CREATE, 429, Effect.NONE),
        (GET, 503, Effect.NONE),
        (CREATE, 503, Effect.UNKNOWN),
        (CREATE, 302, Effect.UNKNOWN),
    ],
)
@virtual
async def test_a_wish_above_the_ceiling_ends_the_call(operation: Operation, status: int, effect: Effect) -> None:
    bench = Bench(asks_to_wait(60.5, status), WELL)
    error = await bench.failure(operation)
    assert isinstance(error, RetryAfterTooLongError)
    assert (error.retry_after, error.effect, error.status, error.attempts) == (60.5, effect, status, 1)
    assert error.body == b'{"id":7}'
    assert isinstance(error.__cause__, RateLimitedError | ServerError)
    assert str(error).startswith("The server asks to wait 60.5 s, more than the 60 s allowed (")


@both
@virtual
async def test_a_wish_at_the_ceiling_is_kept(operation: Operation) -> None:
    bench = Bench(asks_to_wait(60), WELL)
    await bench.call(operation)
    assert bench.transport.sent_at == [0, 60]


@both
@virtual
async def test_a_refusal_keeps_its_meaning_whatever_wait_a_gateway_adds(operation: Operation) -> None:
    error = await Bench(asks_to_wait(3600, 400)).failure(operation)
    assert isinstance(error, RefusedError)
    assert error.retry_after == 3600


@virtual
async def test_a_create_whose_answer_broke_off_was_made() -> None:
    bench = Bench(cut(201, b'{"id":7}'))
    assert await bench.call(CREATE) == Thing(7)
    bench = Bench(cut(201, b'{"id":7,"na'), WELL)
    error = await bench.failure(CREATE)
    assert isinstance(error, UnreadableAnswerError)
    assert (error.effect, error.status, error.body, error.attempts) == (Effect.DONE, 201, b'{"id":7,"na', 1)


@pytest.mark.parametrize(
    ("step", "kind", "effect"),
    [
        (cut(500, b'{"err'), ServerError, Effect.UNKNOWN),
        (cut(400, b'{"err'), RefusedError, Effect.NONE),
        (unknown(Response(200, {}, b"<html")), ServerError, Effect.UNKNOWN),
    ],
)
@virtual
async def test_a_cut_answer_of_a_create_is_still_an_answer(step: Step, kind: type[CallError], effect: Effect) -> None:
    error = await Bench(step, WELL).failure(CREATE)
    assert type(error) is kind
    assert isinstance(error, CallError)
    assert error.effect == effect


@virtual
async def test_a_cut_429_of_a_create_is_repeated() -> None:
    bench = Bench(cut(429, b"{"), WELL)
    assert await bench.call(CREATE) == Thing(7)


@virtual
async def test_a_cut_answer_of_a_get_is_asked_for_again() -> None:
    bench = Bench(cut(200, b'{"id":8}'), WELL)
    assert await bench.call() == Thing(7)
    assert bench.record.attempts == 2


@pytest.mark.parametrize(("operation", "effect"), [(GET, Effect.NONE), (CREATE, Effect.DONE)])
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"id":"lucy@x.org"}', b'{"name":"lucy@x.org"}'])
@virtual
async def test_an_answer_that_does_not_fit_is_kept(operation: Operation, effect: Effect, body: bytes) -> None:
    bench = Bench(answers(200, body), WELL)
    error = await bench.failure(operation)
    assert isinstance(error, UnreadableAnswerError)
    assert (error.effect, error.body, error.status, error.attempts) == (effect, body, 200, 1)
    assert str(error).startswith("The answer cannot be read: ")
    assert "lucy" not in str(error)


@virtual
async def test_what_decoding_raises_is_placed_in_its_call() -> None:
    def decode(response: Response) -> Thing:
        raise ModeMismatchError("wrong mode", item=7, response=response, effect=Effect.DONE)

    bench = Bench(WELL)
    with pytest.raises(ModeMismatchError) as caught:
        await bench.session.call(CREATE, decode)
    assert (caught.value.path, caught.value.attempts, caught.value.status) == ("/things", 1, 200)


@both
@pytest.mark.parametrize("error", [ValueError("lucy"), OSError(), TimeoutError(), RuntimeError()])
@virtual
async def test_what_no_transport_should_raise_comes_through_as_it_is(operation: Operation, error: Exception) -> None:
    bench = Bench(fails(error), WELL, deadline=9)
    assert await bench.failure(operation) is error
    assert bench.record.attempts == 1


@both
@virtual
async def test_a_halted_call_sends_nothing(operation: Operation) -> None:
    bench = Bench(WELL)
    bench.record.halted = True
    error = await bench.failure(operation)
    assert isinstance(error, NotSentError)
    assert (error.attempts, bench.transport.requests) == (0, [])


@virtual
async def test_a_call_halted_in_the_queue_or_while_backing_off_sends_nothing_more() -> None:
    for steps, first in (((WELL,), []), ((asks_to_wait(5), WELL), [0])):
        bench = Bench(*steps, limit=ONE_AT_A_TIME)
        if not first:
            await bench.limiter.acquire()
        task = asyncio.create_task(bench.call(CREATE))
        started = asyncio.get_running_loop().time()
        await asyncio.sleep(1)
        bench.record.halted = True
        if not first:
            bench.limiter.release()
        (error,) = await asyncio.gather(task, return_exceptions=True)
        assert isinstance(error, NotSentError)
        assert [at - started for at in bench.transport.sent_at] == first
        assert bench.limiter.out == 0


@virtual
async def test_a_failure_after_the_halt_is_the_call_s_own() -> None:
    bench = Bench(fails(NotSentError("no connection"), after=2), WELL)
    task = asyncio.create_task(bench.failure(CREATE))
    await asyncio.sleep(1)
    bench.record.halted = True
    assert (await task).args == ("no connection",)
    assert bench.record.attempts == 1


@virtual
async def test_no_slot_is_held_while_backing_off() -> None:
    bench = Bench(asks_to_wait(10), answers(after=1), limit=ONE_AT_A_TIME)
    calls = asyncio.gather(*(bench.call(record=None) for _ in range(3)))
    await asyncio.sleep(1)
    assert (bench.limiter.out, bench.limiter.waiting) == (0, 2)
    await calls
    assert bench.transport.sent_at == [0, 10, 11, 12]


@virtual
async def test_every_attempt_takes_its_turn() -> None:
    bench = Bench(not_sent(), not_sent(), WELL, limit=RateLimit(per_second=1, burst=1))
    await bench.call()
    assert bench.transport.sent_at == [0, 1, 2]


@virtual
async def test_an_outage_is_not_amplified() -> None:
    """Once the budget is spent each call gets one attempt; successes earn repeats back."""
    bench = Bench(answers(503), retry=RetryPolicy(first_wait=0, budget=3))
    calls = [await bench.failure(record=None) for _ in range(4)]
    assert [error.attempts for error in calls if isinstance(error, CallError)] == [4, 1, 1, 1]
    bench.transport.steps = [WELL]
    for _ in range(20):
        await bench.call(record=None)
    bench.transport.steps = [answers(503)]
    error = await bench.failure(record=None)
    assert isinstance(error, CallError)
    assert error.attempts == 3


@virtual
async def test_many_calls_at_once_do_not_mix() -> None:
    """Each of many calls has its own failures and attempts."""
    plans = [[fails(NotSentError("no connection"), after=1 + index % 3)] * (index % 4) for index in range(40)]
    scripts = [ScriptedTransport([*plan, answers(body=written({"id": index}))]) for index, plan in enumerate(plans)]

    class Switch(ScriptedTransport):
        """Hands each request to the script that its path names."""

        async def send(self, request: Request) -> Response:
            return await scripts[int(request.url.rpartition("/")[2])].send(request)

    bench = Bench(WELL)
    session = Session(Switch([]), bench.limiter, refused, bench.session.options)
    results = await asyncio.gather(*(session.call(GET, thing, object_id=index) for index in range(40)))
    assert results == [Thing(index) for index in range(40)]
    for index, script in enumerate(scripts):
        assert script.sent_at == [(1 + index % 3) * number for number in range(index % 4 + 1)]


@virtual
async def test_without_hooks_nothing_is_told_and_all_is_the_same() -> None:
    bench = Bench(asks_to_wait(1), unknown(), WELL)
    quiet = bench.session.with_options(evolve(bench.session.options, hooks=()))
    assert await quiet.call(GET, thing, object_id=7, record=bench.record) == Thing(7)
    assert (bench.record.attempts, bench.events) == (3, [])


@virtual
async def test_a_record_is_made_where_none_is_given() -> None:
    bench = Bench(WELL)
    assert await bench.session.call(GET, thing, object_id=7) == Thing(7)
