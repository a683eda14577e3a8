"""What a fake tells whoever listens: the events that its vendor would push."""

from collections.abc import Callable, Mapping
from datetime import datetime

from attrs import frozen


@frozen(kw_only=True, repr=False)
class Event:
    """Something that happened.

    Attributes:
        id: The event's id.
        type: What happened, for example "invitation.accepted".
        about: The id of the invitation or person it is about; events about one keep their order.
        at: When it happened, by the fake's clock.
        body: What is pushed, as JSON can hold it, as it was then.
    """

    id: str
    type: str
    about: str
    at: datetime
    body: Mapping[str, object]

    def __repr__(self) -> str:
        return f"Event({self.id}, {self.type})"


Listener = Callable[[Event], None]
Unsubscribe = Callable[[], None]
