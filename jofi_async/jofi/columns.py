"""The fields of a `NewInvitation` as columns, in the spellings of applicant-tracking systems."""

from collections.abc import Mapping
from typing import Any, cast

from jofi_async.jofi.models import NewInvitation
from jofi_async.tables.columns import Field, flag, whole_number, whole_numbers
from jofi_async.tables.people import PERSON

FIELDS = (
    *PERSON,
    Field("ref_text", ("reference text",)),
    Field("created_by_user_email", ("inviter", "inviter email", "invited by", "invited by email")),
    Field("team_id", ("jofi team id", "team"), read=whole_number),
    Field(
        "assessments_to_assign", ("assessment ids", "assessment id", "assessments", "assessment"), read=whole_numbers
    ),
    Field("email_template_id", ("template id", "invitation template id", "template"), read=whole_number),
    Field("send_via_email", ("send email",), read=flag),
    Field("send_via_sms", ("send sms", "send text"), read=flag),
)
"""Everything that an invitation is created with; a recruiter's address is not taken for the inviter's."""

_NEEDED: dict[str, Any] = {"first_name": "", "last_name": "", "email": "", "created_by_user_email": ""}


def new_invitation(values: Mapping[str, Any]) -> NewInvitation:
    """Make a row of what its cells and the options hold; what is empty is not sent, or refused by the checks."""
    given = {**_NEEDED, **values}
    if isinstance(assessments := given.get("assessments_to_assign"), list):
        given["assessments_to_assign"] = [_assessment(each) for each in cast("list[object]", assessments)]
    return NewInvitation(**given)


def _assessment(entry: object) -> object:
    """An assessment's id, which JSON may hold as a request does: `{"test_id": 6}`."""
    return cast("dict[str, object]", entry).get("test_id") if isinstance(entry, dict) else entry
