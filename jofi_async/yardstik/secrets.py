"""What must never leave its field, taken out of a vendor's words: numbers, dates and addresses of a candidate."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from jofi_async.core.errors import InvalidInputError, JofiAsyncError, Problem, RefusedError
from jofi_async.core.masking import mask
from jofi_async.yardstik.models import NewCandidate
from jofi_async.yardstik.refusals import CUT

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
    bare = ["".join(filter(str.isalnum, text)) for name in SECRETS for text in _texts(getattr(new, name))]
    secrets = [secret for secret in bare if len(secret) >= _SHORTEST]
    if not secrets:
        return

    def hide(text: str) -> str:
        for secret in secrets:
            text = _without_start(_spread(secret).sub("***", text), secret)
        return text

    error.message = hide(error.message)
    error.args = (mask(error.message),)
    if isinstance(error, RefusedError | InvalidInputError):
        error.problems = tuple(Problem(hide(one.field), hide(one.reason)) for one in error.problems)


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


def _spread(secret: str) -> re.Pattern[str]:
    """Find letters and digits whatever their case, and whatever stands between them."""
    return re.compile(r"[\W_]*".join(map(re.escape, secret)), re.IGNORECASE)


def _without_start(text: str, secret: str) -> str:
    """A text without the first letters of a secret, should it be cut in the midst of one."""
    if not text.endswith(CUT):
        return text
    for length in range(len(secret) - 1, _SHORTEST - 1, -1):
        if found := re.search(rf"{_spread(secret[:length]).pattern}[\W_]*\Z", text, re.IGNORECASE):
            return f"{text[: found.start()]}***{CUT}"
    return text
