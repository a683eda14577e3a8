from datetime import UTC, datetime, timedelta

import pytest

from jofi_async.jofi.fake import FakeJofi, FakeSettings, Invitation, documented_world
from tests.fidelity.rules import rule
from tests.jofi.test_fake_support import EMMA, LIAM, NOAH, OLIVIA, Caller, Json


def stored(item: Json) -> Invitation:
    accepted = item["accepted_at"]
    return Invitation(
        id=item["id"],
        account_id=200,
        team_id=100,
        invited_by_user_id=11111,
        test_ids=(6, 8),
        first_name=item["first_name"],
        last_name=item["last_name"],
        email=item["email"],
        created_at=datetime.fromisoformat(item["created_at"]),
        accepted_at=None if accepted is None else datetime.fromisoformat(accepted),
        assessment_url=item["assessment_url"],
        test_taker_id=item["test_taker_id"],
        custom_id=item["custom_id"],
        person_id=item["person_id"],
    )


def filler(number: int, created_at: datetime) -> Invitation:
    return Invitation(
        id=number,
        account_id=200,
        team_id=100,
        invited_by_user_id=None,
        test_ids=(6,),
        first_name="A",
        last_name="B",
        email=f"filler{number}@jofiscore.com",
        created_at=created_at,
        assessment_url=None,
    )


def documented_listing() -> FakeJofi:
    """A world of 162, in which the seed's four items are the first, second, 49th and 50th."""
    world = documented_world()
    for item in (EMMA, NOAH, OLIVIA, LIAM):
        world.store(stored(item))
    for number in range(46):
        world.store(filler(50000 + number, datetime(2026, 8, 1, tzinfo=UTC) + timedelta(hours=number)))
    for number in range(112):
        world.store(filler(60000 + number, datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number)))
    return FakeJofi(world)


def many(count: int, custom_id: str = "JOB") -> Caller:
    fake = FakeJofi()
    for number in range(count):
        fake.invite(f"p{number}@jofiscore.com", custom_id=custom_id)
    return Caller(fake)


@rule("000/route/list", "000/example/list", "000/newest-first", "000/has-more", "000/total-count")
async def test_the_first_documented_example() -> None:
    answer = await Caller(documented_listing()).listed()
    data = answer.pop("data")
    assert answer == {"mode": "live", "object": "list", "total_count": 162, "has_more": True}
    assert len(data) == 50
    assert [data[0], data[1], data[48], data[49]] == [LIAM, OLIVIA, NOAH, EMMA]
    assert list(data[0]) == list(LIAM)


@rule("000/example/filtered", "000/total-count")
async def test_the_second_documented_example() -> None:
    answer = await Caller(documented_listing()).listed(custom_id="ABC456")
    assert answer == {
        "mode": "live",
        "object": "list",
        "total_count": 2,
        "has_more": False,
        "data": [OLIVIA, NOAH],
    }
    assert list(answer) == ["mode", "object", "total_count", "has_more", "data"]


async def test_the_documented_email_filter() -> None:
    answer = await Caller(documented_listing()).ask("GET", "/invitations?email=olivia.sample@")
    assert answer["data"] == [OLIVIA]


async def test_an_empty_account() -> None:
    answer = await Caller().listed()
    assert answer == {"mode": "live", "object": "list", "total_count": 0, "has_more": False, "data": []}


@pytest.mark.parametrize(
    ("filters", "limit"),
    [({}, 50), ({"custom_id": "JOB"}, 150), ({"email": "@jofiscore"}, 150), ({"email": ""}, 50)],
)
@pytest.mark.parametrize("beyond", [-1, 0, 1])
@rule("000/limit-50", "000/limit-150", "000/has-more")
async def test_limits(filters: dict[str, str], limit: int, beyond: int) -> None:
    count = limit + beyond
    answer = await many(count).listed(**filters)
    assert answer["total_count"] == count
    assert answer["has_more"] is (beyond > 0)
    newest = [12345 + count - 1 - place for place in range(min(count, limit))]
    assert [item["id"] for item in answer["data"]] == newest


@rule("000/filter/custom_id", "000/filter/email")
async def test_filters_are_partial_and_ignore_case() -> None:
    jofi = Caller()
    jofi.fake.invite("Anna.Smith@jofiscore.com", custom_id="Req-10")
    jofi.fake.invite("joanna@jofiscore.com", custom_id="req-100")
    jofi.fake.invite("bob@jofiscore.com")

    async def emails(**filters: str) -> list[str]:
        return [item["email"].split("@")[0] for item in (await jofi.listed(**filters))["data"]]

    assert await emails(email="ANNA") == ["joanna", "Anna.Smith"]
    assert await emails(custom_id="REQ-10") == ["joanna", "Anna.Smith"]
    assert await emails(custom_id="q-100") == ["joanna"]
    assert await emails(custom_id="req", email="smith") == ["Anna.Smith"]
    assert await emails(custom_id="q-100", email="smith") == []


@pytest.mark.parametrize("literal", ["50%", "a_b", "%25", "a+b", "x&y=z#1", "ü", "50%20"])
async def test_filters_are_literal_and_decoded_once(literal: str) -> None:
    jofi = Caller()
    jofi.fake.invite("one@jofiscore.com", custom_id=literal)
    jofi.fake.invite("two@jofiscore.com", custom_id="50x aXb % 5 z u")
    answer = await jofi.listed(custom_id=literal)
    assert [item["custom_id"] for item in answer["data"]] == [literal]


async def test_a_plus_that_is_not_escaped_is_a_space() -> None:
    jofi = Caller()
    jofi.fake.invite("a+b@jofiscore.com")
    assert (await jofi.ask("GET", "/invitations?email=a+b"))["total_count"] == 0
    assert (await jofi.ask("GET", "/invitations?email=a%2Bb"))["total_count"] == 1


@pytest.mark.parametrize(("name", "limit"), [("custom_id", 50), ("email", 255)])
@rule("000/filter/custom_id", "000/filter/email")
async def test_too_long_filters(name: str, limit: int) -> None:
    jofi = Caller()
    assert (await jofi.listed(**{name: "x" * limit}))["total_count"] == 0
    assert name in await jofi.error("GET", f"/invitations?{name}={'x' * (limit + 1)}")
    lenient = Caller(FakeJofi(settings=FakeSettings(long_filter="matched")))
    assert (await lenient.listed(**{name: "x" * (limit + 1)}))["total_count"] == 0


async def test_other_accounts_are_not_listed() -> None:
    fake = FakeJofi()
    fake.invite()
    fake.invite(created_by_user_email="other.recruiter@example.org")
    assert [item["id"] for item in (await Caller(fake).listed())["data"]] == [12345]
    assert [item["id"] for item in (await Caller(fake, "sk_live_other").listed())["data"]] == [12346]


async def test_account_counts() -> None:
    fake = FakeJofi()
    first = fake.invite("a@jofiscore.com")
    second = fake.invite("b@jofiscore.com", assessments_to_assign=[{"test_id": 1}])
    third = fake.invite("c@jofiscore.com", assessments_to_assign=[{"test_id": 6}, {"test_id": 7}])
    fake.invite("d@jofiscore.com")
    fake.invite(created_by_user_email="other.recruiter@example.org")
    fake.accept(first.id)
    fake.complete(second.id)
    fake.complete(third.id)
    fake.complete(first.id, 8)
    assert await Caller(fake).ask("GET", "/accounts") == {
        "mode": "live",
        "object": "account",
        "id": 200,
        "display_name": "Example Company Inc",
        "display_name_external": None,
        "teams_count": 2,
        "users_count": 4,
        "invitations_count": 4,
        "test_takers_seats_used_count": 3,
        "prescreens_completed_count": 1,
        "thinking_skills_completed_count": 1,
        "personality_completed_count": 1,
        "career_interests_completed_count": 1,
        "webhook_endpoint": None,
        "webhooks_enabled": False,
    }
    other = await Caller(fake, "sk_live_other").ask("GET", "/accounts")
    assert (other["id"], other["invitations_count"], other["users_count"]) == (201, 1, 1)
