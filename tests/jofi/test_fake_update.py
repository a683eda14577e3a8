from typing import Any

import pytest

from jofi_async.jofi.fake import FakeJofi, FakeSettings
from tests.fidelity.rules import rule
from tests.jofi.test_fake_support import ANSWERED, CREATED, Caller, Json


async def invited(settings: FakeSettings | None = None) -> Caller:
    jofi = Caller(FakeJofi(settings=settings))
    await jofi.ask("POST", "/invitations", ANSWERED, status=201)
    return jofi


async def update(jofi: Caller, **changes: object) -> Json:
    return await jofi.ask("PUT", "/invitations/12345", changes)


@rule("000/route/update", "000/update-200", "000/example/updated")
async def test_the_documented_example() -> None:
    jofi = await invited()
    changes = {"first_name": "Lindsay", "email": "lindsay.sample@jofiscore.com"}
    answer = await update(jofi, **changes)
    assert list(answer) == list(CREATED)
    assert answer == {**CREATED, **changes, "assessment_url": answer["assessment_url"]}
    assert await jofi.get(12345) == answer


@pytest.mark.parametrize(
    ("field", "value", "key", "shown"),
    [
        ("first_name", "Lindsay", "first_name", "Lindsay"),
        ("last_name", "Other", "last_name", "Other"),
        ("email", "l@jofiscore.com", "email", "l@jofiscore.com"),
        ("phone", "2025550165", "phone", "+12025550165"),
        ("custom_id", "ABC124", "custom_id", "ABC124"),
        ("person_id", "p", "person_id", "p"),
        ("ref_text", "Call Jane", "ref_text", "Call Jane"),
        ("send_via_email", False, "send_via_email", False),
        ("send_via_sms", True, "send_via_sms", True),
        (
            "email_template_id",
            1000,
            "invitation_email_template",
            {"id": 1000, "display_name": "Invitation v2"},
        ),
        ("send_congrats_notification", False, "send_congrats_notification", False),
        (
            "congrats_email_template_id",
            1001,
            "congrats_email_template",
            {"id": 1001, "display_name": "Congrats v2"},
        ),
        (
            "assessments_to_assign",
            [{"test_id": 7}],
            "invitation_assessments",
            [{"id": 7, "display_name": "JOFI Thinking Skills", "short_name": "Thinking"}],
        ),
    ],
)
@rule("000/update-partial")
async def test_each_updatable_field_and_nothing_else(field: str, value: Any, key: str, shown: Any) -> None:
    jofi = await invited()
    before = await jofi.get(12345)
    assert await update(jofi, **{field: value}) == {**before, key: shown}


@rule("000/update-partial")
async def test_an_empty_update_changes_nothing() -> None:
    jofi = await invited()
    assert await update(jofi) == await jofi.get(12345)


@pytest.mark.parametrize(
    ("field", "key"),
    [
        ("phone", "phone"),
        ("custom_id", "custom_id"),
        ("person_id", "person_id"),
        ("ref_text", "ref_text"),
        ("congrats_email_template_id", "congrats_email_template"),
    ],
)
async def test_null_clears_what_can_be_null(field: str, key: str) -> None:
    jofi = await invited()
    await update(jofi, ref_text="Call Jane")
    assert (await update(jofi, **{field: None}))[key] is None

    strict = await invited(FakeSettings(null_on_update="refused"))
    (issue,) = await strict.update_error(12345, **{field: None})
    assert issue["path"] == [field]


@pytest.mark.parametrize(
    "field", ["first_name", "email", "send_via_email", "send_congrats_notification", "assessments_to_assign"]
)
async def test_null_is_refused_where_a_value_must_be(field: str) -> None:
    (issue,) = await (await invited()).update_error(12345, **{field: None})
    assert issue["path"] == [field]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"first_name": " "}, "first_name: First name is required"),
        ({"email": "nobody"}, "sent_to_email: Invalid email address"),
        ({"phone": None, "send_via_sms": True}, "Phone is required if sending via text message (SMS)"),
        (
            {"assessments_to_assign": [{"test_id": 1}, {"test_id": 6}]},
            "Choose either Prescreen or other assessments, but not both.",
        ),
    ],
)
async def test_documented_refusals_change_nothing(changes: Json, message: str) -> None:
    jofi = await invited()
    before = await jofi.get(12345)
    assert await jofi.update_error(12345, **{"custom_id": "changed", **changes}) == message
    assert await jofi.get(12345) == before


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"custom_id": "x" * 51}, "custom_id"),
        ({"ref_text": "x" * 61}, "ref_text"),
        ({"phone": "12"}, "phone"),
        ({"email_template_id": 1001}, "email_template_id"),
        ({"email_template_id": None}, "email_template_id"),
        ({"congrats_email_template_id": 1000}, "congrats_email_template_id"),
        ({"assessments_to_assign": []}, "assessments_to_assign"),
        ({"assessments_to_assign": [{"test_id": 2}]}, "2"),
        ({"team_id": 101}, "team_id"),
        ({"created_by_user_email": "jane.recruiter@jofiscore.com"}, "created_by_user_email"),
    ],
)
async def test_other_refusals_name_what_is_wrong(changes: Json, named: str) -> None:
    assert named in await (await invited()).update_error(12345, **changes)


async def test_a_phone_cannot_go_while_sms_is_on() -> None:
    jofi = await invited()
    await update(jofi, send_via_sms=True)
    refused = await jofi.update_error(12345, phone=None)
    assert refused == "Phone is required if sending via text message (SMS)"


async def test_a_template_can_go_once_email_is_off() -> None:
    jofi = await invited()
    answer = await update(jofi, send_via_email=False, email_template_id=None)
    assert answer["invitation_email_template"] is None
    assert "email_template_id" in await jofi.update_error(12345, send_via_email=True)


async def test_fixed_fields_may_be_ignored_instead() -> None:
    jofi = await invited(FakeSettings(fixed_fields_on_update="ignored"))
    answer = await update(jofi, team_id=101, created_by_user_email="x", ref_text="kept")
    assert (answer["team"]["id"], answer["ref_text"]) == (100, "kept")


@rule("000/assessments-closed")
async def test_assessments_are_closed_once_accepted() -> None:
    jofi = await invited()
    jofi.fake.accept(12345)
    assert "assessments_to_assign" in await jofi.update_error(12345, assessments_to_assign=[{"test_id": 6}])
    assert (await update(jofi, first_name="Lindsay"))["first_name"] == "Lindsay"


async def test_an_address_that_is_already_invited() -> None:
    jofi = await invited()
    jofi.fake.invite("olivia.sample@jofiscore.com")
    noah = jofi.fake.invite("noah.sample@jofiscore.com", team_id=101)
    refused = await jofi.update_error(12345, email="Olivia.Sample@jofiscore.com")
    assert refused == "Team already has an invitation with email Olivia.Sample@jofiscore.com"
    refused = await jofi.update_error(12345, email=noah.email)
    assert refused.startswith("Another team in this account already has an invitation with email")


async def test_the_duplicate_rule_of_an_update_is_a_setting() -> None:
    jofi = await invited(FakeSettings(update_checks_duplicates=False))
    jofi.fake.invite("olivia.sample@jofiscore.com")
    assert (await update(jofi, email="olivia.sample@jofiscore.com"))["email"] == "olivia.sample@jofiscore.com"


async def test_its_own_address_in_another_case_is_no_duplicate() -> None:
    answer = await update(await invited(), email="Linda.Sample@jofiscore.com")
    assert answer["email"] == "Linda.Sample@jofiscore.com"


async def test_a_changed_address_frees_the_old_one_and_takes_the_new() -> None:
    jofi = await invited()
    await update(jofi, email="lindsay.sample@jofiscore.com")
    assert "already" in await jofi.create_error(email="lindsay.sample@jofiscore.com")
    await jofi.create(email="linda.sample@jofiscore.com")
    assert "already" in await jofi.update_error(12345, email="linda.sample@jofiscore.com")


async def test_nothing_is_sent_again_by_default() -> None:
    jofi = await invited()
    await update(jofi, email="lindsay.sample@jofiscore.com")
    assert len(jofi.fake.messages) == 1


async def test_an_update_may_send_again() -> None:
    jofi = await invited(FakeSettings(update_resends=True))
    await update(jofi, first_name="Lindsay")
    assert len(jofi.fake.messages) == 1
    await update(jofi, email="lindsay.sample@jofiscore.com")
    assert jofi.fake.messages[-1].to == "lindsay.sample@jofiscore.com"
    assert len(jofi.fake.messages) == 2


@pytest.mark.parametrize("number", [1, 99999, "abc", "12345x", "%31", "9" * 40, "²", "-12345"])
async def test_an_unknown_id_is_400(number: object) -> None:
    jofi = await invited()
    path = f"/invitations/{number}"
    assert isinstance(await jofi.error("GET", path), str)
    assert isinstance(await jofi.error("PUT", path, {"first_name": "X"}), str)


async def test_another_accounts_invitation_is_400() -> None:
    jofi = await invited()
    other = Caller(jofi.fake, "sk_live_other")
    unknown = await other.error("GET", "/invitations/1")
    assert await other.error("GET", "/invitations/12345") == unknown
    assert await other.error("PUT", "/invitations/12345", {"first_name": "X"}) == unknown
    assert jofi.fake.invitations[0].first_name == "Linda"
