"""What vendors push: verified, parsed, and handled once.

A vendor's events are a `Vocabulary` of its own (`jofi_async.jofi.events.JOFI_EVENTS`).
"""

from jofi_async.webhooks.delivery import Delivery
from jofi_async.webhooks.reader import EventReader, Received, event_id
from jofi_async.webhooks.refusal import DeliveryRefusedError, Refusal
from jofi_async.webhooks.schemes import BasicAuth, HmacSignature, Scheme, unix_seconds
from jofi_async.webhooks.vocabulary import Event, Vocabulary

__all__ = [
    "BasicAuth",
    "Delivery",
    "DeliveryRefusedError",
    "Event",
    "EventReader",
    "HmacSignature",
    "Received",
    "Refusal",
    "Scheme",
    "Vocabulary",
    "event_id",
    "unix_seconds",
]
