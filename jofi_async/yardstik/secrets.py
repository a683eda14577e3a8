"""What must never leave its field, taken out of a vendor's words: numbers, dates and addresses of a candidate."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from jofi_async.core.errors import InvalidInputError, JofiAsyncError, Problem, RefusedError
from jofi_async.core.masking import mask
from jofi_async.yardstik.models import NewCandidate

SECRETS = (
    "ssn",
    "date_of_birth",
    "driver_license_number",
    "previous_driver_license_number",
    "addresses",
    "additional_data",
)
_SHORTEST = 3
"""A shorter text, such as a state, tells nothing, and would be found in any words."""


def conceal(error: JofiAsyncError, new: NewCandidate) -> None:
    """Take a candidate's secrets out of an error's words, should the vendor have quoted them.

    Args:
        error: What was raised.
        new: What was sent.
    """
    patterns = [_pattern(text) for name in SECRETS for text in _texts(getattr(new, name)) if _is_telling(text)]
    if not patterns:
        return

    def hide(text: str) -> str:
        for pattern in patterns:
            text = pattern.sub("***", text)
        return text

    error.message = hide(error.message)
    error.args = (mask(error.message),)
    if isinstance(error, RefusedError | InvalidInputError):
        error.problems = tuple(Problem(one.field, hide(one.reason)) for one in error.problems)


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case int() | float() if not isinstance(value, bool):
            yield str(value)
        case Mapping():
            for one in cast("Mapping[str, object]", value).values():
                yield from _texts(one)
        case Sequence():
            for one in cast("Sequence[object]", value):
                yield from _texts(one)
        case _:
            pass


def _is_telling(text: str) -> bool:
    return sum(map(str.isalnum, text)) >= _SHORTEST


def _pattern(text: str) -> re.Pattern[str]:
    """Find a text whatever its case, and whatever stands between its letters and digits."""
    return re.compile(r"[\W_]*".join(re.escape(one) for one in text if one.isalnum()), re.IGNORECASE)
