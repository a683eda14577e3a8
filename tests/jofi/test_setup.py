"""The setup checklist (seed 001): each item fails alone, and none passes that was not seen."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from jofi_async import CheckStatus, FakeJofi, JofiClient, RetryPolicy, SetupItem, SetupReport
from jofi_async.core.wire import Request, Response
from jofi_async.jofi.fake import EmailTemplate, FakeSettings, UserFields, World, documented_world
from jofi_async.jofi.fake.world import find
from jofi_async.jofi.setup.facts import NO_KEY, Facts, KeyFacts
from jofi_async.jofi.setup.judge import judge
from jofi_async.transports.fake import FakeTransport
from tests.fidelity.rules import rule
from tests.jofi.test_fake_support import Json
from tests.jofi.ways import LIVE, TEST, over

JANE = "jane.recruiter@jofiscore.com"
PASSED, FAILED, WARNING, UNKNOWN = CheckStatus
ONCE = RetryPolicy(attempts=1)


def ready() -> World:
    """The documented world with a live webhook: everything is as it should be."""
    world = documented_world()
    world.accounts[0].webhook_endpoint = "https://www.example.com/webhooks/jofi"
    world.accounts[0].webhooks_enabled = True
    return world


async def check(
    world: World | None = None, inviters: Iterable[str] = (JANE,), *, key: str = LIVE, **settings: Any
) -> SetupReport:
    fake = FakeJofi(world or ready(), settings=FakeSettings(**settings))
    async with JofiClient(key, transport=FakeTransport(fake), rate_limit=None) as client:
        return await client.check_setup(inviters)


def statuses(report: SetupReport) -> dict[str, str]:
    return {item.name: item.status for item in report.items}


def item_of(report: SetupReport, name: str) -> SetupItem:
    [item] = [item for item in report.items if item.name == name]
    return item


ALL_WELL = {
    "key": PASSED,
    "key_form": PASSED,
    "key_mode": PASSED,
    "key_accepted": PASSED,
    "other_key": UNKNOWN,
    "key_stored": UNKNOWN,
    "teams": PASSED,
    "users": PASSED,
    "inviter": PASSED,
    "default_team": PASSED,
    "default_assessments": PASSED,
    "default_template": PASSED,
    "live_webhook": PASSED,
    "test_webhook": UNKNOWN,
    "walk_through": UNKNOWN,
}


@pytest.mark.parametrize("way", ["memory", "http"])
@rule(
    "001/live-key",
    "001/one-team",
    "001/one-user",
    "001/inviter-on-account",
    "001/default-team",
    "001/default-assessments",
    "001/default-template",
    "001/get-users",
    "001/get-email-templates",
    "001/get-accounts",
    "001/live-webhook",
    "001/test-webhook",
    "001/walk-through",
)
async def test_when_all_is_well(way: str) -> None:
    fake = FakeJofi(ready())
    async with over(way, fake) as client:
        report = await client.check_setup([JANE])
    assert statuses(report) == ALL_WELL
    assert (report.failed, report.unreached) == (False, False)
    assert {request.method for request in fake.requests} == {"GET"}
    assert len(fake.requests) == 5


def jane(world: World) -> Any:
    return find(world.users, 11111)


Break = Callable[[World], None]


def no_team(world: World) -> None:
    world.teams = [team for team in world.teams if team.account_id != 200]


def no_user(world: World) -> None:
    world.users = [user for user in world.users if user.account_id != 200]


def janes(**changes: Any) -> Break:
    def change(world: World) -> None:
        for name, value in changes.items():
            setattr(jane(world), name, value)

    return change


def template(**changes: Any) -> Break:
    def change(world: World) -> None:
        for name, value in changes.items():
            setattr(find(world.email_templates, 1000), name, value)

    return change


def webhook(url: str | None, enabled: bool) -> Break:
    def change(world: World) -> None:
        world.accounts[0].webhook_endpoint, world.accounts[0].webhooks_enabled = url, enabled

    return change


HTTPS = "https://www.example.com/webhooks/jofi"

ALONE: dict[str, tuple[Break, str, tuple[str, ...]]] = {
    "no team": (no_team, "teams", ()),
    "no user": (no_user, "users", ()),
    "an inviter of another account": (lambda _: None, "inviter", ("other.recruiter@example.org",)),
    "an address that nobody has": (lambda _: None, "inviter", ("nobody@example.org",)),
    "no default team": (janes(default_team_id=None), "default_team", (JANE,)),
    "a team of another account": (janes(default_team_id=110, default_template_id=1002), "default_team", (JANE,)),
    "no default assessments": (janes(default_test_ids=()), "default_assessments", (JANE,)),
    "an assessment that is gone": (janes(default_test_ids=(6, 9)), "default_assessments", (JANE,)),
    "assessments that do not mix": (janes(default_test_ids=(1, 6)), "default_assessments", (JANE,)),
    "no default template": (janes(default_template_id=None), "default_template", (JANE,)),
    "a template of another account": (janes(default_template_id=1100), "default_template", (JANE,)),
    "a template that is gone": (janes(default_template_id=9), "default_template", (JANE,)),
    "a congrats template": (janes(default_template_id=1001), "default_template", (JANE,)),
    "a template of another team": (template(team_ids=(101,)), "default_template", (JANE,)),
    "a webhook without https": (webhook("http://www.example.com/", True), "live_webhook", (JANE,)),
    "a webhook without a valid URL": (webhook(None, True), "live_webhook", (JANE,)),
    "a webhook that is off": (webhook(HTTPS, False), "live_webhook", (JANE,)),
}


@pytest.mark.parametrize("case", ALONE)
@rule(
    "001/one-team",
    "001/one-user",
    "001/inviter-on-account",
    "001/default-team",
    "001/default-assessments",
    "001/default-template",
    "001/live-webhook",
)
async def test_each_item_fails_alone(case: str) -> None:
    change, name, inviters = ALONE[case]
    world = ready()
    world.email_templates.append(
        EmailTemplate(id=1002, account_id=200, display_name="For all", type="invitation", team_ids=())
    )
    change(world)
    report = await check(world, inviters, user_fields=UserFields(form="ids"))
    assert [item.name for item in report.items if item.status is FAILED] == [name]
    assert report.failed
    assert item_of(report, name).next_step
    assert item_of(report, name).looked_at.startswith("GET /")


@rule("001/webhooks-optional")
async def test_no_webhook_is_a_warning() -> None:
    report = await check(documented_world())
    assert statuses(report) == {**ALL_WELL, "live_webhook": WARNING}
    assert not report.failed


@pytest.mark.parametrize(
    ("email", "failed"),
    [
        ("noteam.recruiter@jofiscore.com", "default_team"),
        ("noassessments.recruiter@jofiscore.com", "default_assessments"),
        ("notemplate.recruiter@jofiscore.com", "default_template"),
    ],
)
async def test_the_documented_users_who_lack_a_default(email: str, failed: str) -> None:
    report = await check(inviters=[email])
    assert [item.name for item in report.items if item.status is FAILED] == [failed]


@rule("000/four-fields")
async def test_what_the_checklist_says_is_what_a_create_does() -> None:
    """An inviter passes if, and only if, the four required fields are enough (seed 000, "User defaults")."""
    fake = FakeJofi(ready())
    async with JofiClient(LIVE, transport=FakeTransport(fake), rate_limit=None) as client:
        for user in fake.world.users_of(fake.world.accounts[0]):
            report = await client.check_setup([user.email])
            outcome = await client.invitations.ensure(
                first_name="Linda",
                last_name="Sample",
                email=f"linda{user.id}@example.org",
                created_by_user_email=user.email,
            )
            assert report.failed is (outcome.kind != "created")


async def test_inviters_are_each_looked_at_once_whatever_the_case() -> None:
    report = await check(inviters=[JANE, f" {JANE.upper()} ", "nobody@example.org"])
    assert [item.subject for item in report.items if item.name == "inviter"] == [JANE.upper(), "nobody@example.org"]
    assert [item.status for item in report.items if item.name == "inviter"] == [PASSED, FAILED]
    one = await check(inviters=JANE)
    assert [item.subject for item in one.items if item.name == "inviter"] == [JANE]
    none = item_of(await check(inviters=()), "inviter")
    assert (none.status, none.found, none.looked_at) == (UNKNOWN, "no inviter was named", "nothing")


# keys


@rule("001/test-key")
async def test_under_a_test_key_nothing_passes_but_the_key() -> None:
    report = await check(key=TEST)
    passed = {item.name for item in report.items if item.status is PASSED}
    assert passed == {"key", "key_form", "key_accepted"}
    assert item_of(report, "key_mode").status is WARNING
    assert item_of(report, "other_key").found == "the live key was not given"
    assert not report.failed


async def test_a_key_that_jofi_does_not_know() -> None:
    report = await check(key="sk_live_unknown")
    accepted = item_of(report, "key_accepted")
    assert (accepted.status, accepted.found) == (FAILED, "Account not found for API key")
    assert {item.name for item in report.items if item.status is PASSED} == {"key", "key_form", "key_mode"}
    assert {item.name for item in report.items if item.status is FAILED} == {"key_accepted"}


@pytest.mark.parametrize("key", ["pk_live_abc", "sk_live_", "secret"])
async def test_a_key_of_another_form(key: str) -> None:
    world = ready()
    world.accounts[0].keys = (key,)
    report = await check(world, key=key)
    assert item_of(report, "key_form").status is FAILED
    assert item_of(report, "key_accepted").status is PASSED
    assert [item.name for item in report.items if item.status is FAILED] == ["key_form"]
    assert key not in str([evolve(item) for item in report.items])


def test_no_key_at_all() -> None:
    report = judge(Facts.unseen(KeyFacts(present=False), None, NO_KEY), [JANE])
    assert [item.name for item in report.items if item.status is FAILED] == ["key"]
    assert not [item for item in report.items if item.status is PASSED]


@pytest.mark.parametrize(("mode", "status"), [(0o600, PASSED), (0o400, PASSED), (0o640, FAILED), (0o604, FAILED)])
@rule("001/key-stored")
async def test_the_key_file(tmp_path: Path, mode: int, status: CheckStatus) -> None:
    path = tmp_path / "key"
    path.write_text(LIVE, encoding="utf-8")
    path.chmod(mode)
    async with JofiClient(LIVE, transport=FakeTransport(FakeJofi(ready()))) as client:
        report = await client.check_setup([JANE], key_file=path)
        gone = await client.check_setup([JANE], key_file=tmp_path / "gone")
    item = item_of(report, "key_stored")
    assert item.status is status
    assert item.next_step == (f"chmod 600 {path}" if status is FAILED else "")
    assert item_of(gone, "key_stored").status is UNKNOWN


# what cannot be known


@pytest.mark.parametrize(
    ("names", "unknown"),
    [
        (UserFields(team=None), {"default_team", "default_template"}),
        (UserFields(assessments="which_tests"), {"default_assessments"}),
        (UserFields(email_template="mail"), {"default_template"}),
        (UserFields(form="ids"), set[str]()),
        (UserFields(team="default_team_id", email_template="default_invitation_template_id", form="ids"), set[str]()),
    ],
)
async def test_defaults_under_other_names(names: UserFields, unknown: set[str]) -> None:
    report = await check(user_fields=names)
    assert statuses(report) == ALL_WELL | dict.fromkeys(unknown, UNKNOWN)


class Changed:
    """A fake whose answers on one path are changed."""

    def __init__(self, path: str, change: Callable[[Json], object], status: int = 200) -> None:
        self.fake = FakeJofi(ready())
        self.path, self.change, self.status = path, change, status

    async def handle(self, request: Request) -> Response:
        response = await self.fake.handle(request)
        if not request.url.endswith(self.path):
            return response
        answer = self.change(json.loads(response.body))
        return Response(self.status, response.headers, json.dumps(answer).encode())


async def changed(path: str, change: Callable[[Json], object], status: int = 200) -> SetupReport:
    handler = Changed(path, change, status)
    async with JofiClient(LIVE, transport=FakeTransport(handler), rate_limit=None, retry=ONCE) as client:
        return await client.check_setup([JANE])


def cut(answer: Json) -> Json:
    return {**answer, "data": answer["data"][-1:], "has_more": True}


@pytest.mark.parametrize(
    ("path", "unknown"),
    [
        ("/users", {"inviter", "default_team", "default_assessments", "default_template"}),
        ("/teams", {"default_team"}),
        ("/assessments", {"default_assessments"}),
        ("/email-templates", {"default_template"}),
    ],
)
async def test_what_lies_beyond_the_end_of_a_list_is_not_known(path: str, unknown: set[str]) -> None:
    report = await changed(path, cut)
    assert statuses(report) == ALL_WELL | dict.fromkeys(unknown, UNKNOWN)
    assert not report.unreached


@pytest.mark.parametrize(
    ("path", "unknown"),
    [
        ("/accounts", set(ALL_WELL) - {"key", "key_form", "key_mode"}),
        ("/users", {"users", "inviter", "default_team", "default_assessments", "default_template"}),
        ("/teams", {"teams", "default_team"}),
        ("/assessments", {"default_assessments"}),
        ("/email-templates", {"default_template"}),
    ],
)
async def test_a_call_that_fails_makes_its_items_unknown(path: str, unknown: set[str]) -> None:
    report = await changed(path, lambda _: {"error": "down"}, 500)
    assert statuses(report) == ALL_WELL | dict.fromkeys(unknown, UNKNOWN)
    assert (report.failed, report.unreached) == (False, True)
    first = next(item for item in report.items if item.error is not None)
    assert "run this again" in first.next_step


@pytest.mark.parametrize(
    ("path", "fields", "name"),
    [
        ("/users", {"email": None}, "inviter"),
        ("/users", {"default_team": {"display_name": "Recruiting"}}, "default_team"),
        ("/users", {"default_team": "Recruiting"}, "default_team"),
        ("/email-templates", {"type": None}, "default_template"),
        ("/email-templates", {"team_ids": None}, "default_template"),
    ],
)
async def test_a_field_that_is_not_shown_is_not_known(path: str, fields: Json, name: str) -> None:
    report = await changed(path, lambda answer: {**answer, "data": [{**one, **fields} for one in answer["data"]]})
    assert item_of(report, name).status is UNKNOWN
    assert not report.failed


async def test_an_account_that_does_not_show_whether_deliveries_are_on() -> None:
    report = await changed("/accounts", lambda answer: {**answer, "webhooks_enabled": None})
    assert item_of(report, "live_webhook").status is UNKNOWN


async def test_an_answer_in_another_mode_fails_the_key() -> None:
    report = await changed("/accounts", lambda answer: {**answer, "mode": "test"})
    assert item_of(report, "key_accepted").status is FAILED


KEYS = st.sampled_from(["id", "test_id", "name"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "test_id", "name"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(team=JSON, assessments=JSON, email_template=JSON)
async def test_no_default_passes_that_was_not_seen(team: object, assessments: object, email_template: object) -> None:
    """Whatever the fields hold, an item passes only for an id that is really there."""
    fields = {"default_team": team, "default_assessments": assessments, "default_email_template": email_template}
    report = await changed("/users", lambda answer: {**answer, "data": [{**answer["data"][0], **fields}]})
    for name, value, known in (
        ("default_team", team, {100, 101}),
        ("default_assessments", assessments, {1, 6, 7, 8}),
        ("default_template", email_template, {1000}),
    ):
        if item_of(report, name).status is PASSED:
            assert known & set(numbers(value))


NEEDS = {
    "key_accepted": {"/accounts"},
    "teams": {"/accounts", "/teams"},
    "users": {"/accounts", "/users"},
    "inviter": {"/accounts", "/users"},
    "default_team": {"/accounts", "/users", "/teams"},
    "default_assessments": {"/accounts", "/users", "/assessments"},
    "default_template": {"/accounts", "/users", "/email-templates"},
    "live_webhook": {"/accounts"},
}
PATHS = ["/accounts", "/users", "/teams", "/assessments", "/email-templates"]
JUNK: dict[str, Response] = {
    "nothing": Response(200, {}, b""),
    "null": Response(200, {"content-type": "application/json"}, b"null"),
    "an empty object": Response(200, {"content-type": "application/json"}, b"{}"),
    "an empty list": Response(200, {"content-type": "application/json"}, b"[]"),
    "no items": Response(200, {}, b'{"total_count": 0, "has_more": true, "data": []}'),
    "a page": Response(200, {"content-type": "text/html"}, b"<html>"),
    "a failure": Response(500, {}, b""),
    "a refusal": Response(400, {"content-type": "application/json"}, b'{"error": "no"}'),
    "too many": Response(429, {}, b""),
}


class Mixed:
    """A fake that answers on some paths with something else."""

    def __init__(self, junk: dict[str, str]) -> None:
        self.fake = FakeJofi(ready())
        self.junk = junk

    async def handle(self, request: Request) -> Response:
        name = self.junk.get("/" + request.url.rpartition("/")[2])
        return await self.fake.handle(request) if name is None else JUNK[name]


@given(junk=st.dictionaries(st.sampled_from(PATHS), st.sampled_from(sorted(JUNK)), min_size=1))
async def test_no_item_passes_whose_answer_did_not_come(junk: dict[str, str]) -> None:
    async with JofiClient(LIVE, transport=FakeTransport(Mixed(junk)), rate_limit=None, retry=ONCE) as client:
        report = await client.check_setup([JANE])
    for item in report.items:
        assert item.status is not PASSED or not NEEDS.get(item.name, set()) & junk.keys()
    assert len(report.items) == len(ALL_WELL)


def numbers(value: Any) -> Iterable[int]:
    if type(value) is int:
        yield value
    elif isinstance(value, dict | list):
        inside: Iterable[object] = value.values() if isinstance(value, dict) else value  # pyright: ignore
        for one in inside:  # pyright: ignore[reportUnknownVariableType]
            yield from numbers(one)


def test_no_repr_shows_whom() -> None:
    report = judge(Facts.unseen(KeyFacts(present=False), None, NO_KEY), [JANE])
    assert JANE not in repr(report)
    assert JANE not in repr(report.items)
    assert repr(report).startswith("SetupReport(1 failed, ")
