"""What the service does with events, whatever framework serves it."""

import logging
import os
import sys

from jofi_async.jofi.events import JOFI_EVENTS, InvitationAccepted, JofiEvent, TestTakerEvent
from jofi_async.webhooks import EventRouter, HmacSignature
from jofi_async.webhooks.sqlite import SqliteReplays

PATH = "/webhooks"
PORT = int(os.environ.get("PORT", "8000"))
log = logging.getLogger("events")
logging.basicConfig(level=logging.INFO)


def make_router() -> EventRouter[JofiEvent]:
    """Verify as JOFI told you to, and remember what was handled in a file that all workers share."""
    secrets = os.environ.get("WEBHOOK_SECRET", "").split()
    if not secrets:
        sys.exit("WEBHOOK_SECRET is not set: one secret, or two while it is rotated")
    scheme = HmacSignature(secrets=secrets, header=os.environ.get("WEBHOOK_HEADER", "x-signature"))
    return EventRouter(JOFI_EVENTS, scheme, store=SqliteReplays(os.environ.get("WEBHOOK_DATABASE", "events.db")))


events = make_router()


@events.on(InvitationAccepted)
async def accepted(event: InvitationAccepted) -> None:
    """Stands for a row of your database; it may be written twice."""
    log.info("invitation %s was accepted", event.invitation.id)


@events.on(TestTakerEvent)
async def progressed(event: TestTakerEvent) -> None:
    """Serve both events of test takers: they carry the same object."""
    log.info("%r", event.test_taker)  # nothing personal


@events.otherwise
async def other(event: JofiEvent) -> None:
    """Keep what you do not know yet."""
    log.info("%r", event)
