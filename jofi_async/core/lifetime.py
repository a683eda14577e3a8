"""Until when calls may go on: when a client is closed, those that wait to be sent are told at once."""

from typing import Protocol


class Waits(Protocol):
    """A call that waits for a slot, or between two attempts."""

    def dismiss(self) -> None:
        """End it, unless it is being sent by now; whatever event loop it is on."""
        ...


class Lifetime:
    """That of all sessions over one transport.

    Attributes:
        waiting: The calls of which nothing is under way.
        is_over: Whether no more calls are made.
    """

    def __init__(self) -> None:
        self.waiting: set[Waits] = set()
        self.is_over = False

    def end(self) -> None:
        """Tell all that wait, and make no more calls; what is under way is the transport's to tell."""
        self.is_over = True
        for call in tuple(self.waiting):
            call.dismiss()
