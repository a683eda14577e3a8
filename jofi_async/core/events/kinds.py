"""The kinds of events. None carries a key, a body or a query; times are in seconds."""

from attrs import frozen

from jofi_async.core.errors import CallError


@frozen
class Event:
    """Something on the way of one call.

    Attributes:
        operation: The logical operation, for example "invitations.create".
        method: The HTTP method.
        path: The path of the route, without the query.
        attempt: The attempt's number, from 1; for `CallEnded` the number of sends.
    """

    operation: str
    method: str
    path: str
    attempt: int


@frozen
class Queued(Event):
    """An attempt asks the limiter for a slot."""


@frozen
class Limited(Event):
    """The limiter gave a slot.

    Attributes:
        queued: Seconds spent waiting for others.
        limited: Seconds held back by the rate alone.
    """

    queued: float
    limited: float


@frozen
class Sent(Event):
    """The request was handed to the transport."""


@frozen
class Answered(Event):
    """An answer came.

    Attributes:
        status: The HTTP status.
        seconds: From `Sent` to the last byte of the answer.
    """

    status: int
    seconds: float


@frozen
class Failed(Event):
    """The transport brought no whole answer.

    Attributes:
        error: Why; its text is masked.
        seconds: From `Sent` to the failure.
    """

    error: CallError
    seconds: float


@frozen
class BackingOff(Event):
    """The call waits before its next attempt.

    Attributes:
        error: Why the last attempt did not do.
        seconds: How long it waits.
    """

    error: CallError
    seconds: float


@frozen
class CallEnded(Event):
    """The call ended, with an answer or an error; the times of all its attempts, in seconds.

    Attributes:
        queued: Waiting for others.
        limited: Held back by the rate alone.
        answering: Between sending and the last byte of the answers.
        backing_off: Between attempts.
        error: What the caller gets, or None; an exception of any kind when the call was cancelled or broke.
    """

    queued: float
    limited: float
    answering: float
    backing_off: float
    error: BaseException | None


@frozen
class Abandoned(Event):
    """Whoever waited for a call that may have taken effect went away, for example a web client that hung up.

    Attributes:
        row: What was being sent, so that it can be looked for; its `repr` shows nothing personal.
        outcome: What became of it, where that came to be known after all; else None.
    """

    row: object
    outcome: object
