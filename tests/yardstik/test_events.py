"""Yardstik's events: pointers by resource, the way to what they point at, and the signature."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jofi_async import FakeTransport, FakeYardstik, NotFoundError, YardstikClient
from jofi_async.core.codec import DecodeError
from jofi_async.webhooks import (
    Answer,
    Delivery,
    DeliveryRefusedError,
    EventReader,
    EventRouter,
    Handling,
    Refusal,
)
from jofi_async.yardstik.events import (
    YARDSTIK_EVENTS,
    CandidateEvent,
    InvitationEvent,
    Reserialised,
    YardstikEvent,
    yardstik_signature,
)

HEADER = "X-Yardstik-Webhook-Signature"
SECRET = "value-of-the-key"
DEMO: dict[str, Any] = {
    "id": "0f4a3f0e-1111-4444-8888-000000000001",
    "event": "updated",
    "resource_id": "0f4a3f0e-1111-4444-8888-000000000002",
    "account_id": "0f4a3f0e-1111-4444-8888-000000000003",
    "account_name": "Sample",
    "resource_type": "account",
    "resource_url": "https://api.yardstik-staging.com/accounts/0f4a3f0e-1111-4444-8888-000000000002",
    "status": "credentialed",
    "timestamp": "2024-11-12T17:05:22.214Z",
}


def parse(**changes: Any) -> YardstikEvent:
    return YARDSTIK_EVENTS.parse(json.dumps(DEMO | changes).encode())


def test_the_payload_of_the_demonstration() -> None:
    event = parse()
    assert type(event) is YardstikEvent
    assert (event.type, event.id, event.resource_id) == ("account.updated", DEMO["id"], DEMO["resource_id"])
    assert event.timestamp == datetime(2024, 11, 12, 17, 5, 22, 214_000, UTC)
    assert event.extra == {}
    assert YARDSTIK_EVENTS.parse(YARDSTIK_EVENTS.encode(event)) == event
    assert "Sample" not in repr(event)


@pytest.mark.parametrize("name", ["created", "completed", "anything else", ""])
def test_any_event_of_a_resource_is_of_its_class(name: str) -> None:
    kinds = {"candidate": CandidateEvent, "invitation": InvitationEvent, "report": YardstikEvent, "new": YardstikEvent}
    for resource, kind in kinds.items():
        event = parse(resource_type=resource, event=name, news=1, timestamp="soon")
        assert type(event) is kind
        assert (event.type, event.extra, event.timestamp) == (f"{resource}.{name}", {"news": 1}, None)


@pytest.mark.parametrize("changes", [{"event": None}, {"resource_type": 7}, {"resource_id": None}, {"id": 1}])
def test_what_points_at_nothing_is_no_event(changes: dict[str, Any]) -> None:
    with pytest.raises(DecodeError):
        parse(**changes)


async def test_what_an_event_points_at_is_read_in_one_line() -> None:
    fake = FakeYardstik()
    async with YardstikClient("yardstik_sandbox", transport=FakeTransport(fake), rate_limit=None) as client:
        candidate = await client.candidates.create(email="linda@example.org", first_name="Linda", last_name="Sample")
        package = await client.packages.find("Standard")
        assert package.id is not None
        invitation = await client.invitations.create(account_package_id=package.id, candidate_id=candidate.id)
        created = parse(resource_type="candidate", event="created", resource_id=candidate.id)
        invited = parse(resource_type="invitation", event="created", resource_id=invitation.id)
        gone = parse(resource_type="invitation", event="updated")
        assert isinstance(created, CandidateEvent)
        assert isinstance(invited, InvitationEvent)
        assert isinstance(gone, InvitationEvent)
        assert (await created.fetch(client)).email == "linda@example.org"
        assert (await invited.fetch(client)).id == invitation.id
        with pytest.raises(NotFoundError):
            await gone.fetch(client)
    assert {request.path for request in fake.requests if "accounts/" in request.path} == set()


def signature(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {HEADER: hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


async def test_a_delivery_is_verified_and_handled_once() -> None:
    events = EventRouter(YARDSTIK_EVENTS, yardstik_signature([SECRET, "older"]))
    seen: list[str] = []

    @events.on(CandidateEvent)
    async def candidate(event: CandidateEvent) -> None:
        seen.append(event.resource_id)

    body = json.dumps(DEMO | {"resource_type": "candidate"}).encode()
    assert await events.handle(body, {}) == Answer(401, Handling.REFUSED, Refusal.UNSIGNED)
    assert await events.handle(body, signature(body, "other")) == Answer(401, Handling.REFUSED, Refusal.FORGED)
    assert await events.handle(body, signature(body, "older")) == Answer(200, Handling.HANDLED)
    assert await events.handle(body, signature(body)) == Answer(200, Handling.REPEATED)
    assert seen == [DEMO["resource_id"]]


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(
    changes=st.dictionaries(TEXT.filter(lambda name: name not in DEMO), TEXT, max_size=3), indent=st.none() | st.just(2)
)
@settings(max_examples=settings().max_examples // 2)
def test_the_body_as_javascript_writes_it_anew_may_be_what_was_signed(
    changes: dict[str, str], indent: int | None
) -> None:
    data = DEMO | changes
    compact = json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()
    sent = json.dumps(data, indent=indent).encode()
    raw, lenient = yardstik_signature(SECRET), Reserialised(yardstik_signature(SECRET))
    assert lenient.verify(Delivery.of(sent, signature(compact))) == compact
    assert lenient.verify(Delivery.of(sent, signature(sent))) == sent
    with pytest.raises(DeliveryRefusedError):
        raw.verify(Delivery.of(sent, signature(compact)))
    with pytest.raises(DeliveryRefusedError):
        lenient.verify(Delivery.of(sent, signature(compact, "other")))


def test_only_what_was_signed_is_read() -> None:
    """A key that an attacker puts before that of the same name is in no signature, and in no event."""
    compact = json.dumps(DEMO, separators=(",", ":")).encode()
    sent = compact.replace(b'"resource_id"', b'"resource_id": "of an attacker", "resource_id"')
    received = EventReader(YARDSTIK_EVENTS, Reserialised(yardstik_signature(SECRET))).read(sent, signature(compact))
    assert received.event == YARDSTIK_EVENTS.parse(compact)


@pytest.mark.parametrize("body", [b"", b"[" * 100_000, b"\xff", b'"\\ud800"', b"{"])
def test_a_body_that_is_no_json_is_refused(body: bytes) -> None:
    reader = EventReader(YARDSTIK_EVENTS, Reserialised(yardstik_signature(SECRET)))
    for headers, refusal in [({}, Refusal.UNSIGNED), ({HEADER: "0"}, Refusal.FORGED)]:
        with pytest.raises(DeliveryRefusedError) as caught:
            reader.read(body, headers)
        assert caught.value.refusal is refusal
