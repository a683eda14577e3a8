"""The limits that a job is given: a deadline, and how many failures it bears."""

import gc
import weakref

import pytest

from jofi_async import OutcomeKind
from tests.bulk.support import (
    Fault,
    Pulls,
    Vendor,
    answer,
    client_of,
    drop_before,
    invite_all,
    kinds,
    late,
    new,
    people,
    refuse,
    run,
    take,
)

CREATED, REFUSED = OutcomeKind.CREATED, OutcomeKind.REFUSED
UNKNOWN, NOT_ATTEMPTED = OutcomeKind.UNKNOWN, OutcomeKind.NOT_ATTEMPTED


def test_a_deadline_stops_the_job() -> None:
    source = Pulls(iter(new, None))
    vendor = Vendor(otherwise=late(2))
    outcomes, job = invite_all(vendor, (new(number) for number, _ in enumerate(source)), deadline=5.0)
    assert kinds(outcomes) == {CREATED: 12}
    assert job.summary().stopped == "the job's deadline of 5 s passed"
    assert job.summary().seconds == 6.0


def test_a_deadline_that_is_not_reached_does_nothing() -> None:
    outcomes, job = invite_all(Vendor(), people(5), deadline=5.0)
    assert kinds(outcomes) == {CREATED: 5}
    assert job.summary().stopped is None


@pytest.mark.parametrize(
    ("fault", "kind"),
    [(refuse("phone: Invalid phone number"), REFUSED), (answer(500), UNKNOWN), (drop_before, NOT_ATTEMPTED)],
)
def test_stop_after_counts_what_failed(fault: Fault, kind: OutcomeKind) -> None:
    source = Pulls(people(100))
    vendor = Vendor(by_email={new(1).email: fault, new(3).email: fault})
    outcomes, job = invite_all(vendor, source, max_in_flight=1, stop_after=2)
    assert [outcome.kind for outcome in outcomes[:4]] == [CREATED, kind, CREATED, kind]
    assert {outcome.kind for outcome in outcomes[4:]} <= {NOT_ATTEMPTED}
    assert source.count == len(outcomes) <= 6
    assert job.summary().stopped == "as many rows failed as it was told to bear"


def test_a_job_that_has_ended_is_not_kept_until_its_deadline() -> None:
    async def main() -> None:
        job = client_of(Vendor()).invitations.create_many(people(3), deadline=86_400.0)
        async with job:
            await take(job)
        kept = weakref.ref(job)
        del job
        gc.collect()
        assert kept() is None

    run(main())
