"""How fast slots are booked under a limit, so that calls which start late stay within it as well.

A slot that was booked for some instant may be started in for a while after it, the *grace*: timers and event loops are
late now and then. Of two slots the earlier may be late and the later on time, so that they are closer by the grace than
they were booked. It is therefore taken off the burst, and where that is too small, off the rate: no second sees more
than `burst + per_second` starts, and no longer time `t` more than `burst + per_second x t`.
"""

from attrs import frozen

MOST_GRACE = 0.1
"""Seconds after its instant in which a slot may be started in."""

LEAST_GRACE = 0.02
"""Seconds of grace that even the smallest burst must leave."""

WINDOW = 1.0
"""Seconds in which nobody may see more than the limit, however small the burst."""


@frozen
class Pace:
    """What a limit is to a store; all in seconds.

    Attributes:
        interval: The time in which one token comes back.
        tolerance: How far ahead of its time a slot of one token may be.
        grace: How late it may be started in.
    """

    interval: float
    tolerance: float
    grace: float

    @classmethod
    def of(cls, per_second: float, burst: int) -> "Pace":
        """The pace of a limit."""
        interval = 1 / per_second
        slack = interval * (burst - 1)
        grace = min(MOST_GRACE, max(LEAST_GRACE, slack / 2))
        if slack >= grace:
            return cls(interval, slack - grace, grace)
        window = max(WINDOW, interval)
        return cls((window + grace) / (burst - 1 + window * per_second), 0.0, grace)
