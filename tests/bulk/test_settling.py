"""The design's table "What happened, and what is recorded", row by row, in memory and over a socket."""

import json

import pytest

from jofi_async import (
    AuthenticationError,
    DuplicateError,
    FakeJofi,
    Invitation,
    InvitationListItem,
    ModeMismatchError,
    NotSentError,
    OutcomeKind,
    RateLimitedError,
    Request,
    Response,
    RetryAfterTooLongError,
    RetryPolicy,
    SetupError,
    UnreadableAnswerError,
)
from tests.bulk.support import new, people
from tests.bulk.ways import LOOK, OddJofi, Way, calls, check_created, invite, one_of, to_nobody

CREATED, EXISTED, REFUSED = OutcomeKind.CREATED, OutcomeKind.EXISTED, OutcomeKind.REFUSED
UNKNOWN, NOT_ATTEMPTED = OutcomeKind.UNKNOWN, OutcomeKind.NOT_ATTEMPTED


# 2xx


async def test_a_2xx_is_created(way: Way) -> None:
    fake = FakeJofi()
    outcome, job = await one_of(way, fake)
    check_created(outcome, fake)
    assert isinstance(outcome.item, Invitation)
    assert calls(fake) == ["GET 200", "POST 201"]
    assert job.summary().stopped is None


@pytest.mark.parametrize("rule", ["cut", "reset"])
async def test_a_2xx_whose_body_is_cut_is_created_and_its_item_found(way: Way, rule: str) -> None:
    fake = FakeJofi()
    outcome, _ = await one_of(way, fake, f"POST {rule}")
    assert (outcome.kind, outcome.attempts) == (CREATED, 1)
    assert isinstance(outcome.error, UnreadableAnswerError)
    assert outcome.error.body
    assert isinstance(outcome.item, InvitationListItem)
    assert calls(fake) == ["GET 200", "POST 201", LOOK]


async def test_a_2xx_that_does_not_fit_is_created_and_its_item_found(way: Way) -> None:
    async def around(fake: OddJofi, request: Request) -> Response:
        answer = await fake.plainly(request)
        return Response(201, answer.headers, b'{"id": "none"}') if request.method == "POST" else answer

    fake = OddJofi(around)
    outcome, _ = await one_of(way, fake)
    assert outcome.kind is CREATED
    assert isinstance(outcome.error, UnreadableAnswerError)
    assert outcome.error.body == b'{"id": "none"}'
    assert outcome.item is not None


async def test_a_2xx_of_another_mode_is_created_and_stops_the_job(way: Way) -> None:
    async def around(fake: OddJofi, request: Request) -> Response:
        answer = await fake.plainly(request)
        if request.method == "GET":
            return answer
        return Response(201, answer.headers, json.dumps({**json.loads(answer.body), "mode": "test"}).encode())

    fake = OddJofi(around)
    outcomes, job = await invite(way(fake, ()), people(9), max_in_flight=1)
    assert outcomes[0].kind is CREATED
    assert isinstance(outcomes[0].item, Invitation)
    assert {outcome.kind for outcome in outcomes[1:]} <= {NOT_ATTEMPTED}
    assert isinstance(job.summary().error, ModeMismatchError)
    assert len(fake.invitations) == 1


# 400 duplicate


@pytest.mark.parametrize("where", ["same team", "same team, accepted", "other team"])
async def test_a_duplicate_without_a_doubt_is_existed(way: Way, where: str) -> None:
    fake = FakeJofi()
    there = fake.invite(new().email, team_id=101 if where == "other team" else 100)
    if "accepted" in where:
        fake.accept(there.id)
    outcome, _ = await one_of(way, fake)
    assert (outcome.kind, outcome.attempts) == (EXISTED, 1)
    assert isinstance(outcome.error, DuplicateError)
    assert outcome.error.kind == where
    assert outcome.item is not None
    assert outcome.item.id == there.id


async def test_a_duplicate_after_a_doubt_and_found_to_be_ours_is_created(way: Way) -> None:
    fake = FakeJofi()
    outcome, _ = await one_of(way, fake, "POST drop_after@1", "GET 500@2")
    check_created(outcome, fake, attempts=2)
    assert calls(fake) == ["GET 200", "POST 201", "POST 400", LOOK]


async def test_a_duplicate_after_a_doubt_and_older_than_the_job_is_existed(way: Way) -> None:
    fake = FakeJofi()
    there = fake.invite(new().email, last_name=new().last_name)
    outcome, _ = await one_of(way, fake, "POST drop_after@1", "GET 500@2")
    assert (outcome.kind, outcome.attempts) == (EXISTED, 2)
    assert isinstance(outcome.error, DuplicateError)
    assert outcome.item is not None
    assert outcome.item.id == there.id


@pytest.mark.parametrize(
    "rules", [["POST drop_after@1"], ["POST drop_after@1", "GET 500@2"]], ids=["look", "duplicate"]
)
async def test_what_is_found_after_a_doubt_with_other_fields_is_existed(way: Way, rules: list[str]) -> None:
    async def around(fake: OddJofi, request: Request) -> Response:
        if request.method == "POST" and not fake.invitations:
            fake.invite(new().email, first_name="Somebody else's")
        return await fake.plainly(request)

    fake = OddJofi(around)
    outcome, _ = await one_of(way, fake, *rules)
    assert (outcome.kind, outcome.attempts) == (EXISTED, len(rules))
    assert outcome.item is not None
    assert outcome.reason


async def test_a_duplicate_after_a_doubt_that_no_look_finds_is_existed(way: Way) -> None:
    fake = FakeJofi()
    outcome, _ = await one_of(way, fake, "POST drop_after@1", "GET 500@2,3")
    assert (outcome.kind, outcome.item, outcome.attempts) == (EXISTED, None, 2)
    assert len(fake.invitations) == 1


async def test_who_was_there_before_and_whose_create_got_no_answer_is_existed(way: Way) -> None:
    fake = FakeJofi()
    there = fake.invite(new().email, last_name=new().last_name)
    outcome, _ = await one_of(way, fake, "POST drop_before@1")
    assert (outcome.kind, outcome.attempts, outcome.error) == (EXISTED, 1, None)
    assert outcome.item is not None
    assert outcome.item.id == there.id
    assert "older than this job" in outcome.reason


# 400 about the row


async def test_a_400_about_the_row_is_refused_with_field_and_reason(way: Way) -> None:
    fake = FakeJofi()
    outcome, job = await one_of(way, fake, row=new(phone="123"))
    assert (outcome.kind, outcome.field, outcome.attempts) == (REFUSED, "phone", 1)
    assert outcome.reason
    assert job.summary().stopped is None


async def test_a_refusal_after_a_doubt_stands_where_a_look_finds_nobody(way: Way) -> None:
    fake = FakeJofi()
    outcome, _ = await one_of(way, fake, "POST drop_after@1", row=new(phone="123"))
    assert (outcome.kind, outcome.field, outcome.attempts) == (REFUSED, "phone", 2)
    assert (fake.invitations, calls(fake)) == ([], ["GET 200", "POST 400", LOOK, "POST 400", LOOK])


async def test_a_refusal_after_a_doubt_does_not_hide_what_was_created(way: Way) -> None:
    """JOFI refuses the second as a duplicate, and its words are cut short."""
    fake = FakeJofi()
    outcome, _ = await one_of(way, fake, "POST drop_after@1", "POST cut@1", "GET 500@2")
    check_created(outcome, fake, attempts=2)
    assert calls(fake) == ["GET 200", "POST 201", "POST 400", LOOK]


async def test_a_refusal_after_a_doubt_proves_nothing_while_looks_fail(way: Way) -> None:
    async def around(fake: OddJofi, request: Request) -> Response:
        if request.method == "POST" and fake.invitations:
            return Response(400, {"content-type": "application/json"}, b'{"error": "email: is taken"}')
        return await fake.plainly(request)

    fake = OddJofi(around)
    outcome, _ = await one_of(way, fake, "POST drop_after@1", "GET 500@2,3,4,5")
    assert (outcome.kind, outcome.attempts) == (UNKNOWN, 4)


# not sent


async def test_what_nobody_listens_to_is_not_attempted(way: Way) -> None:
    (outcome,), job = await invite(to_nobody(way), [new()])
    assert (outcome.kind, outcome.attempts) == (NOT_ATTEMPTED, 0)  # not even the watermark could be read
    assert isinstance(outcome.error, NotSentError)
    assert job.summary().stopped is None


@pytest.mark.parametrize(
    ("rule", "error", "attempts"),
    [("POST 429", RateLimitedError, 3), ("POST 429=3600", RetryAfterTooLongError, 1)],
    ids=["429 beyond patience", "Retry-After above the ceiling"],
)
async def test_a_429_is_not_attempted(way: Way, rule: str, error: type[Exception], attempts: int) -> None:
    fake = FakeJofi()
    retry = RetryPolicy(attempts=3, first_wait=0)
    (outcome,), _ = await invite(way(fake, [rule]), [new()], retry=retry)
    assert (outcome.kind, outcome.attempts) == (NOT_ATTEMPTED, attempts)
    assert isinstance(outcome.error, error)
    assert calls(fake) == ["GET 200"]


async def test_a_spent_budget_is_not_attempted(way: Way) -> None:
    retry = RetryPolicy(attempts=9, first_wait=0, budget=2)
    (outcome,), _ = await invite(way(FakeJofi(), ["POST 429"]), [new()], retry=retry)
    assert (outcome.kind, outcome.attempts) == (NOT_ATTEMPTED, 3)


@pytest.mark.parametrize("rule", ["POST 429@2", "POST 429=3600@2"])
async def test_what_was_in_doubt_is_never_not_attempted(way: Way, rule: str) -> None:
    fake = FakeJofi()
    outcome, _ = await one_of(way, fake, "POST drop_after@1,3,4", "POST 429@1,2,3", "GET 500@2,3,4,5")
    assert (outcome.kind, outcome.attempts) == (UNKNOWN, 4)
    assert "broke off" in outcome.reason or "connection" in outcome.reason  # of the attempt that left the doubt
    assert len(fake.invitations) == 1


# no row's fault


async def test_a_wrong_key_stops_the_job_before_anything_is_sent(way: Way) -> None:
    fake = FakeJofi()
    outcomes, job = await invite(way(fake, ()), people(50), key="sk_live_wrong", max_in_flight=4)
    assert {outcome.kind for outcome in outcomes} == {NOT_ATTEMPTED}
    assert {outcome.attempts for outcome in outcomes} == {0}
    assert all(outcome.reason for outcome in outcomes)
    assert len(outcomes) <= 8
    assert isinstance(job.summary().error, AuthenticationError)
    assert calls(fake) == ["GET 404"]


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"created_by_user_email": "nobody@example.org"}, "inviter"),
        ({"created_by_user_email": "noteam.recruiter@jofiscore.com"}, "default team"),
        ({"team_id": 999}, "team"),
    ],
)
async def test_what_is_no_rows_fault_stops_the_job(way: Way, changes: dict[str, object], what: str) -> None:
    fake = FakeJofi()
    outcomes, job = await invite(way(fake, ()), [new(n, **changes) for n in range(50)], max_in_flight=1)
    assert {outcome.kind for outcome in outcomes} == {NOT_ATTEMPTED}
    error = job.summary().error
    assert isinstance(error, SetupError)
    assert error.what == what
    assert len(outcomes) <= 2


async def test_a_key_that_goes_wrong_meanwhile_leaves_the_doubtful_row_unknown_and_stops(way: Way) -> None:
    async def around(fake: OddJofi, request: Request) -> Response:
        if fake.invitations:
            return Response(404, {"content-type": "application/json"}, b'{"error":"Account not found for API key"}')
        return await fake.plainly(request)

    fake = OddJofi(around)
    outcomes, job = await invite(way(fake, ["POST drop_after@1"]), people(50), max_in_flight=1)
    assert (outcomes[0].kind, outcomes[0].attempts) == (UNKNOWN, 2)
    assert {outcome.kind for outcome in outcomes[1:]} <= {NOT_ATTEMPTED}
    assert isinstance(job.summary().error, AuthenticationError)
    assert not isinstance(outcomes[0].error, AuthenticationError)  # it tells of the attempt that left the doubt
