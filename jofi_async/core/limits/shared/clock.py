"""What the store's clock says on ours: two bounds, learned from when a visit was sent and when it was answered.

The visit took place in between, so each bounds the difference of the two clocks from both sides, and the quickest
bounds it best. A bound grows looser with time, as clocks drift, and a visit that contradicts them shows that a clock
was set.
"""

import math

from attrs import define

DRIFT = 5e-4
"""Seconds a second by which two clocks may drift apart; a clock that is being corrected may."""


@define
class StoreClock:
    """Converts instants of the store's clock to ours.

    Attributes:
        round_trip: How long a visit takes at present, in seconds.
    """

    round_trip: float = 0.0
    _least: float = -math.inf
    _most: float = math.inf
    _learned: float = 0.0

    def learn(self, sent: float, there: float, answered: float) -> None:
        """Take a visit into account.

        Args:
            sent: When it was asked for, on our clock.
            there: When it took place, on the store's.
            answered: When the answer came, on ours.
        """
        looser = DRIFT * (answered - self._learned) if self._learned else 0.0
        least, most = self._least - looser, self._most + looser
        self._least, self._most = max(least, sent - there), min(most, answered - there)
        if self._least > self._most:
            self._least, self._most = sent - there, answered - there
        self._learned = answered
        took = answered - sent
        self.round_trip = took if took > self.round_trip else self.round_trip + (took - self.round_trip) / 8

    def latest(self, there: float) -> float:
        """The latest instant of our clock that it may be at some instant of the store's."""
        return there + self._most

    def earliest(self, there: float) -> float:
        """The earliest instant of our clock that it may be at some instant of the store's."""
        return there + self._least

    def there(self, ours: float) -> float:
        """About what the store's clock says at some instant of ours; that instant while nothing is known."""
        return ours - (self._least + self._most) / 2 if self._learned else ours
