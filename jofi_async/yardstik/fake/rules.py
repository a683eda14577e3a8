"""What each route does: seed 002 and, for candidates and packages, the pages that it stands on."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from jofi_async.yardstik.fake import events, lists, render
from jofi_async.yardstik.fake.records import FIELDS, Account, Candidate, Invitation, Message
from jofi_async.yardstik.fake.routing import NOT_FOUND, Call, Fault, Payload, RefusedError, State
from jofi_async.yardstik.fake.world import new_id

REFRESH_MINIMUM = timedelta(hours=24)
FORMS = "/apply"
"""Where the candidates' forms are."""

REFRESHABLE = ("expired", "canceled")
_NEEDED = ("first_name", "last_name", "email")


def list_invitations(call: Call) -> Payload:
    """Answer with a page of the invitations."""
    mine = [one for one in call.state.world.invitations.values() if one.account_id == call.account.id]
    show, fact = partial(render.invitation, call.state), partial(render.invitation_fact, call.state)
    return lists.page(call, lists.Listed(mine, show, fact))


def create_invitation(call: Call) -> Payload:
    """Invite a candidate, and e-mail or text them."""
    state, body = call.state, call.body
    package = state.world.packages.get(str(body.get("account_package_id")))
    candidate = state.world.candidates.get(str(body.get("candidate_id")))
    faults = [Fault("can't be blank", name) for name in ("account_package_id", "candidate_id") if not body.get(name)]
    if faults:
        raise RefusedError(422, *faults)
    if package is None or candidate is None or {package.account_id, candidate.account_id} != {call.account.id}:
        raise RefusedError(404, NOT_FOUND)
    expires_at = _expiry(call, timedelta(hours=state.settings.create_minimum_hours))
    if state.settings.refuses_second and _is_invited(state, candidate.id, package.id):
        raise RefusedError(422, Fault("The candidate already has an invitation for this package"))
    return render.invitation(state, store(state, call.account, candidate.id, package.id, expires_at))


def get_invitation(call: Call) -> Payload:
    """Answer with one invitation."""
    return render.invitation(call.state, _found(call))


def delete_invitation(call: Call) -> None:
    """Delete an invitation for good."""
    record = _found(call)
    if render.status(call.state, record) in call.state.settings.delete_refused:
        raise RefusedError(422, Fault("The invitation cannot be deleted"))
    del call.state.world.invitations[record.id]


def cancel_invitation(call: Call) -> Payload:
    """Cancel an invitation, unless its candidate has submitted their data."""
    record = _found(call)
    if render.status(call.state, record) not in (call.state.settings.sent, call.state.settings.viewed):
        raise RefusedError(422, Fault("The invitation cannot be canceled"))
    record.canceled_at = record.updated_at = call.state.clock.now()
    events.changed(call.state, record)
    return render.invitation(call.state, record)


def refresh_invitation(call: Call) -> Payload:
    """Bring an expired or canceled invitation to life, and contact its candidate."""
    state, record = call.state, _found(call)
    if render.status(state, record) not in REFRESHABLE:
        raise RefusedError(422, Fault("The invitation cannot be refreshed"))
    record.expires_at = _expiry(call, REFRESH_MINIMUM)
    record.canceled_at = None
    record.updated_at = state.clock.now()
    if state.settings.refresh_contacts:
        _contact(state, record)
    events.changed(state, record)
    return render.invitation(state, record)


def list_candidates(call: Call) -> Payload:
    """Answer with a page of the candidates."""
    mine = call.state.world.candidates_of(call.account)
    show, fact = partial(render.candidate, call.state), partial(render.candidate_fact, call.state)
    return lists.page(call, lists.Listed(mine.records, show, fact, mine.holding))


def create_candidate(call: Call) -> Payload:
    """Create a candidate; nobody is contacted, and nothing keeps a second one of the same person away."""
    return render.candidate(call.state, store_candidate(call.state, call.account, call.body))


def get_candidate(call: Call) -> Payload:
    """Answer with one candidate."""
    record = call.state.world.candidates.get(call.args[0])
    if record is None or record.account_id != call.account.id:
        raise RefusedError(404, NOT_FOUND)
    return render.candidate(call.state, record)


def list_accounts(call: Call) -> list[Payload]:
    """Answer with the account of the key, in a bare array (page "Accounts")."""
    return [render.account(call.account)]


def list_packages(call: Call) -> list[Payload]:
    """Answer with the account packages, as a bare array: those for reports unless a filter says otherwise."""
    mine = [one for one in call.state.world.packages.values() if one.account_id == call.account.id]
    if not any(name.startswith("action_type") for name in lists.filters(call)):
        mine = [one for one in mine if one.action_type == "report"]
    show = partial(render.package, call.state)
    return lists.bare(call, lists.Listed(mine, show, lambda record, name: show(record)[name]))


def store_candidate(state: State, account: Account, body: Payload) -> Candidate:
    """Store a candidate under the rules of a create."""
    faults = [Fault("can't be blank", name) for name in _NEEDED if not _is_text(body.get(name))]
    if not faults and "@" not in body["email"]:
        faults = [Fault(_quoting(state, "is invalid", body["email"]), "email")]
    for name in ("ssn", "date_of_birth", "driver_license_number", "phone"):
        if not faults and body.get(name) is not None and not _is_text(body[name]):
            faults = [Fault(_quoting(state, "is invalid", body[name]), name)]
    if faults:
        raise RefusedError(422, *faults)
    now = state.clock.stamp()
    fields = {name: body[name] for name in FIELDS if body.get(name) is not None}
    record = Candidate(id=new_id(state.random), account_id=account.id, created_at=now, updated_at=now, fields=fields)
    state.world.store(record)
    events.candidate_created(state, record)
    return record


def store(
    state: State, account: Account, candidate_id: str, package_id: str, expires_at: datetime | None = None
) -> Invitation:
    """Store an invitation, and contact its candidate."""
    now, code = state.clock.stamp(), f"{state.random.getrandbits(40):010x}"
    record = Invitation(
        id=new_id(state.random),
        account_id=account.id,
        candidate_id=candidate_id,
        account_package_id=package_id,
        report_id=new_id(state.random),
        confirmation_code=code,
        apply_url=f"{state.site}{FORMS}/{code}",
        created_at=now,
        updated_at=now,
        expires_at=expires_at or now + timedelta(days=account.invitation_days),
    )
    state.world.store(record)
    _contact(state, record)
    events.invited(state, record)
    return record


def _found(call: Call) -> Invitation:
    record = call.state.world.invitations.get(call.args[0])
    if record is None or record.account_id != call.account.id:
        raise RefusedError(404, NOT_FOUND)
    return record


def _expiry(call: Call, minimum: timedelta) -> datetime:
    """When an invitation expires: as the request says, else as the account's settings do."""
    now, given = call.state.clock.now(), call.body.get("expires_at")
    if given is None:
        return now + timedelta(days=call.account.invitation_days)
    try:
        moment = datetime.fromisoformat(str(given))
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise RefusedError(422, Fault("is invalid", "expires_at")) from None
    if moment < now + minimum:
        hours = minimum.total_seconds() / 3600
        raise RefusedError(422, Fault(f"must be at least {hours:g} hours in the future", "expires_at"))
    return moment


def _is_invited(state: State, candidate_id: str, package_id: str) -> bool:
    live = (state.settings.sent, state.settings.viewed)
    mine = state.world.invitations_of(state.world.candidates[candidate_id])
    return any(one.account_package_id == package_id and render.status(state, one) in live for one in mine)


def _contact(state: State, record: Invitation) -> None:
    fields = state.world.candidates[record.candidate_id].fields
    ways = (
        ("email", fields["email"], state.settings.sends_email),
        ("sms", fields.get("phone"), state.settings.sends_sms),
    )
    for kind, to, sends in ways:
        if sends and to:
            state.messages.append(
                Message(
                    kind=kind,
                    to=to,
                    invitation_id=record.id,
                    link=record.apply_url,
                    at=state.clock.now(),
                )
            )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _quoting(state: State, text: str, value: object) -> str:
    return f"{value} {text}" if state.settings.quotes_values else text
