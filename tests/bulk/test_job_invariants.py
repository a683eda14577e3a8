"""Whatever goes wrong, however it is stopped: one outcome per row, and nobody invited twice or forgotten."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

from attrs import define, field
from hypothesis import event, given, settings
from hypothesis import strategies as st

from jofi_async import FakeJofi, FakeTransport, JofiClient, NewInvitation, RateLimit, RateLimiter, RetryPolicy
from tests.bulk.sides import JofiSide
from tests.bulk.support import (
    LIVE,
    Fault,
    RowOutcome,
    Vendor,
    answer,
    connecting,
    crash,
    cut,
    done_then,
    drop_after,
    drop_before,
    late,
    new,
    no_json,
    refuse,
    run,
    stuck,
    take,
    unfit,
    well,
)
from tests.bulk.truth import Witness, check_all

HARMLESS: list[Fault] = [well, late(0.3), late(2), drop_before, late(0.5, drop_before), answer(429)]
BEFORE: list[Fault] = [refuse("phone: Invalid phone number"), answer(500), answer(503, retry_after="2"), connecting]
AFTER: list[Fault] = [drop_after, late(1, drop_after), cut, unfit, no_json, done_then(500), done_then(200, b"<html>")]
FATAL: list[Fault] = [answer(401), answer(403), refuse("team_id not found"), crash]
LOOKS: list[Fault] = [well, late(1), late(60), answer(500), drop_before, refuse("no", 404)]


@define
class Course:
    """How one job goes; times are in seconds, counts in outcomes."""

    vendor: Vendor
    rows: list[NewInvitation]
    options: dict[str, Any]
    retry: RetryPolicy
    later: bool = False
    raises: bool = False
    stop: tuple[float, float] | None = None
    cancel: tuple[float, ...] = ()
    leave_at: int | None = None
    pulled: int = 0
    stopped: bool = False
    witness: Witness = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.witness = Witness(FakeTransport(self.vendor), JofiSide(self.vendor.fake))

    def source(self) -> Iterator[NewInvitation] | AsyncIterator[NewInvitation]:
        return self._rows_later() if self.later else self._rows()

    def _rows(self) -> Iterator[NewInvitation]:
        for row in self.rows:
            self.pulled += 1
            yield row
        if self.raises:
            raise OSError("the source is gone")

    async def _rows_later(self) -> AsyncIterator[NewInvitation]:
        for row in self._rows():
            yield row
            await asyncio.sleep(0.2)


def row_of(number: int, name: str, first_name: str, person_id: str | None) -> NewInvitation:
    return new(number, email=f"{name}{number}@example.org", first_name=first_name, person_id=person_id)


ROWS = st.builds(
    row_of,
    st.integers(0, 9),
    st.sampled_from(["linda", "LINDA"]),
    st.sampled_from(["Linda"] * 9 + [""]),
    st.sampled_from([None, None, "P1", "P2"]),
)
EXPECTED = (OSError, asyncio.CancelledError)
INSTANTS = st.sampled_from([0, 0.1, 0.25, 0.3, 0.5, 1.0, 1.1, 2.0, 3.5, 12.0])
FAULTS = st.sampled_from(HARMLESS * 3 + BEFORE * 2 + AFTER * 2 + [stuck] + FATAL)
FIRST_LOOK = st.sampled_from([well] * 5 + LOOKS)  # the watermark, without which nothing is sent
LATER_LOOKS = st.lists(st.sampled_from(LOOKS))


@st.composite
def courses(draw: st.DrawFn) -> Course:
    fake = FakeJofi()
    for number in draw(st.sets(st.integers(0, 9), max_size=3)):
        fake.invite(new(number).email)
    cancels = draw(st.lists(INSTANTS, max_size=3))
    return Course(
        vendor=Vendor(fake, creates=draw(st.lists(FAULTS, max_size=25)), looks=[draw(FIRST_LOOK), *draw(LATER_LOOKS)]),
        rows=draw(st.lists(ROWS, max_size=25)),
        options={
            "max_in_flight": draw(st.integers(1, 5)),
            "order": draw(st.sampled_from(["completion", "input"])),
            "stop_after": draw(st.none() | st.integers(1, 4)),
            "deadline": draw(st.none() | st.sampled_from([0.2, 1.0, 30.0])),
        },
        retry=RetryPolicy(attempts=draw(st.integers(1, 3))),
        later=draw(st.booleans()),
        raises=draw(st.booleans()),
        stop=draw(st.none() | st.tuples(INSTANTS, st.sampled_from([0.0, 0.4, 10.0]))),
        cancel=tuple(sorted(cancels)) if draw(st.booleans()) else (),
        leave_at=draw(st.none() | st.integers(1, 10)),
    )


async def follow(course: Course) -> list[RowOutcome]:
    """Run a job on its course, and take every outcome that it has."""
    limiter = RateLimiter(RateLimit(per_second=None, in_flight=3))
    client = JofiClient(LIVE, transport=course.witness, rate_limit=limiter, retry=course.retry)
    job = client.invitations.create_many(course.source(), **course.options)
    loop = asyncio.get_running_loop()
    outcomes: list[RowOutcome] = []

    async def main() -> None:
        async with job:
            async for outcome in job:
                outcomes.append(outcome)
                if len(outcomes) == course.leave_at:
                    break

    taker = asyncio.create_task(main())
    if course.stop is not None:
        at, grace = course.stop
        loop.call_later(at, lambda: job.stop(grace=grace))
    for instant in course.cancel:
        loop.call_at(instant, taker.cancel)
    ended = [
        *await asyncio.gather(taker, return_exceptions=True),
        *await asyncio.gather(take(job, outcomes), return_exceptions=True),
    ]
    assert not [one for one in ended if isinstance(one, BaseException) and type(one) not in EXPECTED]
    assert limiter.out == limiter.waiting == job.in_flight == 0
    assert job.summary().total == len(outcomes)
    course.stopped = job.summary().stopped is not None
    assert course.stopped or course.pulled == len(course.rows)
    return outcomes


@settings(deadline=None)
@given(courses())
def test_whatever_happens_each_row_has_one_outcome_that_is_true(course: Course) -> None:
    before = course.witness.side.people()
    outcomes = run(follow(course))

    assert sorted(outcome.index for outcome in outcomes) == list(range(course.pulled))
    if course.options["order"] == "input":
        assert [outcome.index for outcome in outcomes] == list(range(course.pulled))
    for kind in {outcome.kind for outcome in outcomes}:
        event(kind)
    check_all(outcomes, before, course.witness, stopped=course.stopped)
