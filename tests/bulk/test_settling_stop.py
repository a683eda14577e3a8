"""Stops, in each phase of a row that is being settled, and what is left to say of it then."""

import asyncio
from typing import Any

import pytest
from attrs import frozen

from jofi_async import OutcomeKind, RetryPolicy, UnknownOutcomeError
from tests.bulk.support import (
    ONCE,
    Fault,
    Job,
    RowOutcome,
    Vendor,
    answer,
    client_of,
    done_then,
    drop_after,
    kinds,
    late,
    new,
    people,
    run,
    stuck,
    take,
    well,
)

CREATED, EXISTED, REFUSED = OutcomeKind.CREATED, OutcomeKind.EXISTED, OutcomeKind.REFUSED
UNKNOWN, NOT_ATTEMPTED = OutcomeKind.UNKNOWN, OutcomeKind.NOT_ATTEMPTED

cut_400 = answer(400, b'{"error": "Team alr', content_type="application/json")


@frozen
class Phase:
    """Where a row is at 0.2 s, when its job is stopped, and how it ends.

    Attributes:
        creates: What becomes of its creates.
        looks: What becomes of the lists after the watermark.
        kind: How it ends within the grace.
        ends: When.
        at_once: How it ends without a grace.
        sends: How often it was sent.
        retry: How a call is repeated.
        was_there: Whether somebody invited the person long ago.
    """

    creates: list[Fault]
    looks: list[Fault]
    kind: OutcomeKind
    ends: float
    at_once: OutcomeKind = UNKNOWN
    sends: int = 1
    retry: RetryPolicy = ONCE
    was_there: bool = False


WAITS = RetryPolicy(attempts=2)
PHASES = {
    "sending, and answered in time": Phase([late(3)], [], CREATED, 3.0),
    "sending, and not answered in time": Phase([stuck], [], UNKNOWN, 10.2),
    "sending, and in doubt before the end": Phase([late(3, drop_after)], [], CREATED, 3.0),
    "sending, and nobody found": Phase([late(3, answer(500))], [], UNKNOWN, 3.0),
    "backing off": Phase([answer(429, retry_after="5")], [], NOT_ATTEMPTED, 0.2, NOT_ATTEMPTED, retry=WAITS),
    "looking, and found": Phase([drop_after], [late(3)], CREATED, 3.0),
    "looking, and nobody found": Phase([answer(500)], [late(3)], UNKNOWN, 3.0),
    "looking for too long": Phase([drop_after], [late(60)], UNKNOWN, 10.2),
    "looking, and the look fails": Phase([drop_after], [late(3, answer(500))], UNKNOWN, 3.0),
    "pausing, and found by the last look": Phase([drop_after], [answer(500)], CREATED, 0.5),
    "pausing, and nobody found": Phase([answer(500)], [], UNKNOWN, 0.5),
    "pausing for longer than a stop allows": Phase([answer(503, retry_after="60")], [], UNKNOWN, 10.2),
    "looking for the item of one created": Phase([done_then(201, b"{")], [late(3)], CREATED, 3.0, CREATED),
    "looking for the item for too long": Phase([done_then(201, b"{")], [late(60)], CREATED, 10.2, CREATED),
    "looking for one who existed": Phase([well], [late(3)], EXISTED, 3.0, EXISTED, was_there=True),
}


async def stopped(job: Job, *, grace: float | None) -> tuple[RowOutcome, float]:
    loop = asyncio.get_running_loop()
    loop.call_later(0.2, lambda: job.stop() if grace is None else job.stop(grace=grace))
    async with job:
        (outcome,) = [outcome async for outcome in job]
    return outcome, loop.time()


def job_of(phase: Phase) -> tuple[Job, Vendor]:
    vendor = Vendor(creates=phase.creates, looks=[well, *phase.looks])
    if phase.was_there:
        vendor.fake.invite(new().email)
    client = client_of(vendor, retry=phase.retry)
    return client.invitations.create_many([new()], max_in_flight=1), vendor


@pytest.mark.parametrize("name", PHASES)
def test_a_stop_gives_what_may_have_happened_its_grace(name: str) -> None:
    phase = PHASES[name]
    job, vendor = job_of(phase)
    outcome, ended = run(stopped(job, grace=None))
    assert (outcome.kind, ended) == (phase.kind, phase.ends)
    check(outcome, phase, vendor, job)


@pytest.mark.parametrize("name", PHASES)
def test_a_stop_without_grace_ends_every_phase_at_once(name: str) -> None:
    phase = PHASES[name]
    job, vendor = job_of(phase)
    outcome, ended = run(stopped(job, grace=0))
    assert (outcome.kind, ended) == (phase.at_once, 0.2)
    check(outcome, phase, vendor, job)


def check(outcome: RowOutcome, phase: Phase, vendor: Vendor, job: Job) -> None:
    assert outcome.attempts == vendor.sent.total() == phase.sends
    assert vendor.invited(new()) <= 1
    assert bool(outcome.reason) or outcome.kind is CREATED
    assert "Nothing was sent" not in str(outcome.error) or outcome.kind is NOT_ATTEMPTED
    assert job.summary().stopped == "the job was stopped"


@pytest.mark.parametrize(
    ("creates", "looks", "sends"),
    [
        ([answer(500), late(3)], [], 2),
        ([answer(500), late(3, drop_after)], [], 2),
        ([answer(500), answer(500), late(3)], [], 3),
        ([drop_after, late(3, cut_400)], [answer(500)], 2),
    ],
    ids=["the second", "the second, in doubt too", "the third", "the second, refused"],
)
@pytest.mark.parametrize(("grace", "kind"), [(None, CREATED), (0, UNKNOWN)])
def test_a_stop_while_it_is_sent_again_is_like_one_while_it_is_first_sent(
    creates: list[Fault], looks: list[Fault], sends: int, grace: float | None, kind: OutcomeKind
) -> None:
    async def main() -> None:
        vendor = Vendor(creates=creates, looks=[well, *looks])
        job = client_of(vendor, retry=ONCE).invitations.create_many([new()])
        options: dict[str, Any] = {} if grace is None else {"grace": grace}
        asyncio.get_running_loop().call_later(3.0, lambda: job.stop(**options))
        async with job:
            (outcome,) = [outcome async for outcome in job]
        assert (outcome.kind, outcome.attempts) == (kind, sends)
        assert vendor.sent.total() == sends

    run(main())


def test_a_row_in_doubt_backing_off_from_a_429_is_looked_for_and_unknown() -> None:
    async def main() -> None:
        vendor = Vendor(creates=[answer(500), answer(429, retry_after="4")], looks=[well])
        job = client_of(vendor, retry=WAITS).invitations.create_many([new()])
        asyncio.get_running_loop().call_later(2.0, job.stop)
        async with job:
            (outcome,) = [outcome async for outcome in job]
        assert (outcome.kind, outcome.attempts, asyncio.get_running_loop().time()) == (UNKNOWN, 2, 4.5)
        assert outcome.reason == "The server failed"
        assert vendor.lists == 3

    run(main())


def test_a_stop_while_the_watermark_is_read_sends_nothing() -> None:
    async def main() -> None:
        vendor = Vendor(looks=[late(60)])
        job = client_of(vendor, retry=ONCE).invitations.create_many(people(9), max_in_flight=4)
        asyncio.get_running_loop().call_later(1.0, job.stop)
        async with job:
            outcomes = [outcome async for outcome in job]
        assert kinds(outcomes) == {NOT_ATTEMPTED: 4}
        assert {outcome.reason for outcome in outcomes} == {"the job was stopped"}
        assert (asyncio.get_running_loop().time(), vendor.sent.total(), vendor.lists) == (1.0, 0, 1)

    run(main())


@pytest.mark.parametrize("times", [1, 2])
def test_a_cancelled_taker_is_a_stop_and_a_second_time_ends_the_looks(times: int) -> None:
    async def main() -> None:
        vendor = Vendor(otherwise=drop_after, looks=[well, *[late(5)] * 4])
        job = client_of(vendor, retry=ONCE).invitations.create_many(people(9), max_in_flight=4)

        async def run_it() -> None:
            async with job:
                await take(job)

        task = asyncio.create_task(run_it())
        for _ in range(times):
            await asyncio.sleep(1)
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        outcomes = await take(job)
        assert kinds(outcomes) == ({CREATED: 4} if times == 1 else {UNKNOWN: 4})
        assert job.summary().seconds == (5.0 if times == 1 else 2.0)

    run(main())


# what stops a job tells why, also when its own row is settled


async def crash_after(vendor: Vendor, request: Any) -> Any:
    await vendor.fake.handle(request)
    raise RuntimeError("a bug in somebody's transport")


def test_a_bug_after_the_effect_is_settled_and_still_stops_the_job() -> None:
    async def main() -> None:
        vendor = Vendor(creates=[crash_after])
        async with client_of(vendor).invitations.create_many(people(50), max_in_flight=1) as job:
            outcomes = [outcome async for outcome in job]
        assert (outcomes[0].kind, outcomes[0].error) == (CREATED, None)
        assert {outcome.kind for outcome in outcomes[1:]} <= {NOT_ATTEMPTED}
        assert isinstance(job.summary().error, RuntimeError)
        assert job.summary().stopped == "a bug in somebody's transport"

    run(main())


def test_a_hook_that_stops_the_job_as_a_doubtful_row_is_sent_again_is_heeded() -> None:
    async def main() -> None:
        jobs: list[Job] = []

        def stop(event: Any) -> None:
            if vendor.sent and type(event).__name__ == "Limited" and event.method == "POST":
                jobs[0].stop("hooked")

        async def reset(vendor: Vendor, request: Any) -> Any:
            raise UnknownOutcomeError("the connection was reset")

        vendor = Vendor(creates=[reset])
        jobs.append(client_of(vendor, hooks=[stop], retry=ONCE).invitations.create_many([new()]))
        async with jobs[0] as job:
            (outcome,) = [outcome async for outcome in job]
        assert (outcome.kind, outcome.attempts, vendor.sent.total()) == (UNKNOWN, 1, 1)
        assert outcome.reason == "the connection was reset"

    run(main())
