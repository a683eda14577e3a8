"""Each documented field of seed 000: taken, sent, answered and typed."""

import json
from typing import Any

import attrs
import pytest

from jofi_async import FakeJofi, Invitation, InvitationList, InvitationListItem
from tests.fidelity.rules import ENVELOPE, INVITATION, ITEM, OPTIONAL, REQUIRED, UPDATABLE, rule
from tests.jofi.test_fake_support import ANSWERED, CREATED, FINISHED, FULL, LIAM, MINIMAL, Caller, Json
from tests.jofi.ways import in_memory


def each(place: str, names: Any) -> pytest.MarkDecorator:
    """One case for each field, marked with its rule."""
    return pytest.mark.parametrize("name", [pytest.param(name, marks=rule(f"000/{place}/{name}")) for name in names])


async def answers() -> dict[str, Json]:
    """What create, update and get answer about the documented example."""
    jofi = Caller()
    created = await jofi.ask("POST", "/invitations", ANSWERED, status=201)
    updated = await jofi.ask("PUT", "/invitations/12345", {"first_name": "Linda"})
    jofi.fake.clock.advance(22.502304)
    jofi.fake.complete(12345)
    return {"create": created, "update": updated, "get": await jofi.get(12345)}


@each("invitation", INVITATION)
async def test_a_field_of_an_invitation(name: str) -> None:
    found = await answers()
    link = {"assessment_url": found["create"]["assessment_url"]}
    assert found["create"][name] == found["update"][name] == {**CREATED, **link}[name]
    assert found["get"].keys() == FINISHED.keys()
    assert type(found["get"][name]) is type(FINISHED[name])
    assert name in attrs.fields_dict(Invitation)


@each("list", ENVELOPE)
async def test_a_field_of_a_list(name: str) -> None:
    fake = FakeJofi()
    fake.invite()
    wire = await Caller(fake).listed()
    assert list(wire) == list(ENVELOPE)
    async with in_memory(fake) as client:
        page = await client.invitations.list()
    assert name in attrs.fields_dict(InvitationList)
    assert getattr(page, name) == wire[name] or name == "data"
    assert [one.id for one in page.data] == [one["id"] for one in wire["data"]]


@each("invitation_list_item", ITEM)
async def test_a_field_of_a_list_item(name: str) -> None:
    fake = FakeJofi()
    fake.accept(fake.invite(custom_id="ABC123", person_id="P1").id)
    [item] = (await Caller(fake).listed())["data"]
    assert list(item) == list(LIAM)
    assert type(item[name]) is type(LIAM[name])
    assert name in attrs.fields_dict(InvitationListItem)


SHOWN_AS: Json = {
    "created_by_user_email": ("invited_by_user", "email", "jane.recruiter@jofiscore.com"),
    "team_id": ("team", "id", 100),
    "email_template_id": ("invitation_email_template", "id", 1000),
    "congrats_email_template_id": ("congrats_email_template", "id", 1001),
}


def agrees(answer: Json, name: str, value: object) -> None:
    if name in SHOWN_AS:
        outer, inner, shown = SHOWN_AS[name]
        assert answer[outer][inner] == shown
    elif name == "assessments_to_assign":
        assert [{"test_id": one["id"]} for one in answer["invitation_assessments"]] == value
    else:
        assert answer[name] == ("+15551234567" if name == "phone" else value)


@each("create", REQUIRED | OPTIONAL)
async def test_a_field_of_a_create(name: str) -> None:
    """The client sends it as it is documented, and the fake shows what became of it."""
    fake = FakeJofi()
    given: Json = {**MINIMAL, name: FULL[name]}
    sent: Any = {**given}
    if name == "assessments_to_assign":
        sent[name] = [one["test_id"] for one in FULL[name]]
    async with in_memory(fake) as client:
        created = await client.invitations.create(**sent)
    assert json.loads(fake.requests[-1].body) == given
    agrees(await Caller(fake).get(created.id), name, FULL[name])


CHANGES: Json = {
    **{name: FULL[name] for name in UPDATABLE if name in FULL},
    "send_congrats_notification": False,
    "congrats_email_template_id": 1001,
    "email": "lindsay.sample@jofiscore.com",
    "first_name": "Lindsay",
    "send_via_email": False,
}


@each("update", UPDATABLE)
async def test_a_field_of_an_update(name: str) -> None:
    fake = FakeJofi()
    stored = fake.invite()
    sent: Any = {name: CHANGES[name]}
    if name == "assessments_to_assign":
        sent[name] = [one["test_id"] for one in FULL[name]]
    async with in_memory(fake) as client:
        await client.invitations.update(stored.id, **sent)
    assert json.loads(fake.requests[-1].body) == {name: CHANGES[name]}
    agrees(await Caller(fake).get(stored.id), name, CHANGES[name])
