"""Whatever goes wrong, however it is stopped: one outcome per row, and nobody invited twice or forgotten."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Any

from attrs import define
from hypothesis import event, given, settings
from hypothesis import strategies as st

from jofi_async import FakeJofi, NewInvitation, OutcomeKind, RateLimit, RateLimiter, RetryPolicy
from jofi_async.jofi.bulk import normalised
from tests.bulk.support import (
    Fault,
    RowOutcome,
    Vendor,
    answer,
    client_of,
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


@st.composite
def courses(draw: st.DrawFn) -> Course:
    fake = FakeJofi()
    for number in draw(st.sets(st.integers(0, 9), max_size=3)):
        fake.invite(new(number).email)
    cancels = draw(st.lists(INSTANTS, max_size=3))
    return Course(
        vendor=Vendor(fake, creates=draw(st.lists(FAULTS, max_size=25)), looks=draw(st.lists(st.sampled_from(LOOKS)))),
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
    client = client_of(course.vendor, rate_limit=limiter, retry=course.retry)
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
    assert job.summary().stopped is not None or course.pulled == len(course.rows)
    return outcomes


@settings(max_examples=400, deadline=None)
@given(courses())
def test_whatever_happens_each_row_has_one_outcome_that_is_true(course: Course) -> None:
    before = Counter(normalised(one.email) for one in course.vendor.fake.invitations)
    outcomes = run(follow(course))

    assert sorted(outcome.index for outcome in outcomes) == list(range(course.pulled))
    if course.options["order"] == "input":
        assert [outcome.index for outcome in outcomes] == list(range(course.pulled))
    arrived = Counter(
        normalised(json.loads(request.body)["email"])
        for request in course.vendor.fake.requests
        if request.method == "POST"
    )
    assert all(count == 1 for count in arrived.values())  # nothing that may have arrived was sent again
    after = Counter(normalised(one.email) for one in course.vendor.fake.invitations)
    for person in {normalised(row.email) for row in course.rows}:
        mine = [outcome for outcome in outcomes if normalised(outcome.row.email) == person]
        check_person(mine, was_there=before[person], is_there=after[person])


def check_person(outcomes: list[RowOutcome], *, was_there: int, is_there: int) -> None:
    kinds = Counter(outcome.kind for outcome in outcomes)
    for kind in kinds:
        event(kind)
    may_be_ours = kinds[OutcomeKind.CREATED] + kinds[OutcomeKind.UNKNOWN]
    assert may_be_ours + kinds[OutcomeKind.EXISTED] <= 1
    assert is_there <= 1
    if kinds[OutcomeKind.CREATED]:
        assert (was_there, is_there) == (0, 1)
    if kinds[OutcomeKind.EXISTED]:
        assert (was_there, is_there) == (1, 1)
    if not may_be_ours:
        assert was_there == is_there
    for outcome in outcomes:
        assert outcome.attempts > 0 or outcome.kind in (OutcomeKind.REFUSED, OutcomeKind.NOT_ATTEMPTED)
        assert outcome.reason or outcome.kind is OutcomeKind.CREATED
