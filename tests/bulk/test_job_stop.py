"""How a job ends before its source does."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from typing import Any

import pytest

from jofi_async import LifecycleError, NewInvitation, OutcomeKind, RateLimit, RetryPolicy
from jofi_async.bulk.job import Order
from jofi_async.core.events import Event
from tests.bulk.support import (
    ONCE,
    Fault,
    Job,
    Pulls,
    RowOutcome,
    Vendor,
    answer,
    client_of,
    connecting,
    drop_before,
    invite_all,
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


def job_of(vendor: Vendor, source: Any, **options: Any) -> Job:
    client = client_of(vendor, retry=options.pop("retry", ONCE))
    options.setdefault("max_in_flight", 4)
    return client.invitations.create_many(source, **options)


async def stopped_at(job: Job, at: float, *, grace: float | None = None) -> tuple[list[RowOutcome], float]:
    """Run a job, stop it at an instant, and say how it ended and when."""
    loop = asyncio.get_running_loop()
    loop.call_later(at, lambda: job.stop() if grace is None else job.stop(grace=grace))
    async with job:
        outcomes = [outcome async for outcome in job]
    return outcomes, loop.time()


def test_a_stop_lets_the_rows_in_flight_be_answered_and_sends_nothing_new() -> None:
    vendor, source = Vendor(otherwise=late(3)), Pulls(people(100))
    job = job_of(vendor, source)
    outcomes, ended = run(stopped_at(job, 1))
    assert kinds(outcomes) == {CREATED: 4}
    assert (ended, vendor.sent.total(), source.count) == (3.0, 4, 4)
    assert job.summary().stopped == "the job was stopped"
    assert job.summary().seconds == 3.0


def test_what_is_not_answered_within_the_grace_is_unknown() -> None:
    outcomes, ended = run(stopped_at(job_of(Vendor(otherwise=stuck), people(100)), 1))
    assert kinds(outcomes) == {UNKNOWN: 4}
    assert ended == 11.0
    assert all(outcome.attempts == 1 and "the job was stopped" in outcome.reason for outcome in outcomes)


def test_a_stop_without_grace_ends_at_once() -> None:
    outcomes, ended = run(stopped_at(job_of(Vendor(otherwise=stuck), people(100)), 1, grace=0))
    assert (kinds(outcomes), ended) == ({UNKNOWN: 4}, 1.0)


def test_a_second_stop_ends_the_grace() -> None:
    async def main() -> None:
        job = job_of(Vendor(otherwise=stuck), people(100))
        asyncio.get_running_loop().call_later(3, lambda: job.stop("again", grace=0))
        outcomes, ended = await stopped_at(job, 1)
        assert (kinds(outcomes), ended) == ({UNKNOWN: 4}, 3.0)
        assert job.summary().stopped == "the job was stopped"

    run(main())


@pytest.mark.parametrize(
    ("fault", "attempts"),
    [(connecting, 1), (answer(429, retry_after="30"), 1), (drop_before, 1)],
    ids=["connecting", "backing off after a 429", "backing off after nothing was sent"],
)
def test_a_row_that_is_not_in_doubt_is_not_waited_for(fault: Fault, attempts: int) -> None:
    job = job_of(Vendor(otherwise=fault), people(9), retry=RetryPolicy(first_wait=1e6, longest_wait=1e6))
    outcomes, ended = run(stopped_at(job, 1))
    assert set(kinds(outcomes)) == {NOT_ATTEMPTED}
    assert ended == 1.0
    assert max(outcome.attempts for outcome in outcomes) == attempts


def test_a_row_that_waits_for_its_slot_is_not_attempted() -> None:
    vendor = Vendor(otherwise=late(3))
    job = job_of(vendor, people(9), max_in_flight=6)  # the client lets 4 fly
    outcomes, _ = run(stopped_at(job, 1))
    assert kinds(outcomes) == {CREATED: 4, NOT_ATTEMPTED: 2}
    assert [outcome.attempts for outcome in outcomes if outcome.kind is NOT_ATTEMPTED] == [0, 0]


def test_a_row_in_flight_is_not_sent_again_after_a_stop() -> None:
    vendor = Vendor(creates=[late(2, drop_before)])
    outcomes, _ = run(stopped_at(job_of(vendor, [new()], retry=RetryPolicy()), 1))
    assert kinds(outcomes) == {NOT_ATTEMPTED: 1}
    assert vendor.sent.total() == 1


@pytest.mark.parametrize(("grace", "ends"), [(None, 11.0), (0, 1.0)])
def test_the_end_of_the_grace_cuts_a_look_and_the_outcome_stands(grace: float | None, ends: float) -> None:
    vendor = Vendor(looks=[well, late(60)])
    vendor.fake.invite(new().email)
    outcomes, ended = run(stopped_at(job_of(vendor, [new()]), 1, grace=grace))
    assert (kinds(outcomes), outcomes[0].item, ended) == ({EXISTED: 1}, None, ends)


@pytest.mark.parametrize("order", ["completion", "input"])
def test_a_stop_during_a_pause_keeps_the_row_that_waited_and_those_read_ahead(order: Order) -> None:
    source = Pulls(people(50))
    job = job_of(Vendor(otherwise=drop_before), source, order=order)
    outcomes, ended = run(stopped_at(job, 0.5))
    assert kinds(outcomes) == {NOT_ATTEMPTED: source.count}
    assert [outcome.index for outcome in outcomes] == list(range(12))
    assert ended == 0.5
    assert outcomes[-1].reason == "the job was stopped"


def test_a_stop_before_the_start_sends_nothing() -> None:
    async def main() -> None:
        source = Pulls(people(5))
        job = job_of(Vendor(), source)
        job.stop("changed my mind")
        async with job:
            assert [outcome async for outcome in job] == []
        assert (source.count, job.summary().stopped) == (0, "changed my mind")

    run(main())


def test_a_stop_after_the_end_changes_nothing() -> None:
    _, job = invite_all(Vendor(), people(3))
    job.stop()
    assert job.summary().stopped is None


def test_a_stop_from_within_the_source_is_no_lost_row() -> None:
    vendor = Vendor(otherwise=late(1))
    jobs: list[Job] = []

    def rows() -> Iterator[NewInvitation]:
        yield new(0)
        jobs[0].stop("the source has enough")
        yield new(1)

    async def main() -> None:
        jobs.append(job_of(vendor, rows()))
        async with jobs[0] as job:
            outcomes = [outcome async for outcome in job]
        assert [outcome.index for outcome in outcomes] == [0, 1]
        assert (kinds(outcomes), vendor.sent.total()) == ({NOT_ATTEMPTED: 2}, 0)

    run(main())


@pytest.mark.parametrize("order", ["completion", "input"])
@pytest.mark.parametrize(("workers", "ahead"), [(1, 0), (2, 1), (5, 4), (40, 7)])
def test_rows_that_were_read_ahead_of_a_stop_are_told(workers: int, ahead: int, order: Order) -> None:
    vendor, source = Vendor(by_email={new(0).email: late(1)}, otherwise=late(3)), Pulls(people(100))
    client = client_of(vendor, rate_limit=RateLimit(per_second=None, in_flight=workers), retry=ONCE)
    job = client.invitations.create_many(source, max_in_flight=workers, order=order)
    outcomes, _ = run(stopped_at(job, 2))
    assert kinds(outcomes) == Counter({CREATED: workers + 1, NOT_ATTEMPTED: ahead})
    assert sorted(outcome.index for outcome in outcomes) == list(range(source.count))
    if order == "input":
        assert [outcome.index for outcome in outcomes] == list(range(source.count))


def test_a_stop_from_a_hook_is_heeded_before_the_send() -> None:
    async def main() -> None:
        vendor = Vendor()
        jobs: list[Job] = []

        def stop(_: Event) -> None:
            jobs[0].stop("hooked")

        client = client_of(vendor, hooks=[stop], retry=ONCE)
        jobs.append(client.invitations.create_many(people(3), max_in_flight=1))
        async with jobs[0] as job:
            outcomes = [outcome async for outcome in job]
        assert (kinds(outcomes), vendor.sent.total()) == ({NOT_ATTEMPTED: 1}, 0)

    run(main())


# leaving the block


@pytest.mark.parametrize("order", ["completion", "input"])
@pytest.mark.parametrize("leave_at", range(1, 13))
def test_leaving_the_block_at_any_outcome_loses_none(leave_at: int, order: str) -> None:
    async def main() -> None:
        vendor, source = Vendor(otherwise=late(1)), Pulls(people(12))
        job = job_of(vendor, source, order=order)
        outcomes: list[RowOutcome] = []
        async with job:
            async for outcome in job:
                outcomes.append(outcome)
                if len(outcomes) == leave_at:
                    break
        outcomes += [outcome async for outcome in job]
        assert sorted(outcome.index for outcome in outcomes) == list(range(source.count))
        assert set(kinds(outcomes)) <= {CREATED, NOT_ATTEMPTED}
        assert kinds(outcomes)[CREATED] == len(vendor.fake.invitations)
        if order == "input":
            assert [outcome.index for outcome in outcomes] == list(range(source.count))
        assert job.summary().total == source.count

    run(main())


def test_leaving_the_block_unstarted_pulls_nothing() -> None:
    async def main() -> None:
        source = Pulls(people(5))
        async with job_of(Vendor(), source) as job:
            pass
        assert [outcome async for outcome in job] == []
        assert (source.count, job.summary().total, job.summary().stopped) == (0, 0, "its block was left")

    run(main())


def test_an_exception_in_the_block_stops_the_job_and_goes_on() -> None:
    async def main() -> None:
        job = job_of(Vendor(otherwise=late(1)), people(9))

        async def fail() -> None:
            async with job:
                async for _ in job:
                    raise KeyError

        with pytest.raises(KeyError):
            await fail()
        assert kinds([outcome async for outcome in job])[CREATED] >= 3

    run(main())


# cancellation


async def cancelled(job: Job, *, times: int, gap: float) -> list[RowOutcome]:
    """Cancel the job's taker, some times over, and return what it did not take."""

    async def run_it() -> None:
        async with job:
            await take(job)

    task = asyncio.create_task(run_it())
    await asyncio.sleep(1)
    for _ in range(times):
        task.cancel()
        await asyncio.sleep(gap)
    with pytest.raises(asyncio.CancelledError):
        await task
    return [outcome async for outcome in job]


@pytest.mark.parametrize(("times", "gap", "ends"), [(1, 0, 11.0), (2, 2, 3.0), (2, 0, 1.0), (6, 0, 1.0)])
def test_a_cancelled_taker_ends_the_job_and_a_second_time_at_once(times: int, gap: float, ends: float) -> None:
    async def main() -> None:
        job = job_of(Vendor(otherwise=stuck), people(20))
        assert kinds(await cancelled(job, times=times, gap=gap)) == {UNKNOWN: 4}
        assert job.summary().seconds == ends

    run(main())


def test_a_cancelled_taker_gets_the_answers_that_come_within_the_grace() -> None:
    async def main() -> None:
        job = job_of(Vendor(otherwise=late(5)), people(20))
        assert kinds(await cancelled(job, times=1, gap=0)) == {CREATED: 4}

    run(main())


def test_cancelling_every_task_there_is_loses_no_outcome() -> None:
    async def main() -> None:
        job = job_of(Vendor(otherwise=stuck), people(20))
        asyncio.get_running_loop().call_later(0.5, cancel_all, asyncio.current_task())
        outcomes = await cancelled(job, times=1, gap=0)
        assert kinds(outcomes) == {UNKNOWN: 4}

    def cancel_all(but: Any) -> None:
        for task in asyncio.all_tasks() - {but}:
            task.cancel()

    run(main())


def test_cancelling_the_workers_while_they_wait_does_not_pass_for_the_end_of_the_source() -> None:
    async def main() -> None:
        source = Pulls(people(20))
        async with job_of(Vendor(), source, max_in_flight=3) as job:
            outcomes = [await anext(job)]
            await asyncio.sleep(1)  # until all wait for the taker
            for worker in asyncio.all_tasks() - {asyncio.current_task()}:
                worker.cancel()
            await take(job, outcomes)
        assert [outcome.index for outcome in outcomes] == list(range(source.count))
        assert (kinds(outcomes), job.summary().stopped) == ({CREATED: 7, NOT_ATTEMPTED: 2}, "it was cancelled")
        assert [outcome.reason for outcome in outcomes[7:]] == ["it was cancelled"] * 2

    run(main())


# sources that fail


@pytest.mark.parametrize("is_async", [False, True])
def test_a_source_that_raises_ends_the_job_after_all_outcomes(is_async: bool) -> None:
    def failing() -> Iterator[NewInvitation]:
        yield from people(6)
        raise OSError("the file is gone")

    async def failing_later() -> AsyncIterator[NewInvitation]:
        for row in failing():
            yield row

    async def main() -> None:
        job = job_of(Vendor(otherwise=late(1)), failing_later() if is_async else failing())
        outcomes: list[RowOutcome] = []
        async with job:
            with pytest.raises(OSError, match="gone"):
                await take(job, outcomes)
            assert [outcome async for outcome in job] == []
        assert sorted(outcome.index for outcome in outcomes) == list(range(6))
        assert kinds(outcomes) == {CREATED: 6}
        assert job.summary().stopped == "the source failed: OSError"
        assert isinstance(job.summary().error, OSError)

    run(main())


def test_a_source_that_is_cancelled_does_not_pass_for_a_source_that_ended() -> None:
    async def rows() -> AsyncIterator[NewInvitation]:
        yield new(0)
        prefetched = asyncio.get_running_loop().create_future()
        prefetched.cancel()
        await prefetched

    outcomes, job = invite_all(Vendor(), rows())
    assert kinds(outcomes) == {CREATED: 1}
    assert job.summary().stopped == "it was cancelled"


# using it wrongly


def test_a_job_must_be_entered_and_runs_once() -> None:
    async def main() -> None:
        job = job_of(Vendor(), people(2))
        with pytest.raises(LifecycleError, match="async with"):
            await anext(job)
        async with job:
            assert len([outcome async for outcome in job]) == 2
        with pytest.raises(LifecycleError, match="once"):
            async with job:
                pass

    run(main())


def test_the_summary_of_a_job_that_was_never_started_is_empty() -> None:
    summary = job_of(Vendor(), []).summary()
    assert (summary.total, summary.seconds, summary.stopped, summary.error) == (0, 0.0, None, None)
    assert summary.counts == dict.fromkeys(OutcomeKind, 0)


class Cursor:
    """An async iterable whose generator notes that it was closed."""

    def __init__(self) -> None:
        self.closed = False

    async def __aiter__(self) -> AsyncGenerator[NewInvitation, None]:
        try:
            for row in people(100):
                yield row
        finally:
            self.closed = True


def test_leaving_early_closes_what_was_opened_and_counts_every_outcome() -> None:
    async def main() -> None:
        vendor, cursor = Vendor(), Cursor()
        async with client_of(vendor).invitations.create_many(cursor) as job:
            async for _ in job:
                break
        assert cursor.closed
        assert job.summary().total == len(vendor.fake.invitations)
        assert len(await take(job)) == job.summary().total - 1

    run(main())


def test_a_generator_that_was_given_stays_its_giver_s() -> None:
    async def main() -> None:
        source = aiter(Cursor())
        async with client_of(Vendor()).invitations.create_many(source) as job:
            async for _ in job:
                break
        assert (await anext(source)).email
        await source.aclose()

    run(main())
