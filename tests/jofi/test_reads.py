"""Every route that only reads, on both transports: what is typed is what is answered."""

import json
from datetime import UTC, datetime
from typing import Any, cast

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jofi_async import (
    AuthenticationError,
    FakeJofi,
    InvalidInputError,
    JofiClient,
    NotFoundError,
    RefusedError,
)
from jofi_async.core import codec
from jofi_async.core.wire import Request, Response
from jofi_async.jofi import models
from jofi_async.jofi.fake import FakeSettings, JofiMount, UserFields
from jofi_async.jofi.fake.routes import ROUTES
from jofi_async.transports.fake import FakeTransport
from tests.jofi.documents import ACCOUNT, FIELDS, TEST_TAKER
from tests.jofi.test_fake_support import Caller, Json
from tests.jofi.ways import LIVE, OTHER, READS, SP, TEST, in_memory, over

both = pytest.mark.parametrize("way", ["memory", "http"])


def finished(**options: Any) -> FakeJofi:
    """A fake with one participant who has completed everything."""
    fake = FakeJofi(**options)
    fake.complete(fake.invite(custom_id="ABC123").id)
    return fake


def plain(item: Any) -> Any:
    """An answer as JSON was: `extra` back in its place, and no field that the answer did not have."""
    if type(item) is list:
        return [plain(one) for one in cast("list[object]", item)]
    if isinstance(item, datetime):
        return item
    kind = cast("Any", type(item))
    if attrs.has(kind):
        fields = {one.name: plain(getattr(item, one.name)) for one in attrs.fields(kind)}
        extra: Any = fields.pop("extra", {})
        return {**fields, **extra}
    return item


def agrees(model: Any, wire: Any, path: str = "answer") -> None:
    """Assert that a model holds what the wire says, field by field."""
    if isinstance(wire, dict):
        assert isinstance(model, dict), path
        for name, value in cast("Json", wire).items():
            agrees(model[name], value, f"{path}.{name}")
        further = [value for name, value in cast("Json", model).items() if name not in wire]
        assert all(value is None for value in further), path
    elif type(wire) is list:
        assert type(model) is list, path
        pairs = zip(cast("list[object]", model), cast("list[object]", wire), strict=True)
        for number, (one, other) in enumerate(pairs):
            agrees(one, other, f"{path}[{number}]")
    elif isinstance(model, datetime):
        assert model == datetime.fromisoformat(str(wire)), path
    else:
        assert model == wire, path


class Tap:
    """A handler that keeps the last answer of another."""

    def __init__(self, fake: FakeJofi) -> None:
        self.fake = fake
        self.answer: Any = None

    async def handle(self, request: Request) -> Response:
        response = await self.fake.handle(request)
        self.answer = json.loads(response.body)
        return response


class Fixed:
    """A handler with one answer."""

    def __init__(self, answer: Json, status: int = 200) -> None:
        self.response = Response(status, {"content-type": "application/json"}, json.dumps(answer).encode())

    async def handle(self, request: Request) -> Response:
        return self.response


def test_every_route_that_reads_is_tried_here() -> None:
    assert len(READS) == sum(route.method == "GET" for route in ROUTES) == 14


@pytest.mark.parametrize("key", [LIVE, TEST])
@pytest.mark.parametrize("name", READS)
async def test_a_model_holds_all_that_is_answered(name: str, key: str) -> None:
    tap = Tap(finished())
    async with JofiClient(key, transport=FakeTransport(tap)) as client:
        item = await READS[name](client)
    assert tap.answer["mode"] == ("test" if key == TEST else "live")
    agrees(plain(item), tap.answer)


@pytest.mark.parametrize("key", [LIVE, TEST])
@pytest.mark.parametrize("name", READS)
async def test_both_transports_answer_alike(name: str, key: str) -> None:
    answers: list[object] = []
    for way in ("memory", "http"):
        async with over(way, finished(), key) as client:
            answers.append(await READS[name](client))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("name", READS)
async def test_a_key_that_is_not_known_is_told_on_every_route(name: str) -> None:
    async with in_memory(finished(), "sk_live_unknown") as client:
        with pytest.raises(AuthenticationError, match="Account not found for API key"):
            await READS[name](client)


@pytest.mark.parametrize("name", READS)
async def test_another_account_sees_nothing_of_it(name: str) -> None:
    fake = finished()
    async with in_memory(fake, OTHER) as client:
        if name.endswith(".list"):
            page: Any = await READS[name](client)
            assert not [one for one in page.data if getattr(one, "email", "") == "linda.sample@jofiscore.com"]
        elif name != "accounts.get":
            with pytest.raises(NotFoundError):
                await READS[name](client)


@settings(max_examples=15)
@given(steps=st.lists(st.tuples(st.sampled_from(["invite", "accept", "complete"]), st.integers(0, 5)), max_size=8))
async def test_whatever_happened_both_transports_answer_alike(steps: list[tuple[str, int]]) -> None:
    fake = FakeJofi()
    for step, number in steps:
        if step == "invite":
            fake.invite(f"person{len(fake.invitations)}@example.org")
        elif fake.invitations:
            chosen = fake.invitations[number % len(fake.invitations)].id
            (fake.accept if step == "accept" else fake.complete)(chosen)
    answers: list[list[object]] = []
    for way in ("memory", "http"):
        async with over(way, fake) as client:
            answers.append([await outcome(name, client) for name in READS])
    assert answers[0] == answers[1]


async def outcome(name: str, client: JofiClient) -> object:
    try:
        return await READS[name](client)
    except NotFoundError as error:
        return str(error)


# what the pages show


def documented(name: str, kind: type[Any], wire: Json) -> None:
    item = codec.structure(kind, wire)
    agrees(plain(item), wire)
    assert item.extra == {}, name


def test_the_example_of_the_account() -> None:
    documented("account", models.Account, ACCOUNT)


def test_the_example_of_the_test_taker() -> None:
    documented("test_taker", models.TestTaker, TEST_TAKER)
    taker = codec.structure(models.TestTaker, TEST_TAKER)
    assert taker.invitation_created_at == datetime(2026, 2, 3, 12, 41, 35, 34681, UTC)
    assert repr(taker) == "TestTaker(id=12345, mode=unknown, completed 0 of 1)"


KINDS: dict[str, type[Any]] = {
    "account": models.Account,
    "team_list_item": models.TeamListItem,
    "email_template_list_item": models.EmailTemplateListItem,
    "score_profile_list_item": models.ScoreProfileListItem,
    "test_taker_list_item": models.TestTakerListItem,
    "test_taker": models.TestTaker,
    "scorecard": models.Scorecard,
    "score": models.Score,
    "career_navigation_profile_list_item": models.CareerNavigationProfileListItem,
}


@pytest.mark.parametrize("name", FIELDS)
def test_every_documented_field_is_typed(name: str) -> None:
    assert set(FIELDS[name]) <= set(attrs.fields_dict(KINDS[name]))


async def shown(path: str) -> Any:
    answer = await Caller(finished()).ask("GET", path)
    return answer["data"][0] if answer["object"] == "list" else answer


SHOWN = {
    "account": "/accounts",
    "team_list_item": "/teams",
    "email_template_list_item": "/email-templates",
    "score_profile_list_item": "/score-profiles",
    "test_taker_list_item": "/test-takers",
    "test_taker": "/test-takers/12345",
    "scorecard": f"/test-takers/12345/scorecard?sp={SP}",
    "career_navigation_profile_list_item": "/career-navigation-profiles",
}


@pytest.mark.parametrize("name", SHOWN)
async def test_the_fake_shows_every_documented_field_in_order(name: str) -> None:
    wire = await shown(SHOWN[name])
    assert wire["object"] == name
    fields = [one for one in wire if one in FIELDS[name]]
    if name == "test_taker":
        assert set(fields) == set(FIELDS[name])
    else:
        assert fields == list(wire) == FIELDS[name]


async def test_the_fake_shows_every_documented_field_of_a_score() -> None:
    scores = (await shown(SHOWN["scorecard"]))["scores"]
    assert scores["thinking_skills"] is None
    [score] = scores["personality_traits"]
    assert list(score) == FIELDS["score"]
    assert list(score["facets"][0]) == FIELDS["score"][:-1]


# what is not documented


@pytest.mark.parametrize("form", ["objects", "ids"])
async def test_a_users_defaults_are_where_the_fake_is_told_to_show_them(form: Any) -> None:
    names = UserFields(team="team_by_default", assessments=None, form=form)
    async with in_memory(FakeJofi(settings=FakeSettings(user_fields=names))) as client:
        jane = (await client.users.list()).data[0]
    assert jane.email == "jane.recruiter@jofiscore.com"
    assert jane.extra["team_by_default"] == (100 if form == "ids" else {"id": 100, "display_name": "Recruiting"})
    assert "default_assessments" not in jane.extra


async def test_the_rest_of_a_test_taker_may_be_there_or_not() -> None:
    for whole in (True, False):
        fake = finished(settings=FakeSettings(whole_test_taker=whole))
        async with in_memory(fake) as client:
            assert ("invitation_id" in (await client.test_takers.get(12345)).extra) is whole


async def test_any_undocumented_field_can_be_put_on_any_object() -> None:
    fields: dict[str, Json] = {"job_fit_report": {"jobs": [{"code": "11-1011"}]}, "team_list_item": {"color": "red"}}
    original = finished(settings=FakeSettings(undocumented=fields))
    saved = JofiMount()
    saved.load(json.loads(json.dumps(JofiMount(original).save())))
    for fake in (original, saved.fake):
        async with in_memory(fake) as client:
            assert (await client.test_takers.job_fit_report(12345)).extra["jobs"] == [{"code": "11-1011"}]
            assert [team.extra for team in (await client.teams.list()).data] == [{"color": "red"}] * 2
            assert (await client.accounts.get()).extra == {}


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("users.list", {"object": "list", "total_count": 1, "has_more": False, "data": [{"login": "x"}]}),
        ("test_takers.job_fit_report", {"anything": [1, {"at": None}]}),
        ("test_takers.get", {"id": 12345, "status": {"of": "any shape"}}),
        ("career_navigation_profiles.get", {"id": "CNP1234567890", "careers": [{"code": "11-1011"}]}),
        ("test_takers.scorecard", {"test_taker_id": 1, "scores": {"career_interests": {"of": "any shape"}}}),
    ],
)
async def test_other_shapes_than_guessed_break_nothing(name: str, answer: Json) -> None:
    async with JofiClient(LIVE, transport=FakeTransport(Fixed(answer))) as client:
        agrees(plain(await READS[name](client)), answer)


# errors by meaning


async def test_a_score_profile_must_be_one_that_is_enabled() -> None:
    async with in_memory(finished()) as client:
        with pytest.raises(RefusedError) as caught:
            await client.test_takers.scorecard(12345, sp="JOFI-999-XX")
        with pytest.raises(NotFoundError):
            await client.test_takers.scorecard(999, sp=SP)
    assert [problem.field for problem in caught.value.problems] == ["sp"]
    for path in ("/test-takers/12345/scorecard", "/test-takers/12345/scorecard?sp="):
        assert await Caller(finished()).error("GET", path) == "sp: Score profile is required"


@pytest.mark.parametrize(
    ("text", "kind", "field"),
    [
        ("Invalid score profile", RefusedError, "sp"),
        ("sp is required", RefusedError, "sp"),
        ("sp: is required", RefusedError, "sp"),
        ("Test taker not found", NotFoundError, None),
        ("No test_taker with this id", NotFoundError, None),
        ("Invalid request", RefusedError, ""),
        ("", RefusedError, ""),
    ],
)
async def test_words_tell_an_unknown_profile_from_an_unknown_person(text: str, kind: Any, field: str | None) -> None:
    async with JofiClient(LIVE, transport=FakeTransport(Fixed({"error": text}, 400))) as client:
        with pytest.raises(kind) as caught:
            await client.test_takers.scorecard(12345, sp=SP)
        with pytest.raises(NotFoundError):
            await client.test_takers.job_fit_report(12345)
    if field is not None:
        assert [problem.field for problem in caught.value.problems] == [field]


@both
async def test_a_profile_that_is_not_known_is_404_with_null(way: str) -> None:
    fake = finished()
    response = await Caller(fake).send("GET", "/career-navigation-profiles/CNP0")
    assert (response.status, response.body) == (404, b"null")
    async with over(way, fake) as client:
        with pytest.raises(NotFoundError):
            await client.career_navigation_profiles.get("CNP0")


@pytest.mark.parametrize("name", ["get", "job_fit_report"])
@pytest.mark.parametrize("odd", ["12345", None, True, 1.0])
async def test_a_test_takers_id_is_a_whole_number(name: str, odd: Any) -> None:
    fake = finished()
    async with in_memory(fake) as client:
        with pytest.raises(InvalidInputError, match="test_taker_id"):
            await getattr(client.test_takers, name)(odd)
    assert fake.requests == []


@pytest.mark.parametrize("odd", ["", " ", None, 5])
async def test_texts_must_be_there(odd: Any) -> None:
    fake = finished()
    async with in_memory(fake) as client:
        with pytest.raises(InvalidInputError, match="sp"):
            await client.test_takers.scorecard(12345, sp=odd)
        with pytest.raises(InvalidInputError, match="profile_id"):
            await client.career_navigation_profiles.get(odd)
        with pytest.raises(TypeError):
            await client.test_takers.scorecard(12345)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    assert fake.requests == []


async def test_ids_and_texts_are_escaped() -> None:
    fake = finished()
    async with in_memory(fake) as client:
        with pytest.raises(RefusedError):
            await client.test_takers.scorecard(12345, sp="a&b#c")
        with pytest.raises(NotFoundError):
            await client.career_navigation_profiles.get("a/b?c")
    assert [one.path for one in fake.requests] == [
        "/api/v2/test-takers/12345/scorecard?sp=a%26b%23c",
        "/api/v2/career-navigation-profiles/a%2Fb%3Fc",
    ]


# what happens to whom


@both
async def test_the_way_of_a_participant(way: str) -> None:
    fake = FakeJofi()
    stored = fake.invite(assessments_to_assign=[{"test_id": 6}, {"test_id": 7}])
    async with over(way, fake) as client:
        assert (await client.test_takers.list()).data == []
        fake.accept(stored.id)
        [taker] = (await client.test_takers.list()).data
        assert (taker.invitation_id, taker.career_navigation_profile_id) == (stored.id, None)
        fake.complete(stored.id, 7)
        progress = (await client.test_takers.get(taker.id)).assigned_assessments or []
        assert [(one.id, one.completed_at is not None) for one in progress] == [(11111, False), (11112, True)]
        scores = (await client.test_takers.scorecard(taker.id, sp=SP)).scores
        assert scores is not None
        assert scores.personality_traits is None
        assert scores.thinking_skills is not None
        assert (await client.career_navigation_profiles.list()).data == []
        fake.complete(stored.id)
        [profile] = (await client.career_navigation_profiles.list()).data
        whole = await client.career_navigation_profiles.get(profile.id)
        assert whole.extra["test_taker_id"] == taker.id
        account, team = await client.accounts.get(), (await client.teams.list()).data[0]
    assert (account.invitations_count, account.test_takers_seats_used_count) == (1, 1)
    assert (account.thinking_skills_completed_count, account.personality_completed_count) == (1, 1)
    assert (team.invitations_count, team.test_takers_count) == (1, 1)


async def test_scores_are_the_same_each_time_and_a_persons_own() -> None:
    fake = finished()
    fake.complete(fake.invite("other@example.org").id)
    async with in_memory(fake) as client:
        cards = [await client.test_takers.scorecard(number, sp=SP) for number in (12345, 12345, 12346)]
    assert cards[0] == cards[1]
    assert (cards[0].scores, cards[0].riasec_profile) != (cards[2].scores, cards[2].riasec_profile)
    assert cards[0].score_profile == models.ScorecardProfile(
        295, "Healthcare Practitioners and Technical Zone 5", SP, "AS"
    )


@pytest.mark.parametrize(
    ("resource", "limit"), [("test_takers", 30), ("career_navigation_profiles", 50), ("invitations", 50)]
)
async def test_a_list_is_cut_at_its_documented_number_newest_first(resource: str, limit: int) -> None:
    fake = FakeJofi()
    for number in range(limit + 1):
        fake.complete(fake.invite(f"person{number}@example.org").id)
        fake.clock.advance(1)
    async with in_memory(fake) as client:
        page = await getattr(client, resource).list()
    assert (len(page.data), page.total_count, page.has_more) == (limit, limit + 1, True)
    assert [one.email for one in page.data] == [f"person{number}@example.org" for number in range(limit, 0, -1)]


# test keys


async def test_the_catalog_is_real_under_a_test_key() -> None:
    fake = FakeJofi()
    fake.world.assessments.pop()
    async with in_memory(fake) as live, in_memory(fake, TEST) as test:
        real, same = await live.assessments.list(), await test.assessments.list()
    assert same.data == real.data
    assert (real.mode, same.mode) == ("live", "test")
    assert len(same.data) == 3


async def test_a_test_key_is_answered_with_people_who_are_not_there() -> None:
    fake = FakeJofi()
    async with in_memory(fake, TEST) as client:
        assert (await client.test_takers.get(77)).id == 77
        assert (await client.test_takers.scorecard(77, sp="anything")).test_taker_id == 77
        assert (await client.test_takers.job_fit_report(77)).extra["test_taker_id"] == 77
        assert (await client.career_navigation_profiles.get("CNP77")).id == "CNP77"
        assert (await client.test_takers.list()).total_count == 1
    assert fake.invitations == []


@pytest.mark.parametrize(("validates", "status"), [(True, 400), (False, 200)])
async def test_whether_a_test_key_must_name_a_score_profile_is_a_setting(validates: bool, status: int) -> None:
    fake = FakeJofi(settings=FakeSettings(test_key_validates=validates))
    response = await Caller(fake, TEST).send("GET", "/test-takers/1/scorecard")
    assert response.status == status


def test_no_repr_shows_a_person() -> None:
    wire: Json = {**TEST_TAKER, "id": 5, "test_taker_id": 5}
    for kind in (*KINDS.values(), models.UserListItem, models.CareerNavigationProfile, models.JobFitReport):
        name = "CNP5" if kind.__name__.startswith("Career") else 5
        text = repr(codec.structure(kind, {**wire, "id": name}))
        assert "Linda" not in text
        assert "Sample" not in text
        assert "@" not in text
