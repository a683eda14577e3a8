"""Which fields of an update an invitation does not show."""

from collections.abc import Callable, Mapping
from typing import Any

from jofi_async.core.addresses import normalised
from jofi_async.core.phones import same_phone
from jofi_async.jofi.models import Invitation, InvitationListItem, Named


def not_there(payload: Mapping[str, Any], invitation: Invitation | InvitationListItem) -> dict[str, object]:
    """The part of an update's payload that an invitation, just read, does not show.

    Args:
        payload: What was sent (seed 000, "Updatable fields"); of a list's item, fields that it shows.
        invitation: The invitation as it is now.
    """
    return {name: value for name, value in payload.items() if not _is_there(name, value, invitation)}


def _is_there(name: str, value: Any, invitation: Any) -> bool:
    if name in _READINGS:
        return _READINGS[name](value, invitation)
    stored = getattr(invitation, name)
    if isinstance(value, bool) or isinstance(stored, bool):
        return bool(value == stored)
    return (value or "").strip() == (stored or "").strip()  # what is blank may be stored as null


def _same_address(value: str, invitation: Invitation) -> bool:
    return normalised(value) == normalised(invitation.email)


def _same_phone(value: str | None, invitation: Invitation) -> bool:
    return same_phone(value, invitation.phone)


def _same_assessments(value: list[dict[str, int]], invitation: Invitation) -> bool:
    return {one["test_id"] for one in value} == {one.id for one in invitation.invitation_assessments or ()}


def _same_template(field: str) -> Callable[[int | None, Invitation], bool]:
    def compare(value: int | None, invitation: Invitation) -> bool:
        stored: Named | None = getattr(invitation, field)
        return value == (stored.id if stored else None)

    return compare


_READINGS: Mapping[str, Callable[[Any, Invitation], bool]] = {
    "email": _same_address,
    "phone": _same_phone,
    "assessments_to_assign": _same_assessments,
    "email_template_id": _same_template("invitation_email_template"),
    "congrats_email_template_id": _same_template("congrats_email_template"),
}
