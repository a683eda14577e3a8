"""What an error says about a row, and about the job."""

from attrs import frozen

from jofi_async.bulk.outcome import OutcomeKind
from jofi_async.core.errors import (
    AuthenticationError,
    CallError,
    DuplicateError,
    Effect,
    ForbiddenError,
    InvalidInputError,
    JournalError,
    ModeMismatchError,
    NotFoundError,
    RefusedError,
    SetupError,
    UsageError,
    WrongAddressError,
)

_NO_ROWS_FAULT = (
    AuthenticationError,
    ForbiddenError,
    WrongAddressError,
    SetupError,
    NotFoundError,
    ModeMismatchError,
)


@frozen
class Verdict:
    """What follows from an error.

    Attributes:
        kind: How the row ended.
        error: What was raised, or None.
        stops: Whether no other row could fare better, so that the job stops.
        pauses: Whether a run of these pauses the job.
    """

    kind: OutcomeKind
    error: Exception | None = None
    stops: bool = False
    pauses: bool = False


CREATED = Verdict(OutcomeKind.CREATED)
"""The answer said so, and nothing follows for the job."""


def verdict_on(error: Exception, *, sent: bool) -> Verdict:
    """Weigh what sending one row raised; anything that is not understood stops the job.

    Args:
        error: What was raised.
        sent: Whether a request was handed to the transport at all.
    """
    match error:
        case DuplicateError():
            return Verdict(OutcomeKind.EXISTED, error)
        case RefusedError() | InvalidInputError():
            return Verdict(OutcomeKind.REFUSED, error)
        case ModeMismatchError(effect=Effect.DONE):
            return Verdict(OutcomeKind.CREATED, error, stops=True)
        case CallError(effect=Effect.DONE):
            return Verdict(OutcomeKind.CREATED, error)
        case CallError(effect=Effect.UNKNOWN):
            return Verdict(OutcomeKind.UNKNOWN, error, pauses=True)
        case CallError() if isinstance(error, _NO_ROWS_FAULT):
            return Verdict(OutcomeKind.NOT_ATTEMPTED, error, stops=True)
        case CallError():
            return Verdict(OutcomeKind.NOT_ATTEMPTED, error, pauses=True)
        case UsageError() | JournalError():
            return Verdict(OutcomeKind.NOT_ATTEMPTED, error, stops=True)
        case _:
            return Verdict(OutcomeKind.UNKNOWN if sent else OutcomeKind.NOT_ATTEMPTED, error, stops=True)
