"""Events as lines of the log."""

import logging

from jofi_async.core.events import logger
from jofi_async.core.events.kinds import Answered, BackingOff, CallEnded, Event, Failed, Limited
from jofi_async.core.masking import mask


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
