"""What vendors push: verified, parsed, and handled once.

A vendor's events are a `Vocabulary` of its own (`jofi_async.jofi.events.JOFI_EVENTS`). What needs a disk, Redis or a
web framework is imported from where it is: `jofi_async.webhooks.sqlite`, `.redis`, `.adapters.starlette`.
"""

from jofi_async.webhooks.answers import Answer, Handling, StatusCodes
from jofi_async.webhooks.background import BackgroundLoop
from jofi_async.webhooks.delivery import Delivery
from jofi_async.webhooks.reader import EventReader, Received, event_id
from jofi_async.webhooks.refusal import DeliveryRefusedError, Refusal
from jofi_async.webhooks.replays import Claim, MemoryReplays, ReplayStore
from jofi_async.webhooks.router import EventRouter
from jofi_async.webhooks.schemes import BasicAuth, HmacSignature, Scheme, unix_seconds
from jofi_async.webhooks.vocabulary import Event, Vocabulary

__all__ = [
    "Answer",
    "BackgroundLoop",
    "BasicAuth",
    "Claim",
    "Delivery",
    "DeliveryRefusedError",
    "Event",
    "EventReader",
    "EventRouter",
    "Handling",
    "HmacSignature",
    "MemoryReplays",
    "Received",
    "Refusal",
    "ReplayStore",
    "Scheme",
    "StatusCodes",
    "Vocabulary",
    "event_id",
    "unix_seconds",
]
