import re
from typing import Any

import pytest
from attrs import evolve

from jofi_async.jofi.fake import FakeJofi, FakeSettings, documented_world
from tests.fidelity.rules import rule
from tests.jofi.test_fake_support import ANSWERED, CREATED, FULL, MINIMAL, Caller, Json

NO_TEAM = "noteam.recruiter@jofiscore.com"
NO_ASSESSMENTS = "noassessments.recruiter@jofiscore.com"
NO_TEMPLATE = "notemplate.recruiter@jofiscore.com"
LINK = re.compile(r"https://www\.jofiscore\.com/welcome/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def without(body: Json, name: str) -> Json:
    return {key: value for key, value in body.items() if key != name}


@rule("000/route/create", "000/create-201", "000/unique-link", "000/example/created")
async def test_the_documented_answer_key_for_key() -> None:
    answer = await Caller().ask("POST", "/invitations", ANSWERED, status=201)
    assert list(answer) == list(CREATED)
    assert LINK.fullmatch(answer["assessment_url"])
    assert {**answer, "assessment_url": CREATED["assessment_url"]} == CREATED


@rule(
    "000/four-fields",
    "000/example/minimal",
    "000/default-team",
    "000/default-assessments",
    "000/default-template",
    "000/default-congrats",
)
async def test_the_first_example_request_uses_the_inviters_defaults() -> None:
    answer = await Caller().ask("POST", "/invitations", MINIMAL, status=201)
    same = {"assessment_url": answer["assessment_url"], "phone": None, "custom_id": None}
    assert answer == {**CREATED, **same}


@rule("000/example/full", "000/default-assessments")
async def test_the_second_example_request_overrides_them() -> None:
    answer = await Caller().ask("POST", "/invitations", FULL, status=201)
    thinking = {"id": 7, "display_name": "JOFI Thinking Skills", "short_name": "Thinking"}
    personality, interests = CREATED["invitation_assessments"]
    assert answer == {
        **CREATED,
        "assessment_url": answer["assessment_url"],
        "invitation_assessments": [personality, thinking, interests],
        "ref_text": "Contact Jennifer White with Questions",
    }


async def test_defaults_of_the_optional_fields() -> None:
    answer = await Caller().ask("POST", "/invitations", without(MINIMAL, "person_id"), status=201)
    assert [answer[name] for name in ("person_id", "custom_id", "phone", "ref_text")] == [None] * 4
    assert answer["send_via_email"] is True
    assert answer["send_via_sms"] is False


async def test_null_is_taken_where_it_is_the_documented_default() -> None:
    answer = await Caller().create(person_id=None, custom_id=None, phone=None, ref_text=None)
    assert [answer[name] for name in ("person_id", "custom_id", "phone", "ref_text")] == [None] * 4


@rule("000/default-congrats")
async def test_unknown_fields_are_ignored() -> None:
    answer = await Caller().create(congrats_email_template_id=5, shoe_size=43)
    assert answer["congrats_email_template"] == {"id": 1001, "display_name": "Congrats v2"}
    assert "shoe_size" not in answer


PHONE = "Phone is required if sending via text message (SMS)"
MIXED = "Choose either Prescreen or other assessments, but not both."
BOTH = "first_name: First name is required, sent_to_email: Invalid email address"


def refused(rules: str, message: str, **changes: object) -> Any:
    """A create that is refused, and the rules that it holds."""
    return pytest.param(changes, message, marks=rule(*(f"000/{name}" for name in rules.split())))


@rule("000/refused-400")
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        refused("message/first-name message/email", BOTH, first_name="", email="nobody"),
        refused("message/first-name", "first_name: First name is required", first_name=""),
        refused("message/first-name", "first_name: First name is required", first_name="  "),
        refused("create/last_name", "last_name: Last name is required", last_name=""),
        refused("create/last_name", "last_name: Last name is required", last_name="\t"),
        refused("message/email", "sent_to_email: Invalid email address", email="linda@nowhere@jofiscore.com"),
        refused("message/email", "sent_to_email: Invalid email address", email=" linda.sample@jofiscore.com"),
        refused("message/email", "sent_to_email: Invalid email address", email=""),
        refused(
            "message/inviter",
            "User not found with email: jane@jofiscore.com",
            created_by_user_email="jane@jofiscore.com",
        ),
        refused(
            "message/inviter inviter-of-account",
            "User not found with email: other.recruiter@example.org",
            created_by_user_email="other.recruiter@example.org",
        ),
        refused(
            "message/default-team",
            f"User with email {NO_TEAM} does not have a default team",
            created_by_user_email=NO_TEAM,
        ),
        refused(
            "message/default-assessments",
            f"User with email {NO_ASSESSMENTS} does not have a default assessments to assign",
            created_by_user_email=NO_ASSESSMENTS,
        ),
        refused(
            "message/default-template template-for-email",
            f"User with email {NO_TEMPLATE} is missing default email template",
            created_by_user_email=NO_TEMPLATE,
        ),
        refused("message/team", "team_id not found", team_id=999),
        refused("message/team team-of-account", "team_id not found", team_id=110),
        refused("message/sms-without-phone sms-needs-phone", PHONE, send_via_sms=True),
        refused("message/sms-without-phone sms-needs-phone", PHONE, send_via_sms=True, phone=None),
        refused("message/sms-without-phone sms-needs-phone", PHONE, send_via_sms=True, phone=" "),
        *(
            refused(
                "message/assessments prescreen-alone",
                MIXED,
                assessments_to_assign=[{"test_id": 1}, {"test_id": other}],
            )
            for other in (6, 7, 8)
        ),
    ],
)
async def test_documented_refusals(changes: Json, message: str) -> None:
    jofi = Caller()
    assert await jofi.create_error(**changes) == message
    assert jofi.fake.invitations == []
    assert jofi.fake.messages == []


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"custom_id": "x" * 51}, "custom_id"),
        ({"ref_text": "x" * 61}, "ref_text"),
        ({"phone": "not a phone"}, "phone"),
        ({"phone": "123"}, "phone"),
        ({"assessments_to_assign": []}, "assessments_to_assign"),
        ({"assessments_to_assign": [{"test_id": 99}]}, "99"),
        ({"email_template_id": 999}, "email_template_id"),
        ({"email_template_id": 1001}, "email_template_id"),
        ({"email_template_id": 1100}, "email_template_id"),
        ({"created_by_user_email": ""}, "created_by_user_email"),
    ],
)
@rule("000/custom-id-50", "000/ref-text-60", "000/one-assessment")
async def test_refusals_whose_text_is_not_documented_name_what_is_wrong(changes: Json, named: str) -> None:
    assert named in await Caller().create_error(**changes)


@pytest.mark.parametrize("name", ["first_name", "last_name", "email", "created_by_user_email"])
async def test_a_required_field_is_missing(name: str) -> None:
    error = await Caller().error("POST", "/invitations", without(MINIMAL, name))
    assert {"email": "sent_to_email"}.get(name, name) in error


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("first_name", 5),
        ("last_name", None),
        ("email", ["linda.sample@jofiscore.com"]),
        ("created_by_user_email", {"id": 11111}),
        ("person_id", 17),
        ("custom_id", False),
        ("phone", 5551234567),
        ("ref_text", ["x"]),
        ("team_id", "100"),
        ("team_id", None),
        ("team_id", True),
        ("email_template_id", 1000.5),
        ("send_via_email", "true"),
        ("send_via_email", None),
        ("send_via_sms", 1),
        ("assessments_to_assign", 6),
        ("assessments_to_assign", [6]),
        ("assessments_to_assign", [{"test_id": "6"}]),
        ("assessments_to_assign", [{"test_id": True}]),
        ("assessments_to_assign", [{"id": 6}]),
    ],
)
async def test_a_wrong_type_is_an_array_of_issues(name: str, value: Any) -> None:
    (issue,) = await Caller().create_error(**{name: value})
    assert issue["path"] == [name]
    assert issue["message"].startswith("Expected ")


async def test_every_wrong_type_is_listed() -> None:
    issues = await Caller().create_error(first_name=1, send_via_sms="no", team_id="x")
    assert sorted(issue["path"][0] for issue in issues) == ["first_name", "send_via_sms", "team_id"]


@rule("000/custom-id-50", "000/ref-text-60")
async def test_limits_are_inclusive() -> None:
    answer = await Caller().create(custom_id="ü" * 50, ref_text="x" * 60)
    assert answer["custom_id"] == "ü" * 50
    assert len(answer["ref_text"]) == 60


@pytest.mark.parametrize(
    ("inviter", "override", "key", "value"),
    [
        (NO_TEAM, {"team_id": 101}, "team", {"id": 101, "display_name": "Operations"}),
        (
            NO_ASSESSMENTS,
            {"assessments_to_assign": [{"test_id": 1}]},
            "invitation_assessments",
            [{"id": 1, "display_name": "JOFI Prescreen", "short_name": "Prescreen"}],
        ),
        (
            NO_TEMPLATE,
            {"email_template_id": 1000},
            "invitation_email_template",
            {"id": 1000, "display_name": "Invitation v2"},
        ),
        (NO_TEMPLATE, {"send_via_email": False}, "invitation_email_template", None),
    ],
)
@rule("000/default-team", "000/default-assessments", "000/default-template", "000/template-for-email", "001/overrides")
async def test_an_override_stands_in_for_a_missing_default(
    inviter: str, override: Json, key: str, value: object
) -> None:
    answer = await Caller().create(created_by_user_email=inviter, **override)
    assert answer[key] == value


async def test_an_assessment_named_twice_is_assigned_once() -> None:
    answer = await Caller().create(assessments_to_assign=[{"test_id": 8}, {"test_id": 8}])
    assert [one["id"] for one in answer["invitation_assessments"]] == [8]


@pytest.mark.parametrize("phone", ["5551234567", "(555) 123-4567", "+1 555 123 4567", "1-555-123-4567"])
@rule("000/phone-e164")
async def test_phones_become_e164(phone: str) -> None:
    assert (await Caller().create(phone=phone))["phone"] == "+15551234567"


async def test_phone_region_and_strictness_are_settings() -> None:
    german = Caller(FakeJofi(settings=FakeSettings(phone_region="DE")))
    assert (await german.create(phone="030 901820"))["phone"] == "+4930901820"
    strict = Caller(FakeJofi(settings=FakeSettings(phone_check="valid")))
    assert "phone" in await strict.create_error(phone="5551234567")
    assert (await strict.create(phone="2025550165"))["phone"] == "+12025550165"


async def test_the_inviter_is_found_whatever_the_case() -> None:
    answer = await Caller().create(created_by_user_email="Jane.Recruiter@JOFIscore.com")
    assert answer["invited_by_user"]["id"] == 11111


@rule("000/default-congrats")
async def test_congratulations_come_from_the_inviters_settings() -> None:
    other = Caller(key="sk_live_other")
    answer = await other.create(created_by_user_email="other.recruiter@example.org")
    assert answer["send_congrats_notification"] is False
    assert answer["congrats_email_template"] is None


async def test_a_default_team_that_is_gone() -> None:
    world = documented_world()
    world.users[0] = evolve(world.users[0], default_team_id=999)
    assert await Caller(FakeJofi(world)).create_error() == "team_id not found"


@rule("000/duplicate-same-team", "000/message/duplicate-invitation")
async def test_duplicate_on_the_same_team() -> None:
    jofi = Caller()
    await jofi.create()
    again = await jofi.create_error()
    assert again == "Team already has an invitation with email linda.sample@jofiscore.com"
    assert len(jofi.fake.invitations) == 1


@rule("000/duplicate-same-team", "000/message/duplicate-test-taker")
async def test_duplicate_on_the_same_team_once_accepted() -> None:
    jofi = Caller()
    jofi.fake.accept((await jofi.create())["id"])
    again = await jofi.create_error()
    assert again == "Team already has a test taker with email linda.sample@jofiscore.com"


@pytest.mark.parametrize("accepted", [False, True])
@rule("000/duplicate-elsewhere", "000/message/duplicate-other-team")
async def test_duplicate_on_another_team(accepted: bool) -> None:
    jofi = Caller()
    created = await jofi.create()
    if accepted:
        jofi.fake.accept(created["id"])
    again = await jofi.create_error(team_id=101)
    assert again == ("Another team in this account already has an invitation with email linda.sample@jofiscore.com")


async def test_another_account_is_no_matter() -> None:
    fake = FakeJofi()
    await Caller(fake).create()
    answer = await Caller(fake, "sk_live_other").create(created_by_user_email="other.recruiter@example.org")
    assert answer["account"] == {"id": 201, "display_name": "Other Company"}


async def test_duplicates_are_found_whatever_the_case_by_default() -> None:
    jofi = Caller()
    await jofi.create()
    again = await jofi.create_error(email="Linda.Sample@jofiscore.com")
    assert again == "Team already has an invitation with email Linda.Sample@jofiscore.com"


async def test_the_case_can_be_made_to_count() -> None:
    jofi = Caller(FakeJofi(settings=FakeSettings(emails_ignore_case=False)))
    await jofi.create()
    await jofi.create(email="Linda.Sample@jofiscore.com")
    assert "already" in await jofi.create_error()
    unknown = await jofi.create_error(created_by_user_email="JANE.recruiter@jofiscore.com")
    assert unknown == "User not found with email: JANE.recruiter@jofiscore.com"


@pytest.mark.parametrize(
    ("by_email", "by_sms", "kinds"),
    [
        (True, False, ["email"]),
        (False, True, ["sms"]),
        (True, True, ["email", "sms"]),
        (False, False, []),
    ],
)
@rule("000/sends")
async def test_messages_follow_the_send_flags(by_email: bool, by_sms: bool, kinds: list[str]) -> None:
    jofi = Caller()
    answer = await jofi.create(phone="5551234567", send_via_email=by_email, send_via_sms=by_sms)
    assert [message.kind for message in jofi.fake.messages] == kinds
    expected = {"email": ("linda.sample@jofiscore.com", 1000), "sms": ("+15551234567", None)}
    for message in jofi.fake.messages:
        assert (message.to, message.template_id) == expected[message.kind]
        assert (message.invitation_id, message.link) == (answer["id"], answer["assessment_url"])
        assert message.at >= jofi.fake.invitations[0].created_at


async def test_creations_have_distinct_later_instants_and_ids() -> None:
    jofi = Caller()
    for number in range(20):
        await jofi.create(email=f"person{number}@jofiscore.com")
    instants = [one.created_at for one in jofi.fake.invitations]
    assert instants == sorted(set(instants))
    assert [one.id for one in jofi.fake.invitations] == list(range(12345, 12365))
