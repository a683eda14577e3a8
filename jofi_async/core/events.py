"""What happens on a call's way, told to hooks and to the log; times are in seconds, and told apart.

A hook is any function of one event. It runs on the event loop, so it must be quick; what it raises is logged and
breaks no call. No event carries a key, a body or a query.
"""

import logging
from collections.abc import Callable, Sequence

from attrs import frozen

from jofi_async.core.errors import CallError
from jofi_async.core.masking import mask

logger = logging.getLogger("jofi_async")
logger.addHandler(logging.NullHandler())


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


Hook = Callable[[Event], None]


def tell(hooks: Sequence[Hook], event: Event) -> None:
    """Tell each hook of an event; a hook that raises is named in the log."""
    for hook in hooks:
        try:
            hook(event)
        except Exception as error:
            logger.warning("hook %r raised %s", getattr(hook, "__qualname__", type(hook)), type(error).__name__)


def is_logged() -> bool:
    """Whether the log takes any event now."""
    return logger.isEnabledFor(logging.INFO)


def log(event: Event) -> None:
    """Write an event to the log: a backoff at INFO, the rest at DEBUG."""
    level = logging.INFO if isinstance(event, BackingOff) else logging.DEBUG
    if not logger.isEnabledFor(level):
        return
    subject = f"{event.operation} {event.method} {mask(event.path)} attempt {event.attempt}"
    logger.log(level, "%s %s", subject, _describe(event), extra={"operation": event.operation})


def _describe(event: Event) -> str:
    match event:
        case Limited():
            return f"got a slot after {event.queued:.3f} s in the queue and {event.limited:.3f} s of rate"
        case Answered():
            return f"answered {event.status} in {event.seconds:.3f} s"
        case Failed():
            return f"failed in {event.seconds:.3f} s: {event.error}"
        case BackingOff():
            return f"backs off for {event.seconds:.3f} s: {event.error}"
        case CallEnded():
            how = type(event.error).__name__ if event.error else "well"
            return f"ended {how}: queued {event.queued:.3f} s, limited {event.limited:.3f} s, " + (
                f"answering {event.answering:.3f} s, backing off {event.backing_off:.3f} s"
            )
        case _:
            return type(event).__name__.lower()
