"""JOFI's refusals by their meaning; the text is all there is to go by (facts: "Errors and status codes", seed 000)."""

import json
import re
from collections.abc import Iterable
from itertools import islice

from jofi_async.core.errors import (
    ApiError,
    AuthenticationError,
    DuplicateError,
    DuplicateKind,
    NotFoundError,
    Problem,
    RefusedError,
    SetupError,
    WrongAddressError,
)
from jofi_async.core.operation import Operation
from jofi_async.core.wire import Response

_DUPLICATES = (
    ("another team in this account already has", DuplicateKind.OTHER_TEAM),
    ("team already has a test taker with email", DuplicateKind.SAME_TEAM_ACCEPTED),
    ("team already has an invitation with email", DuplicateKind.SAME_TEAM),
)
_SETUP = (
    ("user not found with email", "inviter"),
    ("does not have a default team", "default team"),
    ("does not have a default assessments", "default assessments"),
    ("default email template", "default email template"),
    ("team_id not found", "team"),
    ("email_template_id not found", "email template"),
)
_FIELDS = (
    ("phone is required if sending via text message", "phone"),
    ("choose either prescreen or other assessments", "assessments_to_assign"),
)
_OUR_NAMES = {"sent_to_email": "email"}
_KNOWN_FIELDS = frozenset(
    [
        "first_name",
        "last_name",
        "email",
        "created_by_user_email",
        "person_id",
        "custom_id",
        "phone",
        "team_id",
        "assessments_to_assign",
        "send_via_email",
        "send_via_sms",
        "email_template_id",
        "ref_text",
        "send_congrats_notification",
        "congrats_email_template_id",
    ]
)
_LONGEST = 500
"""How much of a text is kept in an error's message; the whole is in its body."""

_PROFILE = re.compile(r"\bsp\b|score[ _]?profile")
_FIELD = re.compile(r"(?:^|[,;]\s*)([a-z][a-z0-9_]*): ")


def classify(operation: Operation, response: Response) -> ApiError:
    """Name a refusal of JOFI's.

    Args:
        operation: What was asked.
        response: An answer of 400 to 499.
    """
    readable, error = _error_of(response.body)
    text = _text_of(error)
    if response.status == 404:
        return _missing(readable, error, text, response)
    if response.status == 400 and operation.repeatable and "{id}" in operation.path:
        return _unread(operation, text, response)
    return _refused(text, response)


def _unread(operation: Operation, text: str, response: Response) -> ApiError:
    """Tell an unknown id from an unknown score profile: both are 400, and no text is documented (page "Scorecards")."""
    lowered = text.lower()
    if not operation.path.endswith("/scorecard") or ("test" in lowered and "taker" in lowered):
        return NotFoundError(text or "There is no such object on this account", response=response)
    problems, _ = _problems(text)
    if _PROFILE.search(lowered) and not problems[0].field:
        problems = [Problem("sp", text)]
    words = text or "JOFI gave no reason: the test taker's id or sp is wrong"
    return RefusedError(words, problems=problems, recognised=False, response=response)


def _missing(readable: bool, error: object, text: str, response: Response) -> ApiError:
    if readable and error is None:
        return NotFoundError("There is no such object on this account", response=response)
    if readable and isinstance(error, str) and text:
        return AuthenticationError(text, response=response)
    return WrongAddressError("The server knows no such address", response=response)


def _refused(text: str, response: Response) -> ApiError:
    lowered = text.lower()
    for start, kind in _DUPLICATES:
        if start in lowered:
            return DuplicateError(text, kind=kind, response=response)
    for start, what in _SETUP:
        if start in lowered:
            return SetupError(text, what=what, response=response)
    if "invitation" in lowered and "not found" in lowered:
        return NotFoundError(text, response=response)
    problems, recognised = _problems(text)
    return RefusedError(text or "JOFI gave no reason", problems=problems, recognised=recognised, response=response)


def _problems(text: str) -> tuple[list[Problem], bool]:
    for start, name in _FIELDS:
        if start in text.lower():
            return [Problem(name, text)], True
    marks = list(_FIELD.finditer(text))
    if not marks or marks[0].start() != 0:
        return [Problem("", text or "JOFI gave no reason")], False
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    problems = [
        Problem(_OUR_NAMES.get(mark[1], mark[1]), text[mark.end() : end].strip())
        for mark, end in zip(marks, ends, strict=True)
    ]
    return problems, all(problem.field in _KNOWN_FIELDS for problem in problems)


def _error_of(body: bytes) -> tuple[bool, object]:
    """Whether the body is JSON, and what its `error` holds; None for JSON null."""
    try:
        data: object = json.loads(body)
    except (ValueError, RecursionError):
        return False, body.decode("utf-8", "replace").strip()[:_LONGEST]
    if isinstance(data, dict):
        return True, data.get("error", "")  # pyright: ignore
    return True, data


def _text_of(error: object) -> str:
    if isinstance(error, str):
        return error.strip()[:_LONGEST]
    if isinstance(error, list | dict):
        issues: list[object] = error if isinstance(error, list) else [error]  # pyright: ignore
        return ", ".join(islice(_issue_texts(issues), 20))[:_LONGEST]
    return ""


def _issue_texts(issues: Iterable[object]) -> Iterable[str]:
    """Read a validator's issues, whose shape JOFI does not document: texts, or objects with a path and a message."""
    for issue in issues:
        if not isinstance(issue, dict):
            yield str(issue)
            continue
        entry: dict[str, object] = issue  # pyright: ignore
        message = str(entry.get("message") or entry.get("msg") or json.dumps(entry))
        path = entry.get("path") or entry.get("field") or entry.get("loc")
        name = path[-1] if isinstance(path, list) and path else path  # pyright: ignore
        yield f"{name}: {message}" if isinstance(name, str) and name else message
