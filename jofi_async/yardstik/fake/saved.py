"""A fake's state as JSON and back, so that it answers after a restart as if there had been none."""

from typing import Any

from attrs import define
from cattrs import transform_error

from jofi_async.fakes.saved import SavedClock, load_clock, load_random, save_clock, save_random, strict_converter
from jofi_async.yardstik.fake.records import Message
from jofi_async.yardstik.fake.routing import State
from jofi_async.yardstik.fake.settings import FakeSettings
from jofi_async.yardstik.fake.world import World


@define
class SavedState:
    """All that an answer depends on."""

    settings: FakeSettings
    clock: SavedClock
    random: tuple[int, ...]
    world: World
    messages: list[Message]


def save_state(state: State) -> dict[str, Any]:
    """Return a state as what JSON can hold."""
    saved = SavedState(
        settings=state.settings,
        clock=save_clock(state.clock),
        random=save_random(state.random),
        world=state.world,
        messages=state.messages,
    )
    payload: dict[str, Any] = _CONVERTER.unstructure(saved)
    return payload


def load_state(payload: dict[str, Any]) -> State:
    """Make a state of what `save_state` returned, once JSON has carried it.

    Raises:
        ValueError: It is nothing of that kind; the text names the fields.
    """
    try:
        saved = _CONVERTER.structure(payload, SavedState)
        return State(
            world=saved.world,
            settings=saved.settings,
            clock=load_clock(saved.clock),
            random=load_random(saved.random),
            messages=saved.messages,
        )
    except Exception as error:  # whatever is wrong with a file that anyone may have edited
        raise ValueError("; ".join(transform_error(error))) from None


_CONVERTER = strict_converter()
