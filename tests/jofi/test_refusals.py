import json
from typing import Any

import pytest

from jofi_async import (
    ApiError,
    AuthenticationError,
    DuplicateError,
    DuplicateKind,
    ForbiddenError,
    JofiClient,
    NotFoundError,
    RateLimitedError,
    RefusedError,
    Response,
    ServerError,
    SetupError,
    WrongAddressError,
)
from jofi_async.core.operation import Operation
from jofi_async.jofi.refusals import classify
from tests.bulk.support import INVITER, ONCE, Fault, Vendor, answer, client_of, drop_after, refuse, run

CREATE = Operation("invitations.create", "POST", "/invitations")
GET = Operation("invitations.get", "GET", "/invitations/{id}", repeatable=True)
UPDATE = Operation("invitations.update", "PUT", "/invitations/{id}")
LIST = Operation("invitations.list", "GET", "/invitations", repeatable=True)
PERSON = "linda.sample@jofiscore.com"


def classified(error: object, status: int = 400, operation: Operation = CREATE) -> ApiError:
    return classify(operation, Response(status, {}, json.dumps({"error": error}).encode()))


def problems(error: object) -> list[tuple[str, str]]:
    refusal = classified(error)
    assert isinstance(refusal, RefusedError)
    return [(problem.field, problem.reason) for problem in refusal.problems]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"Team already has an invitation with email {PERSON}", DuplicateKind.SAME_TEAM),
        (f"Team already has a test taker with email {PERSON}", DuplicateKind.SAME_TEAM_ACCEPTED),
        (f"Another team in this account already has an invitation with email {PERSON}", DuplicateKind.OTHER_TEAM),
        (f"Another team in this account already has a test taker with email {PERSON}", DuplicateKind.OTHER_TEAM),
        (f"TEAM ALREADY HAS AN INVITATION WITH EMAIL {PERSON}", DuplicateKind.SAME_TEAM),
    ],
)
def test_duplicates_by_their_kind(text: str, kind: DuplicateKind) -> None:
    error = classified(text)
    assert isinstance(error, DuplicateError)
    assert (error.kind, error.message, error.status) == (kind, text, 400)
    assert "linda" not in str(error)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"User not found with email: {INVITER}", "inviter"),
        (f"User with email {INVITER} does not have a default team", "default team"),
        (f"User with email {INVITER} does not have a default assessments to assign", "default assessments"),
        (f"User with email {INVITER} is missing default email template", "default email template"),
        ("team_id not found", "team"),
    ],
)
def test_a_setup_that_lacks_something_says_what(text: str, what: str) -> None:
    error = classified(text)
    assert isinstance(error, SetupError)
    assert (error.what, error.message) == (what, text)


PROBLEMS: list[tuple[object, list[tuple[str, str]], bool]] = [
    ("first_name: First name is required", [("first_name", "First name is required")], True),
    ("sent_to_email: Invalid email address", [("email", "Invalid email address")], True),
    (
        "first_name: First name is required, sent_to_email: Invalid email address",
        [("first_name", "First name is required"), ("email", "Invalid email address")],
        True,
    ),
    ("last_name: Needed; phone: Bad", [("last_name", "Needed"), ("phone", "Bad")], True),
    (
        "Phone is required if sending via text message (SMS)",
        [("phone", "Phone is required if sending via text message (SMS)")],
        True,
    ),
    (
        "Choose either Prescreen or other assessments, but not both.",
        [("assessments_to_assign", "Choose either Prescreen or other assessments, but not both.")],
        True,
    ),
    ("shoe_size: Too big", [("shoe_size", "Too big")], False),
    ("Account suspended", [("", "Account suspended")], False),
    ("Something is odd, phone: Bad", [("", "Something is odd, phone: Bad")], False),
    ("", [("", "JOFI gave no reason")], False),
    (None, [("", "JOFI gave no reason")], False),
    (5, [("", "JOFI gave no reason")], False),
    (["Too short", "Too long"], [("", "Too short, Too long")], False),
    ([{"path": ["sent_to_email"], "message": "Invalid"}], [("email", "Invalid")], True),
    ([{"path": "phone", "message": "Invalid"}], [("phone", "Invalid")], True),
    ([{"loc": ["body", "email"], "msg": "bad"}], [("email", "bad")], True),
    (
        [{"field": "email", "message": "bad"}, {"field": "phone"}],
        [("email", "bad"), ("phone", '{"field": "phone"}')],
        True,
    ),
    ([{"path": [0], "message": "bad"}], [("", "bad")], False),
    ([{"path": [], "message": "bad"}], [("", "bad")], False),
    ([{"code": "x"}], [("", '{"code": "x"}')], False),
    ([5, None], [("", "5, None")], False),
    ([], [("", "JOFI gave no reason")], False),
    ({"path": ["email"], "message": "bad"}, [("email", "bad")], True),
]


@pytest.mark.parametrize(("error", "expected", "recognised"), PROBLEMS)
def test_problems_by_field_in_the_callers_names(
    error: object, expected: list[tuple[str, str]], recognised: bool
) -> None:
    assert problems(error) == expected
    refusal = classified(error)
    assert isinstance(refusal, RefusedError)
    assert refusal.recognised is recognised
    assert refusal.message


def test_an_issue_within_a_list_is_one_of_the_list() -> None:
    assert problems([{"path": ["assessments_to_assign", 0, "test_id"], "message": "bad"}]) == [("test_id", "bad")]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"null", "JOFI gave no reason"),
        (b'"text"', "text"),
        (b"[]", "JOFI gave no reason"),
        (b"", "JOFI gave no reason"),
        (b"Bad Request", "Bad Request"),
        (b"\xff\xfe", "��"),
        (b'{"message": "other"}', "JOFI gave no reason"),
        (b"[" * 100_000, "[" * 500),
    ],
)
def test_a_400_of_any_shape_is_a_refusal_with_its_body_kept(body: bytes, message: str) -> None:
    error = classify(CREATE, Response(400, {}, body))
    assert isinstance(error, RefusedError)
    assert (error.message, error.recognised) == (message, False)
    assert error.body == body[:16_384]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"error": "API key is required"}', AuthenticationError),
        (b'{"error": "Account not found for API key"}', AuthenticationError),
        (b"null", NotFoundError),
        (b"Not found", WrongAddressError),
        (b"", WrongAddressError),
        (b'{"message": "Not Found"}', WrongAddressError),
        (b'{"error": ["odd"]}', WrongAddressError),
    ],
)
@pytest.mark.parametrize("operation", [CREATE, GET, UPDATE, LIST])
def test_each_form_of_a_404(body: bytes, kind: type[ApiError], operation: Operation) -> None:
    error = classify(operation, Response(404, {}, body))
    assert type(error) is kind
    assert error.message


def test_a_400_to_a_get_by_id_is_an_unknown_id() -> None:
    assert type(classified("whatever it says", operation=GET)) is NotFoundError
    assert classified("", operation=GET).message == "There is no such object on this account"


def test_an_update_tells_an_unknown_id_from_a_refusal() -> None:
    assert type(classified("Invitation not found", operation=UPDATE)) is NotFoundError
    assert type(classified("phone: Invalid phone number", operation=UPDATE)) is RefusedError


HTML: dict[str, Any] = {"content_type": "text/html"}


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (answer(400, b"<html>", **HTML), ServerError),
        (answer(404, b"<html>", **HTML), WrongAddressError),
        (answer(405, b"Method not allowed"), WrongAddressError),
        (answer(401), AuthenticationError),
        (answer(403), ForbiddenError),
        (answer(429), RateLimitedError),
        (answer(502, b"<html>", **HTML), ServerError),
        (refuse("API key is required", 404), AuthenticationError),
    ],
)
def test_a_call_raises_the_class_that_says_what_to_do(fault: Fault, kind: type[ApiError]) -> None:
    async def main() -> ApiError:
        client = client_of(Vendor(looks=[fault] * 9), retry=ONCE)
        with pytest.raises(ApiError) as caught:
            await client.invitations.list()
        return caught.value

    error = run(main())
    assert type(error) is kind
    assert (error.method, error.path, error.attempts) == ("GET", "/invitations", 1)


async def _create(client: JofiClient, **changes: Any) -> None:
    fields: dict[str, Any] = {"first_name": "L", "last_name": "S", "email": PERSON, "created_by_user_email": INVITER}
    await client.invitations.create(**{**fields, **changes})


@pytest.mark.parametrize(
    ("changes", "kind", "detail"),
    [
        ({"created_by_user_email": "nobody@jofiscore.com"}, SetupError, "inviter"),
        ({"created_by_user_email": "noteam.recruiter@jofiscore.com"}, SetupError, "default team"),
        ({"created_by_user_email": "noassessments.recruiter@jofiscore.com"}, SetupError, "default assessments"),
        ({"created_by_user_email": "notemplate.recruiter@jofiscore.com"}, SetupError, "default email template"),
        ({"team_id": 999}, SetupError, "team"),
        ({}, DuplicateError, DuplicateKind.SAME_TEAM),
        ({"team_id": 101}, DuplicateError, DuplicateKind.OTHER_TEAM),
        ({"first_name": ""}, RefusedError, ["first_name"]),
        ({"first_name": "", "email": "nobody"}, RefusedError, ["first_name", "email"]),
        ({"phone": "1"}, RefusedError, ["phone"]),
        ({"send_via_sms": True}, RefusedError, ["phone"]),
        ({"assessments_to_assign": [1, 6]}, RefusedError, ["assessments_to_assign"]),
        ({"assessments_to_assign": []}, RefusedError, ["assessments_to_assign"]),
        ({"person_id": 5}, RefusedError, ["person_id"]),
    ],
)
def test_the_fakes_refusals_arrive_as_what_they_mean(
    changes: dict[str, Any], kind: type[ApiError], detail: Any
) -> None:
    async def main() -> ApiError:
        vendor = Vendor()
        vendor.fake.invite(PERSON)
        client = client_of(vendor, validate=False)
        with pytest.raises(ApiError) as caught:
            await _create(client, **changes)
        return caught.value

    error = run(main())
    assert type(error) is kind
    match error:
        case SetupError():
            assert error.what == detail
        case DuplicateError():
            assert error.kind is detail
        case RefusedError():
            assert [problem.field for problem in error.problems] == detail
        case _:
            raise AssertionError
    assert error.row is not None


def test_an_error_of_a_create_carries_the_row_to_look_for() -> None:
    async def main() -> None:
        from jofi_async import Effect, NewInvitation, UnknownOutcomeError

        client = client_of(Vendor(otherwise=drop_after))
        with pytest.raises(UnknownOutcomeError) as caught:
            await _create(client)
        assert isinstance(caught.value.row, NewInvitation)
        assert (caught.value.row.email, caught.value.effect) == (PERSON, Effect.UNKNOWN)

    run(main())


@pytest.mark.parametrize(
    "text",
    [
        "User with email jane@example.org is missing default email template",
        "User with email jane@example.org does not have a default email template",
        "email_template_id not found",
    ],
)
def test_a_template_is_no_row_s_fault(text: str) -> None:
    response = Response(400, {}, json.dumps({"error": text}).encode())
    error = classify(CREATE, response)
    assert isinstance(error, SetupError)
    assert "template" in error.what


@pytest.mark.parametrize("error", ["x" * 9_000_000, ["y" * 100] * 100_000, {"message": "z" * 1_000_000}])
def test_a_message_is_bounded_however_long_the_answer(error: object) -> None:
    response = Response(400, {}, json.dumps({"error": error}).encode())
    found = classify(CREATE, response)
    assert len(found.message) <= 500
    assert len(found.body) == 16_384
