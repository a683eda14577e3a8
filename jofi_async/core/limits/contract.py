"""What a session needs of a limiter: a slot for each attempt, and an ear for how the server took it."""

import math
from enum import StrEnum
from typing import Protocol


class Priority(StrEnum):
    """Who goes first when calls wait for a slot: whoever a person waits for, or work in the background."""

    INTERACTIVE = "interactive"
    BULK = "bulk"


class Limiter(Protocol):
    """What a session needs of a limiter; one of your own has these four methods."""

    async def acquire(
        self,
        cost: float = 1,
        *,
        priority: Priority = Priority.INTERACTIVE,
        max_wait: float = math.inf,
        longest_pause: float = math.inf,
    ) -> float:
        """Wait for a slot.

        Args:
            cost: How many requests it counts for against the rate; at most the burst.
            priority: Interactive calls overtake bulk ones.
            max_wait: For how many seconds it may wait; if it would take longer, it is refused at once.
            longest_pause: How many seconds of a pause, which the server asked for, it sits through.

        Returns:
            For how many seconds of the wait the rate alone held it back, the rest being the queue.

        Raises:
            QueueTooLongError: It would have waited for longer than `max_wait`.
            RetryAfterTooLongError: The server has asked for a pause longer than `longest_pause`.
            LifecycleError: It is in use on another event loop.
        """
        ...

    def release(self) -> None:
        """Give a slot back; never fails and never waits."""
        ...

    def answered(self, sent: float, seconds: float) -> None:
        """Note an answer that asks for no pause.

        Args:
            sent: When the request was sent, on the running loop's clock.
            seconds: How long the answer took.
        """
        ...

    def throttled(self, sent: float, retry_after: float | None) -> float:
        """Note that the server asked for fewer requests: a 429, or a failure such as 503 that says when to come back.

        Args:
            sent: When the request was sent, on the running loop's clock.
            retry_after: How many seconds the server asked to wait, or None when it did not say.

        Returns:
            For how many seconds from now no slot is given.
        """
        ...
