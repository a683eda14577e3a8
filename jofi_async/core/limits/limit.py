"""What a limit is made of: the numbers that a user gives."""

import math
from typing import TYPE_CHECKING, Literal, get_args

from attrs import field, frozen

from jofi_async.core.errors import ConfigurationError

if TYPE_CHECKING:
    from jofi_async.core.limits.shared.store import LimitStore

WhenLost = Literal["share", "stop"]
"""What to do while the store of a shared limit cannot be reached."""


@frozen
class RateLimit:
    """A fixed limit; `RateLimit.adaptive` makes one that finds the server's.

    A server that answers 429 without saying when to come back bears less than this: then the rate falls as an adaptive
    one does, and climbs back, but never above `per_second`.

    Args:
        per_second: Requests per second, or None for no rate.
        burst: How many may start at once after a lull.
        in_flight: How many may be under way at once, or None for any number.
        shared: Where all processes of a key share rate and burst: `redis://...`, `file:PATH` for one machine, or a
            `LimitStore`, which is not closed with the client; None for a limit of this process alone.
        when_lost: While the store cannot be reached, go on with a "share": the rate divided by the number of processes
            that were seen in the last minute; or "stop": each call raises `SharedLimitLostError`, unsent.

    Raises:
        ConfigurationError: A value is not positive.
    """

    per_second: float | None = 10.0
    burst: int = 10
    in_flight: int | None = 16
    shared: "str | LimitStore | None" = field(default=None, kw_only=True, repr=False)
    when_lost: WhenLost = field(default="share", kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.per_second is not None and not 0 < self.per_second < math.inf:
            raise ConfigurationError(f"per_second must be a positive number, not {self.per_second}")
        if self.burst < 1:
            raise ConfigurationError(f"burst must be at least 1, not {self.burst}")
        if self.in_flight is not None and self.in_flight < 1:
            raise ConfigurationError(f"in_flight must be at least 1, not {self.in_flight}")
        if self.shared is not None and self.per_second is None:
            raise ConfigurationError("A limit that is shared needs a rate: give per_second")
        if self.when_lost not in get_args(WhenLost):
            raise ConfigurationError(f'when_lost must be "share" or "stop", not {self.when_lost!r}')

    @classmethod
    def adaptive(
        cls,
        *,
        start: float = 5.0,
        least: float = 0.1,
        most: float = 1000.0,
        burst: int = 2,
        in_flight: int | None = 16,
        shared: "str | LimitStore | None" = None,
        when_lost: WhenLost = "share",
    ) -> "AdaptiveRateLimit":
        """A limit for a server that does not say what its own is.

        It climbs while answers are good, falls back on a 429 or when answers take much longer than they used to, and
        settles just under what the server accepts (`jofi_async.core.limits.adaptive`).

        Args:
            start: Requests per second to begin with.
            least: Requests per second below which it never falls.
            most: Requests per second above which it never climbs.
            burst: How many may start at once after a lull; nobody knows how many the server bears.
            in_flight: How many may be under way at once, or None for any number.
            shared: Where all processes of a key share the rate; see `RateLimit`.
            when_lost: What to do while that cannot be reached; see `RateLimit`.

        Raises:
            ConfigurationError: A value is not positive, or `start` is not between `least` and `most`.
        """
        return AdaptiveRateLimit(start, burst, in_flight, least, most, shared=shared, when_lost=when_lost)

    def as_ceiling(self) -> "AdaptiveRateLimit":
        """A limit that starts at this one's rate and never climbs above it, for a server that bears less."""
        assert self.per_second is not None
        least = min(0.1, self.per_second)
        return AdaptiveRateLimit(self.per_second, self.burst, self.in_flight, least, self.per_second)


@frozen
class AdaptiveRateLimit(RateLimit):
    """A limit that finds the server's; see `RateLimit.adaptive`.

    Args:
        per_second: Requests per second to begin with.
        burst: How many may start at once after a lull.
        in_flight: How many may be under way at once, or None for any number.
        least: Requests per second below which it never falls.
        most: Requests per second above which it never climbs.
        shared: See `RateLimit`.
        when_lost: See `RateLimit`.

    Raises:
        ConfigurationError: A value is not positive, or `per_second` is not between `least` and `most`.
    """

    least: float = 0.1
    most: float = 1000.0

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.per_second is None or not 0 < self.least <= self.per_second <= self.most < math.inf:
            raise ConfigurationError(
                "an adaptive limit needs 0 < least <= start <= most,"
                f" not {self.least:g}, {self.per_second}, {self.most:g}"
            )


UNLIMITED = RateLimit(per_second=None, in_flight=None)
"""No limit at all."""
