"""A pause that the server asked for: one for all calls, however many of them were told.

Answers to requests that were sent before the pause began belong to it and begin no other; they may only make it longer.
Where the server does not say how long, the pause doubles each time that a request sent after the last one is refused
again, until one is answered (binary exponential backoff).
"""

import math

from attrs import define

FIRST_PAUSE = 0.25
"""Seconds of a pause where the server does not say."""

LONGEST_PAUSE = 32.0
"""Seconds to which such pauses grow."""

_ROUNDING = 1e-6  # seconds by which a timer may be early


@define(eq=False, repr=False)
class Pause:
    """When the next request may be sent.

    Attributes:
        until: The end of the last pause, on the loop's clock.
        count: How many there were.
    """

    until: float = -math.inf
    count: int = 0
    _in_a_row: int = 0
    _last_until: float = -math.inf

    def is_news(self, sent: float) -> bool:
        """Whether the answer to a request sent at some instant says more than the last pause did."""
        return sent > self.until - _ROUNDING

    def throttled(self, now: float, sent: float, retry_after: float | None) -> bool:
        """Begin a pause, or make it longer.

        Args:
            now: When the answer came.
            sent: When the request was sent.
            retry_after: How many seconds the server asked to wait, or None.

        Returns:
            Whether the pause ends later than before.
        """
        if self.is_news(sent):
            self.count += 1
            self._in_a_row += 1
            self._last_until = self.until
        elif retry_after is None:
            return False
        seconds = self._own_seconds() if retry_after is None else retry_after
        is_longer = now + seconds > self.until
        if is_longer:
            self.until = now + seconds
        return is_longer

    def answered(self, sent: float) -> None:
        """Note a good answer to a request sent at some instant: since then, or since the pause before, all was well."""
        if self._in_a_row and sent > self._last_until - _ROUNDING:
            self._in_a_row = 0 if self.is_news(sent) else 1

    def _own_seconds(self) -> float:
        return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(self._in_a_row - 1, 16))
