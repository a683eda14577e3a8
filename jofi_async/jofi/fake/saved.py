"""A fake's state as JSON and back, so that it answers after a restart as if there had been none."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from attrs import define
from cattrs import Converter, transform_error

from jofi_async.jofi.fake.clock import FakeClock, WallClock
from jofi_async.jofi.fake.records import Invitation, Message
from jofi_async.jofi.fake.routing import Payload, State
from jofi_async.jofi.fake.settings import FakeSettings
from jofi_async.jofi.fake.world import World

MICROSECOND = timedelta(microseconds=1)
RANDOM_VERSION = 3


@define
class SavedClock:
    """A clock: where it stands; or, if it does not, how far it is ahead of the wall's, in microseconds."""

    still_at: datetime | None
    ahead: int
    tick: float


@define
class SavedState:
    """All that an answer depends on; `world` is without its invitations."""

    settings: FakeSettings
    clock: SavedClock
    random: tuple[int, ...]
    world: World
    invitations: list[Invitation]
    messages: list[Message]


def save_state(state: State) -> Payload:
    """Return a state as what JSON can hold."""
    _, random, _ = state.random.getstate()
    saved = SavedState(
        settings=state.settings,
        clock=_save_clock(state.clock),
        random=random,
        world=state.world,
        invitations=list(state.world.invitations.values()),
        messages=state.messages,
    )
    payload: Payload = _CONVERTER.unstructure(saved)
    return payload


def load_state(payload: Payload) -> State:
    """Make a state of what `save_state` returned, once JSON has carried it.

    Raises:
        ValueError: It is nothing of that kind; the text names the fields.
    """
    try:
        return _state(_CONVERTER.structure(payload, SavedState))
    except Exception as error:  # whatever is wrong with a file that anyone may have edited
        raise ValueError("; ".join(transform_error(error))) from None


def _state(saved: SavedState) -> State:
    random = Random()
    random.setstate((RANDOM_VERSION, saved.random, None))
    for invitation in saved.invitations:
        saved.world.store(invitation)
    return State(
        world=saved.world,
        settings=saved.settings,
        clock=_load_clock(saved.clock),
        random=random,
        messages=saved.messages,
    )


def _save_clock(clock: FakeClock) -> SavedClock:
    if isinstance(clock, WallClock):
        return SavedClock(None, clock.moved // MICROSECOND, clock.tick)
    return SavedClock(clock.now(), 0, clock.tick)


def _load_clock(saved: SavedClock) -> FakeClock:
    if saved.still_at is not None:
        return FakeClock(saved.still_at, tick=saved.tick)
    clock = WallClock(tick=saved.tick)
    clock.moved = saved.ahead * MICROSECOND
    clock.now()  # raises when it is beyond what a date can say
    return clock


def _converter() -> Converter:
    """Make a converter that forgives nothing: a file that is half right would make answers that are half right."""
    converter = Converter(forbid_extra_keys=True)
    for kind in (int, str, bool):
        converter.register_structure_hook(kind, _exactly)
    converter.register_structure_hook(float, lambda value, _: _number(value))
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_structure_hook(datetime, lambda value, _: _instant(value))
    converter.register_structure_hook_func(lambda kind: kind == dict[int, datetime], lambda value, _: _instants(value))
    return converter


def _exactly(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise TypeError(f"{kind.__name__} expected")
    return value


def _number(value: Any) -> float:
    if type(value) not in (int, float):
        raise TypeError("number expected")
    return float(value)


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an offset is missing")
    return instant.astimezone(UTC)


def _instants(value: Mapping[str, str]) -> dict[int, datetime]:
    return {int(key): _instant(text) for key, text in value.items()}


_CONVERTER = _converter()
