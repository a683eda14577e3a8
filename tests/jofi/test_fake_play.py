from datetime import UTC, datetime, timedelta

import pytest

from jofi_async.core.wire import Request
from jofi_async.jofi.fake import FakeClock, FakeJofi, RefusedError, User, WallClock, World
from jofi_async.jofi.fake.records import Details
from jofi_async.transports.fake import FakeTransport
from tests.fidelity.rules import rule
from tests.jofi.test_fake_support import ANSWERED, FINISHED, Caller

ACCEPTED_AT = datetime(2026, 12, 11, 22, 23, 27, 816000, tzinfo=UTC)


@rule("000/route/get", "000/example/got")
async def test_the_documented_get_after_accepting_and_completing() -> None:
    jofi = Caller()
    created = await jofi.ask("POST", "/invitations", ANSWERED, status=201)
    assert await jofi.get(12345) == created
    jofi.fake.clock.advance((ACCEPTED_AT - jofi.fake.clock.now()).total_seconds())
    jofi.fake.accept(12345)
    jofi.fake.complete(12345)
    answer = await jofi.get(12345)
    assert list(answer) == list(FINISHED)
    assert answer == {**FINISHED, "assessment_url": created["assessment_url"]}


async def test_accepting_makes_a_test_taker_and_no_results() -> None:
    jofi = Caller()
    before = await jofi.create()
    invitation = jofi.fake.accept(before["id"])
    answer = await jofi.get(before["id"])
    assert {key for key in answer if answer[key] != before[key]} == {"accepted_at", "test_taker_id"}
    jofi.fake.clock.advance(60)
    assert jofi.fake.accept(before["id"]).accepted_at == invitation.accepted_at
    assert answer["accepted_at"] > before["created_at"]


async def test_results_appear_with_the_last_assessment() -> None:
    jofi = Caller()
    number = (await jofi.create())["id"]
    jofi.fake.complete(number, 6)
    half = await jofi.get(number)
    assert half["accepted_at"] is not None
    assert half["career_navigation_profile_id"] is None
    assert len(jofi.fake.messages) == 1
    jofi.fake.complete(number, 8)
    jofi.fake.complete(number)
    assert (await jofi.get(number))["career_navigation_profile_id"] == "CNP1234567890"
    congratulation = jofi.fake.messages[1:]
    assert [(one.kind, one.template_id, one.link) for one in congratulation] == [("email", 1001, None)]


async def test_no_congratulation_where_it_is_off() -> None:
    jofi = Caller()
    number = (await jofi.create())["id"]
    await jofi.ask("PUT", f"/invitations/{number}", {"send_congrats_notification": False})
    jofi.fake.complete(number)
    assert len(jofi.fake.messages) == 1


async def test_an_inviter_who_is_gone_is_null() -> None:
    jofi = Caller()
    number = (await jofi.create())["id"]
    del jofi.fake.world.users[0]
    assert (await jofi.get(number))["invited_by_user"] is None


def test_test_takers_and_profiles_are_numbered() -> None:
    fake = FakeJofi()
    people = [fake.invite(f"p{number}@jofiscore.com") for number in range(3)]
    for person in reversed(people):
        fake.complete(person.id)
    assert [person.test_taker_id for person in people] == [12347, 12346, 12345]
    assert len({person.career_navigation_profile_id for person in people}) == 3


def test_what_cannot_be_played() -> None:
    fake = FakeJofi()
    with pytest.raises(LookupError, match="no invitation 1"):
        fake.accept(1)
    number = fake.invite().id
    with pytest.raises(LookupError, match="assessment 7"):
        fake.complete(number, 7)
    assert fake.invitations[0].accepted_at is None


def test_invite_keeps_the_rules() -> None:
    fake = FakeJofi()
    assert fake.invite(custom_id="A").custom_id == "A"
    with pytest.raises(RefusedError, match="already has an invitation") as refused:
        fake.invite()
    assert refused.value.status == 400
    with pytest.raises(RefusedError, match="User not found"):
        fake.invite("new@jofiscore.com", created_by_user_email="nobody@jofiscore.com")


async def test_runs_repeat_exactly_and_the_seed_changes_links_only() -> None:
    async def run(seed: int) -> list[dict[str, object]]:
        jofi = Caller(FakeJofi(seed=seed))
        return [await jofi.create(email=f"p{number}@jofiscore.com") for number in range(3)]

    first, again, other = await run(1), await run(1), await run(2)
    assert first == again
    for one, two in zip(first, other, strict=True):
        assert {key for key in one if one[key] != two[key]} == {"assessment_url"}
    assert len({str(one["assessment_url"]) for one in first}) == 3


async def test_instants_are_written_as_in_the_seed() -> None:
    clock = FakeClock(datetime(2026, 6, 19, 11, 51, 1, 875550, tzinfo=UTC), tick=0.12445)
    jofi = Caller(FakeJofi(clock=clock))
    written = [(await jofi.create(email=f"p{number}@jofiscore.com"))["created_at"] for number in range(2)]
    assert written == ["2026-06-19T11:51:01.87555+00:00", "2026-06-19T11:51:02+00:00"]


def test_the_clock_stands_still_until_it_is_moved() -> None:
    clock = FakeClock(tick=0.5)
    start = clock.now()
    assert clock.now() == start
    assert [clock.stamp() for _ in range(3)] == [start + timedelta(seconds=half / 2) for half in range(3)]
    clock.advance(10)
    assert clock.now() == start + timedelta(seconds=11.5)


def test_a_wall_clock_runs_and_can_be_put_ahead() -> None:
    clock = WallClock()
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC) + timedelta(seconds=1)
    clock.advance(3600)
    stamps = [clock.stamp() for _ in range(100)]
    assert stamps == sorted(set(stamps))
    assert stamps[0] >= before + timedelta(hours=1)


async def test_no_repr_shows_personal_data() -> None:
    jofi = Caller()
    await jofi.create(phone="5551234567")
    await jofi.listed(email="linda.sample@jofiscore.com")
    fake = jofi.fake
    records = [*fake.world.accounts, *fake.world.users, *fake.invitations, *fake.messages, *fake.requests]
    shown = repr((records, fake.world, fake.state, fake))
    for secret in ("@", "Linda", "Jane", "555", "sk_", "welcome"):
        assert secret not in shown
    assert repr(fake.invitations[0]) == "Invitation(12345)"
    assert repr(fake.world.users[0]) == "User(11111)"
    assert repr(fake.messages[0]) == "Message(email, invitation 12345)"
    assert repr(fake.requests[0]) == "SeenRequest(POST, 201)"
    assert repr(Details(email="linda.sample@jofiscore.com")) == "Details()"
    assert repr(fake.world) == "World(2 accounts, 1 invitations)"


def test_the_documented_world() -> None:
    world = FakeJofi().world
    assert [(one.id, one.display_name) for one in world.accounts] == [
        (200, "Example Company Inc"),
        (201, "Other Company"),
    ]
    assert [(one.id, one.account_id) for one in world.teams] == [(100, 200), (101, 200), (110, 201)]
    assert [(one.id, one.type) for one in world.email_templates] == [
        (1000, "invitation"),
        (1001, "congrats"),
        (1100, "invitation"),
    ]
    assert [one.id for one in world.assessments] == [1, 6, 7, 8]
    assert world.invitations == {}

    def lacks(user: User) -> int:
        return [user.default_team_id, user.default_test_ids or None, user.default_template_id].count(None)

    assert [lacks(user) for user in world.users] == [0, 1, 1, 1, 0]


def test_ids_go_on_after_the_stored_ones() -> None:
    source = FakeJofi()
    kept = source.invite()
    source.accept(kept.id)
    world = World(accounts=source.world.accounts, next_invitation_id=1, next_test_taker_id=1)
    world.store(kept)
    assert (world.next_invitation_id, world.next_test_taker_id) == (12346, 12346)


async def test_it_serves_a_transport() -> None:
    async with FakeTransport(FakeJofi()) as transport:
        response = await transport.send(Request("GET", "https://www.jofiscore.com/api/v2/accounts"))
    assert response.status == 404
