"""What became of a delivery, and the status with which its sender is answered."""

from collections.abc import Mapping
from enum import StrEnum

from attrs import field, frozen

from jofi_async.webhooks.refusal import Refusal


class Handling(StrEnum):
    """What became of a delivery."""

    HANDLED = "handled"
    REPEATED = "repeated"
    BUSY = "busy"
    FAILED = "failed"
    UNHANDLED = "unhandled"
    REFUSED = "refused"


@frozen
class Answer:
    """What the sender is told; the body of the answer is empty.

    Attributes:
        status: The HTTP status.
        handling: What became of the delivery.
        refusal: What was wrong with it, if it was refused.
        headers: Further headers of the answer.
    """

    status: int
    handling: Handling
    refusal: Refusal | None = None
    headers: Mapping[str, str] = field(factory=dict[str, str])


@frozen(kw_only=True)
class StatusCodes:
    """The status for each thing that may become of a delivery.

    A status of 200 to 299 tells the sender that it is done with the event; any other, that it should deliver it again.
    So what was not handled, and should be, must not be answered with 2xx. When a vendor delivers again, if it does, is
    the vendor's to say.

    Attributes:
        handled: The handler has succeeded.
        repeated: It had succeeded before.
        busy: Another delivery of the event is being handled, and may yet fail; so it must come again.
        failed: The handler failed, or the store of replays: it must come again.
        unhandled: Nobody asked for events of this type.
        incomplete: It broke off before its end, or cannot be unpacked: it must come again.
        unsigned: What the check needs is not there.
        forged: The check failed.
        stale: It is too old.
        too_large: Its body is too large.
        unreadable: It is true and cannot be read: it should come again when this program knows how to.
    """

    handled: int = 200
    repeated: int = 200
    busy: int = 503
    failed: int = 500
    unhandled: int = 200
    incomplete: int = 400
    unsigned: int = 401
    forged: int = 401
    stale: int = 401
    too_large: int = 413
    unreadable: int = 500

    def answer(self, handling: Handling) -> Answer:
        """The answer to a delivery that was accepted."""
        status: int = getattr(self, handling.name.lower())
        return Answer(status, handling, headers={"retry-after": "30"} if handling is Handling.BUSY else {})

    def refuse(self, refusal: Refusal) -> Answer:
        """The answer to a delivery that was not."""
        status: int = getattr(self, refusal.name.lower())
        return Answer(status, Handling.REFUSED, refusal)
