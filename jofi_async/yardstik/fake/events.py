"""The fake's events: thin, each a pointer to what changed; they are made only while somebody listens.

Seen of Yardstik's names are `candidate.created`, `report.created` and `report.submitted`; that there are events of
invitations is known, and what they are called is a setting.
"""

from hashlib import sha256
from uuid import UUID

from jofi_async.fakes.events import Event
from jofi_async.yardstik.fake import render
from jofi_async.yardstik.fake.records import Candidate, Invitation
from jofi_async.yardstik.fake.routing import State


def candidate_created(state: State, record: Candidate) -> None:
    """Tell that there is a candidate."""
    _tell(state, record.account_id, record.id, "candidate", record.id, "created")


def invited(state: State, record: Invitation) -> None:
    """Tell that there is an invitation, and its report."""
    _tell_of_invitation(state, record, state.settings.invitation_created)
    _tell(state, record.account_id, record.candidate_id, "report", record.report_id, "created", "created")


def changed(state: State, record: Invitation) -> None:
    """Tell that an invitation has another status."""
    _tell_of_invitation(state, record, state.settings.invitation_updated)


def submitted(state: State, record: Invitation) -> None:
    """Tell that a candidate has submitted their data."""
    changed(state, record)
    _tell(state, record.account_id, record.candidate_id, "report", record.report_id, "submitted", "created")


def _tell_of_invitation(state: State, record: Invitation, name: str) -> None:
    status = render.status(state, record)
    _tell(state, record.account_id, record.candidate_id, "invitation", record.id, name, status)


def _tell(
    state: State, account_id: str, about: str, resource: str, resource_id: str, name: str, status: str | None = None
) -> None:
    if not state.listeners:
        return
    at = state.clock.now()
    state.told += 1
    account = next(one for one in state.world.accounts if one.id == account_id)
    body = {
        "id": _event_id(resource, resource_id, name, at.isoformat(), str(state.told)),
        "event": name,
        "resource_id": resource_id,
        "account_id": account_id,
        "account_name": account.account_name,
        "resource_type": resource,
        "resource_url": f"{render.SITE}/{resource}s/{resource_id}",
        "status": status,
        "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    event = Event(id=str(body["id"]), type=f"{resource}.{name}", about=about, at=at, body=body)
    for listener in state.listeners:
        listener(event)


def _event_id(*parts: str) -> str:
    """Repeats exactly where the clock does, and never where it runs: a handler may remember ids over restarts."""
    return str(UUID(bytes=sha256(chr(0).join(parts).encode()).digest()[:16], version=4))
