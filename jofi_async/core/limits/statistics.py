"""What a limiter has done so far, in numbers."""

from attrs import frozen


@frozen
class LimiterStatistics:
    """A limiter at one moment; counts and sums are since it was made.

    Attributes:
        granted: How many slots were granted.
        refused: How many calls were refused a slot: too long a wait, or too long a pause.
        throttled: How many answers asked for fewer requests.
        pauses: How many pauses that made, for all calls together.
        waited: Seconds that the granted calls waited, in sum.
        waiting: How many calls wait now.
        waiting_in_bulk: How many of these are of bulk priority.
        out: How many slots are held now.
        per_second: The rate now, in requests per second, or None for no rate.
        paused_for: How many seconds are left of the present pause; 0 for none.
    """

    granted: int
    refused: int
    throttled: int
    pauses: int
    waited: float
    waiting: int
    waiting_in_bulk: int
    out: int
    per_second: float | None
    paused_for: float
