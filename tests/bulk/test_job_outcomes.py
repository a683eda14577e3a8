"""The table of the design, "What happened, and what is recorded", row by row."""

import json
from typing import Any

import pytest

from jofi_async import (
    AuthenticationError,
    ConfigurationError,
    DeadlineNotSentError,
    DuplicateError,
    FakeJofi,
    ForbiddenError,
    Invitation,
    InvitationListItem,
    LifecycleError,
    ModeMismatchError,
    NotFoundError,
    NotSentError,
    OutcomeKind,
    RateLimit,
    RateLimitedError,
    Request,
    Response,
    RetryAfterTooLongError,
    RetryPolicy,
    SetupError,
    UnreadableAnswerError,
    WrongAddressError,
)
from jofi_async.jofi.fake import FakeSettings
from tests.bulk.support import (
    INVITER,
    ONCE,
    TEST,
    Fault,
    Pulls,
    Vendor,
    answer,
    as_test,
    client_of,
    connecting,
    crash,
    cut,
    drop_before,
    invite_all,
    invite_one,
    late,
    new,
    no_json,
    people,
    refuse,
    run,
    unfit,
    well,
)

SAME_TEAM = refuse("Team already has an invitation with email linda0@example.org")


# 2xx


def test_a_2xx_is_created() -> None:
    outcome, job, vendor = invite_one(well)
    assert outcome.kind is OutcomeKind.CREATED
    assert isinstance(outcome.item, Invitation)
    assert outcome.item.assessment_url == vendor.fake.invitations[0].assessment_url
    assert (outcome.attempts, outcome.error, outcome.reason, outcome.field) == (1, None, "", "")
    assert job.summary().stopped is None


@pytest.mark.parametrize("fault", [cut, unfit, no_json], ids=["cut", "misses fields", "no JSON"])
def test_a_2xx_that_cannot_be_read_is_created_and_found_by_a_look(fault: Fault) -> None:
    outcome, _, vendor = invite_one(fault)
    assert outcome.kind is OutcomeKind.CREATED
    assert isinstance(outcome.error, UnreadableAnswerError)
    assert outcome.error.body
    assert outcome.error.row is outcome.row
    assert isinstance(outcome.item, InvitationListItem)
    assert outcome.item.id == vendor.fake.invitations[0].id
    assert vendor.sent.total() == 1


def test_an_unreadable_2xx_is_created_though_the_look_finds_nothing() -> None:
    outcome, _, _ = invite_one(answer(201, b"{}", content_type="application/json"))
    assert outcome.kind is OutcomeKind.CREATED
    assert outcome.item is None
    assert isinstance(outcome.error, UnreadableAnswerError)
    assert outcome.error.body == b"{}"


def test_an_unreadable_2xx_under_a_test_key_is_created_without_a_look() -> None:
    outcome, _, vendor = invite_one(unfit, key=TEST)
    assert (outcome.kind, outcome.item, vendor.lists) == (OutcomeKind.CREATED, None, 0)


def test_a_2xx_of_another_mode_is_recorded_as_it_is_and_stops_the_job() -> None:
    source = Pulls(people(30))
    vendor = Vendor(creates=[as_test])
    outcomes, job = invite_all(vendor, source, max_in_flight=1)
    first, *rest = outcomes
    assert first.kind is OutcomeKind.CREATED
    assert isinstance(first.error, ModeMismatchError)
    assert isinstance(first.item, Invitation)
    assert first.item.mode == "test"
    assert vendor.lists == 1  # the watermark
    assert {outcome.kind for outcome in rest} <= {OutcomeKind.NOT_ATTEMPTED}
    assert source.count == len(outcomes) <= 2
    assert job.summary().error is first.error


# 400 duplicate


def test_a_duplicate_on_the_same_team_is_existed_with_its_invitation() -> None:
    vendor = Vendor()
    invitation = vendor.fake.invite(new().email)
    (outcome,), job = invite_all(vendor, [new(email=" Linda0@Example.ORG ")])
    assert outcome.kind is OutcomeKind.EXISTED
    assert isinstance(outcome.item, InvitationListItem)
    assert (outcome.item.id, outcome.item.assessment_url) == (invitation.id, invitation.assessment_url)
    assert isinstance(outcome.error, DuplicateError)
    assert job.summary().stopped is None


def test_a_duplicate_who_accepted_is_existed() -> None:
    vendor = Vendor()
    vendor.fake.accept(vendor.fake.invite(new().email).id)
    (outcome,), _ = invite_all(vendor, [new()])
    assert outcome.kind is OutcomeKind.EXISTED
    assert isinstance(outcome.item, InvitationListItem)
    assert outcome.item.accepted_at is not None


def test_a_duplicate_on_another_team_is_existed() -> None:
    vendor = Vendor()
    invitation = vendor.fake.invite(new().email, team_id=101)
    (outcome,), _ = invite_all(vendor, [new()])
    assert outcome.kind is OutcomeKind.EXISTED
    assert outcome.item is not None
    assert outcome.item.id == invitation.id


def test_of_several_invitations_the_newest_of_the_whole_address_is_found() -> None:
    vendor = Vendor(FakeJofi(settings=FakeSettings(emails_ignore_case=False)))
    vendor.fake.invite("LINDA0@example.org")
    newest = vendor.fake.invite("linda0@example.org")
    vendor.fake.invite("belinda0@example.org")
    vendor.fake.invite("linda0@example.org.au")
    (outcome,), _ = invite_all(vendor, [new()])
    assert outcome.item is not None
    assert outcome.item.id == newest.id


def test_existed_under_a_test_key_takes_no_look() -> None:
    outcome, _, vendor = invite_one(SAME_TEAM, key=TEST)
    assert (outcome.kind, outcome.item, vendor.lists) == (OutcomeKind.EXISTED, None, 0)


LIST = {"mode": "live", "object": "list", "total_count": 151, "has_more": True, "data": list[object]()}


async def _crash_on_look(vendor: Vendor, request: Request) -> Response:
    raise LifecycleError("closed meanwhile")


@pytest.mark.parametrize(
    "look",
    [
        answer(200, json.dumps(LIST).encode(), content_type="application/json"),
        answer(500),
        answer(200, b"{"),
        drop_before,
        crash,
        _crash_on_look,
        refuse("Account not found for API key", 404),
    ],
    ids=["cut", "500", "no JSON", "dropped", "crash", "closed", "key revoked"],
)
def test_existed_stands_though_its_look_is_cut_or_fails(look: Fault) -> None:
    vendor = Vendor(creates=[SAME_TEAM], looks=[well, look])
    (outcome,), job = invite_all(vendor, [new()])
    assert (outcome.kind, outcome.item, vendor.lists) == (OutcomeKind.EXISTED, None, 2)
    assert isinstance(outcome.error, DuplicateError)
    assert job.summary().stopped is None


# 400 about the row


@pytest.mark.parametrize(
    ("fault", "field", "reason"),
    [
        (refuse("first_name: First name is required"), "first_name", "First name is required"),
        (refuse("sent_to_email: Invalid email address"), "email", "Invalid email address"),
        (refuse("phone: Invalid phone number"), "phone", "Invalid phone number"),
        (refuse("Something else"), "", "Something else"),
        (refuse(None), "", "JOFI gave no reason"),
        (answer(422, b"no"), "", "no"),
    ],
)
def test_a_400_about_the_row_is_refused_with_field_and_reason(fault: Fault, field: str, reason: str) -> None:
    outcome, job, vendor = invite_one(fault)
    assert (outcome.kind, outcome.field, outcome.reason) == (OutcomeKind.REFUSED, field, reason)
    assert (outcome.attempts, outcome.item, job.summary().stopped) == (1, None, None)
    assert vendor.invited(outcome.row) == 0


def test_a_row_that_cannot_be_right_is_refused_unsent() -> None:
    outcome, _, vendor = invite_one(well, new(first_name=" ", email="nobody"))
    assert outcome.kind is OutcomeKind.REFUSED
    assert [problem.field for problem in outcome.problems] == ["first_name", "email"]
    assert outcome.reason == "the first name is empty; email: this is no e-mail address"
    assert (outcome.attempts, outcome.error, vendor.sent.total()) == (0, None, 0)


@pytest.mark.parametrize("row", [None, 5, {"email": "a@b.com"}])
def test_what_is_no_row_at_all_is_refused(row: object) -> None:
    (outcome,), _ = invite_all(Vendor(), [row])
    assert outcome.kind is OutcomeKind.REFUSED
    assert type(row).__name__ in outcome.reason


# not sent


NOT_ATTEMPTED: list[tuple[str, Fault, type[Exception]]] = [
    ("not sent", drop_before, NotSentError),
    ("429", answer(429), RateLimitedError),
    ("Retry-After above the ceiling", answer(429, retry_after="3600"), RetryAfterTooLongError),
]


@pytest.mark.parametrize(("fault", "error"), [row[1:] for row in NOT_ATTEMPTED], ids=[row[0] for row in NOT_ATTEMPTED])
def test_what_is_not_sent_beyond_patience_is_not_attempted(fault: Fault, error: type[Exception]) -> None:
    vendor = Vendor(otherwise=fault)
    (outcome,), job = invite_all(vendor, [new()], retry=RetryPolicy(attempts=3))
    assert outcome.kind is OutcomeKind.NOT_ATTEMPTED
    assert isinstance(outcome.error, error)
    assert outcome.attempts == (1 if error is RetryAfterTooLongError else 3)
    assert job.summary().stopped is None
    assert vendor.fake.invitations == []


@pytest.mark.parametrize("fault", [drop_before, answer(429), answer(429, retry_after="7")])
def test_what_is_not_sent_is_sent_again_and_created(fault: Fault) -> None:
    vendor = Vendor(creates=[fault, fault])
    (outcome,), _ = invite_all(vendor, [new()], retry=RetryPolicy())
    assert (outcome.kind, outcome.attempts, outcome.error) == (OutcomeKind.CREATED, 3, None)
    assert vendor.invited(new()) == 1


def test_a_deadline_that_passes_before_the_send_is_not_attempted() -> None:
    async def main() -> None:
        vendor = Vendor(otherwise=late(4))
        client = client_of(vendor, rate_limit=RateLimit(per_second=None, in_flight=1), deadline=5.0, retry=ONCE)
        async with client.invitations.create_many(people(3), max_in_flight=3) as job:
            outcomes = [outcome async for outcome in job]
        assert [outcome.index for outcome in outcomes] == [0, 2, 1]
        assert [outcome.kind.value for outcome in outcomes] == ["created", "not_attempted", "created"]
        assert isinstance(outcomes[1].error, DeadlineNotSentError)
        assert (outcomes[1].attempts, vendor.sent[outcomes[1].row.email]) == (0, 0)
        assert outcomes[2].attempts == 2  # the first ran into its deadline; each has one of its own

    run(main())


def test_a_spent_budget_is_not_attempted() -> None:
    vendor = Vendor(otherwise=drop_before)
    (outcome,), _ = invite_all(vendor, [new()], retry=RetryPolicy(attempts=9, budget=2))
    assert (outcome.kind, outcome.attempts) == (OutcomeKind.NOT_ATTEMPTED, 3)


# no row's fault


NO_ROWS_FAULT: list[tuple[str, Fault, type[Exception]]] = [
    ("wrong key", refuse("Account not found for API key", 404), AuthenticationError),
    ("no key", refuse("API key is required", 404), AuthenticationError),
    ("401", answer(401), AuthenticationError),
    ("403", answer(403), ForbiddenError),
    ("wrong base URL", answer(404, b"<html>", content_type="text/html"), WrongAddressError),
    ("405", answer(405, b"Method not allowed"), WrongAddressError),
    ("404 null", answer(404, b"null", content_type="application/json"), NotFoundError),
    ("inviter", refuse(f"User not found with email: {INVITER}"), SetupError),
    ("team default", refuse(f"User with email {INVITER} does not have a default team"), SetupError),
    ("team", refuse("team_id not found"), SetupError),
]


@pytest.mark.parametrize(("fault", "error"), [row[1:] for row in NO_ROWS_FAULT], ids=[row[0] for row in NO_ROWS_FAULT])
def test_what_is_no_rows_fault_stops_the_job_and_spares_the_source(fault: Fault, error: type[Exception]) -> None:
    source = Pulls(people(500))
    vendor = Vendor(creates=[well] * 5, otherwise=late(1, fault))
    outcomes, job = invite_all(vendor, source)
    assert [outcome.kind for outcome in outcomes[:5]] == [OutcomeKind.CREATED] * 5
    assert {outcome.kind for outcome in outcomes[5:]} == {OutcomeKind.NOT_ATTEMPTED}
    assert all(outcome.reason for outcome in outcomes[5:])
    assert source.count == len(outcomes) <= 5 + 2 * 4
    summary = job.summary()
    assert isinstance(summary.error, error)
    assert summary.stopped == str(summary.error)
    assert summary.total == len(outcomes)


async def _closed(vendor: Vendor, request: Request) -> Response:
    raise LifecycleError("This transport was closed")


def test_a_programs_fault_stops_the_job_with_nothing_sent() -> None:
    outcome, job, _ = invite_one(_closed)
    assert outcome.kind is OutcomeKind.NOT_ATTEMPTED
    assert job.summary().error is outcome.error


def test_a_row_that_cannot_be_put_on_the_wire_is_not_attempted() -> None:
    async def main() -> None:
        client = client_of(Vendor(), validate=False)
        async with client.invitations.create_many([new(person_id=object())]) as job:
            (outcome,) = [outcome async for outcome in job]
        assert (outcome.kind, outcome.attempts) == (OutcomeKind.NOT_ATTEMPTED, 0)
        assert job.summary().error is outcome.error

    run(main())


def test_an_unchecked_row_that_nobody_understands_costs_no_other_its_outcome() -> None:
    async def main() -> None:
        client = client_of(Vendor(otherwise=late(1)), validate=False)
        async with client.invitations.create_many([new(0), new(1, email=None), new(2)], order="input") as job:
            outcomes = [outcome async for outcome in job]
        assert [outcome.kind.value for outcome in outcomes] == ["created", "refused", "created"]
        assert "cannot be understood" in outcomes[1].reason

    run(main())


@pytest.mark.parametrize("person_id", [["P1"], {"id": 1}, 7])
def test_an_unchecked_person_id_of_any_kind_is_told_of_by_the_vendor(person_id: Any) -> None:
    async def main() -> None:
        client = client_of(Vendor(), validate=False)
        async with client.invitations.create_many([new(0), new(1, person_id=person_id), new(2)], order="input") as job:
            outcomes = [outcome async for outcome in job]
        assert [outcome.kind.value for outcome in outcomes] == ["created", "refused", "created"]
        assert outcomes[1].attempts == 1

    run(main())


# what is nobody's fault


def test_a_transports_bug_is_unknown_and_stops_the_job() -> None:
    source = Pulls(people(50))
    outcomes, job = invite_all(Vendor(creates=[crash]), source, max_in_flight=1)
    assert [outcome.kind.value for outcome in outcomes][:2] == ["unknown", "not_attempted"][: len(outcomes)]
    assert isinstance(job.summary().error, RuntimeError)
    assert source.count <= 2


def test_a_connection_that_never_stands_is_not_attempted_when_the_job_is_stopped() -> None:
    outcome, _, _ = invite_one(connecting, deadline=1.0)
    assert outcome.kind is OutcomeKind.NOT_ATTEMPTED
    assert outcome.reason == "the job's deadline of 1 s passed"


# test keys


def test_under_a_test_key_rows_are_created_in_mode_test() -> None:
    outcome, job, vendor = invite_one(well, key=TEST)
    assert outcome.kind is OutcomeKind.CREATED
    assert isinstance(outcome.item, Invitation)
    assert outcome.item.mode == "test"
    assert vendor.fake.invitations == []
    assert job.summary().stopped is None


# options


@pytest.mark.parametrize(
    "options",
    [{"max_in_flight": 0}, {"order": "random"}, {"stop_after": 0}, {"deadline": 0}, {"deadline": -1.0}],
)
def test_an_option_that_cannot_be_is_named_before_anything_is_sent(options: dict[str, Any]) -> None:
    (name,) = options
    with pytest.raises(ConfigurationError, match=name):
        client_of(Vendor()).invitations.create_many([new()], **options)
