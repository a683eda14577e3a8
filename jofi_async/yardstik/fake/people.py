"""The fake's candidates as pages show them."""

from urllib.parse import urlsplit

from jofi_async.fakes.people import Person, Step, Tone
from jofi_async.yardstik.fake import render
from jofi_async.yardstik.fake.records import Invitation
from jofi_async.yardstik.fake.routing import State

STATES: dict[str, Tone] = {
    "sent": "waiting",
    "viewed": "active",
    "completed": "done",
    "canceled": "ended",
    "expired": "ended",
}


def person(state: State, record: Invitation) -> Person:
    """Return the candidate of an invitation."""
    fields = state.world.candidates[record.candidate_id].fields
    account = next(one for one in state.world.accounts if one.id == record.account_id)
    package = state.world.packages[record.account_package_id]
    named = {state.settings.sent: "sent", state.settings.viewed: "viewed", state.settings.completed: "completed"}
    status = render.status(state, record)
    can_go_on = status in (state.settings.sent, state.settings.viewed)
    facts = (
        ("Invitation", record.id),
        ("Package", package.name),
        ("Expires", render.instant(record.expires_at)),
        ("External id", fields.get("external_id")),
        ("Candidate", record.candidate_id),
    )
    return Person(
        id=record.id,
        about=record.candidate_id,
        name=f"{fields['first_name']} {fields['last_name']}",
        email=fields["email"],
        phone=fields.get("phone"),
        state=named.get(status, status),
        at=record.updated_at,
        sender=account.account_name,
        page=urlsplit(record.apply_url).path,
        steps=(
            Step(key="view", name="view", label="Open", subject="Form", at=record.viewed_at, possible=can_go_on),
            Step(
                key="complete",
                name="complete",
                label="Submit",
                subject=package.name,
                at=record.completed_at,
                possible=can_go_on,
            ),
            Step(
                key="expire",
                name="expire",
                label="Let expire",
                subject="Expiry",
                at=record.expires_at if status == "expired" else None,
                possible=can_go_on,
                aside=True,
            ),
        ),
        facts=tuple((head, str(value)) for head, value in facts if value is not None),
    )
