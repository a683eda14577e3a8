"""When it is not the rows that are at fault: a server that is down, the same refusal over and over."""

import asyncio
from collections.abc import Iterator

import pytest

from jofi_async import NewInvitation, OutcomeKind, Request, Response, RetryPolicy
from tests.bulk.support import (
    ONCE,
    Fault,
    Job,
    Pulls,
    RowOutcome,
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
    well,
)

CREATED, EXISTED, REFUSED = OutcomeKind.CREATED, OutcomeKind.EXISTED, OutcomeKind.REFUSED
UNKNOWN, NOT_ATTEMPTED = OutcomeKind.UNKNOWN, OutcomeKind.NOT_ATTEMPTED
SUSPENDED = refuse("The account of linda7@example.org is suspended (5)")


class Times(Vendor):
    """A vendor that is down until an instant, and notes when it was asked."""

    def __init__(self, down: Fault, until: float) -> None:
        super().__init__(otherwise=self._answer)
        self.down, self.until = down, until
        self.asked: list[float] = []

    async def _answer(self, vendor: Vendor, request: Request) -> Response:
        now = asyncio.get_running_loop().time()
        self.asked.append(now)
        return await (self.down if now < self.until else late(0.5))(vendor, request)


def test_a_server_that_is_down_gets_three_trials_and_then_the_job_stops() -> None:
    vendor, source = Times(drop_before, 1e9), Pulls(people(1000))
    outcomes, job = invite_all(vendor, source)
    assert vendor.asked == [0.0] * 8 + [1.0, 6.0, 21.0]
    assert kinds(outcomes) == {NOT_ATTEMPTED: 12}  # one of them was read ahead and never begun
    assert source.count == 12
    check_gave_up(job, outcomes)


def test_a_server_that_fails_every_create_gets_each_row_four_times_and_three_trials() -> None:
    vendor, source = Times(answer(503), 1e9), Pulls(people(1000))
    outcomes, job = invite_all(vendor, source)
    tries = [0.0, 0.5, 2.5, 7.5]
    begun = [0.0] * 4 + [7.5] * 4 + [15.0] * 3  # the eighth failure begins a pause
    begun += [15 + 1, 23.5 + 5, 36.0 + 15]  # the three trials
    assert vendor.asked == sorted(start + later for start in begun for later in tries)
    assert kinds(outcomes) == {
        UNKNOWN: 14,
        NOT_ATTEMPTED: 2,
    }  # one waited for the last trial, one was read ahead
    assert source.count == 16
    check_gave_up(job, outcomes)


def check_gave_up(job: Job, outcomes: list[RowOutcome]) -> None:
    summary = job.summary()
    assert summary.stopped is not None
    assert summary.stopped.startswith("the vendor could not be reached again and again: ")
    assert [one.error for one in outcomes if one.attempts][-1] is summary.error is not None


def test_rows_that_are_in_flight_when_the_pause_begins_are_all_that_is_lost() -> None:
    vendor, source = Times(late(1, drop_before), 1e9), Pulls(people(1000))
    outcomes, _ = invite_all(vendor, source, max_in_flight=16)
    assert len(outcomes) == source.count
    assert sum(outcome.attempts for outcome in outcomes) <= 16 + 8 + 3


@pytest.mark.parametrize(("until", "trials"), [(0.9, 1), (5, 2), (20, 3)])
def test_a_server_that_recovers_is_served_by_all_workers_again(until: float, trials: int) -> None:
    vendor = Times(drop_before, until)
    outcomes, job = invite_all(vendor, people(60))
    assert kinds(outcomes) == {NOT_ATTEMPTED: 8 + trials - 1, CREATED: 60 - 8 - trials + 1}
    assert vendor.most_flying == 4
    later = [at for at in vendor.asked if at >= until]
    assert later[0] + 0.5 == later[1]  # nobody else before the trial is answered
    assert later.count(later[1]) == 4
    assert job.summary().stopped is None


def test_patience_begins_anew_after_a_recovery() -> None:
    vendor = Vendor(creates=[drop_before] * 8 + [well] + [drop_before] * 8 + [drop_before, drop_before, well])
    outcomes, job = invite_all(vendor, people(40), max_in_flight=1)
    assert kinds(outcomes) == {NOT_ATTEMPTED: 18, CREATED: 22}
    assert job.summary().seconds == 1 + 1 + 5 + 15


def test_failures_that_are_not_in_a_row_pause_nothing() -> None:
    vendor = Vendor(creates=([drop_before] * 7 + [well]) * 5)
    outcomes, job = invite_all(vendor, people(40), max_in_flight=1)
    assert kinds(outcomes) == {NOT_ATTEMPTED: 35, CREATED: 5}
    assert job.summary().seconds == 0


@pytest.mark.parametrize("answered", [refuse("phone: Invalid phone number"), refuse("Team already has an invitation")])
def test_a_refusal_too_shows_that_the_server_is_there(answered: Fault) -> None:
    vendor = Vendor(creates=([drop_before] * 7 + [answered]) * 3)
    _, job = invite_all(vendor, people(24), max_in_flight=1)
    assert job.summary().seconds == 0


def test_a_straggler_that_is_answered_ends_a_pause() -> None:
    vendor = Vendor(creates=[late(0.5)] + [drop_before] * 8, otherwise=late(1))
    outcomes, job = invite_all(vendor, people(19), max_in_flight=2)
    assert kinds(outcomes) == {NOT_ATTEMPTED: 8, CREATED: 11}
    assert job.summary().seconds == 1 + 5  # the pause that had begun, no trial, and ten rows by two workers


def test_a_straggler_that_fails_during_a_trial_does_not_judge_it() -> None:
    vendor = Vendor(creates=[late(1.5, drop_before)] + [drop_before] * 8 + [late(1)])
    outcomes, job = invite_all(vendor, people(20), max_in_flight=2)
    assert kinds(outcomes) == {NOT_ATTEMPTED: 9, CREATED: 11}
    assert job.summary().seconds == 1 + 1  # the pause and the trial


def test_a_row_that_is_refused_unsent_neither_waits_nor_is_the_trial() -> None:
    async def main() -> None:
        rows = [*people(8), new(8, first_name=""), *people(20)[9:]]
        client = client_of(Vendor(creates=[drop_before] * 8), retry=ONCE)
        loop, ends = asyncio.get_running_loop(), dict[int, float]()
        async with client.invitations.create_many(rows, max_in_flight=2) as job:
            async for outcome in job:
                ends[outcome.index] = loop.time()
        assert (ends[8], ends[9]) == (0.0, 1.0)
        assert job.summary().counts[CREATED] == 11

    run(main())


# the same refusal over and over


@pytest.mark.parametrize("workers", [1, 4, 16])
@pytest.mark.parametrize("order", ["completion", "input"])
def test_the_same_unknown_refusal_20_times_running_is_no_rows_fault(workers: int, order: str) -> None:
    vendor, source = Vendor(otherwise=late(1, SUSPENDED)), Pulls(people(1000))
    outcomes, job = invite_all(vendor, source, max_in_flight=workers, order=order)
    assert set(kinds(outcomes)) == {NOT_ATTEMPTED}
    assert 20 <= source.count == len(outcomes) <= 20 + 2 * workers
    assert "suspended" in outcomes[0].reason
    summary = job.summary()
    assert summary.stopped is not None
    assert summary.stopped.startswith("the vendor refuses row after row: The account")
    assert summary.error is not None


def test_what_varies_from_row_to_row_does_not_make_it_another_refusal() -> None:
    vendor = Vendor(creates=[refuse(f"Seat {n} of p{n}@example.org is not free") for n in range(50)])
    outcomes, _ = invite_all(vendor, people(50), max_in_flight=1)
    assert set(kinds(outcomes)) == {NOT_ATTEMPTED}


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        (well, CREATED),
        (refuse("Team already has an invitation with email x@example.org"), EXISTED),
        (refuse("phone: Invalid phone number"), REFUSED),
        (refuse("Something else altogether"), REFUSED),
    ],
)
def test_another_answer_in_between_makes_it_the_rows_fault(other: Fault, kind: OutcomeKind) -> None:
    vendor = Vendor(creates=[SUSPENDED] * 19 + [other] + [SUSPENDED] * 19)
    outcomes, job = invite_all(vendor, people(39), max_in_flight=1)
    assert [outcome.index for outcome in outcomes] == list(range(39))
    assert [outcome.kind for outcome in outcomes] == [REFUSED] * 19 + [kind] + [REFUSED] * 19
    assert job.summary().stopped is None


@pytest.mark.parametrize(
    ("fault", "kind"),
    [(None, REFUSED), (drop_before, NOT_ATTEMPTED), (answer(500), UNKNOWN)],
    ids=["a row refused unsent", "a row not sent", "a row not answered"],
)
def test_what_the_vendor_did_not_answer_does_not_interrupt_the_run(fault: Fault | None, kind: OutcomeKind) -> None:
    def row(number: int) -> NewInvitation:
        if number % 5:
            return new(number)
        return new(number, email=f"odd{number}@example.org", first_name="" if fault is None else "Odd")

    rows = [row(number) for number in range(100)]
    by_email = {one.email: fault for one in rows[::5] if fault is not None}
    source = Pulls(rows)
    vendor = Vendor(by_email=by_email, otherwise=SUSPENDED)
    outcomes, job = invite_all(vendor, source, max_in_flight=1, order="input")
    assert [outcome.index for outcome in outcomes] == list(range(len(outcomes)))
    assert [outcome.kind for outcome in outcomes[:6]] == [kind] + [NOT_ATTEMPTED] * 4 + [kind]
    assert source.count == len(outcomes) <= 27
    assert job.summary().stopped is not None


def test_what_is_held_back_stays_bounded() -> None:
    """After one such refusal nothing but rows that are never sent: they are told before the source has ended."""

    def rows() -> Iterator[NewInvitation]:
        yield new(0)
        for number in range(1, 1000):
            yield new(number, first_name="")

    source = Pulls(rows())
    untold: list[int] = []

    async def main() -> None:
        told = 0
        async with client_of(Vendor(otherwise=SUSPENDED)).invitations.create_many(source, max_in_flight=2) as job:
            async for _ in job:
                told += 1
                untold.append(source.count - told)

    run(main())
    assert max(untold) <= 200 + 2 * 2
    assert len(untold) == 1000


def test_documented_refusals_are_the_rows_fault_however_many() -> None:
    vendor = Vendor(otherwise=refuse("phone: Invalid phone number"))
    outcomes, job = invite_all(vendor, people(60), retry=RetryPolicy())
    assert kinds(outcomes) == {REFUSED: 60}
    assert job.summary().stopped is None
