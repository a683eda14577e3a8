"""A job is run again with the journal that an earlier run left."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from jofi_async import (
    Evidence,
    InvitationReceipt,
    Journal,
    JournalError,
    OutcomeKind,
    Resumed,
)
from jofi_async.bulk.journal.file import purge
from jofi_async.bulk.journal.records import Entry, State
from jofi_async.bulk.journal.sqlite import SqliteStore
from jofi_async.bulk.source import SourceRow
from jofi_async.jofi.journal import JournalledInvitations
from jofi_async.testing import JournalMemory, MemoryStore
from tests.bulk.journal.support import (
    BOUND,
    asked,
    intent,
    invite,
    job_of,
    kinds_of,
    memory_of,
    outcomes_of,
    refused,
    states,
)
from tests.bulk.support import TEST, Vendor, answer, drop_before, new, people, refuse, run, stuck, take, well

KEY = "linda0@example.org"
SAMPLE: dict[str, Any] = {"first_name": "Linda", "last_name": "Sample 0"}


def vendor_with(*emails: str, **fields: Any) -> Vendor:
    """A server on which some people are already, as rows of `new` would have made them."""
    vendor = Vendor()
    for email in emails:
        vendor.fake.invite(email, **{**SAMPLE, **fields})
    return vendor


# settled


def test_who_is_settled_is_not_sent_again() -> None:
    vendor, memory = Vendor(), JournalMemory()
    first = invite(vendor, people(5), memory)
    again = invite(vendor, [*reversed(people(7)), new(3, email=" LINDA3@example.org ")], memory)
    assert kinds_of(again) == ["created"] * 7 + ["refused"]
    assert [outcome.is_earlier for outcome in again] == [False, False, *[True] * 5, False]
    assert vendor.sent.total() == 7
    for earlier, outcome in zip(first, reversed(again[2:7]), strict=True):
        assert earlier.item is not None
        assert outcome.item == InvitationReceipt(earlier.item.id, earlier.item.assessment_url)
        assert (outcome.attempts, outcome.evidence) == (1, Evidence.ANSWERED)
    assert repr(again[3].item) == f"InvitationReceipt(id={again[3].item.id})"  # type: ignore[union-attr]


def test_who_existed_still_does_with_the_reason() -> None:
    vendor, memory = vendor_with(KEY), JournalMemory()
    reasons = [invite(vendor, [new(0)], memory)[0].reason for _ in range(2)]
    assert reasons[0] == reasons[1] != ""
    assert vendor.sent.total() == 1


def test_it_says_what_an_earlier_run_left() -> None:
    memory = memory_of(intent(), intent("linda1@example.org", state=State.UNKNOWN), Entry("a@x.org", State.REFUSED))

    async def main() -> None:
        job = job_of(Vendor(), people(3), memory)
        assert job.resumed is None
        async with job:
            assert job.resumed == Resumed(settled=0, to_look_up=2)
            await take(job)
        again = job_of(Vendor(), [], Journal(MemoryStore(memory), trust=True))
        async with again:
            assert again.resumed == Resumed(settled=3, to_look_up=0)
        new_one = job_of(Vendor(), [], JournalMemory())
        async with new_one:
            assert new_one.resumed is None

    run(main())


def test_what_was_refused_or_not_attempted_is_tried_again() -> None:
    vendor, memory = Vendor(creates=[refuse("phone: is no phone"), drop_before]), JournalMemory()
    assert kinds_of(invite(vendor, people(2), memory)) == ["refused", "not_attempted"]
    assert kinds_of(invite(vendor, people(2), memory)) == ["created", "created"]
    assert memory.entries[KEY].attempts == 2


def test_a_row_that_our_checks_refused_is_sent_once_it_is_mended() -> None:
    vendor, memory = Vendor(), JournalMemory()
    assert kinds_of(invite(vendor, [new(0, custom_id="x" * 51), new(1)], memory)) == ["refused", "created"]
    assert kinds_of(invite(vendor, [new(0, custom_id="x" * 51), new(1)], memory)) == ["refused", "created"]
    assert vendor.sent.total() == 1
    assert kinds_of(invite(vendor, [new(0, custom_id="x" * 50), new(1)], memory)) == ["created", "created"]


# purged, or started over


def test_a_purged_journal_is_refused_and_let_go_of_until_it_is_started_over(tmp_path: Path) -> None:
    path, vendor = tmp_path / "journal", Vendor()
    assert kinds_of(invite(vendor, people(2), SqliteStore(path, durable=False))) == ["created"] * 2
    run(purge(path))
    for _ in range(2):
        assert "personal data of this journal was removed" in refused(Vendor(), people(2), SqliteStore(path))
        assert [one.name for one in tmp_path.iterdir()] == ["journal"]
    over = Journal(SqliteStore(path, durable=False), start_over=True)
    assert kinds_of(invite(vendor, people(2), over)) == ["existed"] * 2
    assert [one.is_earlier for one in invite(vendor, people(2), SqliteStore(path, durable=False))] == [True] * 2


def test_who_starts_over_resumes_nothing() -> None:
    memory = memory_of(intent(), intent("linda1@example.org", state=State.CREATED))

    async def main() -> None:
        job = job_of(Vendor(), people(2), Journal(MemoryStore(memory), start_over=True))
        async with job:
            assert job.resumed is None
            assert kinds_of(await take(job)) == ["created"] * 2

    run(main())


def test_under_a_test_key_nobody_is_to_be_looked_up() -> None:
    memory = JournalMemory(evolve(BOUND, mode="test", account=""), {KEY: intent()})

    async def main() -> None:
        job = job_of(Vendor(), [], memory, key=TEST)
        async with job:
            assert job.resumed == Resumed(settled=0, to_look_up=0)

    run(main())


# in doubt


def test_who_is_in_doubt_is_looked_for_before_anything_is_sent() -> None:
    vendor, memory = vendor_with(KEY), memory_of(intent())
    outcomes = invite(vendor, people(3), memory)
    assert [(one.kind, one.evidence, one.attempts) for one in outcomes] == [
        (OutcomeKind.CREATED, Evidence.FOUND, 0),
        (OutcomeKind.CREATED, Evidence.ANSWERED, 1),
        (OutcomeKind.CREATED, Evidence.ANSWERED, 1),
    ]
    assert asked(vendor)[:2] == ["GET accounts", "GET invitations?email=linda0%40example.org"]
    assert "linda0@example.org" not in vendor.sent
    assert outcomes[0].is_earlier


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, OutcomeKind.CREATED),
        ({"watermark": "2999-01-01T00:00:00+00:00"}, OutcomeKind.EXISTED),  # it was there before
        ({"traces": [{**SAMPLE, "email": KEY, "custom_id": "REQ-9"}]}, OutcomeKind.EXISTED),  # it is somebody else's
        ({"traces": [{**SAMPLE, "email": KEY, "custom_id": "REQ-9"}, {**SAMPLE, "email": KEY}]}, OutcomeKind.CREATED),
        ({"watermark": None}, OutcomeKind.CREATED),  # nobody was there
    ],
)
def test_it_is_ours_by_watermark_and_fields(changes: Any, kind: OutcomeKind) -> None:
    vendor, memory = vendor_with(KEY), memory_of(intent(**changes))
    (outcome,) = invite(vendor, [new(0, first_name="Changed since")], memory)
    assert (outcome.kind, outcome.evidence) == (kind, Evidence.FOUND)
    assert bool(outcome.reason) is (kind is OutcomeKind.EXISTED)
    assert not vendor.sent


def test_who_is_in_doubt_and_not_in_the_input_is_settled_all_the_same() -> None:
    vendor, memory = vendor_with(KEY), memory_of(intent(), intent("linda1@example.org"))
    assert kinds_of(invite(vendor, [new(2)], memory)) == ["created"]
    assert states(memory) == {
        KEY: State.CREATED,
        "linda1@example.org": State.INTENT,
        "linda2@example.org": State.CREATED,
    }


def test_who_is_not_found_is_sent_and_keeps_the_doubt() -> None:
    """The lost attempt takes effect after the look: its invitation is ours by the first watermark."""
    vendor, memory = Vendor(), memory_of(intent(attempts=1))

    async def late(vendor: Vendor, request: Any) -> Any:
        vendor.fake.invite(KEY, **SAMPLE)
        return await vendor.fake.handle(request)

    vendor.by_email = {KEY: late}
    (outcome,) = invite(vendor, [new(0, last_name="Changed")], memory)
    assert (outcome.kind, outcome.evidence, outcome.attempts) == (OutcomeKind.CREATED, Evidence.FOUND, 2)
    assert len(vendor.fake.invitations) == 1


def test_a_second_lost_attempt_keeps_what_both_are_recognised_by() -> None:
    memory = memory_of(intent(attempts=1))
    vendor = Vendor(otherwise=answer(500))
    (outcome,) = invite(vendor, [new(0, last_name="Changed")], memory)
    entry = memory.entries[KEY]
    assert (outcome.kind, entry.state, entry.attempts) == (OutcomeKind.UNKNOWN, State.UNKNOWN, 5)
    assert [trace["last_name"] for trace in entry.traces] == ["Sample 0", "Changed"]
    assert (entry.watermark, entry.intended_at) == (intent().watermark, 1.0)


@pytest.mark.parametrize("state", [State.NOT_ATTEMPTED, State.REFUSED])
def test_a_doubt_begins_when_it_is_sent_and_not_when_it_was_refused_before(state: State) -> None:
    """By its age is told whether somebody may have corrected the address since."""
    memory = memory_of(intent(state=state, traces=[], watermark=None, attempts=1))
    (outcome,) = invite(Vendor(otherwise=answer(500)), [new(0)], memory)
    entry = memory.entries[KEY]
    assert (outcome.kind, entry.state, len(entry.traces)) == (OutcomeKind.UNKNOWN, State.UNKNOWN, 1)
    assert entry.intended_at > 1.0


def test_who_may_be_beyond_what_a_look_shows_is_sent_where_a_second_is_refused() -> None:
    vendor, memory = vendor_with(*(f"x{number}{KEY}" for number in range(151))), memory_of(intent())
    assert kinds_of(invite(vendor, [new(0)], memory)) == ["created"]
    assert vendor.sent == {KEY: 1}


class TestLooksThatFail:
    """Whoever cannot be looked for is not sent."""

    def test_the_look_is_tried_again_when_the_row_comes(self) -> None:
        vendor, memory = vendor_with(KEY), memory_of(intent())
        vendor.looks = iter([well, answer(500)])
        assert kinds_of(invite(vendor, people(2), memory)) == ["created", "created"]
        assert asked(vendor).count("GET invitations?email=linda0%40example.org") == 1
        assert KEY not in vendor.sent

    def test_and_where_it_fails_again_the_row_is_unknown(self) -> None:
        memory = memory_of(intent(attempts=1))
        vendor = Vendor(looks=[well, *[answer(500)] * 2])
        (outcome,) = invite(vendor, [new(0)], memory)
        assert (outcome.kind, outcome.attempts) == (OutcomeKind.UNKNOWN, 1)
        assert "an earlier run sent it and got no answer" in outcome.reason
        assert not vendor.sent
        assert states(memory) == {KEY: State.INTENT}

    def test_a_key_that_is_wrong_stops_the_job(self) -> None:
        vendor = Vendor(looks=[well, refuse("wrong key", 401)])

        async def main() -> None:
            job = job_of(vendor, people(2), memory_of(intent()))
            with pytest.raises(Exception, match="key was not accepted"):
                await outcomes_of(job)
            assert "key was not accepted" in (job.summary().stopped or "")

        run(main())
        assert not vendor.sent


def test_where_a_second_is_not_refused_a_doubt_is_not_sent_again(resend_is_unsafe: None) -> None:
    vendor, memory = vendor_with("linda1@example.org"), memory_of(intent(), intent("linda1@example.org"))
    outcomes = invite(vendor, [new(0), new(1), new(2)], memory)
    assert kinds_of(outcomes) == ["unknown", "existed", "created"]
    assert KEY not in vendor.sent
    assert kinds_of(invite(vendor, people(3), memory)) == ["unknown", "existed", "created"]


def test_under_a_test_key_nothing_is_looked_up_and_everything_may_be_sent_again() -> None:
    memory = JournalMemory(evolve(BOUND, mode="test", account=""), {KEY: intent()})
    vendor = Vendor()
    assert kinds_of(invite(vendor, people(2), memory, key=TEST)) == ["created", "created"]
    assert {one.method for one in vendor.fake.requests} == {"POST"}


# long ago


HOURS = 3600.0


@pytest.mark.parametrize(("age", "found"), [(2 * HOURS, True), (0.5 * HOURS, False), (-2 * HOURS, True)])
def test_a_corrected_address_is_found_by_person_id_when_the_intent_is_old(age: float, found: bool) -> None:
    vendor = vendor_with("linda.corrected@example.org", person_id="P0", custom_id="REQ-1")
    trace = {**SAMPLE, "email": KEY, "person_id": "P0", "custom_id": "REQ-1"}
    memory = memory_of(intent(person_id="P0", traces=[trace], intended_at=time.time() - age))
    (outcome,) = invite(vendor, [new(0, person_id="P0", custom_id="REQ-1")], memory)
    assert outcome.kind is OutcomeKind.CREATED
    assert outcome.evidence is (Evidence.FOUND if found else Evidence.ANSWERED)
    assert vendor.sent.total() == (0 if found else 1)


@pytest.mark.parametrize("missing", ["person_id", "custom_id"])
def test_without_group_or_id_there_is_only_the_address(missing: str) -> None:
    fields = {"person_id": "P0", "custom_id": "REQ-1", missing: None}
    vendor = vendor_with("other@example.org", person_id="P0", custom_id="REQ-1")
    trace = {name: value for name, value in {**SAMPLE, "email": KEY, **fields}.items() if value}
    memory = memory_of(intent(traces=[trace]))
    (outcome,) = invite(vendor, [new(0, **fields)], memory)
    assert (outcome.kind, outcome.evidence) == (OutcomeKind.CREATED, Evidence.ANSWERED)


# one person_id


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        (intent("old@example.org", person_id="P0", state=State.CREATED), OutcomeKind.REFUSED),
        (intent("old@example.org", person_id="P0"), OutcomeKind.CREATED),  # looked for, and not there
        (intent("old@example.org", person_id="P0", state=State.REFUSED), OutcomeKind.CREATED),
        (intent("old@example.org", person_id="P1", state=State.CREATED), OutcomeKind.CREATED),
    ],
)
def test_one_person_id_is_one_person_across_runs(entry: Entry, kind: OutcomeKind) -> None:
    (outcome,) = invite(Vendor(), [new(0, person_id="P0")], memory_of(entry))
    assert outcome.kind is kind
    assert outcome.field == ("" if kind is OutcomeKind.CREATED else "person_id")
    (outcome,) = invite(Vendor(), [new(0, person_id="P0")], memory_of(entry), share_person_id=True)
    assert outcome.kind is OutcomeKind.CREATED


def test_who_may_be_invited_under_another_address_is_not_sent_at_this_one() -> None:
    vendor = Vendor(looks=[well, answer(500)])
    memory = memory_of(intent("old@example.org", person_id="P0"))
    (outcome,) = invite(vendor, [new(0, person_id="P0")], memory)
    assert (outcome.kind, outcome.field) == (OutcomeKind.NOT_ATTEMPTED, "person_id")
    assert "may have been invited by an earlier run under another address" in outcome.reason
    assert not vendor.sent
    assert kinds_of(invite(vendor, [new(0, person_id="P0")], memory)) == ["created"]  # looked for, and not there


# stops


@pytest.mark.parametrize("grace", [0.0, 10.0])
def test_a_stop_while_it_looks_up_sends_nothing_and_leaves_the_doubt(grace: float) -> None:
    vendor = Vendor(looks=[well, stuck])
    memory = memory_of(intent())

    async def main() -> None:
        job = job_of(vendor, people(3), memory)
        asyncio.get_running_loop().call_later(1, lambda: job.stop(grace=grace))
        async with job:
            assert await take(job) == []
            left = [await job.recall(index, SourceRow(row)) for index, row in enumerate(people(3))]
            assert kinds_of(left) == ["unknown", "not_attempted", "not_attempted"]
            assert left[2].reason == "the job was stopped"

    run(main())
    assert not vendor.sent
    assert states(memory) == {KEY: State.INTENT}


def test_rows_that_are_not_pulled_are_known_from_the_journal() -> None:
    vendor, memory = Vendor(), JournalMemory()
    invite(vendor, people(2), memory)

    async def main() -> None:
        job = job_of(vendor, [], memory)
        async with job:
            await take(job)
            rows: list[Any] = [*people(3), "no row at all"]
            left = [await job.recall(index, SourceRow(row)) for index, row in enumerate(rows)]
            assert kinds_of(left) == ["created", "created", "not_attempted", "not_attempted"]
            assert left[0].is_earlier
            assert {one.reason for one in left[2:]} == {"the job has ended"}

    run(main())


def test_a_row_in_doubt_that_is_pulled_as_the_job_stops_is_unknown() -> None:
    vendor, memory = Vendor(), memory_of(intent())

    async def main() -> None:
        job = job_of(vendor, [], memory, max_in_flight=1)

        def rows() -> Any:
            job.stop()
            yield new(0)

        job = job_of(vendor, rows(), memory, max_in_flight=1)
        assert kinds_of(await outcomes_of(job)) == ["unknown"]

    run(main())
    assert not vendor.sent


# the store breaks


class Broken(MemoryStore):
    """Fails in one of its methods."""

    def __init__(self, memory: JournalMemory, method: str) -> None:
        super().__init__(memory)

        async def fail(*_: object, **__: object) -> Any:
            raise JournalError("The journal cannot be used: the disk is gone")

        setattr(self, method, fail)


@pytest.mark.parametrize("method", ["open", "claims", "begin_run", "doubts"])
def test_a_store_that_fails_before_the_first_row(method: str) -> None:
    why = refused(Vendor(), people(3), Broken(memory_of(), method))
    assert why == "The journal cannot be used: the disk is gone"


def test_a_store_that_fails_when_it_settles_a_doubt() -> None:
    assert "the disk is gone" in refused(vendor_with(KEY), people(3), Broken(memory_of(intent()), "put"))


def test_a_store_that_cannot_be_read_for_a_row() -> None:
    vendor = Vendor()

    async def main() -> None:
        job = job_of(vendor, people(30), Broken(memory_of(), "find"))
        outcomes = await outcomes_of(job)
        assert {*kinds_of(outcomes)} == {"not_attempted"}
        assert isinstance(job.summary().error, JournalError)

    run(main())
    assert not vendor.sent


def test_a_store_that_fails_at_the_end_is_told() -> None:
    async def main() -> None:
        job = job_of(Vendor(), people(2), Broken(JournalMemory(), "end_run"))
        assert kinds_of(await outcomes_of(job)) == ["created"] * 2
        assert isinstance(job.summary().error, JournalError)

    run(main())


def test_jofi_is_asked_for_its_account_but_for_a_test_key() -> None:
    memory = JournalMemory()
    invite(Vendor(), people(1), memory, key=TEST)
    assert memory.binding == evolve(BOUND, mode="test", account="")


def test_what_jofi_keeps_of_a_row_is_what_it_is_recognised_by() -> None:
    trace = JournalledInvitations.trace
    row = new(0, phone="+15551234567", custom_id="", person_id=None)
    assert set(trace(None, row)) == {"first_name", "last_name", "email", "custom_id"}  # type: ignore[arg-type]
