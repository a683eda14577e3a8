"""What a job writes into its journal, and when."""

import asyncio
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from jofi_async import (
    Evidence,
    JournalError,
    JournalHeldError,
    NewInvitation,
    NotSentError,
    OutcomeKind,
    Request,
    Response,
    RetryPolicy,
)
from jofi_async.bulk.journal.ledger import INTENT_VALID
from jofi_async.bulk.journal.records import Entry, State
from jofi_async.bulk.ledger import Progress
from jofi_async.testing import JournalMemory, MemoryStore
from tests.bulk.journal.support import invite, job_of, kinds_of, outcomes_of, states
from tests.bulk.support import Vendor, answer, drop_after, drop_before, new, people, refuse, run, stuck, unfit, well

ADA = new(0, person_id="P0", custom_id="REQ-1")
KEY = "linda0@example.org"


class Noted(MemoryStore):
    """Notes each entry as it is written; the `fails_at`-th fails, and all after it."""

    def __init__(self, fails_at: int | None = None) -> None:
        super().__init__()
        self.written: list[Entry] = []
        self.fails_at = fails_at

    async def put(self, entry: Entry) -> None:
        if self.fails_at is not None and len(self.written) >= self.fails_at:
            raise JournalError("The journal cannot be written: the disk is full")
        self.written.append(entry)
        await super().put(entry)


def test_the_intent_is_written_before_the_send_and_the_outcome_after() -> None:
    store = Noted()

    async def look_into_the_journal(vendor: Vendor, request: Request) -> Response:
        (entry,) = store.written
        assert (entry.state, entry.attempts) == (State.INTENT, 1)
        assert entry.traces == [
            {
                "first_name": "Linda",
                "last_name": "Sample 0",
                "email": KEY,
                "custom_id": "REQ-1",
                "person_id": "P0",
            }
        ]
        return await well(vendor, request)

    (outcome,) = invite(Vendor(creates=[look_into_the_journal]), [ADA], store)
    assert outcome.kind is OutcomeKind.CREATED
    assert outcome.item is not None
    intent, settled = store.written
    assert intent.intended_at > 0
    assert settled == Entry(
        KEY,
        State.CREATED,
        person_id="P0",
        intended_at=intent.intended_at,
        renewed_at=intent.renewed_at,
        attempts=1,
        receipt={"invitation_id": outcome.item.id, "assessment_url": outcome.item.assessment_url},
        evidence=Evidence.ANSWERED,
    )


@pytest.mark.parametrize(
    ("fault", "state", "evidence"),
    [
        (well, State.CREATED, Evidence.ANSWERED),
        (unfit, State.CREATED, Evidence.ANSWERED),
        (drop_after, State.CREATED, Evidence.FOUND),
        (refuse("Team already has an invitation with email linda0@example.org"), State.EXISTED, Evidence.DUPLICATE),
        (refuse("phone: is no phone"), State.REFUSED, None),
        (drop_before, State.NOT_ATTEMPTED, None),
    ],
)
def test_each_outcome_is_written_with_its_evidence(fault: Any, state: State, evidence: Evidence | None) -> None:
    store = Noted()
    (outcome,) = invite(Vendor(creates=[fault]), [ADA], store)
    entry = store.written[-1]
    assert (entry.state, entry.evidence) == (state, evidence)
    assert (outcome.kind.value, outcome.evidence, outcome.is_earlier) == (state.value, evidence, False)
    assert (entry.field, entry.reason, entry.attempts) == (outcome.field, outcome.reason, outcome.attempts)
    assert entry.traces == ()


def test_what_stays_in_doubt_keeps_what_it_is_recognised_by() -> None:
    store = Noted()
    (outcome,) = invite(Vendor(otherwise=answer(500), looks=[well, well, *[answer(500)] * 9]), [new(1)], store)
    entry = store.written[-1]
    assert (outcome.kind, entry.state, entry.attempts) == (OutcomeKind.UNKNOWN, State.UNKNOWN, 4)
    assert [trace["email"] for trace in entry.traces] == ["linda1@example.org"]


def test_rows_that_are_never_sent_are_not_written() -> None:
    store = Noted()
    outcomes = invite(Vendor(), [new(0, first_name=""), new(1), new(1)], store)
    assert kinds_of(outcomes) == ["refused", "created", "refused"]
    assert {entry.person for entry in store.written} == {"linda1@example.org"}


def test_what_cannot_be_intended_is_not_sent_and_stops_the_job() -> None:
    vendor, store = Vendor(), Noted(fails_at=5)

    async def main() -> None:
        job = job_of(vendor, people(20), store, max_in_flight=1)
        outcomes = await outcomes_of(job)
        assert kinds_of(outcomes)[:4] == ["created", "created", "created", "not_attempted"]
        assert isinstance(job.summary().error, JournalError)
        assert job.summary().stopped == "The journal cannot be written: the disk is full"
        assert isinstance(outcomes[3].error, JournalError)
        assert outcomes[3].attempts == 0

    run(main())
    assert vendor.sent.total() == 3


def test_what_happened_is_told_though_it_cannot_be_written_and_the_next_run_finds_it() -> None:
    vendor, store = Vendor(), Noted(fails_at=3)
    outcomes = invite(vendor, people(20), store, max_in_flight=1)
    assert kinds_of(outcomes) == ["created"] * 2
    assert states(store.memory) == {"linda0@example.org": State.CREATED, "linda1@example.org": State.INTENT}
    outcomes = invite(vendor, people(4), MemoryStore(store.memory))
    assert kinds_of(outcomes) == ["created"] * 4
    assert [outcome.evidence for outcome in outcomes] == [
        Evidence.ANSWERED,
        Evidence.FOUND,
        *[Evidence.ANSWERED] * 2,
    ]
    assert vendor.sent.total() == 4


def test_what_is_blamed_on_the_job_is_written_so() -> None:
    store = Noted()
    outcomes = invite(Vendor(otherwise=refuse("we are closed")), people(60), store)
    assert {*kinds_of(outcomes)} == {"not_attempted"}
    sent = {outcome.row.email for outcome in outcomes if outcome.attempts}
    assert len(sent) >= 20
    assert states(store.memory) == dict.fromkeys(sent, State.NOT_ATTEMPTED)


def test_a_stop_leaves_the_truth() -> None:
    store = Noted()

    async def main() -> None:
        job = job_of(Vendor(otherwise=stuck), people(20), store)
        asyncio.get_running_loop().call_later(1, job.stop)
        outcomes = await outcomes_of(job)
        assert kinds_of(outcomes) == ["unknown"] * 4

    run(main())
    assert states(store.memory) == {f"linda{number}@example.org": State.UNKNOWN for number in range(4)}
    (last,) = store.memory.runs
    assert (last.progress, last.stopped) == (Progress({OutcomeKind.UNKNOWN: 4}, 20), "the job was stopped")
    assert last.progress.left == 16


def test_a_run_is_written_with_its_counts() -> None:
    memory, vendor = JournalMemory(), Vendor()
    invite(vendor, [*people(3), new(0)], memory)
    invite(vendor, [], memory)
    first, second = memory.runs
    assert first.progress == Progress({OutcomeKind.CREATED: 3, OutcomeKind.REFUSED: 1}, 4)
    assert second.progress == Progress({}, 0)
    assert (first.number, second.number, second.stopped) == (1, 2, None)


@pytest.mark.parametrize("known", [True, False])
def test_while_it_runs_it_is_written_once_a_second_how_far_it_has_come(known: bool) -> None:
    noted: list[tuple[float, Progress]] = []

    class Noting(MemoryStore):
        async def note_run(self, progress: Progress) -> None:
            noted.append((asyncio.get_running_loop().time(), progress))
            await super().note_run(progress)

    async def slowly(vendor: Vendor, request: Request) -> Response:
        await asyncio.sleep(0.4)
        return await well(vendor, request)

    rows = [*people(19), new(0), *people(1)]
    source = rows if known else (row for row in rows)
    memory = JournalMemory()
    run(outcomes_of(job_of(Vendor(creates=[slowly] * 19), source, Noting(memory))))
    total = len(rows) if known else None
    assert noted[0] == (noted[0][0], Progress({}, total))
    assert len(noted) >= 2
    assert all(later - earlier >= 1 for (earlier, _), (later, _) in pairwise(noted))
    assert [progress.rows for _, progress in noted] == [total] * len(noted)
    told = [sum(progress.counts.values()) for _, progress in noted]
    assert told == sorted(told)
    assert 0 < told[-1] <= 21
    assert memory.runs[0].progress == Progress({OutcomeKind.CREATED: 19, OutcomeKind.REFUSED: 2}, total)


class Query:
    """A source whose `len()` would read it whole, as that of a query of a database does."""

    def __iter__(self) -> Iterator[NewInvitation]:
        yield from people(2)

    def __len__(self) -> int:
        raise AssertionError("it was read for its length")


def test_how_many_rows_there_are_is_asked_of_none_that_would_read_them() -> None:
    memory, vendor = JournalMemory(), Vendor()
    invite(vendor, Query(), memory)
    invite(vendor, iter([*people(4)]), memory)
    assert [one.progress.rows for one in memory.runs] == [None, 4]


class TestIntentsGrowOld:
    """An intent that waited for its turn longer than it is valid is written again right before the send."""

    def go(self, monkeypatch: pytest.MonkeyPatch, store: Noted, wait: float) -> tuple[list[str], Vendor]:
        vendor = Vendor(creates=[answer(429, retry_after=str(wait)), well])
        clock = lambda: asyncio.get_running_loop().time()  # noqa: E731
        monkeypatch.setattr("jofi_async.bulk.journal.ledger.seconds_awake_or_not", clock)
        row: NewInvitation = new(0)
        return kinds_of(invite(vendor, [row], store, retry=RetryPolicy(attempts=2))), vendor

    def test_a_fresh_one_is_not(self, monkeypatch: pytest.MonkeyPatch) -> None:
        store = Noted()
        assert self.go(monkeypatch, store, 4)[0] == ["created"]
        assert [entry.state for entry in store.written] == [State.INTENT, State.CREATED]

    def test_an_old_one_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        store = Noted()
        assert self.go(monkeypatch, store, 6)[0] == ["created"]
        assert [entry.state for entry in store.written] == [State.INTENT, State.INTENT, State.CREATED]

    def test_and_where_that_fails_nothing_is_sent(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Lost(Noted):
            async def put(self, entry: Entry) -> None:
                if self.written:
                    raise JournalHeldError("The journal was taken over by another process; this one stops")
                await super().put(entry)

        kinds, vendor = self.go(monkeypatch, Lost(), 6)
        assert kinds == ["not_attempted"]
        assert vendor.sent.total() == 1  # which was refused with 429
        assert not vendor.fake.invitations


@pytest.mark.parametrize("passes", [INTENT_VALID, -INTENT_VALID])  # forth, or back where somebody sets the clock
def test_an_intent_that_has_grown_old_is_written_again_before_the_send_and_stops_it_later(
    monkeypatch: pytest.MonkeyPatch, passes: float
) -> None:
    """Whoever froze between the intent and the first byte sends only what nobody can have taken over meanwhile."""
    now = 1000.0
    monkeypatch.setattr("jofi_async.bulk.journal.ledger.seconds_awake_or_not", lambda: now)
    store, refused = Noted(), list[str]()

    async def freeze(vendor: Vendor, request: Request) -> Response:
        nonlocal now
        assert request.still_clear is not None
        request.still_clear()
        now += passes
        try:
            request.still_clear()
        except NotSentError as error:
            refused.append(error.message)
            raise
        raise AssertionError("it was sent")

    outcomes = invite(Vendor(creates=[freeze]), people(1), store, retry=RetryPolicy(attempts=2))
    assert kinds_of(outcomes) == ["created"]
    assert refused == ["It took so long to connect that somebody may have taken the journal over"]
    assert [entry.state for entry in store.written] == [State.INTENT, State.INTENT, State.CREATED]
