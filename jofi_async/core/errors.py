"""Every error of the SDK, by what it means for the person who must act.

::

    JofiAsyncError
    ├── UsageError                     the program is at fault; nothing was sent
    │   ├── InvalidInputError          a value cannot be right (field and reason)
    │   ├── ConfigurationError         a key, URL or option is missing or contradicts another
    │   └── LifecycleError             used after close, on another event loop, or in a forked child
    ├── JournalError                   a job cannot begin or go on with its journal
    │   └── JournalHeldError           ... since another process holds it
    └── CallError                      one call failed
        ├── NotSentError               no byte of it can have arrived
        │   ├── DeadlineNotSentError   ... because the call's deadline passed first, or would have
        │   ├── SharedLimitLostError   ... because the store of a shared limit cannot be reached
        │   └── QueueTooLongError      ... because it would have waited too long for a slot
        ├── UnknownOutcomeError        it may have arrived, and no answer came
        │   └── DeadlineUnknownError   ... within the call's deadline
        ├── RetryAfterTooLongError     the server asks to wait for longer than the policy allows
        └── ApiError                   the server answered
            ├── AuthenticationError    the key is missing or wrong
            ├── ForbiddenError         the key may not do this
            ├── WrongAddressError      no such route: the base URL or the method is wrong
            ├── SetupError             the account, inviter, team or a default is not as the call needs it
            ├── NotFoundError          no such object
            ├── DuplicateError         the person is there already
            ├── RefusedError           the vendor refused what was sent (problems by field)
            ├── RateLimitedError       429
            ├── ServerError            5xx, 408, a redirect or a gateway's page: what happened is not known
            ├── UnreadableAnswerError  it worked, and the answer cannot be read
            └── ModeMismatchError      it worked, in another mode than the key's

`CallError.effect` says whether anything happened at the vendor. `str()` of an error masks addresses, phones, links and
keys; `message`, `body` and `row` hold the truth for code.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, ClassVar, Self

from attrs import frozen

from jofi_async.core.masking import mask
from jofi_async.core.wire import Response

BODY_LIMIT = 16_384
"""How many bytes of an answer an error keeps."""


class Effect(StrEnum):
    """What a failed call did at the vendor."""

    NONE = "none"
    UNKNOWN = "unknown"
    DONE = "done"


@frozen(repr=False)
class Problem:
    """Why a row or an argument cannot be accepted.

    Attributes:
        field: The caller's name of the field, or "" when it is none in particular.
        reason: A sentence for the person who must mend it.
    """

    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}" if self.field else self.reason

    def __repr__(self) -> str:
        return f"Problem({mask(str(self))!r})"


class JofiAsyncError(Exception):
    """The root of all errors of the SDK.

    Attributes:
        message: What happened, unmasked.
        row: What was being sent, for example a `NewInvitation`; None when it was nothing in particular.
    """

    def __init__(self, message: str, *, row: object = None) -> None:
        super().__init__(mask(message))
        self.message = message
        self.row = row

    def __str__(self) -> str:
        return mask(self.message)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), dict(self.__dict__))


def _restore(kind: type[JofiAsyncError], state: dict[str, Any]) -> JofiAsyncError:
    error = kind.__new__(kind)
    Exception.__init__(error, mask(state["message"]))
    error.__dict__.update(state)
    return error


class UsageError(JofiAsyncError):
    """The program is at fault; nothing was sent."""


class InvalidInputError(UsageError, ValueError):
    """A value cannot be right; nothing was sent.

    Attributes:
        problems: Each field and reason.
    """

    def __init__(self, problems: Sequence[Problem], *, row: object = None) -> None:
        super().__init__("; ".join(str(problem) for problem in problems), row=row)
        self.problems = tuple(problems)


class ConfigurationError(UsageError, ValueError):
    """A key, URL or option is missing or contradicts another."""


class LifecycleError(UsageError, RuntimeError):
    """Something was used after it was closed, on another event loop, or in a forked child."""


class JournalError(JofiAsyncError):
    """A job cannot begin, or not go on, with its journal; the message says what to do."""


class JournalHeldError(JournalError):
    """Another process holds the journal, or has taken it over."""


class CallError(JofiAsyncError):
    """One call failed.

    Attributes:
        method: The HTTP method.
        path: The path of the route, without the query.
        status: The HTTP status, or None when no answer came.
        body: The first 16,384 bytes of the answer.
        attempts: How many times the request was sent.
        effect: Whether anything happened at the vendor.
        retry_after: How many seconds the server asked to wait, or None.
    """

    advice: ClassVar[str] = ""

    def __init__(
        self,
        message: str,
        *,
        response: Response | None = None,
        effect: Effect = Effect.NONE,
        retry_after: float | None = None,
        row: object = None,
    ) -> None:
        super().__init__(message, row=row)
        self.method = ""
        self.path = ""
        self.status = response.status if response else None
        self.body = response.body[:BODY_LIMIT] if response else b""
        self.attempts = 0
        self.effect = effect
        self.retry_after = retry_after

    def during(self, method: str, path: str, attempts: int) -> Self:
        """Note the call in which it happened, and return itself."""
        self.method, self.path, self.attempts = method, path, attempts
        return self

    @property
    def what_happened(self) -> str:
        """What happened and to which call, without the advice what to do next."""
        status = f" -> {self.status}" if self.status else ""
        attempts = f", {self.attempts} attempts" if self.attempts > 1 else ""
        where = f" ({self.method} {self.path}{status}{attempts})" if self.method else ""
        return mask(f"{self.message}{where}")

    def __str__(self) -> str:
        return f"{self.what_happened}. {mask(self.advice or _ADVICE[self.effect])}"


_ADVICE = {
    Effect.NONE: "Nothing took effect.",
    Effect.UNKNOWN: "It may have taken effect: look before sending it again.",
    Effect.DONE: "It took effect: do not send it again.",
}


class NotSentError(CallError):
    """No byte of the request can have arrived."""

    advice = "Nothing was sent, so it is safe to send it again."


class UnknownOutcomeError(CallError):
    """The request may have arrived, and no whole answer came.

    Attributes:
        response: What had arrived of the answer when it broke off, or None.
    """

    def __init__(self, message: str, *, response: Response | None = None, effect: Effect = Effect.UNKNOWN) -> None:
        super().__init__(message, response=response, effect=effect)
        self.response = response


class DeadlineNotSentError(NotSentError):
    """The call's deadline passed before it was sent, or before it could be sent again."""

    advice = "Nothing took effect, so it is safe to send it again."


class QueueTooLongError(NotSentError):
    """It would have waited for a slot of the limiter for longer than `max_wait`, so it was refused at once.

    Attributes:
        seconds: How long it would have taken, as things stood.
    """

    advice = "Nothing was sent, so it is safe to send it again, later."

    def __init__(self, message: str, *, seconds: float = 0.0) -> None:
        super().__init__(message)
        self.seconds = seconds


class SharedLimitLostError(NotSentError):
    """The store of a shared limit cannot be reached, so that nobody knows how much the others send."""

    advice = "Nothing was sent, so it is safe to send it again once the store is back."


class DeadlineUnknownError(UnknownOutcomeError):
    """The call's deadline passed after it was sent and before it was answered."""


class RetryAfterTooLongError(CallError):
    """The server asks to wait for longer than the policy allows; `retry_after` says how long, in seconds."""


class ApiError(CallError):
    """The server answered, and not with what was asked for."""


class AuthenticationError(ApiError):
    """The key is missing, malformed or not known to the vendor."""

    advice = "Nothing took effect. Check the key and the base URL that it belongs to."


class ForbiddenError(ApiError):
    """The key is known and may not do this."""

    advice = "Nothing took effect. Ask the vendor what this key may do."


class WrongAddressError(ApiError):
    """No such route: the base URL, or the method on it, is wrong."""

    advice = "Nothing took effect. Check the base URL."


class SetupError(ApiError):
    """The account, the inviter, a team or a default is not as the call needs it: no row's fault.

    Attributes:
        what: What is missing or wrong, for example "inviter" or "default team".
    """

    def __init__(self, message: str, *, what: str, response: Response | None = None) -> None:
        super().__init__(message, response=response)
        self.what = what


class NotFoundError(ApiError):
    """There is no such object on the account of this key."""


class DuplicateKind(StrEnum):
    """Where the person is already."""

    SAME_TEAM = "same team"
    SAME_TEAM_ACCEPTED = "same team, accepted"
    OTHER_TEAM = "other team"


class DuplicateError(ApiError):
    """The person is there already; nobody was contacted.

    Attributes:
        kind: Where the person is.
    """

    def __init__(self, message: str, *, kind: DuplicateKind, response: Response | None = None) -> None:
        super().__init__(message, response=response)
        self.kind = kind


class RefusedError(ApiError):
    """The vendor refused what was sent.

    Attributes:
        problems: Each field, by the caller's name for it, and the reason.
        recognised: Whether the vendor's text is a documented one.
    """

    def __init__(
        self, message: str, *, problems: Sequence[Problem], recognised: bool, response: Response | None = None
    ) -> None:
        super().__init__(message, response=response)
        self.problems = tuple(problems)
        self.recognised = recognised


class RateLimitedError(ApiError):
    """429: too many requests; nothing took effect."""


class ServerError(ApiError):
    """5xx, 408, a redirect or a gateway's page."""


class UnreadableAnswerError(ApiError):
    """The call worked, and its answer does not fit the model; `body` holds it."""


class ModeMismatchError(ApiError):
    """The answer's `mode` is not that of the key.

    Attributes:
        item: The object that came, decoded.
    """

    def __init__(self, message: str, *, item: object, response: Response | None = None, effect: Effect) -> None:
        super().__init__(message, response=response, effect=effect)
        self.item = item
