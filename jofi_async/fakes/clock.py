"""The fake's time: virtual, so that runs repeat exactly; or the wall's, for a sandbox that people use."""

from datetime import UTC, datetime, timedelta

# The instant of the seed's example response.
START = datetime(2026, 12, 11, 22, 23, 5, 312696, tzinfo=UTC)


class FakeClock:
    """A clock that stands still until it is moved.

    Args:
        start: The first instant; aware.
        tick: Seconds between two stored creations.

    Attributes:
        moved: How far it was moved from its base.
    """

    def __init__(self, start: datetime = START, *, tick: float = 0.001) -> None:
        self._start = start
        self.moved = timedelta()
        self.tick = tick

    def now(self) -> datetime:
        """Return the current instant, in UTC."""
        return self._base() + self.moved

    def advance(self, seconds: float) -> None:
        """Move the clock forward."""
        self.moved += timedelta(seconds=seconds)

    def stamp(self) -> datetime:
        """Return an instant for something created, and move on, so that no two are equal."""
        instant = self.now()
        self.advance(self.tick)
        return instant

    def _base(self) -> datetime:
        return self._start


class WallClock(FakeClock):
    """A clock that runs; `advance` puts it ahead of the machine's.

    Args:
        tick: Seconds by which a stored creation puts it ahead.
    """

    def __init__(self, *, tick: float = 0.000001) -> None:
        super().__init__(tick=tick)

    def _base(self) -> datetime:
        return datetime.now(UTC)
