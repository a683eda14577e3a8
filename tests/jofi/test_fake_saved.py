"""A fake that was saved and loaded answers as the one that went on."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jofi_async.core.wire import Response
from jofi_async.jofi.fake import FakeClock, FakeJofi, FakeSettings, JofiMount, WallClock
from jofi_async.jofi.fake.routes import ROUTES
from tests.jofi.test_fake_support import FULL, MINIMAL, Caller, Json

KEYS = st.sampled_from(["sk_live_sandbox", "sk_test_sandbox", "sk_live_other", "nonsense"])
PEOPLE = st.sampled_from(["a@jofiscore.com", "A@jofiscore.com", "b@jofiscore.com", "nonsense", "\ud800@x.org"])
CHANGES = st.fixed_dictionaries(
    {"email": PEOPLE},
    optional={
        "team_id": st.sampled_from([100, 101, 110]),
        "custom_id": st.sampled_from(["ABC", "Zo\xeb \ud800 \u2603", None]),
        "created_by_user_email": st.sampled_from(["other.recruiter@example.org", "noteam.recruiter@jofiscore.com"]),
        "phone": st.just("5551234567"),
        "send_via_sms": st.booleans(),
    },
)
NUMBERS = st.sampled_from([12345, 12346, 12347, 12348])
PATHS = [
    *(re.sub(r":\w+", "12345", route.path) for route in ROUTES if route.method == "GET"),
    "/invitations?email=a",
    "/test-takers/12345/scorecard?sp=JOFI-295-AS",
    "/career-navigation-profiles/CNP1234567890",
]
REQUESTS = st.one_of(
    st.tuples(st.just("POST"), st.just("/invitations"), CHANGES.map(lambda changes: {**MINIMAL, **changes})),
    st.tuples(st.just("PUT"), NUMBERS.map("/invitations/{}".format), CHANGES),
    st.tuples(st.just("GET"), NUMBERS.map("/invitations/{}".format), st.none()),
    st.tuples(st.just("GET"), st.sampled_from(PATHS), st.none()),
)
STEPS = st.one_of(
    st.tuples(KEYS, REQUESTS),
    st.tuples(st.sampled_from(["accept", "complete"]), NUMBERS),
    st.floats(0, 1_000_000),
)
Step = Any


async def take(fake: FakeJofi, step: Step) -> Response | None:
    match step:
        case ("accept" | "complete") as name, int() as number:
            if number in fake.world.invitations:
                JofiMount(fake).play(name, str(number), {})
        case key, (method, path, body):
            return await Caller(fake, key).send(method, path, None if body is None else json.dumps(body).encode())
        case seconds:
            fake.clock.advance(seconds)
    return None


def reloaded(fake: FakeJofi) -> FakeJofi:
    other = JofiMount()
    other.load(json.loads(json.dumps(JofiMount(fake).save())))
    return other.fake


@settings(deadline=None, derandomize=True)
@given(
    before=st.lists(STEPS, max_size=8), after=st.lists(STEPS, max_size=8), seed=st.integers(), any_case=st.booleans()
)
async def test_it_goes_on_as_if_nothing_had_been(
    before: list[Step], after: list[Step], seed: int, any_case: bool
) -> None:
    chosen = FakeSettings(emails_ignore_case=any_case, update_resends=True)
    original = FakeJofi(seed=seed, settings=chosen, clock=FakeClock(tick=0.25))
    for step in before:
        await take(original, step)
    copy = reloaded(original)
    for step in after:
        assert await take(copy, step) == await take(original, step)
    assert JofiMount(copy).world() == JofiMount(original).world()
    assert JofiMount(copy).messages() == JofiMount(original).messages()
    assert JofiMount(copy).save() == JofiMount(original).save()


def test_each_kind_of_clock_goes_on() -> None:
    still = FakeClock(datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC), tick=1)
    still.advance(0.1)
    assert reloaded(FakeJofi(clock=still)).clock.now() == still.now()
    wall = WallClock()
    wall.advance(3600)
    copy = reloaded(FakeJofi(clock=wall)).clock
    assert isinstance(copy, WallClock)
    assert (copy.moved, copy.tick) == (wall.moved, wall.tick)


async def test_nobody_is_invited_again_after_a_restart() -> None:
    jofi = Caller()
    await jofi.create()
    assert await Caller(reloaded(jofi.fake)).create_error() == (
        f"Team already has an invitation with email {MINIMAL['email']}"
    )


def nested(saved: Json, *keys: str | int) -> Any:
    part: Any = saved
    for key in keys:
        part = part[key]
    return part


@pytest.mark.parametrize(
    ("place", "name", "value"),
    [
        ((), "world", None),
        ((), "unknown", 1),
        ((), "random", [1, 2, 3]),
        ((), "random", "x"),
        ((), "messages", {"a": 1}),
        (("world",), "next_invitation_id", "12345"),
        (("world",), "next_invitation_id", True),
        (("world", "users", 0), "email", None),
        (("world", "email_templates", 0), "type", "other"),
        (("clock",), "still_at", "2026-12-11T22:23:05"),
        (("clock",), "still_at", "yesterday"),
        (("clock",), "ahead", None),
        (("clock",), "ahead", 0.5),
        (("clock",), "tick", "1"),
        (("settings",), "emails_ignore_case", 1),
        (("invitations", 0), "test_ids", ["6"]),
        (("invitations", 0), "completed_at", {"six": "2026-12-11T22:23:05Z"}),
        (("invitations", 0), "created_at", 5),
    ],
)
async def test_what_is_no_state_is_refused_and_changes_nothing(
    place: tuple[str | int, ...], name: str, value: object
) -> None:
    jofi = Caller()
    await jofi.ask("POST", "/invitations", FULL, status=201)
    saved = json.loads(json.dumps(JofiMount(jofi.fake).save()))
    nested(saved, *place)[name] = value
    other = FakeJofi()
    state = other.state
    with pytest.raises(ValueError, match=r"\w"):
        JofiMount(other).load(saved)
    assert other.state is state


@pytest.mark.parametrize("ahead", [10**18, 10**400])
def test_a_clock_beyond_all_dates_is_refused(ahead: int) -> None:
    saved = JofiMount(FakeJofi(clock=WallClock())).save()
    saved["clock"] = {"still_at": None, "ahead": ahead, "tick": 1}
    with pytest.raises(ValueError, match=r"date|convert|large"):
        JofiMount().load(saved)


@pytest.mark.parametrize("saved", [None, [], "x", {}, {"world": {}}])
def test_what_is_nothing_like_a_state_is_refused(saved: Any) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        JofiMount().load(saved)


def test_what_is_shown_holds_the_world_and_only_json() -> None:
    fake = FakeJofi()
    number = fake.invite(phone="5551234567", send_via_sms=True).id
    fake.complete(number)
    mount = JofiMount(fake)
    world, messages = json.loads(json.dumps(mount.world())), json.loads(json.dumps(mount.messages()))
    assert [one["keys"] for one in world["accounts"]] == [["sk_live_sandbox", "sk_test_sandbox"], ["sk_live_other"]]
    assert [len(world[name]) for name in ("teams", "users", "email_templates", "assessments")] == [3, 5, 3, 4]
    assert world["invitations"][0]["career_navigation_profile_id"] == "CNP1234567890"
    assert world["invitations"][0]["completed_at"].keys() == {"6", "8"}
    assert [(one["kind"], one["to"]) for one in messages] == [
        ("email", "linda.sample@jofiscore.com"),
        ("sms", "+15551234567"),
        ("email", "linda.sample@jofiscore.com"),
    ]


def test_a_participant_is_played() -> None:
    fake = FakeJofi()
    number = str(fake.invite().id)
    mount = JofiMount(fake)
    assert mount.play("accept", number, {})["test_taker_id"] == 12345
    half = json.loads(json.dumps(mount.play("complete", number, {"test_id": 6})))
    assert half["completed_at"].keys() == {"6"}
    assert mount.play("complete", number, {})["career_navigation_profile_id"] == "CNP1234567890"
    wrong: list[tuple[str, str, Json]] = [
        ("fly", number, {}),
        ("accept", "1", {}),
        ("accept", "x", {}),
        ("accept", "\u0661", {}),
        ("accept", "9" * 5000, {}),
        ("complete", number, {"test_id": 7}),
        ("complete", number, {"test_id": "6"}),
    ]
    for step, invitation_id, details in wrong:
        with pytest.raises(LookupError):
            mount.play(step, invitation_id, details)


def test_what_a_caller_must_know_is_told() -> None:
    mount = JofiMount()
    keys, people = mount.tables()
    assert [row[0] for row in keys[1:]] == ["sk_live_sandbox", "sk_test_sandbox", "sk_live_other"]
    assert people[1] == ("jane.recruiter@jofiscore.com", "200", "100", "6 8", "1000")
    assert mount.environment("http://x") == {"JOFI_BASE_URL": "http://x", "JOFI_API_KEY": "sk_live_sandbox"}
    assert all(len(line) <= 80 for line in mount.examples("http://127.0.0.1:65535/api/v2")[0].splitlines())


def test_a_fresh_one_stands_still_or_runs() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert JofiMount.fresh(0, start).fake.clock.now() == start
    assert isinstance(JofiMount.fresh(0, None).fake.clock, WallClock)
    links = {JofiMount.fresh(seed, start).fake.invite().assessment_url for seed in (1, 1, 2)}
    assert len(links) == 2
