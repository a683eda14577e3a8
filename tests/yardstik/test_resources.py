"""Every operation of seed 002, in memory and over a socket; and what goes wrong with it."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from jofi_async import (
    AuthenticationError,
    ConfigurationError,
    FakeYardstik,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    RefusedError,
    Request,
    Response,
    ServerError,
    UnknownOutcomeError,
    UnreadableAnswerError,
    WrongAddressError,
    YardstikClient,
)
from jofi_async.transports.aiohttp import AiohttpTransport
from jofi_async.yardstik.client import PRODUCTION, STAGING
from jofi_async.yardstik.fake import FakeSettings
from jofi_async.yardstik.models import Invitation
from tests.bulk.support import run
from tests.fidelity.rules import YARDSTIK_INVITATION, rule
from tests.yardstik.ways import JOE, ONCE, STANDARD, client_of, over

WAYS = pytest.mark.parametrize("way", ["memory", "http"])
EXAMPLE = "4f6cf35x-2c4y-483z-a0a9-158621f77a21"
"""The documentation's own id, which is no UUID."""

Call = Callable[[YardstikClient, str], Awaitable[object]]
CALLS: dict[str, Call] = {
    "list": lambda client, _: client.invitations.list(),
    "create": lambda client, _: client.invitations.create(account_package_id=STANDARD, candidate_id=EXAMPLE),
    "get": lambda client, number: client.invitations.get(number),
    "delete": lambda client, number: client.invitations.delete(number),
    "cancel": lambda client, number: client.invitations.cancel(number),
    "refresh": lambda client, number: client.invitations.refresh(number),
}


def marked(status: int, *names: str) -> pytest.MarkDecorator:
    cases = [pytest.param(name, marks=rule(f"002/status/{name}-{status}")) for name in names]
    return pytest.mark.parametrize("name", cases)


@WAYS
@rule(
    "002/route/create",
    "002/contacts",
    "002/create/account_package_id",
    "002/create/candidate_id",
    "002/status/create-201",
    "002/expires-after-7-days",
)
async def test_a_candidate_is_created_and_invited(way: str) -> None:
    fake = FakeYardstik()
    async with over(way, fake) as client:
        package = await client.packages.find("standard")
        joe = await client.candidates.create(**JOE, external_id="P1", ssn="111-22-3333")
        invitation = await client.invitations.create(account_package_id=package.id, candidate_id=joe.id)
    assert json.loads(fake.requests[-1].body) == {"account_package_id": STANDARD, "candidate_id": joe.id}
    assert [message.to for message in fake.messages] == [JOE["email"]]
    assert invitation.expires_at is not None
    assert invitation.created_at is not None
    assert timedelta(0) <= invitation.created_at - (invitation.expires_at - timedelta(days=7)) < timedelta(seconds=1)
    assert invitation.candidate is not None
    assert (invitation.candidate.id, invitation.candidate.external_id, invitation.candidate.ssn) == (
        joe.id,
        "P1",
        "111-22-3333",
    )


@WAYS
@rule("002/route/get", "002/status/get-200", "002/status-tracked")
async def test_an_invitation_is_read_and_its_status_tracked(way: str) -> None:
    fake = FakeYardstik()
    there = fake.invite()
    async with over(way, fake) as client:
        assert (await client.invitations.get(there.id)).status == "sent"
        fake.view(there.id)
        assert (await client.invitations.get(there.id)).status == "viewed"
        fake.complete(there.id)
        invitation = await client.invitations.get(there.id)
    assert invitation.status == "completed"
    assert invitation.status is not None
    assert not invitation.status.is_known
    assert not invitation.status.is_refreshable
    assert repr(invitation) == f"Invitation(id={there.id}, completed)"


@WAYS
@rule("002/route/cancel", "002/status/cancel-200")
async def test_an_invitation_is_canceled(way: str) -> None:
    fake = FakeYardstik()
    there = fake.invite()
    async with over(way, fake) as client:
        invitation = await client.invitations.cancel(there.id)
    assert invitation.status == "canceled"
    assert invitation.canceled_at == there.canceled_at
    assert fake.requests[-1].body == b""


@WAYS
@rule("002/route/refresh", "002/status/refresh-200", "002/refresh/from", "002/refresh/expires_at")
@pytest.mark.parametrize("state", ["expired", "canceled"])
async def test_an_expired_or_canceled_invitation_is_refreshed(way: str, state: str) -> None:
    fake = FakeYardstik()
    there = fake.invite()
    if state == "expired":
        fake.clock.advance(7 * 86400)
    async with over(way, fake) as client:
        if state == "canceled":
            await client.invitations.cancel(there.id)
        assert (await client.invitations.get(there.id)).status == state
        invitation = await client.invitations.refresh(there.id)
    assert invitation.status == "sent"
    assert invitation.expires_at == fake.clock.now() + timedelta(days=7)
    assert invitation.canceled_at is None
    assert fake.requests[-1].body == b""
    assert len(fake.messages) == 2


@WAYS
@rule("002/route/delete", "002/status/delete-204")
async def test_an_invitation_is_deleted_for_good(way: str) -> None:
    fake = FakeYardstik()
    there = fake.invite()
    async with over(way, fake) as client:
        await client.invitations.delete(there.id)
        with pytest.raises(NotFoundError):
            await client.invitations.get(there.id)
    assert not fake.invitations


@rule("002/create/expires_at", "002/refresh/no-maximum")
async def test_the_end_can_be_given() -> None:
    fake = FakeYardstik()
    client = client_of(fake)
    joe = await client.candidates.create(**JOE)
    end = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
    fields = {"account_package_id": STANDARD, "candidate_id": joe.id}
    invitation = await client.invitations.create(**fields, expires_at=end)
    assert json.loads(fake.requests[-1].body) == {**fields, "expires_at": "2030-01-02T03:04:05.000Z"}
    assert invitation.expires_at == end
    await client.invitations.cancel(invitation.id)
    far = datetime(2999, 1, 1, tzinfo=UTC)
    assert (await client.invitations.refresh(invitation.id, expires_at=far)).expires_at == far


@rule("002/expiry-setting")
async def test_the_settings_of_the_account_are_of_invitations_that_follow() -> None:
    fake = FakeYardstik()
    before = fake.invite()
    fake.world.accounts[0].invitation_days = 2
    client = client_of(fake)
    invitation = await client.invitations.create(account_package_id=STANDARD, candidate_id=before.candidate_id)
    assert invitation.expires_at is not None
    assert before.expires_at - invitation.expires_at > timedelta(days=4)


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=rule(f"002/invitation/{one}")) for one in YARDSTIK_INVITATION]
)
async def test_a_field_of_an_invitation(name: str) -> None:
    fake = FakeYardstik()
    there = fake.invite()
    answers: list[Any] = []
    client = client_of(Overheard(fake, answers))
    invitation = await client.invitations.get(there.id)
    assert answers[0].keys() == set(YARDSTIK_INVITATION)
    assert attrs.fields_dict(Invitation).keys() == {*YARDSTIK_INVITATION, "extra"}
    assert not invitation.extra
    assert (getattr(invitation, name) is None) == (answers[0][name] is None)


class Overheard:
    """Keeps what a fake answers."""

    def __init__(self, fake: FakeYardstik, answers: list[Any]) -> None:
        self._fake, self._answers = fake, answers

    async def handle(self, request: Request) -> Response:
        response = await self._fake.handle(request)
        self._answers.append(json.loads(response.body))
        return response


# the key


@marked(401, *CALLS)
@rule("002/api-key")
async def test_a_key_that_is_not_known(name: str) -> None:
    fake = FakeYardstik()
    there = fake.invite()
    with pytest.raises(AuthenticationError) as caught:
        await CALLS[name](client_of(fake, "nobody"), there.id)
    assert caught.value.status == 401
    assert "nobody" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "sent"),
    [({}, "Account abc"), ({"scheme": "User"}, "User abc")],
)
async def test_how_the_key_is_sent(options: dict[str, str], sent: str) -> None:
    headers: list[dict[str, str]] = []

    async def handle(request: Request) -> Response:
        headers.append(dict(request.headers))
        return Response(200, {"content-type": "application/json"}, b"[]")

    server: Any = type("Server", (), {"handle": staticmethod(handle)})
    await client_of(server, " 'abc' ", **options).invitations.list()
    assert headers[0]["Authorization"] == sent
    assert headers[0]["Accept"] == "application/json"


async def test_a_users_token() -> None:
    fake = FakeYardstik()
    assert (await client_of(fake, "yardstik_user_sandbox", scheme="User").invitations.list()).data == []
    with pytest.raises(AuthenticationError):
        await client_of(fake, "yardstik_user_sandbox").invitations.list()


@pytest.mark.parametrize("key", ["", "  ", "''", "a\r\nb", "a b"])
def test_a_key_that_can_be_none(key: str) -> None:
    with pytest.raises(ConfigurationError):
        client_of(FakeYardstik(), key)


async def test_the_environments_by_name() -> None:
    async with AiohttpTransport() as transport:
        named = {
            name: repr(YardstikClient("k", base_url=name, transport=transport)) for name in ("production", "staging")
        }
        shared = YardstikClient("other", transport=transport)
    assert named == {"production": f"YardstikClient({PRODUCTION})", "staging": f"YardstikClient({STAGING})"}
    assert repr(shared) == repr(shared.with_options(deadline=1)) == named["production"]


async def test_a_client_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="YARDSTIK_API_KEY is not set"):
        YardstikClient.from_env()
    monkeypatch.setenv("YARDSTIK_API_KEY", "k")
    monkeypatch.setenv("YARDSTIK_BASE_URL", "staging")
    async with YardstikClient.from_env(scheme="User") as client:
        assert repr(client) == f"YardstikClient({STAGING})"


# refusals


@marked(404, "create", "get", "delete", "cancel", "refresh")
async def test_what_is_not_there(name: str) -> None:
    fake = FakeYardstik()
    with pytest.raises(NotFoundError) as caught:
        await CALLS[name](client_of(fake), EXAMPLE)
    assert caught.value.status == 404


@rule("002/status/list-404")
async def test_a_list_that_is_not_there_is_a_wrong_address() -> None:
    with pytest.raises(WrongAddressError):
        await client_of(Always(404, b"{}")).invitations.list()


@rule("002/status/delete-422", "002/status/cancel-422", "002/status/refresh-422")
async def test_a_completed_invitation_is_left_alone() -> None:
    fake = FakeYardstik()
    there = fake.invite()
    fake.complete(there.id)
    for name in ("cancel", "refresh", "delete"):
        with pytest.raises(RefusedError) as caught:
            await CALLS[name](client_of(fake), there.id)
        assert caught.value.status == 422
    assert len(fake.messages) == 1


@rule("002/refresh/from")
async def test_a_refresh_that_is_refused_says_why() -> None:
    fake = FakeYardstik()
    there = fake.invite()
    with pytest.raises(RefusedError, match=r"only an expired or canceled .* 24 hours ahead; this one is sent"):
        await client_of(fake).invitations.refresh(there.id)


@rule("002/refresh/24-hours")
async def test_a_refresh_must_end_a_day_ahead() -> None:
    fake = FakeYardstik()
    there = fake.invite()
    client = client_of(fake)
    await client.invitations.cancel(there.id)
    with pytest.raises(RefusedError, match="at least 24 hours in the future"):
        await client.invitations.refresh(there.id, expires_at=fake.clock.now() + timedelta(hours=23))
    await client.invitations.refresh(there.id, expires_at=fake.clock.now() + timedelta(hours=24, seconds=1))


@rule("002/status/create-422")
@pytest.mark.parametrize("errors", ["texts", "objects", "map"])
async def test_a_create_that_is_refused_in_whatever_shape(errors: Any) -> None:
    fake = FakeYardstik(settings=FakeSettings(errors=errors))
    client = client_of(fake)
    joe = await client.candidates.create(**JOE)
    with pytest.raises(RefusedError, match="in the future") as caught:
        await client.invitations.create(
            account_package_id=STANDARD, candidate_id=joe.id, expires_at=datetime(2020, 1, 1, tzinfo=UTC)
        )
    assert caught.value.recognised == (errors != "texts")
    assert [problem.field for problem in caught.value.problems] == ["" if errors == "texts" else "expires_at"]


class Always:
    """A server that gives one answer."""

    def __init__(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self._answer = Response(status, {"content-type": kind}, body)

    async def handle(self, request: Request) -> Response:
        return self._answer


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"errors": ["Email is taken", "Phone is odd"]}', "Email is taken; Phone is odd"),
        (b'{"errors": []}', "Yardstik gave no reason"),
        (b'{"errors": [{"field": "email", "message": "is taken"}]}', "email: is taken"),
        (b'{"errors": {"email": ["is taken", "is odd"]}}', "email: is taken; email: is odd"),
        (b'{"errors": [{"attribute": "email", "detail": "is taken", "code": "x"}]}', "email: is taken"),
        (b'{"error": "No"}', "No"),
        (b'{"message": "No"}', "No"),
        (b'{"detail": {"title": "No"}}', "No"),
        (b"No", "No"),
        (b"", "Yardstik gave no reason"),
        (b"[[[1]]]", "Yardstik gave no reason"),
        (b'{"errors": ["SSN 111-22-3333 is taken, born 1990-01-02"]}', "SSN *** is taken, born ***"),
    ],
)
async def test_every_shape_of_errors_is_read(body: bytes, words: str) -> None:
    with pytest.raises(RefusedError) as caught:
        await client_of(Always(422, body)).invitations.cancel("x")
    assert caught.value.message == words


@pytest.mark.parametrize(
    ("status", "kind"), [(400, RefusedError), (403, ForbiddenError), (409, RefusedError), (500, ServerError)]
)
async def test_other_statuses_by_meaning(status: int, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        await client_of(Always(status, b'{"errors": ["x"]}'), retry=ONCE).candidates.create(**JOE)


async def test_what_was_created_and_cannot_be_read_says_so() -> None:
    with pytest.raises(UnreadableAnswerError, match="do not send it again"):
        await client_of(Always(201, b'{"status": 3}')).candidates.create(**JOE)


@pytest.mark.parametrize("number", ["", " ", "x" * 51, 7])
@rule("002/path/invitation_id")
async def test_an_id_that_can_be_none(number: Any) -> None:
    fake = FakeYardstik()
    client = client_of(fake)
    for call in (client.invitations.get, client.invitations.cancel, client.invitations.refresh, client.candidates.get):
        with pytest.raises(InvalidInputError):
            await call(number)
    assert not fake.requests


@rule("002/path/invitation_id")
async def test_an_id_is_opaque() -> None:
    fake = FakeYardstik()
    with pytest.raises(NotFoundError):
        await client_of(fake).invitations.get(EXAMPLE)
    with pytest.raises(NotFoundError):
        await client_of(fake).invitations.get("a/b?c")
    assert [one.path for one in fake.requests] == [f"/invitations/{EXAMPLE}", "/invitations/a%2Fb%3Fc"]


@pytest.mark.parametrize(
    "fields",
    [
        {"first_name": ""},
        {"last_name": " "},
        {"email": "joe"},
        {"email": None},
        {"phone": 5551234567},
        {"ssn": 111223333},
    ],
)
async def test_a_candidate_that_cannot_be_right_is_not_sent(fields: dict[str, Any]) -> None:
    fake = FakeYardstik()
    with pytest.raises(InvalidInputError) as caught:
        await client_of(fake).candidates.create(**{**JOE, **fields})
    assert [problem.field for problem in caught.value.problems] == list(fields)
    assert "111223333" not in str(caught.value)
    assert not fake.requests


# what is in doubt


class Unsure:
    """A fake whose answers to changes are lost, before or after they took effect."""

    def __init__(self, *took_effect: bool) -> None:
        self.fake = FakeYardstik()
        self._took_effect = list(took_effect)
        self.changes = 0

    async def handle(self, request: Request) -> Response:
        if request.method == "GET":
            return await self.fake.handle(request)
        self.changes += 1
        if not self._took_effect:
            return await self.fake.handle(request)
        if self._took_effect.pop(0):
            await self.fake.handle(request)
        raise UnknownOutcomeError("the connection was reset")


@pytest.mark.parametrize(("took_effect", "changes"), [((True,), 1), ((False,), 2), ((False, True), 2)])
def test_a_cancel_in_doubt_is_looked_for_before_it_is_sent_again(took_effect: tuple[bool, ...], changes: int) -> None:
    server = Unsure(*took_effect)
    there = server.fake.invite()
    invitation = run(client_of(server, retry=ONCE).invitations.cancel(there.id))
    assert (invitation.status, server.changes) == ("canceled", changes)


@pytest.mark.parametrize(("took_effect", "changes"), [((True,), 1), ((False,), 2), ((False, True), 2)])
def test_a_delete_in_doubt_is_looked_for_before_it_is_sent_again(took_effect: tuple[bool, ...], changes: int) -> None:
    server = Unsure(*took_effect)
    there = server.fake.invite()
    run(client_of(server, retry=ONCE).invitations.delete(there.id))
    assert (server.fake.invitations, server.changes) == ([], changes)


def test_a_refresh_in_doubt_is_never_sent_again() -> None:
    server = Unsure(True)
    there = server.fake.invite()
    server.fake.clock.advance(8 * 86400)
    assert run(client_of(server, retry=ONCE).invitations.refresh(there.id)).status == "sent"
    lost = Unsure(False)
    there = lost.fake.invite()
    lost.fake.clock.advance(8 * 86400)
    with pytest.raises(UnknownOutcomeError):
        run(client_of(lost, retry=ONCE).invitations.refresh(there.id))
    assert (server.changes, lost.changes) == (1, 1)
    assert [len(one.fake.messages) for one in (server, lost)] == [2, 1]


async def test_a_create_in_doubt_is_never_sent_again() -> None:
    server = Unsure(True)
    with pytest.raises(UnknownOutcomeError, match="look before sending it again"):
        await client_of(server).candidates.create(**JOE)
    assert server.changes == 1
