"""What a limiter needs of whatever counts requests: a bucket of its own, or one that it shares with other processes."""

from typing import Protocol


class Tokens(Protocol):
    """Says when a request may start; all instants are of the running loop's clock."""

    def delay(self, now: float, cost: float) -> float:
        """How many seconds pass until a request may start behind those promised; infinity where that will be told."""
        ...

    def wait(self, now: float, cost: float, ahead: float) -> float:
        """How many seconds a request would wait behind others of the cost `ahead`, as things stand."""
        ...

    def try_take(self, now: float, cost: float) -> bool:
        """Note that a request starts, if it may and nothing is promised."""
        ...

    def promise(self, cost: float) -> None:
        """Note that a request may start and has not yet."""
        ...

    def unpromise(self, cost: float) -> None:
        """Note that it starts now, or not at all."""
        ...

    def take(self, now: float, cost: float) -> bool:
        """Note that a request starts that was promised; False when it came too late, and may not."""
        ...

    def drain_until(self, instant: float) -> None:
        """Leave no more than one token at some instant to come."""
        ...

    def change(self, now: float, per_second: float | None, burst: float) -> None:
        """Take another rate and burst from now on."""
        ...

    def move(self, now: float) -> None:
        """Go on with another clock, on which it is now some instant."""
        ...
