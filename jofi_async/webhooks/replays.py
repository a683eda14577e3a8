"""Which events were handled: a store behind a small protocol, and the one in memory."""

import time
from collections.abc import Callable
from enum import StrEnum
from threading import Lock
from typing import Protocol

KEEP = 30 * 86_400.0
"""For how many seconds a store on disk remembers an event: no vendor documents for how long it delivers again."""


class Claim(StrEnum):
    """What became of asking for an event."""

    TAKEN = "taken"
    BUSY = "busy"
    DONE = "done"


class ReplayStore(Protocol):
    """Remembers events by key; a claim is the right to handle one, and ends by itself.

    It may be used by many tasks at once, and by many processes where it says so. Each method may raise: an event whose
    claim cannot be asked for is not handled, and will be delivered again.
    """

    async def claim(self, key: str, token: str, seconds: float) -> Claim:
        """Take an event, in one step that no other can come between.

        Args:
            key: The event's.
            token: The claim's own.
            seconds: How long the claim lasts unless it is released; whoever dies meanwhile holds it no longer.

        Returns:
            `DONE` if the event was finished; `BUSY` if somebody else's claim lasts; else `TAKEN`.
        """
        ...

    async def finish(self, key: str) -> None:
        """Remember that the event was handled; whoever holds a claim on it holds it no longer."""
        ...

    async def release(self, key: str, token: str) -> None:
        """Let go of a claim if it is still this one; nothing happens to a finished event or another's claim."""
        ...


class MemoryReplays:
    """Implements `ReplayStore` for one process, and forgets with it.

    Args:
        max_events: How many handled events are remembered; then the oldest is forgotten.
        clock: In seconds; only differences mean anything.
    """

    def __init__(self, max_events: int = 100_000, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._max_events = max_events
        self._clock = clock
        self._lock = Lock()  # servers without an event loop have many threads
        self._done: dict[str, None] = {}
        self._claims: dict[str, tuple[str, float]] = {}

    async def claim(self, key: str, token: str, seconds: float) -> Claim:
        """Take an event; see `ReplayStore.claim`."""
        with self._lock:
            now = self._clock()
            if key in self._done:
                return Claim.DONE
            if key in self._claims and self._claims[key][1] > now:
                return Claim.BUSY
            self._claims[key] = (token, now + seconds)
            return Claim.TAKEN

    async def finish(self, key: str) -> None:
        """Remember an event; see `ReplayStore.finish`."""
        with self._lock:
            self._claims.pop(key, None)
            self._done[key] = None
            if len(self._done) > self._max_events:
                del self._done[next(iter(self._done))]

    async def release(self, key: str, token: str) -> None:
        """Let go; see `ReplayStore.release`."""
        with self._lock:
            if self._claims.get(key, ("",))[0] == token:
                del self._claims[key]
