"""Bodies, schemes and readers that the tests of webhooks share."""

import json
from typing import Any

from jofi_async.jofi.events import JOFI_EVENTS, JofiEvent
from jofi_async.webhooks import BasicAuth, EventReader, HmacSignature, Scheme

SECRET = "whsec-of-the-tests"
HEADER = "x-signature"
NOW = 1_770_122_616.0

INVITATION: dict[str, Any] = {
    "object": "invitation",
    "id": 12345,
    "created_at": "2026-02-03T12:43:36.744+00:00",
    "accepted_at": None,
    "first_name": "Linda",
    "last_name": "Sample",
    "email": "linda.sample@jofiscore.com",
}
TEST_TAKER: dict[str, Any] = {"object": "test_taker", "id": 777, "first_name": "Linda"}
PROFILE: dict[str, Any] = {"object": "career_navigation_profile", "id": "CNP1234567890"}
OBJECTS = {
    "invitation.created": INVITATION,
    "invitation.accepted": INVITATION,
    "test_taker.created": TEST_TAKER,
    "test_taker.assessment_completed": TEST_TAKER,
    "career_navigation_profile.created": PROFILE,
}


def now() -> float:
    """The clock of the tests."""
    return NOW


def wire(kind: str = "invitation.accepted", **changes: Any) -> dict[str, Any]:
    """An event as JOFI documents it."""
    return {
        "id": "evt_1a2b3c4d5e6f",
        "type": kind,
        "object": "event",
        "created_at": "2026-02-03T12:43:36.744Z",
        "api_version": "2.3.0",
        "data": {"object": OBJECTS.get(kind, {})},
        **changes,
    }


def body_of(kind: str = "invitation.accepted", **changes: Any) -> bytes:
    """The bytes of such an event."""
    return json.dumps(wire(kind, **changes)).encode()


def plain_signature(**options: Any) -> HmacSignature:
    """A signature of the body alone."""
    chosen: dict[str, Any] = {"secrets": SECRET, "header": HEADER, "now": now, **options}
    return HmacSignature(**chosen)


def aged_signature(**options: Any) -> HmacSignature:
    """A signature of a timestamp and the body."""
    return plain_signature(**{"signs": "{x-timestamp}.{body}", "timestamp": "X-Timestamp", **options})


SCHEMES: dict[str, HmacSignature | BasicAuth] = {
    "plain": plain_signature(),
    "base64": plain_signature(encoding="base64", algorithm="sha512", prefix="sha512="),
    "rotated": plain_signature(secrets=("new", "old")),
    "aged": aged_signature(prefix="v1,"),
    "basic": BasicAuth("jofi", "correct horse"),
}


def reader_of(scheme: Scheme) -> EventReader[JofiEvent]:
    """A reader of JOFI's events."""
    return EventReader(JOFI_EVENTS, scheme)
