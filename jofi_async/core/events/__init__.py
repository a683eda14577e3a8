"""What happens on a call's way, told to hooks and to the log; times are told apart.

A hook is any function of one event. It runs on the event loop, so it must be quick; what it raises is logged and
breaks no call. The kinds of events are imported when somebody is told of them.
"""

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from jofi_async.core.lazy import lazily

if TYPE_CHECKING:
    from jofi_async.core.events.kinds import (
        Abandoned,
        Answered,
        BackingOff,
        CallEnded,
        Event,
        Failed,
        Limited,
        Queued,
        Sent,
    )
    from jofi_async.core.events.lines import log

__all__ = [
    "Abandoned",
    "Answered",
    "BackingOff",
    "CallEnded",
    "Event",
    "Failed",
    "Hook",
    "Limited",
    "Queued",
    "Sent",
    "is_logged",
    "log",
    "logger",
    "tell",
]

logger = logging.getLogger("jofi_async")
logger.addHandler(logging.NullHandler())

Hook = Callable[["Event"], None]


def tell(hooks: Sequence[Hook], event: "Event") -> None:
    """Tell each hook of an event; a hook that raises is named in the log."""
    for hook in hooks:
        try:
            hook(event)
        except Exception as error:
            logger.warning("hook %r raised %s", getattr(hook, "__qualname__", type(hook)), type(error).__name__)


def is_logged() -> bool:
    """Whether the log takes any event now."""
    return logger.isEnabledFor(logging.INFO)


__getattr__, __dir__ = lazily(
    __name__, {"kinds": "Abandoned Answered BackingOff CallEnded Event Failed Limited Queued Sent", "lines": "log"}
)
