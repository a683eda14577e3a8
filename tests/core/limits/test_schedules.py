"""The limiter under generated schedules: arrivals, holds and cancellations at any point, in virtual time."""

import asyncio
import heapq
from collections.abc import Sequence
from itertools import combinations

from attrs import define, field, frozen
from hypothesis import given
from hypothesis import strategies as st

from jofi_async.core.limits import RateLimit, RateLimiter
from jofi_async.testing import run_virtual
from tests.core.support import checked

SLACK = 1e-6
moments = st.integers(0, 24).map(lambda quarters: quarters / 4)  # quarters, so that things meet in one tick
limits = st.builds(
    RateLimit,
    per_second=st.sampled_from([None, 0.5, 1.0, 2.0, 3.0, 4.0, 7.0]),
    burst=st.integers(1, 4),
    in_flight=st.none() | st.integers(1, 3),
)


@frozen
class Job:
    """One call: when it asks, how long it holds its slot, when it is cancelled.

    Attributes:
        arrives: When it asks for a slot.
        holds: For how long it keeps it.
        cancelled: When it is cancelled, or None.
        ends_other: The index of a job that it cancels right after giving its slot back, or None.
    """

    arrives: float
    holds: float
    cancelled: float | None = None
    ends_other: int | None = None


@define
class Course:
    """What came of a schedule.

    Attributes:
        grants: When each job was granted a slot, by index; a job that was cancelled before is missing.
        limited: What `acquire` returned, by index.
        asked: The indices in the order in which they asked.
        most_out: How many held a slot at once.
    """

    grants: dict[int, float] = field(factory=dict[int, float])
    limited: dict[int, float] = field(factory=dict[int, float])
    asked: list[int] = field(factory=list[int])
    most_out: int = 0
    out: int = 0


def follow(limit: RateLimit, jobs: Sequence[Job]) -> Course:
    """Run a schedule to its end; waiting for ever is a DeadlockError."""

    async def main() -> Course:
        loop = asyncio.get_running_loop()
        limiter, course = RateLimiter(limit), Course()
        tasks: list[asyncio.Task[None]] = []

        async def run(index: int, job: Job) -> None:
            await asyncio.sleep(job.arrives)
            course.asked.append(index)
            course.limited[index] = await limiter.acquire()
            course.grants[index] = loop.time()
            course.out += 1
            course.most_out = max(course.most_out, course.out)
            try:
                await asyncio.sleep(job.holds)
            finally:
                course.out -= 1
                limiter.release()
                if job.ends_other is not None:
                    tasks[job.ends_other].cancel()

        for index, job in enumerate(jobs):
            tasks.append(asyncio.create_task(run(index, job)))
            if job.cancelled is not None:
                loop.call_at(job.cancelled, tasks[index].cancel)
        await asyncio.wait(tasks)
        assert (limiter.out, limiter.waiting) == (0, 0)
        for index, job in enumerate(jobs):
            assert index in course.grants or tasks[index].cancelled(), f"{job} was neither granted nor cancelled"
        return course

    return run_virtual(main())


@st.composite
def schedules(draw: st.DrawFn, *, cancels: bool) -> list[Job]:
    count = draw(st.integers(1, 12))
    holds = st.just(0.0) | moments
    if not cancels:
        return [Job(draw(moments), draw(holds)) for _ in range(count)]
    others = st.none() | st.integers(0, count - 1)
    return [Job(draw(moments), draw(holds), draw(st.none() | moments), draw(others)) for _ in range(count)]


def check_rate(limit: RateLimit, grants: Sequence[float]) -> None:
    """No window of t seconds sees more than burst + per_second x t grants."""
    if limit.per_second is None:
        return
    ordered = sorted(grants)
    for first, last in combinations(range(len(ordered)), 2):
        seconds = ordered[last] - ordered[first]
        assert last - first + 1 <= limit.burst + limit.per_second * seconds + SLACK


@checked
@given(limits, schedules(cancels=True))
def test_the_limit_holds_whoever_is_cancelled(limit: RateLimit, jobs: list[Job]) -> None:
    course = follow(limit, jobs)
    check_rate(limit, list(course.grants.values()))
    assert limit.in_flight is None or course.most_out <= limit.in_flight
    in_turn = [course.grants[index] for index in course.asked if index in course.grants]
    assert in_turn == sorted(in_turn)
    for index, seconds in course.limited.items():
        assert -SLACK <= seconds <= course.grants[index] - jobs[index].arrives + SLACK


@checked
@given(limits, schedules(cancels=False))
def test_nobody_waits_longer_than_the_limit_asks(limit: RateLimit, jobs: list[Job]) -> None:
    """Without cancellations the limiter does to the second what a plain simulation of its definition does."""
    course = follow(limit, jobs)
    expected, limited = simulate(limit, [jobs[index] for index in course.asked])
    assert max(abs(course.grants[i] - at) for i, at in zip(course.asked, expected, strict=True)) < SLACK
    assert max(abs(course.limited[i] - held) for i, held in zip(course.asked, limited, strict=True)) < SLACK


@checked
@given(limits, schedules(cancels=True))
def test_after_any_course_the_next_ones_go_through(limit: RateLimit, jobs: list[Job]) -> None:
    late = [Job(arrives=1000, holds=0) for _ in range(limit.burst)]
    course = follow(limit, [*jobs, *late])
    assert all(course.grants[len(jobs) + index] == 1000 for index in range(limit.burst))


def simulate(limit: RateLimit, jobs: Sequence[Job]) -> tuple[list[float], list[float]]:
    """Grant times, and seconds held back by the rate alone, of jobs in the order in which they ask."""
    interval = 1 / limit.per_second if limit.per_second else 0.0
    grants: list[float] = []
    spells: list[tuple[float, float]] = []  # in which the rate alone held the head of the queue back
    ends: list[float] = []
    full_at = float("-inf")  # when the bucket is full again
    for job in jobs:
        begins = max(job.arrives, grants[-1]) if grants else job.arrives
        if limit.in_flight is not None and len(ends) == limit.in_flight:
            begins = max(begins, heapq.heappop(ends))
        at = max(begins, full_at - interval * (limit.burst - 1))
        grants.append(at)
        spells.append((begins, at))
        heapq.heappush(ends, at + job.holds)
        full_at = max(full_at, at) + interval
    limited = [
        sum(max(0.0, end - max(begin, job.arrives)) for begin, end in spells[: index + 1])
        for index, job in enumerate(jobs)
    ]
    return grants, limited
