"""What is told on a call's way: hooks in order, times told apart, and a log that keeps secrets."""

import asyncio
import logging
from typing import Any

import pytest

from jofi_async.core import events
from jofi_async.core.errors import CallError, NotSentError, RateLimitedError, UnknownOutcomeError
from jofi_async.core.events import Answered, BackingOff, CallEnded, Event, Failed, Limited, Queued, Sent
from jofi_async.core.limits import RateLimit
from tests.core.support import AT_ONCE, CREATE, GET, KEY, ONE_AT_A_TIME, Bench, Thing, answers, fails, virtual

SECRETS = (KEY, "sk_live_abcDEF", "lucy", "5551234567", "jofiscore.com/i/")
LEAKY = "cannot reach https://www.jofiscore.com/i/abc for lucy@x.org, 555-123-4567 with sk_live_abcDEF123"


@virtual
async def test_one_attempt_is_told_in_order() -> None:
    bench = Bench(answers(201, after=0.5))
    await bench.call(CREATE)
    way = ("things.create", "POST", "/things", 1)
    assert bench.events == [
        Queued(*way),
        Limited(*way, queued=0, limited=0),
        Sent(*way),
        Answered(*way, status=201, seconds=0.5),
        CallEnded(*way, queued=0, limited=0, answering=0.5, backing_off=0, error=None),
    ]


@virtual
async def test_attempts_are_numbered_and_failures_told() -> None:
    reset = UnknownOutcomeError("reset")
    bench = Bench(fails(reset, after=1), answers(429, headers={"retry-after": "2"}, after=1), answers(after=1))
    await bench.call()
    attempt = [Queued, Limited, Sent]
    assert [type(event) for event in bench.events] == (
        [*attempt, Failed, BackingOff, *attempt, Answered, BackingOff, *attempt, Answered, CallEnded]
    )
    assert [event.attempt for event in bench.events] == [1] * 5 + [2] * 5 + [3] * 5
    assert {(event.operation, event.method, event.path) for event in bench.events} == {
        ("things.get", "GET", "/things/7")
    }
    assert [(event.error, event.seconds) for event in bench.told(Failed)] == [(reset, 1)]
    first, second = bench.told(BackingOff)
    assert first.error is reset
    assert isinstance(second.error, RateLimitedError)
    assert second.seconds == 2
    assert [(event.status, event.seconds) for event in bench.told(Answered)] == [(429, 1), (200, 1)]


@virtual
async def test_times_are_told_apart() -> None:
    """3 s behind another, 1 s of rate, 1 s in flight, 2 s of backoff, 2 s of rate again, and 1 s in flight."""
    bench = Bench(
        answers(429, headers={"retry-after": "2"}, after=1),
        answers(after=1),
        limit=RateLimit(per_second=0.25, burst=1, in_flight=1),
    )
    await bench.limiter.acquire()
    asyncio.get_running_loop().call_later(3, bench.limiter.release)
    await bench.call()
    assert asyncio.get_running_loop().time() == 9
    record, (ended,) = bench.record, bench.told(CallEnded)
    assert (record.queued, record.limited, record.answering, record.backing_off) == (3, 2, 2, 2)
    assert (ended.queued, ended.limited, ended.answering, ended.backing_off) == (3, 2, 2, 2)
    assert [(event.queued, event.limited) for event in bench.told(Limited)] == [(3, 1), (0, 1)]


@virtual
async def test_the_time_of_a_failed_attempt_counts_as_answering() -> None:
    bench = Bench(fails(NotSentError("no connection"), after=2), answers(after=1))
    await bench.call(CREATE)
    assert bench.record.answering == 3


@virtual
async def test_no_time_is_negative_however_it_rounds() -> None:
    bench = Bench(answers(after=0.1), limit=RateLimit(per_second=7, burst=3, in_flight=2))
    await asyncio.gather(*(bench.call(record=None) for _ in range(100)))
    for event in bench.told(Limited):
        assert event.queued >= 0
        assert event.limited >= 0


@pytest.mark.parametrize(
    ("step", "kind"),
    [(answers(400), CallError), (fails(OSError("lucy")), OSError), (answers(body=b"{"), CallError)],
)
@virtual
async def test_every_call_ends_once_and_says_how(step: Any, kind: type[BaseException]) -> None:
    bench = Bench(step)
    error = await bench.failure(CREATE)
    assert isinstance(error, kind)
    (ended,) = bench.told(CallEnded)
    assert ended.error is error
    assert bench.events[-1] is ended


@virtual
async def test_a_cancelled_call_says_so_too() -> None:
    bench = Bench(answers(after=5), limit=ONE_AT_A_TIME)
    for _ in range(2):
        task = asyncio.create_task(bench.call(record=None))
        await asyncio.sleep(1)
        task.cancel()
        await asyncio.wait([task])
    assert [type(ended.error) for ended in bench.told(CallEnded)] == [asyncio.CancelledError] * 2


@virtual
async def test_a_hook_that_raises_breaks_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def clumsy(event: Event) -> None:
        raise ValueError(LEAKY)

    later: list[Event] = []
    bench = Bench(answers(429, headers={"retry-after": "0"}), answers(), hooks=(clumsy, later.append))
    assert await bench.call() == Thing(7)
    assert later == bench.events
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == len(later)
    assert all(text.endswith("clumsy' raised ValueError") for text in warnings)


@virtual
async def test_a_hook_without_a_name_is_named_by_its_type(caplog: pytest.LogCaptureFixture) -> None:
    class Clumsy:
        def __call__(self, event: Event) -> None:
            raise ValueError

    await Bench(answers(), hooks=[Clumsy()]).call()
    assert "Clumsy'> raised ValueError" in caplog.text


@pytest.mark.parametrize(
    ("level", "lines"),
    [
        (
            logging.DEBUG,
            [
                "attempt 1 queued",
                "attempt 1 got a slot after 0.000 s in the queue and 0.000 s of rate",
                "attempt 1 sent",
                "attempt 1 failed in 1.000 s: cannot reach https://www.jofiscore.com/*** for l***@x.org, *** with"
                " sk_live_***. Nothing was sent, so it is safe to send it again.",
                "attempt 1 backs off for 0.000 s: cannot reach https://www.jofiscore.com/*** for l***@x.org, *** with"
                " sk_live_***. Nothing was sent, so it is safe to send it again.",
                "attempt 2 queued",
                "attempt 2 got a slot after 0.000 s in the queue and 0.000 s of rate",
                "attempt 2 sent",
                "attempt 2 answered 200 in 1234.567 s",
                "attempt 2 ended well: queued 0.000 s, limited 0.000 s, answering 1235.567 s, backing off 0.000 s",
            ],
        ),
        (
            logging.INFO,
            [
                "attempt 1 backs off for 0.000 s: cannot reach https://www.jofiscore.com/*** for l***@x.org, *** with"
                " sk_live_***. Nothing was sent, so it is safe to send it again.",
            ],
        ),
        (logging.WARNING, []),
    ],
)
@virtual
async def test_the_log_tells_the_way(level: int, lines: list[str], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(level, "jofi_async")
    bench = Bench(fails(NotSentError(LEAKY), after=1), answers(after=1234.567))
    await bench.call(GET, object_id=12345678)
    assert [record.getMessage() for record in caplog.records] == [
        f"things.get GET /things/12345678 {line}" for line in lines
    ]
    assert {vars(record)["operation"] for record in caplog.records} <= {"things.get"}


@virtual
async def test_nothing_personal_reaches_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for step in (
        answers(400, LEAKY.encode()),
        fails(UnknownOutcomeError(LEAKY)),
        fails(OSError(LEAKY)),
        answers(body=b"{"),
    ):
        bench = Bench(step, retry=AT_ONCE)
        await bench.failure(GET, object_id="lucy@x.org", query={"email": "lucy@x.org"})
        await bench.failure(CREATE, payload={"email": "lucy@x.org", "phone": "5551234567"}, record=None)
    assert caplog.records
    for record in caplog.records:
        for secret in SECRETS:
            assert secret not in record.getMessage()


@virtual
async def test_no_event_shows_what_must_not_be_told() -> None:
    bench = Bench(fails(NotSentError(LEAKY)), answers(body=b'{"id":7,"email":"lucy@x.org"}'))
    await bench.call(CREATE, payload={"email": "lucy@x.org", "phone": "5551234567"})
    for event in bench.events:
        for secret in SECRETS:
            assert secret not in repr(event)


def test_the_library_prints_nothing_unless_asked() -> None:
    assert any(isinstance(handler, logging.NullHandler) for handler in events.logger.handlers)
