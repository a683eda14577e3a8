"""A fake's state as JSON and back, so that it answers after a restart as if there had been none."""

from collections.abc import Mapping
from datetime import datetime

from attrs import define
from cattrs import Converter, transform_error

from jofi_async.fakes.saved import (
    SavedClock,
    load_clock,
    load_random,
    read_instant,
    save_clock,
    save_random,
    strict_converter,
)
from jofi_async.jofi.fake.records import Invitation, Message
from jofi_async.jofi.fake.routing import Payload, State
from jofi_async.jofi.fake.settings import FakeSettings
from jofi_async.jofi.fake.world import World


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
    saved = SavedState(
        settings=state.settings,
        clock=save_clock(state.clock),
        random=save_random(state.random),
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
    for invitation in saved.invitations:
        saved.world.store(invitation)
    return State(
        world=saved.world,
        settings=saved.settings,
        clock=load_clock(saved.clock),
        random=load_random(saved.random),
        messages=saved.messages,
    )


def _converter() -> Converter:
    converter = strict_converter()
    converter.register_structure_hook_func(lambda kind: kind == dict[int, datetime], lambda value, _: _instants(value))
    return converter


def _instants(value: Mapping[str, str]) -> dict[int, datetime]:
    return {int(key): read_instant(text) for key, text in value.items()}


_CONVERTER = _converter()
