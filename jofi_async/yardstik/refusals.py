"""Yardstik's refusals by their meaning. No page shows a text or a shape (facts: 9), so any shape of errors is read."""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, cast

from jofi_async.core.errors import ApiError, NotFoundError, Problem, RefusedError, WrongAddressError
from jofi_async.core.operation import Operation
from jofi_async.core.wire import Response

_NO_REASON = "Yardstik gave no reason"
_KEYS = ("errors", "error", "message", "detail", "title")
_WORDS = ("message", "detail", "title", "error", "code")
_LONGEST = 500
_MOST = 20
_DIGITS = re.compile(r"(?<!\w)\d(?:[\s./-]?\d){6,}(?!\w)")
"""What could be a social security number, a date of birth or a licence number, quoted back."""


def classify(operation: Operation, response: Response) -> ApiError:
    """Name a refusal of Yardstik's.

    Args:
        operation: What was asked.
        response: An answer of 400 to 499.
    """
    problems = list(islice(_problems(_read(response.body)), _MOST))
    text = "; ".join(map(str, problems))[:_LONGEST]
    if response.status == 404:
        if operation.repeatable and "{id}" not in operation.path:
            return WrongAddressError("The server knows no such list", response=response)
        return NotFoundError(text or "There is no such object on this account", response=response)
    recognised = bool(problems) and all(problem.field for problem in problems)
    problems = problems or [Problem("", _NO_REASON)]
    return RefusedError(text or _NO_REASON, problems=problems, recognised=recognised, response=response)


def without_numbers(text: str) -> str:
    """A text of Yardstik's without runs of digits that may be somebody's."""
    return _DIGITS.sub("***", text)


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
            yield Problem(field, without_numbers(said.strip()[:_LONGEST]))
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
