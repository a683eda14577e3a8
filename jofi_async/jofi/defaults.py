"""A user's defaults, read by the names that are likely: seed 001 says `GET /users` shows them, no page says how.

Only names that say "default" count: a field that may mean something else must never be taken for one.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, cast

from attrs import frozen

from jofi_async.jofi.models import UserListItem

TEAM = ("team", "team_id")
ASSESSMENTS = ("assessments", "assessment_ids", "assessments_to_assign", "tests", "test_ids")
EMAIL_TEMPLATE = (
    "email_template",
    "email_template_id",
    "invitation_email_template",
    "invitation_email_template_id",
    "invitation_template",
    "invitation_template_id",
    "template",
    "template_id",
)
PREFIX = "default_"
PREFIXED_INSIDE = ("settings", "user_settings")
INSIDE = ("defaults", "default_settings", "user_defaults")


class DefaultState(StrEnum):
    """What an answer says about a default."""

    SET = "set"
    MISSING = "missing"
    UNKNOWN = "unknown"


@frozen
class Default:
    """One default of a user's.

    Attributes:
        state: Whether there is one; `unknown` when the answer has no field that would tell.
        ids: What it points to; empty when there is none, or when no id can be read.
        field: The field in which it was found, or "".
    """

    state: DefaultState
    ids: tuple[int, ...] = ()
    field: str = ""


@frozen
class UserDefaults:
    """The defaults that a create with only the four required fields needs (seed 000, "User defaults").

    Attributes:
        team: The default team.
        assessments: The default assessments.
        email_template: The default invitation template.
    """

    team: Default
    assessments: Default
    email_template: Default


def read_defaults(user: UserListItem) -> UserDefaults:
    """Read a user's defaults.

    Args:
        user: As `users.list` returns it.

    Returns:
        Each default, `unknown` where no likely field is there; nothing is ever made of a guess but that.
    """
    fields = dict(_fields(user.extra))
    return UserDefaults(*(_default(fields, names) for names in (TEAM, ASSESSMENTS, EMAIL_TEMPLATE)))


def _fields(extra: Mapping[str, object]) -> Iterator[tuple[str, tuple[str, object]]]:
    """Each field that says "default": its name without that, its place, and its value."""
    for prefix, inside in (("", extra), *((f"{name}.", _object(extra.get(name))) for name in PREFIXED_INSIDE)):
        for name, value in inside.items():
            if name.startswith(PREFIX):
                yield name.removeprefix(PREFIX), (prefix + name, value)
    for place in INSIDE:
        for name, value in _object(extra.get(place)).items():
            yield name, (f"{place}.{name}", value)


def _default(fields: Mapping[str, tuple[str, object]], names: tuple[str, ...]) -> Default:
    read = [_read(*fields[name]) for name in names if name in fields]
    for state in (DefaultState.SET, DefaultState.MISSING):
        for one in sorted(read, key=lambda one: not one.ids):
            if one.state is state:
                return one
    return Default(DefaultState.UNKNOWN)


def _read(field: str, value: object) -> Default:
    if value is None or value == []:
        return Default(DefaultState.MISSING, field=field)
    items = cast("list[object]", value) if isinstance(value, list) else [value]
    ids = [_id_of(item) for item in items]
    if all(type(one) is int for one in ids):
        return Default(DefaultState.SET, tuple(cast("list[int]", ids)), field)
    if all(_object(item) for item in items):
        return Default(DefaultState.SET, field=field)
    return Default(DefaultState.UNKNOWN, field=field)


def _id_of(item: object) -> object:
    if isinstance(item, dict):
        fields = cast("dict[str, object]", item)
        return fields.get("id", fields.get("test_id"))
    return item


def _object(value: Any) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}
