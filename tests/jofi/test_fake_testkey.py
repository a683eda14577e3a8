import json

import pytest

from jofi_async.jofi.fake import FakeJofi, FakeSettings
from tests.fidelity.rules import rule
from tests.jofi.test_fake_support import ANSWERED, CREATED, FINISHED, FULL, MINIMAL, NOAH, OLIVIA, Caller, Json


def faked(*, validates: bool = True) -> Caller:
    return Caller(FakeJofi(settings=FakeSettings(test_key_validates=validates)), "sk_test_sandbox")


@rule("000/test-key/create", "001/test-key")
async def test_a_create_is_answered_with_the_example_and_stores_nothing() -> None:
    jofi = faked()
    answer = await jofi.ask("POST", "/invitations", ANSWERED, status=201)
    assert list(answer) == list(CREATED)
    assert answer == {**CREATED, "mode": "test"}
    assert jofi.fake.invitations == []
    assert jofi.fake.messages == []


async def test_a_create_is_built_from_the_request() -> None:
    answer = await faked().ask(
        "POST",
        "/invitations",
        {**FULL, "first_name": "Ana", "team_id": 7, "created_by_user_email": "who@jofiscore.com"},
        status=201,
    )
    assert (answer["first_name"], answer["team"]["id"]) == ("Ana", 7)
    assert answer["invited_by_user"]["email"] == "who@jofiscore.com"
    assert answer["ref_text"] == FULL["ref_text"]
    assert [one["id"] for one in answer["invitation_assessments"]] == [6, 7, 8]


async def test_what_depends_on_the_account_is_never_refused() -> None:
    jofi = faked()
    jofi.fake.invite()
    answer = await jofi.create(created_by_user_email="nobody@jofiscore.com", team_id=999, email_template_id=999)
    assert answer["mode"] == "test"
    assert answer["email"] == "linda.sample@jofiscore.com"


@pytest.mark.parametrize(
    "changes",
    [
        {"first_name": ""},
        {"email": "nobody"},
        {"custom_id": "x" * 51},
        {"send_via_sms": True},
        {"team_id": "100"},
        {"assessments_to_assign": [{"test_id": 1}, {"test_id": 6}]},
        {"assessments_to_assign": [{"test_id": 99}]},
    ],
)
async def test_whether_requests_are_validated_is_a_setting(changes: Json) -> None:
    await faked().create_error(**changes)
    await faked().update_error(1, phone=None, **changes)
    lenient = faked(validates=False)
    assert (await lenient.create(**changes))["mode"] == "test"
    assert (await lenient.ask("PUT", "/invitations/1", changes))["mode"] == "test"


async def test_a_body_that_is_no_json_may_be_answered_too() -> None:
    response = await faked(validates=False).send("POST", "/invitations", b"{")
    assert response.status == 201
    answer = json.loads(response.body)
    changed = {"mode": "test", "phone": None, "custom_id": None, "person_id": None}
    assert answer == {**CREATED, **changed}


@pytest.mark.parametrize(("asked", "given"), [("12345", 12345), ("7", 7), ("abc", 12345)])
@rule("000/test-key/get")
async def test_any_id_exists(asked: str, given: int) -> None:
    jofi = faked()
    answer = await jofi.get(asked)
    assert list(answer) == list(FINISHED)
    assert answer == {**FINISHED, "mode": "test", "id": given}
    updated = await jofi.ask("PUT", f"/invitations/{asked}", {})
    assert updated == {**CREATED, "mode": "test", "id": given}


async def test_stored_invitations_are_not_seen() -> None:
    jofi = faked()
    stored = jofi.fake.invite("olga@jofiscore.com")
    assert (await jofi.get(stored.id))["email"] == "linda.sample@jofiscore.com"
    await jofi.ask("PUT", f"/invitations/{stored.id}", {"first_name": "Changed"})
    assert stored.first_name == "Linda"


async def test_the_documented_update_example() -> None:
    changes = {"first_name": "Lindsay", "email": "lindsay.sample@jofiscore.com"}
    answer = await faked().ask("PUT", "/invitations/12345", changes)
    assert list(answer) == list(CREATED)
    assert answer == {**CREATED, "mode": "test", **changes}


async def test_every_field_of_an_update_is_shown() -> None:
    answer = await faked().ask(
        "PUT",
        "/invitations/12345",
        {
            "custom_id": None,
            "email_template_id": 5,
            "congrats_email_template_id": None,
            "send_congrats_notification": False,
            "assessments_to_assign": [{"test_id": 1}],
        },
    )
    assert answer["custom_id"] is None
    assert answer["invitation_email_template"] == {"id": 5, "display_name": "Invitation v2"}
    assert answer["congrats_email_template"] is None
    assert answer["send_congrats_notification"] is False
    assert [one["id"] for one in answer["invitation_assessments"]] == [1]


async def test_lists_are_the_same_whatever_the_filter() -> None:
    jofi = faked()
    jofi.fake.invite()
    expected = {"mode": "test", "object": "list", "total_count": 2, "has_more": False, "data": [OLIVIA, NOAH]}
    assert await jofi.listed() == expected
    assert await jofi.listed(email="linda.sample@jofiscore.com") == expected
    await jofi.error("GET", f"/invitations?custom_id={'x' * 51}")
    assert await faked(validates=False).listed(custom_id="x" * 51) == expected


async def test_the_account_is_a_fake() -> None:
    answer = await faked().ask("GET", "/accounts")
    assert (answer["mode"], answer["object"], answer["id"]) == ("test", "account", 68)
    live = await Caller().ask("GET", "/accounts")
    assert list(answer) == list(live)


async def test_the_mode_follows_the_key_on_one_fake() -> None:
    fake = FakeJofi()
    assert (await Caller(fake, "sk_test_sandbox").create())["mode"] == "test"
    assert (await Caller(fake).create())["mode"] == "live"
    assert len(fake.invitations) == 1
    assert MINIMAL["email"] == fake.invitations[0].email
