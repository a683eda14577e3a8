"""The limiter under generated schedules of all that can happen to it, at once and in any order, in virtual time.

Arrivals of both priorities and several costs, holds, cancellations at any moment and in any tick, limits that change,
pauses that the server asks for, and a loop that is blocked now and then.
"""

import asyncio
import math
from collections.abc import Sequence
from itertools import pairwise

from attrs import define, field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from jofi_async.core.errors import ConfigurationError, QueueTooLongError
from jofi_async.core.limits import Priority, RateLimit, RateLimiter
from jofi_async.core.limits.queue import BULK_TURN
from tests.core.limits.support import StallingLoop, granted_at, stall
from tests.core.support import checked

SLACK = 1e-6
moments = st.integers(0, 40).map(lambda quarters: quarters / 4)  # quarters, so that things meet in one tick
ticks = st.integers(0, 4)
limits = st.builds(
    RateLimit,
    per_second=st.sampled_from([None, 0.5, 1.0, 2.0, 3.0, 8.0]),
    burst=st.integers(2, 4),
    in_flight=st.none() | st.integers(1, 4),
)


@frozen
class Job:
    """One call.

    Attributes:
        arrives: When it asks for a slot.
        holds: For how long it keeps it.
        cost: How many requests it counts for.
        priority: Its line.
        max_wait: How long it may wait.
        cancelled: When it is cancelled, and so many ticks later; or None.
    """

    arrives: float
    holds: float
    cost: float
    priority: Priority
    max_wait: float
    cancelled: tuple[float, int] | None


@frozen
class Change:
    """A limit, or a pause in seconds, or a stall in seconds, that comes at some moment."""

    at: float
    tick: int
    limit: RateLimit | None = None
    pause: float | None = None
    stall: float | None = None


@frozen
class Grant:
    """A call that started."""

    at: float
    index: int


@define
class Course:
    """What came of a schedule, in order."""

    grants: list[Grant] = field(factory=list[Grant])
    asked: list[int] = field(factory=list[int])
    asked_at: dict[int, float] = field(factory=dict[int, float])
    seen_before: dict[int, int] = field(factory=dict[int, int])
    refused: dict[int, Exception] = field(factory=dict[int, Exception])
    limits: list[tuple[float, RateLimit]] = field(factory=list[tuple[float, RateLimit]])
    pauses: list[tuple[float, float]] = field(factory=list[tuple[float, float]])
    overfull: bool = False


jobs_of_any_kind = st.builds(
    Job,
    arrives=moments,
    holds=st.just(0.0) | moments,
    cost=st.sampled_from([1, 1, 1, 2, 0.5]),
    priority=st.sampled_from(Priority),
    max_wait=st.just(math.inf) | st.just(math.inf) | moments,
    cancelled=st.none() | st.tuples(moments, ticks),
)
changes_of_any_kind = (
    st.builds(Change, moments, ticks, limit=limits)
    | st.builds(Change, moments, ticks, pause=st.sampled_from([0.0, 0.5, 1.0, 3.0]))
    | st.builds(Change, moments, ticks, stall=st.sampled_from([0.1, 0.25, 2.0]))
)


async def at_moment(at: float, tick: int) -> None:
    await asyncio.sleep(at)
    for _ in range(tick):
        await asyncio.sleep(0)


def follow(limit: RateLimit, jobs: Sequence[Job], changes: Sequence[Change]) -> Course:
    """Run a schedule to its end; waiting for ever is a DeadlockError."""

    async def main() -> Course:
        loop = asyncio.get_running_loop()
        limiter, course = RateLimiter(limit), Course(limits=[(0.0, limit)])

        async def run(index: int, job: Job) -> None:
            await asyncio.sleep(job.arrives)
            course.asked.append(index)
            course.asked_at[index], course.seen_before[index] = loop.time(), len(course.grants)
            try:
                await limiter.acquire(job.cost, priority=job.priority, max_wait=job.max_wait)
            except (QueueTooLongError, ConfigurationError) as error:
                course.refused[index] = error
                return
            course.grants.append(Grant(loop.time(), index))
            most = limiter.limit.in_flight
            is_first = len(course.limits) == 1
            course.overfull |= is_first and most is not None and limiter.out > most
            try:
                await asyncio.sleep(job.holds)
            finally:
                limiter.release()

        async def change(one: Change) -> None:
            await at_moment(one.at, one.tick)
            if one.limit is not None:
                limiter.resize(one.limit)
                course.limits.append((loop.time(), one.limit))
            elif one.pause is not None:
                left = limiter.throttled(loop.time(), one.pause)
                course.pauses.append((loop.time(), loop.time() + left))
            elif one.stall is not None:
                stall(one.stall)

        async def cancel(task: "asyncio.Task[None]", at: float, tick: int) -> None:
            await at_moment(at, tick)
            task.cancel()

        tasks = [asyncio.create_task(run(index, job)) for index, job in enumerate(jobs)]
        others = [asyncio.create_task(change(one)) for one in changes]
        others += [
            asyncio.create_task(cancel(tasks[index], *job.cancelled))
            for index, job in enumerate(jobs)
            if job.cancelled is not None
        ]
        await asyncio.gather(*others)
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(end) for end in ended} <= {type(None), asyncio.CancelledError}
        assert (limiter.out, limiter.waiting) == (0, 0)
        assert limiter.statistics().refused == sum(
            isinstance(error, QueueTooLongError) or job_waited(jobs, course, index)
            for index, error in course.refused.items()
        )
        granted = {grant.index for grant in course.grants}
        for index, job in enumerate(jobs):
            assert index in granted or index in course.refused or tasks[index].cancelled(), f"{job} was forgotten"
        await asyncio.gather(*(granted_at(limiter) for _ in range(2)))  # whoever comes next goes through
        return course

    with asyncio.Runner(loop_factory=lambda: StallingLoop(patience=0.0)) as runner:
        return runner.run(main())


def job_waited(jobs: Sequence[Job], course: Course, index: int) -> bool:
    """Whether a call that was refused for its cost had been let into the queue: its cost fitted when it came."""
    at = course.asked_at[index]
    before = [limit for since, limit in course.limits if since <= at]
    return before[-1].per_second is None or jobs[index].cost <= before[-1].burst


def check_envelope(course: Course, jobs: Sequence[Job]) -> None:
    """No window sees more than the largest burst in it and what each rate allowed in its time."""
    spans = [
        (begin, end, limit)
        for (begin, limit), (end, _) in pairwise([*course.limits, (math.inf, course.limits[-1][1])])
        if end >= begin
    ]
    for first, opening in enumerate(course.grants):
        cost = 0.0
        for last in course.grants[first:]:
            cost += jobs[last.index].cost
            within = [
                (max(begin, opening.at), min(end, last.at), limit)
                for begin, end, limit in spans
                if begin <= last.at and end >= opening.at
            ]
            if any(limit.per_second is None for _, _, limit in within):
                break
            allowed = sum((limit.per_second or 0) * max(0.0, end - begin) for begin, end, limit in within)
            assert cost <= max(limit.burst for _, _, limit in within) + allowed + SLACK


def check_order(course: Course, jobs: Sequence[Job]) -> None:
    """First come first served in each line, and bulk gets its turn."""
    for priority in Priority:
        came = [index for index in course.asked if jobs[index].priority is priority]
        started = [grant.index for grant in course.grants if jobs[grant.index].priority is priority]
        assert started == [index for index in came if index in set(started)]
    order = [grant.index for grant in course.grants]
    for index in order:
        if jobs[index].priority is Priority.BULK:
            overtook = order[course.seen_before[index] : order.index(index)]
            bulk = sum(jobs[other].priority is Priority.BULK for other in overtook)
            assert len(overtook) - bulk <= BULK_TURN * (bulk + 1)


def check_pauses(course: Course) -> None:
    for began, until in course.pauses:
        assert not [grant for grant in course.grants if began + SLACK < grant.at < until - SLACK]


@settings(checked, max_examples=400)
@given(limits, st.lists(jobs_of_any_kind, max_size=24), st.lists(changes_of_any_kind, max_size=6))
def test_whatever_happens(limit: RateLimit, jobs: list[Job], changes: list[Change]) -> None:
    course = follow(limit, jobs, changes)
    check_envelope(course, jobs)
    check_order(course, jobs)
    check_pauses(course)
    assert not course.overfull
    for grant in course.grants:
        stalls = sum(change.stall or 0 for change in changes)
        assert grant.at <= course.asked_at[grant.index] + jobs[grant.index].max_wait + stalls + SLACK
