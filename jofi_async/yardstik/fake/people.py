"""The fake's candidates as pages show them."""

from functools import partial
from urllib.parse import urlsplit

from jofi_async.fakes.people import Details, Facts, Person, Step, Tone
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
    named = {state.settings.sent: "sent", state.settings.viewed: "viewed", state.settings.completed: "completed"}
    status = render.status(state, record)
    return Person(
        id=record.id,
        about=record.candidate_id,
        name=f"{fields['first_name']} {fields['last_name']}",
        email=fields["email"],
        phone=fields.get("phone"),
        state=named.get(status, status),
        at=record.updated_at,
        look=partial(_details, state, record, status),
        recall=partial(_facts, state, record),
    )


def _details(state: State, record: Invitation, status: str) -> Details:
    package = state.world.packages[record.account_package_id]
    return Details(
        sender=next(one.account_name for one in state.world.accounts if one.id == record.account_id),
        page=urlsplit(record.apply_url).path,
        steps=_steps(state, record, status, package.name),
    )


def _facts(state: State, record: Invitation) -> Facts:
    facts = (
        ("Invitation", record.id),
        ("Package", state.world.packages[record.account_package_id].name),
        ("Expires", render.instant(record.expires_at)),
        ("External id", state.world.candidates[record.candidate_id].fields.get("external_id")),
        ("Candidate", record.candidate_id),
    )
    return tuple((head, str(value)) for head, value in facts if value is not None)


def _steps(state: State, record: Invitation, status: str, package: str) -> tuple[Step, ...]:
    goes_on = status in (state.settings.sent, state.settings.viewed)
    expired = record.expires_at if status == "expired" else None
    return (
        Step(key="view", name="view", label="Open", subject="Form", at=record.viewed_at, possible=goes_on),
        Step(
            key="complete",
            name="complete",
            label="Submit",
            subject=package,
            at=record.completed_at,
            possible=goes_on,
        ),
        Step(
            key="expire",
            name="expire",
            label="Let expire",
            subject="Expiry",
            at=expired,
            possible=goes_on,
            aside=True,
        ),
    )
