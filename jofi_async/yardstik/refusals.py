"""Yardstik's refusals by their meaning. No page shows a text or a shape (facts: 9), so any shape of errors is read."""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, cast

from jofi_async.core.errors import BODY_LIMIT, ApiError, NotFoundError, Problem, RefusedError, WrongAddressError
from jofi_async.core.operation import Operation
from jofi_async.core.wire import Response

_NO_REASON = "Yardstik gave no reason"
_KEYS = ("errors", "error", "message", "detail", "title")
_WORDS = ("message", "detail", "title", "error", "code")
_LONGEST = 500
_MOST = 20
_NUMBER = re.compile(
    r"(?P<id>(?<![\w*-])\w{8}(?:-\w{4}){3}-\w{12}(?![\w*-]))"
    r"|(?<!\w)\d(?:[\s./-]?\d){6,}(?!\w)"
    r"|(?<!\w)\d{1,2}(?P<stroke>[./-])\d{1,2}(?P=stroke)\d{2}(?!\w)"
    r"|(?<![\w*-])(?=(?:[\w*-]*?\d){3})(?=[\d*-]*[^\W\d])[\w*-]{6,}"
)
"""What could be a social security number, a birth date or a licence number: long ones, also with letters; and ids."""

CUT = "\u2026"
"""Stands where a text that is too long was cut."""


def classify(operation: Operation, response: Response) -> ApiError:
    """Name a refusal of Yardstik's.

    Args:
        operation: What was asked.
        response: An answer of 400 to 499.
    """
    problems = list(islice(_problems(_read(response.body)), _MOST))
    text = _shortened("; ".join(map(str, problems)))
    if response.status == 404:
        if operation.repeatable and "{id}" not in operation.path:
            return WrongAddressError("The server knows no such list", response=response)
        return NotFoundError(text or "There is no such object on this account", response=response)
    recognised = bool(problems) and all(problem.field for problem in problems)
    problems = problems or [Problem("", _NO_REASON)]
    return RefusedError(text or _NO_REASON, problems=problems, recognised=recognised, response=response)


def without_numbers(text: str) -> str:
    """A text of Yardstik's without numbers that may be somebody's; ids stay."""
    return _NUMBER.sub(lambda found: found["id"] or "***", text)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + CUT


def _read(body: bytes) -> object:
    """What a body says: JSON, or its text."""
    try:
        return cast("object", json.loads(body))
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace").strip()


def _problems(said: Any, field: str = "") -> Iterator[Problem]:
    """Read a text, a list, an object with words of its own, or a map of fields, however they are nested."""
    match said:
        case str() if said.strip():
            text = _shortened(without_numbers(said.strip()[:BODY_LIMIT]))
            yield Problem(without_numbers(field), text)
        case list():
            for one in cast("list[object]", said):
                yield from _problems(one, field)
        case dict():
            yield from _of_object(cast("dict[str, object]", said), field)
        case _:
            pass


def _of_object(said: Mapping[str, object], field: str) -> Iterator[Problem]:
    name = said.get("field") or said.get("attribute") or field
    name = name if isinstance(name, str) else field
    if inner := next((said[key] for key in _KEYS if isinstance(said.get(key), list | dict)), None):
        yield from _problems(inner, name)
    elif words := next((said[key] for key in _WORDS if isinstance(said.get(key), str)), None):
        yield from _problems(words, name)
    else:
        for key, value in said.items():
            yield from _problems(value, key)
