"""What seed 000 settles about a request, checked before it is sent, in the same words everywhere."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jofi_async.core.addresses import email_problem, is_plain_address
from jofi_async.core.errors import Problem
from jofi_async.core.unset import UNSET

CUSTOM_ID_LIMIT = 50
EMAIL_FILTER_LIMIT = 255
REF_TEXT_LIMIT = 60
PRESCREEN = 1
NOT_WITH_PRESCREEN = frozenset({6, 7, 8})

_REQUIRED = ("first_name", "last_name", "email", "created_by_user_email")
_NUMBERS = frozenset({"team_id", "email_template_id", "congrats_email_template_id"})
_NULLABLE = frozenset({"person_id", "custom_id", "phone", "ref_text"})
_TEXTS = frozenset({"first_name", "last_name", *_NULLABLE})
_ADDRESSES = frozenset({"email", "created_by_user_email"})


def check_new(fields: Mapping[str, Any]) -> list[Problem]:
    """Say what cannot be right about a new invitation.

    Args:
        fields: The fields of a `NewInvitation`; those that are `UNSET` may be left out.

    Returns:
        Each field and reason; nothing when it may be sent.
    """
    problems = [Problem(name, "is missing") for name in _REQUIRED if fields.get(name, UNSET) is UNSET]
    problems += _each(fields, nullable=_NULLABLE)
    if fields.get("send_via_sms") is True and not fields.get("phone"):
        problems.append(Problem("phone", "a phone is needed to send by text message (SMS)"))
    return problems


def check_changes(fields: Mapping[str, Any]) -> list[Problem]:
    """Say what cannot be right about an update; what was not given is not looked at."""
    given = {name: value for name, value in fields.items() if value is not UNSET}
    if not given:
        return [Problem("", "an update needs at least one field to change")]
    problems = _each(given, nullable=_NULLABLE | _NUMBERS)
    if given.get("send_via_sms") is True and "phone" in given and not given["phone"]:
        problems.append(Problem("phone", "a phone is needed to send by text message (SMS)"))
    return problems


def check_filters(custom_id: object, email: object, *, lengths: bool = True) -> list[Problem]:
    """Say what cannot be right about a list's filters.

    Args:
        custom_id: Part of a custom_id, or None.
        email: Part of an address, or None.
        lengths: Whether their lengths are checked, too; an empty one, which would list everything, always is wrong.
    """
    limits = (("custom_id", custom_id, CUSTOM_ID_LIMIT), ("email", email, EMAIL_FILTER_LIMIT))
    return [
        problem
        for name, value, limit in limits
        if value is not None and (problem := _filter_problem(name, value, limit if lengths else None))
    ]


def _each(fields: Mapping[str, Any], *, nullable: frozenset[str]) -> list[Problem]:
    problems: list[Problem] = []
    for name, value in fields.items():
        if type(value) is str:  # most are, and nothing is wrong with them
            if name in _TEXTS:
                if len(value) <= CUSTOM_ID_LIMIT and value.isascii() and value.strip():
                    continue
            elif name in _ADDRESSES and is_plain_address(value):
                continue
        elif value is UNSET or (value is None and name in nullable):
            continue
        if reason := _REASONS[name](value):
            problems.append(Problem(name, reason))
    return problems


_SURROGATE = re.compile("[\ud800-\udfff]")


def _text_reason(value: object) -> str | None:
    if not isinstance(value, str):
        return f"must be a text, not {_kind(value)}"
    return None if value.isascii() or not _SURROGATE.search(value) else "holds half a character, which cannot be sent"


def _name_reason(what: str) -> Callable[[object], str | None]:
    def reason(value: object) -> str | None:
        if isinstance(value, str) and not value.strip():
            return f"the {what} is empty"
        return _text_reason(value)

    return reason


def _limited_reason(limit: int) -> Callable[[object], str | None]:
    def reason(value: object) -> str | None:
        if isinstance(value, str) and len(value) > limit:
            return f"has {len(value)} characters, and JOFI takes at most {limit}"
        return _text_reason(value)

    return reason


def _email_reason(value: object) -> str | None:
    if not isinstance(value, str):
        return _text_reason(value)
    address = value.strip()
    return email_problem(address) if address else "the e-mail address is empty"


def _number_reason(value: object) -> str | None:
    return None if type(value) is int else f"must be a whole number, not {_kind(value)}"


def _flag_reason(value: object) -> str | None:
    return None if isinstance(value, bool) else f"must be true or false, not {_kind(value)}"


def _assessments_reason(value: object) -> str | None:
    if not isinstance(value, Sequence) or not all(type(item) is int for item in value):  # pyright: ignore
        return "must be a list of assessment ids"
    ids = frozenset[int](value)  # pyright: ignore
    if not ids:
        return "at least one assessment is needed"
    if PRESCREEN in ids and ids & NOT_WITH_PRESCREEN:
        return "choose either Prescreen (1) or other assessments (6, 7, 8), but not both"
    return None


def _filter_problem(name: str, value: object, limit: int | None) -> Problem | None:
    if not isinstance(value, str):
        return Problem(name, f"must be a text, not {_kind(value)}")
    if not value.strip():
        return Problem(name, "an empty filter would list everything; leave it out for that")
    if limit is not None and len(value) > limit:
        return Problem(name, f"has {len(value)} characters, and JOFI takes at most {limit} in this filter")
    return None


def _kind(value: object) -> str:
    return "null" if value is None else type(value).__name__


_REASONS: Mapping[str, Callable[[object], str | None]] = {
    "first_name": _name_reason("first name"),
    "last_name": _name_reason("last name"),
    "email": _email_reason,
    "created_by_user_email": _email_reason,
    "person_id": _text_reason,
    "phone": _text_reason,
    "custom_id": _limited_reason(CUSTOM_ID_LIMIT),
    "ref_text": _limited_reason(REF_TEXT_LIMIT),
    "assessments_to_assign": _assessments_reason,
    **dict.fromkeys(_NUMBERS, _number_reason),
    **dict.fromkeys(("send_via_email", "send_via_sms", "send_congrats_notification"), _flag_reason),
}
"""What can be wrong with each field."""
