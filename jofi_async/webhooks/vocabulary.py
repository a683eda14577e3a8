"""What a vendor's events look like: bytes to the class of their type and back; unknown types pass through."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any, Generic, NoReturn, Protocol, Self, TypeVar, cast

import attrs
from attrs import frozen

from jofi_async.core.codec import DecodeError, structure


class Event(Protocol):
    """What every event has."""

    @property
    def id(self) -> str | None:
        """The sender's id of the event, the same in each of its deliveries; None when the sender gives none."""
        ...

    @property
    def type(self) -> str:
        """What happened, for example "invitation.accepted"."""
        ...


E = TypeVar("E", bound=Event)


@frozen
class Vocabulary(Generic[E]):
    """The events of one vendor.

    Attributes:
        source: Tells the ids of several vendors apart in one replay store.
        type_of: Finds the type of a decoded event; whatever it raises means that it is no event.
        types: The class of each type that is known; a name without a dot stands for all types of that resource.
        other: The class of all others.
    """

    source: str
    type_of: Callable[[Mapping[str, Any]], str]
    types: Mapping[str, type[E]]
    other: type[E]

    def including(self, types: Mapping[str, type[E]]) -> Self:
        """The same with further types, or with other classes for some."""
        return attrs.evolve(self, types={**self.types, **types})

    def parse(self, body: bytes) -> E:
        """Make the event of a body.

        Raises:
            DecodeError: It is no JSON in UTF-8, or no event, or does not fit the class of its type; no value is quoted.
        """
        data = _read(body)
        try:
            name = self.type_of(data)
            kind = self.types.get(name) or self.types.get(name.partition(".")[0], self.other)
        except Exception:
            raise DecodeError("the body has no type of event") from None
        return structure(kind, data)

    def encode(self, event: E) -> bytes:
        """Make the body that parses to an equal event, for tests and sandboxes."""
        return json.dumps(_plain(event), separators=(",", ":")).encode()


def _read(body: bytes) -> Mapping[str, Any]:
    try:
        data: object = json.loads(body.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise DecodeError("the body is no JSON") from None
    if not isinstance(data, dict):
        raise DecodeError("the body is no object")
    return cast("dict[str, Any]", data)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _plain(value: object) -> object:
    """What JSON can say, with the fields of `extra` where they came from."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list):
        return list(map(_plain, cast("list[object]", value)))
    kind: type[Any] = type(value)
    if not attrs.has(kind):
        return value
    fields = {one.name: getattr(value, one.name) for one in attrs.fields(kind)}
    extra: dict[str, object] = fields.pop("extra", {})
    return {name: _plain(field) for name, field in fields.items()} | extra
