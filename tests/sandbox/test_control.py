"""The sandbox's own routes, and who may use them."""

import pytest

from jofi_async.jofi.fake import FakeJofi, JofiMount
from jofi_async.sandbox import Sandbox
from jofi_async.sandbox.guard import is_loopback
from tests.sandbox.support import LINDA, ask, shown

INVITATIONS = "/api/v2/invitations"
PLAYED = "/_sandbox/invitations/12345"


async def test_messages_requests_and_world() -> None:
    async with Sandbox(JofiMount(FakeJofi())) as sandbox:
        assert await shown(sandbox, "messages") == []
        assert await shown(sandbox, "requests") == []
        await ask(sandbox, "POST", INVITATIONS, LINDA)
        await ask(sandbox, "GET", f"{INVITATIONS}/1", key=None)
        (message,) = await shown(sandbox, "messages")
        created, refused = await shown(sandbox, "requests")
        world = (await shown(sandbox, "world"))["jofi"]
    assert (message["service"], message["kind"], message["to"]) == ("jofi", "email", LINDA["email"])
    assert (created["number"], created["method"], created["path"], created["status"]) == (1, "POST", INVITATIONS, 201)
    assert '"first_name": "Linda"' in created["body"]
    assert (refused["number"], refused["status"], refused["fault"]) == (2, 404, None)
    assert "sk_live" not in str((created, refused))
    assert [one["id"] for one in world["invitations"]] == [12345]


async def test_a_participant_is_played() -> None:
    async with Sandbox(JofiMount(FakeJofi())) as sandbox:
        await ask(sandbox, "POST", INVITATIONS, LINDA)
        accepted = await ask(sandbox, "POST", f"{PLAYED}/accept")
        assert (accepted.status, accepted.json["test_taker_id"]) == (200, 12345)
        half = await ask(sandbox, "POST", f"{PLAYED}/complete", {"test_id": 6})
        assert half.json["career_navigation_profile_id"] is None
        whole = await ask(sandbox, "POST", f"{PLAYED}/complete")
        assert whole.json["career_navigation_profile_id"] == "CNP1234567890"
        assert (await ask(sandbox, "GET", f"{INVITATIONS}/12345")).json["test_taker_id"] == 12345


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/_sandbox/invitations/1/accept", None, 404),
        ("/_sandbox/invitations/x/accept", None, 404),
        (f"{PLAYED}/fly", None, 404),
        (f"{PLAYED}/complete", {"test_id": 7}, 404),
        (f"{PLAYED}/complete", {"test_id": []}, 404),
        (f"{PLAYED}/complete", b"{", 400),
        (f"{PLAYED}/complete", b"[" * 100_000, 400),
        (f"{PLAYED}/complete", [], 400),
    ],
)
async def test_what_cannot_be_played(path: str, body: object, status: int) -> None:
    fake = FakeJofi()
    fake.invite()
    async with Sandbox(JofiMount(fake)) as sandbox:
        answer = await ask(sandbox, "POST", path, body)
    assert (answer.status, answer.json.keys()) == (status, {"error"})
    assert fake.invitations[0].accepted_at is None


async def test_faults_are_set_shown_and_cleared() -> None:
    async with Sandbox(JofiMount(), faults="cut@9") as sandbox:
        assert await shown(sandbox, "faults") == {"rules": ["cut@9"]}
        answer = await ask(sandbox, "POST", "/_sandbox/faults", {"rules": ["429=2@1", "POST html+"]})
        assert (answer.status, answer.json) == (200, {"rules": ["429=2@1", "POST html+"]})
        assert (await ask(sandbox, "GET", INVITATIONS)).status == 429
        assert (await ask(sandbox, "GET", INVITATIONS)).status == 200
        assert (await ask(sandbox, "POST", INVITATIONS, LINDA)).status == 502
        assert len(await shown(sandbox, "messages")) == 1
        await ask(sandbox, "POST", "/_sandbox/faults", {"rules": []})
        assert (await ask(sandbox, "POST", INVITATIONS, LINDA)).status == 400
        assert [one["fault"] for one in await shown(sandbox, "requests")] == ["429=2@1", None, "POST html+", None]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"rules": ["cut", "nonsense"]}, "There is no fault 'nonsense'"),
        ({"rules": ["drop_after@x"]}, "'x' is none"),
        ({"rules": "cut"}, "The body must be"),
        ({"rules": [5]}, "The body must be"),
        ({}, "The body must be"),
        (b"", "The body must be"),
        (b"nonsense", "must be valid JSON"),
        ([], "must be a JSON object"),
    ],
)
async def test_wrong_faults_change_nothing(body: object, words: str) -> None:
    async with Sandbox(JofiMount(), faults="cut@9") as sandbox:
        answer = await ask(sandbox, "POST", "/_sandbox/faults", body)
        assert (answer.status, answer.kind) == (400, "application/json; charset=utf-8")
        assert words in answer.json["error"]
        assert [str(rule) for rule in sandbox.faults.rules] == ["cut@9"]


async def test_faults_do_not_strike_the_control() -> None:
    async with Sandbox(JofiMount(), faults="500") as sandbox:
        await shown(sandbox, "world")
        assert (await ask(sandbox, "POST", "/_sandbox/messages")).status == 405
        assert (await ask(sandbox, "GET", "/_sandbox/nothing")).status == 404
        assert await shown(sandbox, "requests") == []


FOREIGN = [
    {"Host": "evil.example"},
    {"Host": "evil.example:8075"},
    {"Host": "localhost.evil.example"},
    {"Host": "192.0.2.1"},
    {"Host": "[::1"},
    {"Host": "[nonsense]:1"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:1"},
    {"Origin": "evil"},
    {"Host": "evil.example", "Origin": "http://evil.example"},
]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/_sandbox/world"), ("POST", "/_sandbox/faults"), ("POST", INVITATIONS)]
)
async def test_a_foreign_page_is_refused(method: str, path: str, headers: dict[str, str]) -> None:
    fake = FakeJofi()
    async with Sandbox(JofiMount(fake)) as sandbox:
        answer = await ask(sandbox, method, path, {**LINDA, "rules": ["cut"]}, headers=headers)
        assert (answer.status, sandbox.faults.rules, fake.requests) == (403, (), [])


async def test_its_own_pages_and_names_are_not() -> None:
    async with Sandbox(JofiMount()) as sandbox:
        place = sandbox.url.removeprefix("http://")
        for headers in ({"Origin": sandbox.url}, {"Host": "LOCALHOST:1"}, {"Host": "a.localhost"}, {"Host": "[::1]:1"}):
            assert (await ask(sandbox, "GET", "/_sandbox/world", headers=headers)).status == 200
        both = {"Host": place, "Origin": f"http://{place}".upper()}
        assert (await ask(sandbox, "GET", "/_sandbox/world", headers=both)).status == 200


async def test_an_open_sandbox_takes_any_name_but_no_foreign_page() -> None:
    async with Sandbox(JofiMount(), host="0.0.0.0") as sandbox:
        assert sandbox.url.startswith("http://127.0.0.1:")
        assert (await ask(sandbox, "GET", "/_sandbox/world", headers={"Host": "sandbox:8075"})).status == 200
        foreign = {"Host": "sandbox:8075", "Origin": "http://evil.example"}
        assert (await ask(sandbox, "GET", "/_sandbox/world", headers=foreign)).status == 403


def test_this_machine() -> None:
    assert all(map(is_loopback, ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost", "LOCALHOST.", "x.localhost"]))
    assert not any(map(is_loopback, ["0.0.0.0", "::", "", "example.org", "localhost.example.org", "127.0.0.1.nip.io"]))
