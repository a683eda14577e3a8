import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from jofi_async import (
    UNSET,
    Effect,
    FakeJofi,
    InvalidInputError,
    Invitation,
    ModeMismatchError,
    NotFoundError,
    RefusedError,
    Request,
    Response,
    ServerError,
    UnreadableAnswerError,
)
from tests.bulk.support import INVITER, ONCE, TEST, Vendor, answer, as_test, client_of, cut, unfit
from tests.fidelity.rules import rule
from tests.jofi.test_fake_support import CREATED, FULL, MINIMAL, Json

REQUIRED: dict[str, Any] = {
    "first_name": "Linda",
    "last_name": "Sample",
    "email": "linda.sample@jofiscore.com",
    "created_by_user_email": INVITER,
}


def required(changes: dict[str, Any]) -> dict[str, Any]:
    return {**REQUIRED, **changes}


def body_of(fake: FakeJofi) -> Json:
    sent: Json = json.loads(fake.requests[-1].body)
    return sent


class Recorder:
    """A server that keeps the requests and gives one answer."""

    def __init__(self, answer: Json, status: int = 200) -> None:
        self.requests: list[Request] = []
        self.answer = Response(status, {"content-type": "application/json"}, json.dumps(answer).encode())

    async def handle(self, request: Request) -> Response:
        self.requests.append(request)
        return self.answer


EMPTY = {"mode": "live", "object": "list", "total_count": 0, "has_more": False, "data": list[object]()}


# create


async def test_create_with_every_field() -> None:
    fake = FakeJofi()
    fields: dict[str, Any] = {**FULL, "assessments_to_assign": [6, 7, 8]}
    invitation = await client_of(fake).invitations.create(**fields)
    assert body_of(fake) == FULL
    assert invitation.id == 12345
    assert invitation.phone == "+15551234567"
    assert invitation.ref_text == FULL["ref_text"]
    assert [one.id for one in invitation.invitation_assessments or []] == [6, 7, 8]
    assert fake.invitations[0].assessment_url == invitation.assessment_url


async def test_create_sends_what_was_given_alone() -> None:
    fake = FakeJofi()
    await client_of(fake).invitations.create(**required({"person_id": MINIMAL["person_id"]}))
    assert body_of(fake) == MINIMAL


async def test_create_sends_none_as_null_and_false_as_false() -> None:
    fake = FakeJofi()
    nulls: dict[str, Any] = {"person_id": None, "custom_id": None, "phone": None, "ref_text": None}
    await client_of(fake).invitations.create(**required({**nulls, "send_via_email": False, "send_via_sms": False}))
    assert body_of(fake) == {**REQUIRED, **nulls, "send_via_email": False, "send_via_sms": False}
    assert fake.messages == []


async def test_addresses_are_sent_trimmed() -> None:
    fake = FakeJofi()
    addresses = {"email": " linda.sample@jofiscore.com\n", "created_by_user_email": f"\t{INVITER} "}
    await client_of(fake).invitations.create(**required({**addresses}))
    assert body_of(fake) == REQUIRED


async def test_create_refuses_what_cannot_be_right_unsent() -> None:
    fake = FakeJofi()
    with pytest.raises(InvalidInputError) as caught:
        await client_of(fake).invitations.create(**required({"first_name": ""}), send_via_sms=True)
    assert [problem.field for problem in caught.value.problems] == ["first_name", "phone"]
    assert caught.value.row is not None
    assert fake.requests == []


async def test_without_validation_jofi_is_asked() -> None:
    fake = FakeJofi()
    with pytest.raises(RefusedError, match="First name is required"):
        await client_of(fake, validate=False).invitations.create(**required({"first_name": ""}))
    assert len(fake.requests) == 1


@pytest.mark.parametrize("fault", [unfit, cut])
async def test_a_create_whose_answer_cannot_be_read_took_effect(fault: Any) -> None:
    vendor = Vendor(creates=[fault])
    with pytest.raises(UnreadableAnswerError) as caught:
        await client_of(vendor).invitations.create(**REQUIRED)
    assert (caught.value.effect, caught.value.status) == (Effect.DONE, 201)
    assert caught.value.body
    assert len(vendor.fake.invitations) == 1


async def test_a_create_in_another_mode_took_effect_and_carries_its_invitation() -> None:
    vendor = Vendor(creates=[as_test])
    with pytest.raises(ModeMismatchError, match='mode "test", and the key is a live key') as caught:
        await client_of(vendor).invitations.create(**REQUIRED)
    assert caught.value.effect is Effect.DONE
    assert isinstance(caught.value.item, Invitation)


# list


async def test_list_is_one_answer_and_says_what_it_lacks() -> None:
    fake = FakeJofi()
    for number in range(160):
        fake.invite(f"linda{number}@example.org", custom_id="ABC123")
    client = client_of(fake)
    newest = await client.invitations.list()
    assert (len(newest.data), newest.total_count, newest.has_more, newest.mode) == (50, 160, True, "live")
    assert newest.data[0].email == "linda159@example.org"
    filtered = await client.invitations.list(custom_id="abc")
    assert (len(filtered.data), filtered.total_count, filtered.has_more) == (150, 160, True)
    both = await client.invitations.list(custom_id="ABC123", email="LINDA7@")
    assert (len(both.data), both.total_count, both.has_more) == (1, 1, False)


@pytest.mark.parametrize("text", ["a+b%c_d@x.org", "50%", "a b&c=d#e?f/g", "ü@bücher.example", "%2B", "_"])
@pytest.mark.parametrize("name", ["email", "custom_id"])
async def test_filters_are_escaped(name: str, text: str) -> None:
    recorder = Recorder(EMPTY)
    await client_of(recorder).invitations.list(**{name: text})
    query = urlsplit(recorder.requests[0].url).query
    assert parse_qsl(query) == [(name, text)]
    assert not set(query.partition("=")[2]) & set("+@ &#?/=")
    assert query.isascii()


async def test_no_filter_is_no_query() -> None:
    recorder = Recorder(EMPTY)
    await client_of(recorder).invitations.list()
    assert recorder.requests[0].url == "https://www.jofiscore.com/api/v2/invitations"
    assert recorder.requests[0].body is None


@pytest.mark.parametrize("filters", [{"email": ""}, {"custom_id": " "}, {"custom_id": "c" * 51}, {"email": "e" * 256}])
async def test_a_filter_that_cannot_be_right_is_not_sent(filters: dict[str, str]) -> None:
    recorder = Recorder(EMPTY)
    with pytest.raises(InvalidInputError):
        await client_of(recorder).invitations.list(**filters)
    assert recorder.requests == []


async def test_the_longest_filters_are_sent() -> None:
    recorder = Recorder(EMPTY)
    await client_of(recorder).invitations.list(custom_id="c" * 50, email="e" * 255)
    assert len(recorder.requests) == 1


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"mode": "live"}', b'{"data": [5], "total_count": 1, "has_more": false}']
)
async def test_a_list_that_cannot_be_read_had_no_effect(body: bytes) -> None:
    vendor = Vendor(looks=[answer(200, body, content_type="application/json")])
    with pytest.raises(UnreadableAnswerError) as caught:
        await client_of(vendor).invitations.list()
    assert caught.value.effect is Effect.NONE


async def test_a_list_in_another_mode_is_an_error() -> None:
    with pytest.raises(ModeMismatchError) as caught:
        await client_of(Recorder({**EMPTY, "mode": "test"})).invitations.list()
    assert caught.value.effect is Effect.NONE


async def test_an_answer_without_a_mode_denies_nothing() -> None:
    page = await client_of(Recorder({name: EMPTY[name] for name in EMPTY if name != "mode"})).invitations.list()
    assert page.mode is None


async def test_a_key_of_no_kind_expects_no_mode() -> None:
    page = await client_of(Recorder({**EMPTY, "mode": "test"}), "secret").invitations.list()
    assert page.mode == "test"


# get


async def test_get() -> None:
    fake = FakeJofi()
    stored = fake.invite()
    invitation = await client_of(fake).invitations.get(stored.id)
    assert (invitation.id, invitation.email) == (stored.id, stored.email)
    assert fake.requests[-1].path == "/api/v2/invitations/12345"


@rule("000/get-400")
async def test_an_id_that_is_not_known_is_not_found() -> None:
    client = client_of(FakeJofi())
    with pytest.raises(NotFoundError):
        await client.invitations.get(999)
    with pytest.raises(NotFoundError):
        await client.invitations.update(999, first_name="Lindsay")


@rule("000/get-400")
async def test_another_accounts_invitation_is_not_found() -> None:
    fake = FakeJofi()
    stored = fake.invite(created_by_user_email="other.recruiter@example.org")
    with pytest.raises(NotFoundError):
        await client_of(fake).invitations.get(stored.id)


async def test_under_a_test_key_any_id_is_found() -> None:
    invitation = await client_of(FakeJofi(), TEST).invitations.get(999)
    assert (invitation.id, invitation.mode) == (999, "test")


async def test_a_get_in_another_mode_is_an_error() -> None:
    with pytest.raises(ModeMismatchError) as caught:
        await client_of(Recorder(CREATED), TEST).invitations.get(12345)
    assert caught.value.effect is Effect.NONE


@pytest.mark.parametrize("odd", ["12345", None, True, 1.0, "../users"])
async def test_an_id_is_a_whole_number(odd: Any) -> None:
    fake = FakeJofi()
    with pytest.raises(InvalidInputError, match="invitation_id"):
        await client_of(fake).invitations.get(odd)
    with pytest.raises(InvalidInputError, match="invitation_id"):
        await client_of(fake).invitations.update(odd, first_name="Lindsay")
    assert fake.requests == []


# update


async def test_update_sends_what_was_given_alone() -> None:
    fake = FakeJofi()
    stored = fake.invite()
    changes: dict[str, Any] = {"first_name": "Lindsay", "email": "lindsay.sample@jofiscore.com"}
    invitation = await client_of(fake).invitations.update(stored.id, **changes)
    assert body_of(fake) == changes
    assert fake.requests[-1].method == "PUT"
    assert (invitation.first_name, invitation.email) == ("Lindsay", "lindsay.sample@jofiscore.com")


async def test_update_with_every_field() -> None:
    fake = FakeJofi()
    stored = fake.invite()
    changes: dict[str, Any] = {
        "first_name": "Lindsay",
        "last_name": "Example",
        "email": "lindsay.sample@jofiscore.com",
        "phone": "+15551234567",
        "custom_id": "ABC456",
        "person_id": "P1",
        "ref_text": "Call us",
        "send_via_email": False,
        "send_via_sms": True,
        "email_template_id": 1000,
        "send_congrats_notification": False,
        "congrats_email_template_id": 1001,
    }
    invitation = await client_of(fake).invitations.update(stored.id, **changes, assessments_to_assign=(6,))
    assert body_of(fake) == {**changes, "assessments_to_assign": [{"test_id": 6}]}
    assert (invitation.custom_id, invitation.send_via_sms, invitation.ref_text) == ("ABC456", True, "Call us")


async def test_update_sends_none_as_null() -> None:
    fake = FakeJofi()
    stored = fake.invite(custom_id="ABC123", phone="5551234567")
    invitation = await client_of(fake).invitations.update(stored.id, custom_id=None, phone=None)
    assert body_of(fake) == {"custom_id": None, "phone": None}
    assert (invitation.custom_id, invitation.phone) == (None, None)


@pytest.mark.parametrize("validate", [True, False])
@pytest.mark.parametrize("nothing", [{}, {"phone": UNSET}])
async def test_an_update_of_nothing_is_an_error(nothing: dict[str, Any], validate: bool) -> None:
    fake = FakeJofi()
    with pytest.raises(InvalidInputError, match="at least one field"):
        await client_of(fake, validate=validate).invitations.update(12345, **nothing)
    assert fake.requests == []


async def test_an_update_that_cannot_be_right_is_not_sent() -> None:
    fake = FakeJofi()
    with pytest.raises(InvalidInputError, match="ref_text"):
        await client_of(fake).invitations.update(12345, ref_text="r" * 61)
    assert fake.requests == []


async def test_an_update_that_jofi_refuses() -> None:
    fake = FakeJofi()
    stored = fake.invite()
    fake.accept(stored.id)
    with pytest.raises(RefusedError) as caught:
        await client_of(fake).invitations.update(stored.id, assessments_to_assign=[6])
    assert [problem.field for problem in caught.value.problems] == ["assessments_to_assign"]


async def test_an_update_in_another_mode_took_effect() -> None:
    with pytest.raises(ModeMismatchError) as caught:
        await client_of(Recorder({**CREATED, "mode": "test"})).invitations.update(12345, first_name="L")
    assert caught.value.effect is Effect.DONE


async def test_an_update_is_not_repeated_after_a_failure_of_the_server() -> None:
    vendor = Vendor(looks=[answer(500), answer(500)])
    with pytest.raises(ServerError) as caught:
        await client_of(vendor, retry=ONCE).invitations.update(12345, first_name="L")
    assert (caught.value.effect, vendor.lists) == (Effect.UNKNOWN, 2)  # and one read
