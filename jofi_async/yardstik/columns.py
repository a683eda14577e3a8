"""The fields of a `NewInvitation` as columns, in the spellings of applicant-tracking systems.

Social security numbers, dates of birth and the like are never taken from a file: the candidate enters them.
"""

from collections.abc import Mapping
from typing import Any

from jofi_async.core.unset import UNSET
from jofi_async.tables.people import PERSON
from jofi_async.yardstik.models import NewCandidate, NewInvitation

FIELDS = tuple(field for field in PERSON if field.name != "custom_id")
"""Who a candidate is; `person_id` is Yardstik's `external_id`."""


def new_invitation(values: Mapping[str, Any]) -> NewInvitation:
    """Make a row of what its cells and the options hold; what is empty is not sent, or refused by the checks."""
    candidate = NewCandidate(
        first_name=values.get("first_name", ""),
        last_name=values.get("last_name", ""),
        email=values.get("email", ""),
        phone=values.get("phone", UNSET),
        external_id=values.get("person_id", UNSET),
    )
    expires_at = values.get("expires_at", UNSET)
    return NewInvitation(
        candidate=candidate, account_package_id=values.get("account_package_id", ""), expires_at=expires_at
    )
