"""Records as the documented JSON objects."""

from datetime import UTC, datetime

from jofi_async.yardstik.fake.records import FIELDS, PLAIN, SECRETS, Account, Candidate, Invitation, Package
from jofi_async.yardstik.fake.routing import Payload, State

SITE = "https://api.yardstik.com"

_STAMPS = ("created_at", "updated_at")


def status(state: State, record: Invitation) -> str:
    """How far an invitation is: by what happened to it, and by the clock."""
    settings = state.settings
    if record.completed_at is not None:
        return settings.completed
    if record.canceled_at is not None:
        return "canceled"
    if state.clock.now() >= record.expires_at:
        return "expired"
    return settings.viewed if record.viewed_at is not None else settings.sent


def instant(at: datetime | None) -> str | None:
    """Write an instant as `expires_at` is written."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def invitation(state: State, record: Invitation) -> Payload:
    """Return the invitation object (seed 002)."""
    world = state.world
    owner = next(one for one in world.accounts if one.id == record.account_id)
    link = record.apply_url
    return {
        "id": record.id,
        "status": status(state, record),
        "external_id": None,
        "platform_service_id": None,
        "expires_at": instant(record.expires_at),
        "canceled_at": instant(record.canceled_at),
        "confirmation_code": record.confirmation_code,
        "account_id": owner.id,
        "account_name": owner.account_name,
        "created_at": _stamp(state, record.created_at),
        "updated_at": _stamp(state, record.updated_at),
        "logo": None,
        "report_urls": [link],
        "styles": {"theme_base": "light", "primary_color": "#000000", "bg_image": ""},
        "candidate": candidate(state, world.candidates[record.candidate_id]),
        "account": account(owner),
        "meta": {"entity": f"{SITE}/invitations/{record.id}", "apply": link},
        "report": _report(state, record),
    }


def candidate(state: State, record: Candidate) -> Payload:
    """Return the candidate object (page "Candidates")."""
    owner = next(one for one in state.world.accounts if one.id == record.account_id)
    given: Payload = {name: record.fields.get(name) for name in FIELDS}
    names = (given["first_name"], given["middle_name"], given["last_name"])
    masks = {f"{name}_masked": _masked(given[name]) for name in SECRETS}
    if not state.settings.shows_ssn:
        given |= dict.fromkeys(SECRETS)
    return {
        "id": record.id,
        "object": "candidate",
        "full_name": " ".join(name for name in names if name),
        **given,
        **masks,
        "active": True,
        "copy_requested": False,
        "evergreen": False,
        "account": account(owner),
        "reports": [_report(state, one) for one in state.world.invitations_of(record)],
        "created_at": _stamp(state, record.created_at),
        "updated_at": _stamp(state, record.updated_at),
        "meta": {"entity": f"{SITE}/candidates/{record.id}", "create_report": f"{SITE}/reports"},
    }


def invitation_fact(state: State, record: Invitation, name: str) -> object:
    """What an invitation is filtered and ordered by, without making the whole object where that is not needed."""
    if name in ("id", "candidate_id", "account_package_id"):
        return getattr(record, name)
    if name in _STAMPS:
        return _stamp(state, getattr(record, name))
    return status(state, record) if name == "status" else invitation(state, record)[name]


def candidate_fact(state: State, record: Candidate, name: str) -> object:
    """What a candidate is filtered and ordered by, as `invitation_fact` says."""
    if name in _STAMPS:
        return _stamp(state, getattr(record, name))
    if name in PLAIN:
        return record.fields.get(name)
    return candidate(state, record)[name]


def package(state: State, record: Package) -> Payload:
    """Return an entry of the account packages."""
    owner = next(one for one in state.world.accounts if one.id == record.account_id)
    return {
        "id": record.id,
        "package_id": record.package_id,
        "package": record.package,
        "name": record.name,
        "package_system_name": record.package_system_name,
        "action_type": record.action_type,
        "screenings": record.screenings,
        "intake_fields": record.intake_fields,
        "account": account(owner),
    }


def account(record: Account) -> Payload:
    """Return an account in short form."""
    return {
        "id": record.id,
        "account_name": record.account_name,
        "support_email_address": record.support_email_address,
    }


def _report(state: State, record: Invitation) -> Payload:
    ended = {"canceled": "canceled", "expired": "expired"}.get(status(state, record), "created")
    return {
        "id": record.report_id,
        "status": "processing" if record.completed_at else ended,
        "created_at": _stamp(state, record.created_at),
        "updated_at": _stamp(state, record.updated_at),
        "submitted_at": instant(record.completed_at),
        "completed_at": None,
        "account_package_id": record.account_package_id,
    }


def _stamp(state: State, at: datetime) -> str | None:
    if state.settings.times == "plain":
        return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return instant(at)


def _masked(value: object) -> str | None:
    return None if not isinstance(value, str) else "*" * max(0, len(value) - 4) + value[-4:]
