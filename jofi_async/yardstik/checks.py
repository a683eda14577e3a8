"""What the documentation settles about a request, checked before it is sent."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from jofi_async.core.addresses import email_problem
from jofi_async.core.errors import InvalidInputError, Problem
from jofi_async.core.unset import UNSET
from jofi_async.yardstik.models import NewCandidate, NewInvitation

ID_LIMIT = 50
"""How long an id may be (seed 002, "ResourceId")."""

_NEEDED = ("first_name", "last_name", "email")


def check_candidate(given: Mapping[str, Any]) -> list[Problem]:
    """Say what cannot be right about a new candidate; no value is quoted.

    Args:
        given: The fields that are set.
    """
    problems = [Problem(name, problem) for name in _NEEDED if (problem := _text_problem(given.get(name)))]
    if not any(problem.field == "email" for problem in problems) and (reason := email_problem(given["email"].strip())):
        problems.append(Problem("email", reason))
    problems.extend(
        Problem(name, f"must be a text, not {type(value).__name__}")
        for name, value in given.items()
        if name not in (*_NEEDED, "no_middle_name", "addresses", "additional_data")
        and value is not None
        and not isinstance(value, str)
    )
    return problems


def check_new(row: NewInvitation) -> Sequence[Problem]:
    """Say what cannot be right about somebody to invite."""
    return list(_of_row(row))


def checked_id(name: str, value: object) -> str:
    """Return an id: an opaque text of 1 to 50 characters (seed 002, "ResourceId"), which need be no UUID.

    Raises:
        InvalidInputError: It is none; nothing was sent.
    """
    if problem := _id_problem(value):
        raise InvalidInputError([Problem(name, problem)])
    return str(value)


def checked_moment(name: str, value: object) -> None:
    """Refuse what is no aware datetime.

    Raises:
        InvalidInputError: It is none; nothing was sent.
    """
    if problem := _moment_problem(value):
        raise InvalidInputError([Problem(name, problem)])


def _of_row(row: NewInvitation) -> Iterator[Problem]:
    if not isinstance(row.candidate, NewCandidate):  # pyright: ignore[reportUnnecessaryIsInstance]
        yield Problem("candidate", f"must be a NewCandidate, not {type(row.candidate).__name__}")
        return
    yield from check_candidate(row.candidate.given())
    ids = {"account_package_id": row.account_package_id, "candidate_id": row.candidate_id}
    for name, value in ids.items():
        if value is not UNSET and (problem := _id_problem(value)):
            yield Problem(name, problem)
    if row.expires_at is not UNSET and (problem := _moment_problem(row.expires_at)):
        yield Problem("expires_at", problem)


def _text_problem(value: object) -> str | None:
    if value is None or value is UNSET:
        return "is missing"
    if not isinstance(value, str):
        return f"must be a text, not {type(value).__name__}"
    return None if value.strip() else "is empty"


def _id_problem(value: object) -> str | None:
    if isinstance(value, str) and len(value) > ID_LIMIT:
        return f"must have at most {ID_LIMIT} characters"
    return _text_problem(value)


def _moment_problem(value: object) -> str | None:
    if not isinstance(value, datetime):
        return f"must be a datetime, not {type(value).__name__}"
    return "must say its offset, for example datetime(2027, 1, 1, tzinfo=UTC)" if value.tzinfo is None else None
