"""The errors: their tree, their words, and that they survive the way to another process."""

import copy
import inspect
import pickle
import re
from typing import Any

import pytest

from jofi_async.core import errors
from jofi_async.core.errors import (
    BODY_LIMIT,
    ApiError,
    AuthenticationError,
    CallError,
    ConfigurationError,
    DuplicateError,
    DuplicateKind,
    Effect,
    ForbiddenError,
    InvalidInputError,
    JofiAsyncError,
    ModeMismatchError,
    NotSentError,
    Problem,
    RateLimitedError,
    RefusedError,
    RetryAfterTooLongError,
    SetupError,
    UnknownOutcomeError,
    WrongAddressError,
)
from jofi_async.core.wire import Response

TEXT = "lucy@jofiscore.com, +1 555 123 4567, https://x.org/abc, sk_live_abcDEF1"
MASKED = "l***@jofiscore.com, ***, https://x.org/***, sk_live_***"
RESPONSE = Response(418, {"x": "y"}, b"raw lucy@jofiscore.com")
PROBLEMS = (Problem("email", "is taken: lucy@jofiscore.com"), Problem("", "something"))
ARGUMENTS: dict[type[JofiAsyncError], dict[str, Any]] = {
    InvalidInputError: {"problems": PROBLEMS},
    SetupError: {"what": "inviter", "response": RESPONSE},
    DuplicateError: {"kind": DuplicateKind.OTHER_TEAM, "response": RESPONSE},
    RefusedError: {"problems": PROBLEMS, "recognised": False, "response": RESPONSE},
    ModeMismatchError: {"item": {"id": 7}, "response": RESPONSE, "effect": Effect.DONE},
    RetryAfterTooLongError: {"effect": Effect.UNKNOWN, "retry_after": 7200.5},
    UnknownOutcomeError: {"response": RESPONSE, "effect": Effect.NONE},
}


def all_kinds() -> list[type[JofiAsyncError]]:
    members = vars(errors).values()
    return [member for member in members if inspect.isclass(member) and issubclass(member, JofiAsyncError)]


def made(kind: type[JofiAsyncError]) -> JofiAsyncError:
    """One of `kind` with a value in every attribute."""
    arguments = ARGUMENTS.get(kind, {})
    error = kind(**arguments) if kind is InvalidInputError else kind(TEXT, **arguments)
    error.row = {"email": "lucy@jofiscore.com"}
    if isinstance(error, CallError):
        error.during("POST", "/things", 3)
        error.retry_after = error.retry_after or 7.5
    return error


every_kind = pytest.mark.parametrize("kind", all_kinds(), ids=lambda kind: kind.__name__)


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    drawn: dict[str, str | None] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        if found := re.match(r"^    ([│├└─ ]*)([A-Z]\w+Error)\b", line):
            del path[len(found[1]) // 4 :]
            drawn[found[2]] = path[-1] if path else None
            path.append(found[2])
    bases = {kind.__name__: kind.__bases__[0].__name__ for kind in all_kinds()}
    assert drawn == bases | {"JofiAsyncError": None}


@every_kind
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_everything_survives_pickle(kind: type[JofiAsyncError], protocol: int) -> None:
    error = made(kind)
    other = pickle.loads(pickle.dumps(error, protocol))
    assert type(other) is kind
    assert vars(other) == vars(error)
    assert (str(other), repr(other), other.args) == (str(error), repr(error), error.args)


@every_kind
def test_everything_survives_copy(kind: type[JofiAsyncError]) -> None:
    error = made(kind)
    error.add_note("seen")
    other = copy.copy(error)
    assert vars(other) == vars(error)
    assert other.__notes__ == ["seen"]


@every_kind
def test_words_are_masked_and_attributes_are_not(kind: type[JofiAsyncError]) -> None:
    error = made(kind)
    for text in (str(error), repr(error), str(error.args)):
        assert "***" in text
        for secret in ("lucy", "555 123", "/abc", "abcDEF1"):
            assert secret not in text
    assert "lucy@jofiscore.com" in error.message
    assert error.row == {"email": "lucy@jofiscore.com"}


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (CallError("It broke"), "It broke. Nothing took effect."),
        (CallError("It broke").during("GET", "/x", 1), "It broke (GET /x). Nothing took effect."),
        (
            ApiError("No", response=Response(400), effect=Effect.UNKNOWN).during("PUT", "/x/12345678", 4),
            "No (PUT /x/12345678 -> 400, 4 attempts). It may have taken effect: look before sending it again.",
        ),
        (ApiError("No", effect=Effect.DONE), "No. It took effect: do not send it again."),
        (NotSentError("No"), "No. Nothing was sent, so it is safe to send it again."),
        (UnknownOutcomeError("No"), "No. It may have taken effect: look before sending it again."),
        (UnknownOutcomeError("No", effect=Effect.NONE), "No. Nothing took effect."),
        (AuthenticationError("No"), "No. Nothing took effect. Check the key and the base URL that it belongs to."),
        (ForbiddenError("No"), "No. Nothing took effect. Ask the vendor what this key may do."),
        (WrongAddressError("No"), "No. Nothing took effect. Check the base URL."),
        (ConfigurationError(TEXT), MASKED),
        (InvalidInputError(PROBLEMS), "email: is taken: l***@jofiscore.com; something"),
    ],
)
def test_each_says_what_to_do(error: JofiAsyncError, text: str) -> None:
    assert str(error) == text


def test_only_a_bounded_part_of_a_body_is_kept() -> None:
    error = RateLimitedError("m", response=Response(429, {}, b"x" * (BODY_LIMIT + 1)))
    assert error.body == b"x" * BODY_LIMIT


def test_what_had_arrived_is_kept_with_the_error() -> None:
    error = UnknownOutcomeError("m", response=RESPONSE)
    assert (error.response, error.status, error.body) == (RESPONSE, 418, RESPONSE.body)
    assert UnknownOutcomeError("m").response is None


def test_usage_errors_are_python_s_own_kinds_too() -> None:
    assert issubclass(InvalidInputError, ValueError)
    assert issubclass(ConfigurationError, ValueError)
    assert issubclass(errors.LifecycleError, RuntimeError)


def test_the_repr_of_a_problem_is_masked() -> None:
    assert repr(Problem("email", "linda.sample@example.org is there")) == "Problem('email: l***@example.org is there')"
