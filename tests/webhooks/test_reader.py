"""A corpus of hostile deliveries, and generated ones: accepted and true, or the one refusal."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jofi_async.core.codec import DecodeError
from jofi_async.jofi.events import JOFI_EVENTS, InvitationAccepted, JofiEvent, OtherEvent
from jofi_async.webhooks import Delivery, DeliveryRefusedError, EventReader, Received, Refusal
from tests.webhooks.support import HEADER, SCHEMES, aged_signature, body_of, plain_signature, reader_of, wire

SCHEME = plain_signature()
READER = reader_of(SCHEME)
DEEP = 100_000


def read(body: bytes, headers: Any = None, reader: EventReader[JofiEvent] = READER) -> Received[JofiEvent] | Refusal:
    try:
        return reader.read(body, SCHEME.sign(body) if headers is None else headers)
    except DeliveryRefusedError as error:
        return error.refusal


NO_EVENTS: dict[str, bytes] = {
    "empty": b"",
    "truncated": body_of()[:-1],
    "twice": body_of() * 2,
    "utf-16": body_of().decode().encode("utf-16"),
    "utf-32": body_of().decode().encode("utf-32"),
    "byte order mark": b"\xef\xbb\xbf" + body_of(),
    "latin-1": '{"type": "x", "name": "Müller"}'.encode("latin-1"),
    "overlong": b'{"type": "\xc0\xaf"}',
    "a surrogate in utf-8": b'{"type": "\xed\xa0\x80"}',
    "compressed": b"\x1f\x8b\x08\x00\x00\x00",
    "a form": b"type=invitation.accepted&id=evt_1",
    "html": b"<html></html>",
    "null": b"null",
    "a number": b"7",
    "a text": b'"invitation.accepted"',
    "a list": b"[" + body_of() + b"]",
    "no type": json.dumps({"id": "evt_1"}).encode(),
    "type null": body_of(type=None),
    "type a list": body_of(type=[]),
    "type an object": body_of(type={}),
    "type a number": body_of(type=7),
    "id a number": body_of(id=7),
    "id an object": body_of(id={"a": 1}),
    "created_at a number": body_of(created_at=1770122616),
    "created_at no time": body_of(created_at="yesterday"),
    "created_at too late": body_of(created_at="99999-01-01T00:00:00Z"),
    "no data": body_of(data=None),
    "data a list": body_of(data=[]),
    "no object": body_of(data={}),
    "object null": body_of(data={"object": None}),
    "object a text": body_of(data={"object": "invitation"}),
    "object of another kind": body_of(data={"object": {**wire()["data"]["object"], "object": "test_taker"}}),
    "object without an id": body_of(data={"object": {"object": "invitation"}}),
    "object with a text for an id": body_of(data={"object": {**wire()["data"]["object"], "id": "12345"}}),
    "not a number": body_of()[:-1] + b', "x": NaN}',
    "infinity": body_of()[:-1] + b', "x": -Infinity}',
    "a number of 5000 digits": body_of()[:-1] + b', "x": ' + b"9" * 5000 + b"}",
    "lists nested": b"[" * DEEP + b"]" * DEEP,
    "objects nested": b'{"a":' * (DEEP // 5) + b"1" + b"}" * (DEEP // 5),
    "nested in a field": body_of()[:-1] + b', "x": ' + b"[" * (DEEP // 2) + b"]" * (DEEP // 2) + b"}",
    "nested and cut": body_of()[:-1] + b', "x": ' + b"[" * (DEEP // 2),
}


@pytest.mark.parametrize("name", NO_EVENTS)
def test_what_is_signed_and_no_event_is_unreadable(name: str) -> None:
    assert read(NO_EVENTS[name]) is Refusal.UNREADABLE


@pytest.mark.parametrize("name", NO_EVENTS)
def test_a_vocabulary_says_so_and_nothing_else(name: str) -> None:
    with pytest.raises(DecodeError):
        JOFI_EVENTS.parse(NO_EVENTS[name])


@pytest.mark.parametrize("name", NO_EVENTS)
@pytest.mark.parametrize("headers", [{}, {HEADER: "0" * 64}], ids=["unsigned", "forged"])
def test_what_is_not_signed_is_not_parsed(name: str, headers: dict[str, str]) -> None:
    assert read(NO_EVENTS[name], headers) is (Refusal.FORGED if headers else Refusal.UNSIGNED)


@pytest.mark.parametrize("method", ["none", "NONE", "basic", "hmac", None, "", "skip"])
def test_the_payload_does_not_choose_the_check(method: str | None) -> None:
    body = body_of(webhook_verification_method=method)
    assert read(body, {}) is Refusal.UNSIGNED
    assert read(body, SCHEMES["basic"].sign(body)) is Refusal.UNSIGNED
    assert read(body, plain_signature(secrets="other").sign(body)) is Refusal.FORGED
    accepted = read(body)
    assert isinstance(accepted, Received)
    assert accepted.event.webhook_verification_method == method


def test_a_body_is_bounded_before_anything_looks_at_it() -> None:
    small = EventReader(JOFI_EVENTS, SCHEME, max_bytes=len(body_of()))
    assert isinstance(read(body_of(), reader=small), Received)
    assert read(body_of() + b" ", reader=small) is Refusal.TOO_LARGE
    assert read(b"[" * 10_000_000, {}) is Refusal.TOO_LARGE


def test_a_body_that_broke_off_is_incomplete() -> None:
    with pytest.raises(DeliveryRefusedError) as caught:
        READER.read(None, SCHEME.sign(b""))
    assert caught.value.refusal is Refusal.INCOMPLETE


def test_an_old_delivery_is_stale_only_if_it_is_true() -> None:
    scheme = aged_signature()
    reader = reader_of(scheme)
    old = scheme.sign(body_of(), {"X-Timestamp": "1000"})
    assert read(body_of(), old, reader) is Refusal.STALE
    assert read(body_of(id="evt_2"), old, reader) is Refusal.FORGED


SURROGATE = '{"type": "\\ud800", "id": "\\udfff", "data": "\\u0000"}'


def test_half_a_character_passes_through() -> None:
    accepted = read(SURROGATE.encode())
    assert isinstance(accepted, Received)
    assert accepted.event == OtherEvent(type="\ud800", id="\udfff", data="\0")
    assert len(accepted.key) == 64


def test_the_last_of_two_equal_keys_counts_for_type_and_class() -> None:
    accepted = read(b'{"type": "new.type", ' + body_of()[1:])
    assert isinstance(accepted, Received)
    assert isinstance(accepted.event, InvitationAccepted)
    assert accepted.event.type == "invitation.accepted"


def by_type(event: JofiEvent, _: bytes) -> str:
    return event.type


def test_two_events_with_one_id_have_one_key_and_sources_differ() -> None:
    other = EventReader(JOFI_EVENTS.including({}), SCHEME, identify=by_type)
    first, again, second = read(body_of()), read(body_of(x=1)), read(body_of(id="evt_2"))
    assert isinstance(first, Received)
    assert isinstance(again, Received)
    assert isinstance(second, Received)
    assert first.key == again.key != second.key
    assert "evt_" not in first.key
    named = [other.read(body, SCHEME.sign(body)).key for body in (body_of(id="evt_1"), body_of(id="evt_2"))]
    assert named[0] == named[1] != first.key


def test_without_an_id_the_bytes_tell_events_apart() -> None:
    bodies = [body_of(id=None), body_of(id=None), body_of(id=None, x=1)]
    keys = [received.key for received in map(read, bodies) if isinstance(received, Received)]
    assert keys[0] == keys[1] != keys[2]


def test_an_empty_id_is_none() -> None:
    keys = [
        received.key for received in map(read, [body_of(id=""), body_of(id="", x=1)]) if isinstance(received, Received)
    ]
    assert len(set(keys)) == 2


@pytest.mark.parametrize("name", [None, "", 7, b"evt_1"])
def test_an_id_that_is_none_makes_no_two_events_one(name: Any) -> None:
    def identify(_: JofiEvent, __: bytes) -> Any:
        return name

    assert read(body_of(), reader=EventReader(JOFI_EVENTS, SCHEME, identify=identify)) is Refusal.UNREADABLE


@pytest.mark.parametrize("headers", [None, 7, "x", [("x",)], {None: "x"}, {HEADER: None}, {HEADER: b"x"}])
def test_headers_that_are_none_are_refused(headers: Any) -> None:
    with pytest.raises(DeliveryRefusedError) as caught:
        READER.read(body_of(), headers)
    assert caught.value.refusal is Refusal.FORGED


class BrokenScheme:
    def verify(self, delivery: Delivery) -> bytes:
        raise KeyError("linda@example.org")


def test_a_scheme_of_ones_own_that_breaks_lets_nothing_pass() -> None:
    with pytest.raises(DeliveryRefusedError, match="KeyError") as caught:
        reader_of(BrokenScheme()).read(body_of(), {})
    assert caught.value.refusal is Refusal.FORGED
    assert "linda" not in str(caught.value)


def test_a_refusal_shows_nobody_and_no_secret() -> None:
    bodies = [body_of(created_at="linda.sample@jofiscore.com"), body_of(data={"object": {"email": 7, "phone": "1"}})]
    for body, headers in [*((body, SCHEME.sign(body)) for body in bodies), (body_of(), {HEADER: "deadbeef"})]:
        with pytest.raises(DeliveryRefusedError) as caught:
            READER.read(body, headers)
        shown = f"{caught.value}{caught.value!r}{caught.value.message}"
        assert "linda" not in shown
        assert "deadbeef" not in shown
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__ or caught.value.__context__ is None
    accepted = read(body_of())
    assert "linda" not in repr(accepted).lower()


Data = st.SearchStrategy[Any]


def nested(inner: Data) -> Data:
    return st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)


def dumped(data: Any) -> bytes:
    return json.dumps(data).encode()


def changed(kind: str, name: str, data: Any) -> bytes:
    return dumped(wire(kind) | {name: data})


def cut(place: int, tail: bytes) -> bytes:
    return body_of()[:place] + tail


LEAVES: Data = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
JSON: Data = st.recursive(LEAVES, nested, max_leaves=8)
NAMES = st.sampled_from([*wire(), "extra", "webhook_url"])
BODIES = st.one_of(
    st.binary(max_size=300),
    JSON.map(dumped),
    st.builds(changed, st.sampled_from([*JOFI_EVENTS.types, "new.type"]), NAMES, JSON),
    st.builds(cut, st.integers(0, 400), st.binary(max_size=5)),
)
HEADERS = st.lists(
    st.tuples(st.sampled_from([HEADER, HEADER.upper(), "authorization", "x-timestamp"]) | st.text(), st.text()),
    max_size=4,
)


@pytest.mark.parametrize("name", SCHEMES)
@given(body=BODIES, headers=HEADERS)
@settings(max_examples=settings().max_examples // 2)
def test_whatever_comes_unsigned_is_refused(name: str, body: bytes, headers: list[tuple[str, str]]) -> None:
    assert read(body, headers, reader_of(SCHEMES[name])) in (Refusal.UNSIGNED, Refusal.FORGED)


@given(body=BODIES)
def test_whatever_comes_signed_is_true_or_unreadable(body: bytes) -> None:
    found = read(body)
    if isinstance(found, Refusal):
        assert found is Refusal.UNREADABLE
        return
    data = json.loads(body)
    assert type(found.event) is JOFI_EVENTS.types.get(data["type"], OtherEvent)
    assert (found.event.type, found.event.id) == (data["type"], data.get("id"))
    again = JOFI_EVENTS.encode(found.event)
    assert JOFI_EVENTS.parse(again) == found.event
