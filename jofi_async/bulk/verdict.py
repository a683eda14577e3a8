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
    ModeMismatchError,
    NotFoundError,
    RefusedError,
    SetupError,
    UsageError,
    WrongAddressError,
)

_NO_ROWS_FAULT = (AuthenticationError, ForbiddenError, WrongAddressError, SetupError, NotFoundError)


@frozen
class Verdict:
    """What follows from an error.

    Attributes:
        kind: How the row ended.
        stops: Whether no other row could fare better, so that the job stops.
        pauses: Whether a run of these pauses the job.
    """

    kind: OutcomeKind
    stops: bool = False
    pauses: bool = False


def verdict_on(error: Exception, *, sent: bool) -> Verdict:
    """Weigh what sending one row raised; anything that is not understood stops the job.

    Args:
        error: What was raised.
        sent: Whether a request was handed to the transport at all.
    """
    match error:
        case DuplicateError():
            return Verdict(OutcomeKind.EXISTED)
        case RefusedError() | InvalidInputError():
            return Verdict(OutcomeKind.REFUSED)
        case ModeMismatchError(effect=Effect.DONE):
            return Verdict(OutcomeKind.CREATED, stops=True)
        case CallError(effect=Effect.DONE):
            return Verdict(OutcomeKind.CREATED)
        case CallError(effect=Effect.UNKNOWN):
            return Verdict(OutcomeKind.UNKNOWN, pauses=True)
        case CallError() if isinstance(error, _NO_ROWS_FAULT):
            return Verdict(OutcomeKind.NOT_ATTEMPTED, stops=True)
        case CallError():
            return Verdict(OutcomeKind.NOT_ATTEMPTED, pauses=True)
        case UsageError():
            return Verdict(OutcomeKind.NOT_ATTEMPTED, stops=True)
        case _:
            return Verdict(OutcomeKind.UNKNOWN if sent else OutcomeKind.NOT_ATTEMPTED, stops=True)
