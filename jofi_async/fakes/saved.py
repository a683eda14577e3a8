"""A fake's state as JSON and back: its clock, its randomness, and a converter that forgives nothing."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from attrs import define
from cattrs import Converter

from jofi_async.fakes.clock import FakeClock, WallClock

MICROSECOND = timedelta(microseconds=1)
RANDOM_VERSION = 3


@define
class SavedClock:
    """A clock: where it stands; or, if it does not, how far it is ahead of the wall's, in microseconds."""

    still_at: datetime | None
    ahead: int
    tick: float


def save_clock(clock: FakeClock) -> SavedClock:
    """Return what a clock goes on from."""
    if isinstance(clock, WallClock):
        return SavedClock(None, clock.moved // MICROSECOND, clock.tick)
    return SavedClock(clock.now(), 0, clock.tick)


def load_clock(saved: SavedClock) -> FakeClock:
    """Make a clock that goes on."""
    if saved.still_at is not None:
        return FakeClock(saved.still_at, tick=saved.tick)
    clock = WallClock(tick=saved.tick)
    clock.moved = saved.ahead * MICROSECOND
    clock.now()  # raises when it is beyond what a date can say
    return clock


def save_random(random: Random) -> tuple[int, ...]:
    """Return what randomness goes on from."""
    state: tuple[int, ...] = random.getstate()[1]
    return state


def load_random(saved: tuple[int, ...]) -> Random:
    """Make randomness that goes on."""
    random = Random()
    random.setstate((RANDOM_VERSION, saved, None))
    return random


def strict_converter() -> Converter:
    """Make a converter that forgives nothing: a file that is half right would make answers that are half right."""
    converter = Converter(forbid_extra_keys=True)
    for kind in (int, str, bool):
        converter.register_structure_hook(kind, _exactly)
    converter.register_structure_hook(float, lambda value, _: _number(value))
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_structure_hook(datetime, lambda value, _: read_instant(value))
    return converter


def read_instant(text: str) -> datetime:
    """Read an instant as it was saved; raises ValueError when it is none."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an offset is missing")
    return instant.astimezone(UTC)


def _exactly(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise TypeError(f"{kind.__name__} expected")
    return value


def _number(value: Any) -> float:
    if type(value) not in (int, float):
        raise TypeError("number expected")
    return float(value)
