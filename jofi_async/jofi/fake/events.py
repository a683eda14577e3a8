"""The fake's events (page "Events"); they are made only while somebody listens.

The order of events of one moment is not documented; here the invitation's comes before the test taker's, and that
before the profile's.
"""

from datetime import UTC, datetime
from hashlib import sha256

from jofi_async.fakes.events import Event
from jofi_async.jofi.fake import render
from jofi_async.jofi.fake.records import Invitation
from jofi_async.jofi.fake.routing import Payload, State

API_VERSION = "2.3.0"


def invitation_created(state: State, record: Invitation) -> None:
    """Tell that an invitation was created."""
    if state.listeners:
        _tell(state, record, "invitation.created", render.invitation(state.world, record))


def accepted(state: State, record: Invitation) -> None:
    """Tell that an invitation was accepted, and that there is a test taker."""
    if state.listeners:
        _tell(state, record, "invitation.accepted", render.invitation(state.world, record))
        _tell(state, record, "test_taker.created", _test_taker(state, record))


def assessment_completed(state: State, record: Invitation, test_id: int) -> None:
    """Tell that an assessment was completed."""
    if state.listeners:
        _tell(state, record, "test_taker.assessment_completed", _test_taker(state, record), str(test_id))


def profile_created(state: State, record: Invitation) -> None:
    """Tell that there is a career navigation profile."""
    if state.listeners:
        profile = render.career_navigation_profile(state.world, record, item=False)
        _tell(state, record, "career_navigation_profile.created", profile)


def _test_taker(state: State, record: Invitation) -> Payload:
    return render.test_taker(state.world, record, whole=state.settings.whole_test_taker)


def _tell(state: State, record: Invitation, kind: str, shown: Payload, which: str = "") -> None:
    at = state.clock.now()
    event_id = _event_id(kind, str(record.id), which, at.isoformat())
    body: Payload = {
        "id": event_id,
        "type": kind,
        "object": "event",
        "created_at": _instant(at),
        "api_version": API_VERSION,
        "data": {"object": shown},
    }
    event = Event(id=event_id, type=kind, about=str(record.id), at=at, body=body)
    for listener in state.listeners:
        listener(event)


def _event_id(*parts: str) -> str:
    """Repeats exactly where the clock does, and never where it runs: a handler may remember ids over restarts."""
    return f"evt_{sha256(chr(0).join(parts).encode()).hexdigest()[:12]}"


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
