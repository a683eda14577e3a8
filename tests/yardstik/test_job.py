"""The job on Yardstik: two steps a row, settled and resumed each by itself; nobody is invited twice."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from attrs import evolve

from jofi_async import (
    ConfigurationError,
    FakeTransport,
    FakeYardstik,
    Journal,
    OutcomeKind,
    RateLimit,
    Request,
    Response,
    RetryPolicy,
    YardstikClient,
)
from jofi_async.bulk.journal.records import State
from jofi_async.bulk.outcome import Outcome
from jofi_async.core.events import CallEnded, Event
from jofi_async.sandbox import Sandbox
from jofi_async.testing import JournalMemory, MemoryStore
from jofi_async.transports.aiohttp import AiohttpTransport
from jofi_async.yardstik.bulk import SAME_CANDIDATE
from jofi_async.yardstik.fake import FakeSettings, YardstikMount
from jofi_async.yardstik.models import Candidate, Invitation, NewCandidate, NewInvitation
from tests.bulk.support import run
from tests.yardstik.ways import KEY, ONCE, STANDARD

CREATED, EXISTED, REFUSED = OutcomeKind.CREATED, OutcomeKind.EXISTED, OutcomeKind.REFUSED
UNKNOWN, NOT_ATTEMPTED = OutcomeKind.UNKNOWN, OutcomeKind.NOT_ATTEMPTED
IGNORED = FakeSettings(filters="ignored", per_page=2)
DEAF = FakeSettings(filters="ignored", ordering="ignored", per_page=2)
STRICT = FakeSettings(unknown_filters="refused")
SETTINGS = pytest.mark.parametrize(
    "settings", [FakeSettings(), IGNORED, DEAF, STRICT], ids=["", "ignored", "deaf", "strict"]
)


def row(number: int = 0, **changes: Any) -> NewInvitation:
    fields: dict[str, Any] = {"first_name": "Joe", "last_name": f"Clean {number}", "email": f"joe{number}@example.org"}
    return NewInvitation(candidate=NewCandidate(**{**fields, **changes}), account_package_id=STANDARD)


def invite(fake: Any, rows: Sequence[NewInvitation], *faults: str, **options: Any) -> list[Outcome[Any, Any]]:
    """Run a job to its end, in virtual time."""
    retry: RetryPolicy = options.pop("retry", ONCE)

    async def main() -> list[Outcome[Any, Any]]:
        async with FakeTransport(fake, faults=faults) as transport:
            limit = RateLimit(per_second=None, in_flight=4)
            client = YardstikClient(KEY, transport=transport, rate_limit=limit, retry=retry)
            async with client.invitations.create_many(rows, order="input", **options) as job:
                return [outcome async for outcome in job]

    return run(main())


def invited(fake: FakeYardstik) -> Counter[str]:
    return Counter(message.to for message in fake.messages)


@SETTINGS
def test_candidates_are_created_and_invited(settings: FakeSettings) -> None:
    fake = FakeYardstik(settings=settings)
    outcomes = invite(fake, [row(number, external_id=f"P{number}") for number in range(5)])
    assert [outcome.kind for outcome in outcomes] == [CREATED] * 5
    assert [outcome.attempts for outcome in outcomes] == [1] * 5
    assert all(isinstance(outcome.item, Invitation) for outcome in outcomes)
    assert invited(fake) == {f"joe{number}@example.org": 1 for number in range(5)}
    assert len(fake.candidates) == 5


@SETTINGS
@pytest.mark.parametrize(
    ("fields", "is_found"),
    [
        ({"external_id": "P1"}, True),
        ({"external_id": "P1", "email": " JOE0@Example.org"}, True),
        ({"email": "JOE0@Example.org"}, True),
        ({"external_id": "P2"}, False),
        ({"email": "joe@example.org"}, False),
        ({"email": "xjoe0@example.org"}, False),
    ],
)
def test_a_candidate_is_found_by_external_id_and_then_by_address(
    settings: FakeSettings, fields: dict[str, Any], is_found: bool
) -> None:
    """One who has the address and another id of the caller's is somebody else."""
    fake = FakeYardstik(settings=settings)
    there = fake.invite("joe0@example.org", external_id="P1")
    fake.invite("xjoe0@example.com")
    fake.invite("somebody@example.org", external_id="P9")
    fake.clock.advance(8 * 86400)
    (outcome,) = invite(fake, [row(0, **{"email": "joe0@example.org", **fields})])
    assert outcome.kind is CREATED
    assert (fake.invitations[-1].candidate_id == there.candidate_id) is is_found
    assert len(fake.candidates) == (3 if is_found else 4)


@pytest.mark.parametrize(
    ("state", "kind"), [("sent", EXISTED), ("completed", EXISTED), ("expired", CREATED), ("canceled", CREATED)]
)
def test_a_candidate_of_whom_a_report_of_the_package_is_under_way_exists(state: str, kind: OutcomeKind) -> None:
    fake = FakeYardstik()
    there = fake.invite("joe0@example.org")
    match state:
        case "completed":
            fake.complete(there.id)
        case "expired":
            fake.clock.advance(8 * 86400)
        case "canceled":
            there.canceled_at = fake.clock.now()
        case _:
            pass
    memory = JournalMemory()
    (outcome,) = invite(fake, [row()], journal=MemoryStore(memory))
    assert (outcome.kind, outcome.attempts) == (kind, 0 if kind is EXISTED else 1)
    assert memory.entries["joe0@example.org"].state == kind.value
    if kind is EXISTED:
        assert isinstance(outcome.item, Candidate)
        assert outcome.reason
        (again,) = invite(fake, [row()], journal=MemoryStore(memory))
        assert (again.kind, again.is_earlier, len(fake.messages)) == (EXISTED, True, 1)
        (forced,) = invite(fake, [row()], again=True)
        assert (forced.kind, len(fake.messages)) == (CREATED, 2)


def test_another_package_is_another_matter() -> None:
    fake = FakeYardstik()
    fake.invite("joe0@example.org")
    plus = list(fake.world.packages)[1]
    wanted = NewInvitation(candidate=row().candidate, account_package_id=plus)
    assert [outcome.kind for outcome in invite(fake, [wanted])] == [CREATED]
    assert len(fake.candidates) == 1


def test_a_candidate_who_is_named_is_not_looked_for() -> None:
    fake = FakeYardstik()
    there = fake.invite("joe0@example.org")
    wanted = NewInvitation(candidate=row().candidate, account_package_id=STANDARD, candidate_id=there.candidate_id)
    assert [outcome.kind for outcome in invite(fake, [wanted])] == [CREATED]
    assert not [one for one in fake.requests if "/candidates" in one.path]


# what is in doubt


@SETTINGS
@pytest.mark.parametrize("path", ["/candidates", "/invitations"])
@pytest.mark.parametrize("fault", ["drop_after", "503+", "cut", "reset", "html+"])
def test_a_step_that_took_effect_without_an_answer_is_found(settings: FakeSettings, path: str, fault: str) -> None:
    fake = FakeYardstik(settings=settings)
    for number in range(5):
        fake.invite(f"other{number}@example.org")
    before = len(fake.messages)
    outcomes = invite(fake, [row(number) for number in range(3)], f"POST {path} {fault}@2")
    assert [outcome.kind for outcome in outcomes] == [CREATED] * 3
    assert len(fake.messages) == before + 3
    assert len(fake.candidates) == 8
    assert all(outcome.item is not None for outcome in outcomes)


@pytest.mark.parametrize("path", ["/candidates", "/invitations"])
def test_a_step_that_takes_effect_late_is_waited_for(path: str) -> None:
    fake = FakeYardstik()
    (outcome,) = invite(fake, [row()], f"POST {path} late=3@1")
    assert (outcome.kind, len(fake.messages), len(fake.candidates)) == (CREATED, 1, 1)


@pytest.mark.parametrize("path", ["/candidates", "/invitations"])
def test_a_step_that_is_lost_stays_unknown_and_says_what_a_person_can_do(path: str) -> None:
    fake = FakeYardstik()
    memory = JournalMemory()
    (outcome,) = invite(fake, [row()], f"POST {path} 503@1", journal=MemoryStore(memory))
    assert (outcome.kind, outcome.attempts) == (UNKNOWN, 1)
    assert (
        "look there, and if it is not there, have it sent again (`resend_after=`, `--resend-after`)" in outcome.reason
    )
    (again,) = invite(fake, [row()], journal=MemoryStore(memory))
    assert (again.kind, again.reason) == (UNKNOWN, outcome.reason)
    assert not fake.messages


def test_it_is_sent_again_in_the_same_run_only_where_that_is_asked_for() -> None:
    fake = FakeYardstik()
    (outcome,) = invite(fake, [row()], "POST /invitations 503@1", resend_after=600.0)
    assert (outcome.kind, outcome.attempts, len(fake.messages)) == (CREATED, 2, 1)
    with pytest.raises(ConfigurationError):
        invite(fake, [row()], resend_after=0.0)


@pytest.mark.parametrize("path", ["/candidates", "/invitations"])
class TestSentAgainAfterAWhile:
    """What counts is when somebody was sent last, in whatever run, by a clock that goes on."""

    @pytest.fixture(autouse=True)
    def _clock(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def now() -> float:
            return self.at + asyncio.get_running_loop().time()

        monkeypatch.setattr("jofi_async.bulk.journal.ledger.time", Mock(time=now))
        monkeypatch.setattr("jofi_async.bulk.journal.ledger.seconds_awake_or_not", now)
        self.fake, self.memory = FakeYardstik(), JournalMemory()

    def run_at(self, seconds: float, *faults: str, **options: Any) -> OutcomeKind:
        self.at = 1e9 + seconds
        (outcome,) = invite(self.fake, [row()], *faults, journal=MemoryStore(self.memory), **options)
        return outcome.kind

    def test_in_an_earlier_run(self, path: str) -> None:
        assert self.run_at(0, f"POST {path} 503") is UNKNOWN
        assert self.run_at(3600, f"POST {path} 503", resend_after=50.0) is UNKNOWN  # sent then, and 58 s later
        assert self.run_at(3700, resend_after=50.0) is UNKNOWN
        assert self.run_at(3713, resend_after=50.0) is CREATED
        assert (len(self.fake.messages), len(self.fake.candidates)) == (1, 1)

    def test_long_after_its_intent(self, path: str) -> None:
        faults = [f"POST {path} 429=40@1", f"POST {path} 503@2"]
        assert self.run_at(0, *faults, retry=RetryPolicy(attempts=2)) is UNKNOWN
        assert self.run_at(74, resend_after=30.0) is UNKNOWN  # it may be sent 5 s after it was intended
        assert self.run_at(76, resend_after=30.0) is CREATED
        assert len(self.fake.messages) == 1

    def test_before_the_clock_was_set_back(self, path: str) -> None:
        assert self.run_at(0, f"POST {path} 503") is UNKNOWN
        assert self.run_at(-3600, resend_after=50.0) is UNKNOWN
        assert not self.fake.messages


@SETTINGS
@pytest.mark.parametrize("is_under_way", [True, False])
def test_who_would_be_invited_at_another_address_than_the_row_s_is_refused(
    settings: FakeSettings, is_under_way: bool
) -> None:
    """Also where a report is under way: it may be somebody else's, whose id was taken by mistake."""
    fake, memory = FakeYardstik(settings=settings), JournalMemory()
    there = fake.invite("joe0@example.org", external_id="P1")
    if not is_under_way:
        fake.complete(there.id)
    before, asked = len(fake.messages), len(fake.candidates)
    (outcome,) = invite(fake, [row(1, external_id="P1")], journal=MemoryStore(memory), again=not is_under_way)
    assert (outcome.kind, outcome.field, outcome.attempts) == (REFUSED, "email", 0)
    assert "has another address at Yardstik, joe0@example.org, and would be invited there" in outcome.reason
    assert "--share-person-id" in outcome.reason
    assert "joe0@" not in str(outcome.error)
    assert (len(fake.messages), len(fake.candidates), memory.entries) == (before, asked, {})
    (mended,) = invite(fake, [row(0, external_id="P1")], again=True)
    assert (mended.kind, fake.invitations[-1].candidate_id) == (CREATED, there.candidate_id)
    (other,) = invite(fake, [row(1, external_id="P1")], share_person_id=True)
    assert (other.kind, fake.messages[-1].to, len(fake.candidates)) == (CREATED, "joe1@example.org", asked + 1)


def test_a_candidate_of_whom_no_address_is_known_is_not_invited_for_a_row_s() -> None:
    fake = FakeYardstik()
    candidate_id = fake.invite("joe0@example.org", external_id="P1").candidate_id
    fake.world.candidates[candidate_id].fields["email"] = None
    (outcome,) = invite(fake, [row(0, external_id="P1")], again=True)
    assert outcome.kind is REFUSED
    assert "has no address at Yardstik that is shown" in outcome.reason


def test_many_such_rows_do_not_stop_the_job() -> None:
    fake = FakeYardstik()
    for number in range(25):
        fake.complete(fake.invite(f"old{number}@example.org", external_id=f"P{number}").id)
    outcomes = invite(fake, [row(number, external_id=f"P{number}") for number in range(26)])
    assert [outcome.kind for outcome in outcomes] == [REFUSED] * 25 + [CREATED]


def test_who_was_created_and_whose_address_was_changed_since_is_not_invited_there() -> None:
    fake, memory = FakeYardstik(), JournalMemory()
    fake.invite("somebody@example.org")
    rows = [row(0, external_id="P1")]
    looks = f"GET /candidates 500@{','.join(map(str, range(6, 20)))}"
    (outcome,) = invite(fake, rows, "POST /candidates drop_after", looks, journal=MemoryStore(memory))
    assert (outcome.kind, len(fake.candidates)) == (UNKNOWN, 2)
    fake.candidates[-1].fields["email"] = "moved@example.org"
    (outcome,) = invite(fake, rows, journal=MemoryStore(memory))
    assert (outcome.kind, len(fake.candidates), len(fake.messages)) == (REFUSED, 2, 1)
    assert "moved@example.org" in outcome.reason


def test_somebody_else_s_candidate_who_is_made_meanwhile_is_not_invited() -> None:
    """What is found in place of a candidate whose create got no answer."""

    class Busy(FakeYardstik):
        async def handle(self, request: Request) -> Response:
            if request.method == "POST":
                self.invite("other@example.org", external_id="P1")
                return Response(503)
            return await super().handle(request)

    fake = Busy()
    (outcome,) = invite(fake, [row(0, external_id="P1")], again=True)
    assert outcome.kind is REFUSED
    assert "other@example.org" in outcome.reason
    assert [message.to for message in fake.messages] == ["other@example.org"]


def test_an_answer_that_does_not_repeat_the_address_of_whom_it_created_is_enough() -> None:
    class Silent(FakeYardstik):
        async def handle(self, request: Request) -> Response:
            response = await super().handle(request)
            if request.method == "POST" and request.url.endswith("/candidates"):
                response.body = response.body.replace(b'"email":', b'"mail":')
            return response

    (outcome,) = invite(Silent(), [row()])
    assert outcome.kind is CREATED


def test_one_candidate_is_invited_for_one_row() -> None:
    fake = FakeYardstik()
    there = fake.invite("joe0@example.org").candidate_id
    rows = [evolve(row(number), candidate_id=there) for number in range(2)]
    outcomes = invite(fake, rows, "POST /invitations late=1@1")
    assert sorted(outcome.kind for outcome in outcomes) == [CREATED, REFUSED]
    (second,) = (outcome for outcome in outcomes if outcome.kind is REFUSED)
    assert (second.reason, second.attempts, len(fake.messages)) == (SAME_CANDIDATE.reason, 0, 2)


@pytest.mark.parametrize("filters", ["applied", "ignored"])
def test_one_candidate_is_invited_for_one_row_also_if_the_other_is_in_doubt_from_an_earlier_run(filters: Any) -> None:
    fake, memory = FakeYardstik(settings=FakeSettings(filters=filters)), JournalMemory()
    fake.complete(fake.invite("joe1@example.org", external_id="P1").id)
    package = list(fake.world.packages)[1]
    rows = [evolve(row(1, external_id="P1"), account_package_id=package), evolve(row(0), account_package_id=package)]
    (first,) = invite(fake, rows[:1], "POST /invitations 503@1", journal=MemoryStore(memory))
    fake.candidates[0].fields["email"] = "joe0@example.org"
    before = len(fake.messages)
    (second,) = invite(fake, rows[1:], journal=MemoryStore(memory))
    assert (first.kind, second.kind) == (UNKNOWN, REFUSED)
    assert (second.reason, second.attempts) == (SAME_CANDIDATE.reason, 0)
    assert len(fake.messages) == before


def test_a_candidate_whose_answer_cannot_be_read_is_not_taken_for_an_invitation() -> None:
    fake = FakeYardstik()
    (outcome,) = invite(fake, [row()], "POST /candidates cut@1", "GET /candidates 500@2,3,4,5,6,7,8")
    assert (outcome.kind, len(fake.candidates), fake.messages) == (NOT_ATTEMPTED, 1, [])
    assert "run it again" in outcome.reason
    assert [one.kind for one in invite(fake, [row()])] == [CREATED]
    assert len(fake.candidates) == 1


def test_a_job_cut_off_while_it_looks_for_a_candidate_tells_of_no_invitation() -> None:
    fake, memory = FakeYardstik(), JournalMemory()
    fake.invite("somebody@example.org")

    async def main() -> Outcome[Any, Any]:
        faults = ["POST /candidates cut@1", "GET /candidates slow=20@4"]
        async with FakeTransport(fake, faults=faults) as transport:
            client = YardstikClient(KEY, transport=transport, rate_limit=None, retry=ONCE)
            async with client.invitations.create_many([row()], journal=Journal(MemoryStore(memory))) as job:
                asyncio.get_running_loop().call_later(5.0, lambda: job.stop(grace=0))
                (outcome,) = [one async for one in job]
                return outcome

    outcome = run(main())
    assert (outcome.kind, outcome.attempts, len(fake.candidates), len(fake.messages)) == (NOT_ATTEMPTED, 0, 2, 1)
    assert "run it again" in outcome.reason
    assert [one.kind for one in invite(fake, [row()], journal=MemoryStore(memory))] == [CREATED]
    assert (len(fake.candidates), len(fake.messages)) == (2, 2)


def test_a_stop_before_the_second_step_is_sent_leaves_no_doubt_of_the_first() -> None:
    fake, ended = FakeYardstik(), list[CallEnded]()
    limit = RateLimit(per_second=0.05, burst=6)  # the second step waits for 8 s

    def note(event: Event) -> None:
        if isinstance(event, CallEnded):
            ended.append(event)

    async def main() -> Outcome[Any, Any]:
        async with FakeTransport(fake, faults=["POST /candidates slow=20"]) as transport:
            client = YardstikClient(KEY, transport=transport, rate_limit=limit, retry=ONCE, deadline=12.0, hooks=[note])
            async with client.invitations.create_many([row()]) as job:
                asyncio.get_running_loop().call_later(15.0, lambda: job.stop(grace=2.0))
                (outcome,) = [one async for one in job]
                assert job.summary().seconds == 15.0
                return outcome

    outcome = run(main())
    assert (outcome.kind, outcome.attempts, len(fake.candidates), len(fake.messages)) == (NOT_ATTEMPTED, 0, 1, 0)
    assert (ended[-1].path, ended[-1].queued, ended[-1].answering) == ("/invitations", 0.0, 0.0)


def test_a_job_that_ended_between_the_steps_goes_on_with_the_second() -> None:
    fake = FakeYardstik()
    memory = JournalMemory()
    (outcome,) = invite(fake, [row()], "POST /invitations 429@1", journal=MemoryStore(memory))
    assert (outcome.kind, len(fake.candidates)) == (NOT_ATTEMPTED, 1)
    assert memory.entries["joe0@example.org"].state is State.NOT_ATTEMPTED
    (outcome,) = invite(fake, [row()], journal=MemoryStore(memory))
    assert (outcome.kind, len(fake.candidates), len(fake.messages)) == (CREATED, 1, 1)


def test_a_candidate_that_yardstik_refuses_is_refused() -> None:
    fake = FakeYardstik(settings=FakeSettings(errors="objects"))
    wrong = row(phone=" ")
    outcomes = invite(fake, [wrong, row(1)])
    assert [(outcome.kind, outcome.field) for outcome in outcomes] == [(REFUSED, "phone"), (CREATED, "")]


def test_repeats_and_rows_that_cannot_be_valid_are_refused_unsent() -> None:
    fake = FakeYardstik()
    other: Any = "nobody"
    rows = [row(), row(email="JOE0@example.org"), row(2, email="no address"), other]
    rows.append(NewInvitation(candidate=row(3).candidate, account_package_id="x" * 51))
    naive = datetime(2030, 1, 1)
    rows.append(NewInvitation(candidate=row(4).candidate, account_package_id="x", expires_at=naive))
    outcomes = invite(fake, rows)
    assert [outcome.kind for outcome in outcomes] == [CREATED, *[REFUSED] * 5]
    assert [outcome.field for outcome in outcomes[1:]] == ["email", "email", "", "account_package_id", "expires_at"]
    assert len(fake.messages) == 1


def test_a_package_that_is_not_there_stops_the_job() -> None:
    fake = FakeYardstik()
    rows = [NewInvitation(candidate=row(n).candidate, account_package_id="gone") for n in range(30)]
    outcomes = invite(fake, rows)
    assert {outcome.kind for outcome in outcomes} == {NOT_ATTEMPTED}
    assert not fake.messages


class Mute(FakeYardstik):
    """A Yardstik whose key may not list accounts."""

    async def handle(self, request: Request) -> Response:
        """Answer one request."""
        if request.url.endswith("/accounts"):
            return Response(403, {}, b"")
        return await super().handle(request)


@pytest.mark.parametrize(("kind", "account"), [(FakeYardstik, "4f6cf35x-2c4y-483z-a0a9-158621f77a21"), (Mute, "")])
def test_the_journal_is_bound_to_the_account(kind: type[FakeYardstik], account: str, tmp_path: Path) -> None:
    fake, memory = kind(), JournalMemory()
    invite(fake, [row()], journal=MemoryStore(memory))
    assert memory.binding is not None
    assert (memory.binding.vendor, memory.binding.account) == ("yardstik", account)
    assert [one.is_earlier for one in invite(fake, [row()], journal=MemoryStore(memory))] == [True]
    assert len(fake.messages) == 1


async def test_the_job_over_http() -> None:
    fake = FakeYardstik()
    async with (
        Sandbox(YardstikMount(fake), faults=["POST drop_after@1,4", "GET 503@3"]) as sandbox,
        AiohttpTransport() as transport,
        YardstikClient(KEY, base_url=sandbox.base_url, transport=transport, rate_limit=None) as client,
        client.invitations.create_many([row(number) for number in range(8)]) as job,
    ):
        outcomes = [outcome async for outcome in job]
    assert Counter(outcome.kind for outcome in outcomes) == {CREATED: 8}
    assert invited(fake) == {f"joe{number}@example.org": 1 for number in range(8)}
