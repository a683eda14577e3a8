"""What became of events: each with its deliveries, and each delivery with its attempts."""

from collections import deque
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from attrs import define, field, frozen

from jofi_async.fakes.events import Event

NEWEST = 5_000


class Progress(StrEnum):
    """How far a delivery has come."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given up"


@frozen(kw_only=True)
class Attempt:
    """One POST.

    Attributes:
        at: When, in ISO 8601, by the wall's clock.
        status: The status of the answer; None if none came.
        trouble: What went wrong instead of an answer.
        note: What was unusual about it: the name of a fault.
    """

    at: str
    status: int | None = None
    trouble: str = ""
    note: str = ""

    @property
    def taken(self) -> bool:
        """Whether the endpoint is done with the event."""
        return self.status is not None and 200 <= self.status < 300


@define(kw_only=True, eq=False)
class Delivery:
    """One event on its way to one endpoint.

    Attributes:
        endpoint: Where to, as it may be shown.
        by_hand: Whether somebody asked for it, once more.
        next_in: How many seconds after the last attempt the next one comes; None if there is none.
    """

    endpoint: str
    by_hand: bool = False
    progress: Progress = Progress.WAITING
    next_in: float | None = None
    attempts: list[Attempt] = field(factory=list[Attempt])


@define(kw_only=True, eq=False)
class Occurrence:
    """One event.

    Attributes:
        number: Which one it was, from 1.
        service: Which service pushes it.
        body: The bytes that are pushed.
    """

    number: int
    service: str
    event: Event
    body: bytes
    deliveries: list[Delivery] = field(factory=list[Delivery])

    def shown(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        deliveries = [
            {
                "endpoint": one.endpoint,
                "by_hand": one.by_hand,
                "progress": one.progress.value,
                "attempts": [
                    {"at": attempt.at, "status": attempt.status, "trouble": attempt.trouble, "note": attempt.note}
                    for attempt in one.attempts
                ],
            }
            for one in self.deliveries
        ]
        about = {"number": self.number, "service": self.service, "about": self.event.about}
        return {**about, "event": dict(self.event.body), "deliveries": deliveries}


@define
class EventLog:
    """The newest 5,000 events."""

    count: int = 0
    _events: deque[Occurrence] = field(factory=lambda: deque[Occurrence](maxlen=NEWEST))

    def note(self, service: str, event: Event, body: bytes) -> Occurrence:
        """Note an event."""
        self.count += 1
        occurrence = Occurrence(number=self.count, service=service, event=event, body=body)
        self._events.append(occurrence)
        return occurrence

    def after(self, number: int) -> list[Occurrence]:
        """Return those after a number, the oldest first."""
        return [one for one in self._events if one.number > number]

    def newest_first(self) -> Iterable[Occurrence]:
        """Return all, the newest first."""
        return reversed(self._events)

    def find(self, number: int) -> Occurrence:
        """Return one.

        Raises:
            LookupError: There is none with that number, or no longer.
        """
        for one in self._events:
            if one.number == number:
                return one
        raise LookupError(f"there is no event {number}")
