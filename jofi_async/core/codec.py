"""Bytes to attrs classes and back; cattrs is the one place that knows the shapes.

Decoding is strict about types and open about news: a text is never made of a number, an unknown field is kept in
`extra` where the class has one, an unknown member of an `OpenEnum` is kept as it came, and a timestamp may carry a
fraction of any length. What fits beyond doubt is decoded in one pass, to an equal object.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from types import NoneType
from typing import Any, NewType, Self, TypeVar

T = TypeVar("T")

LooseTime = NewType("LooseTime", datetime)
"""A timestamp of which the vendor documents no format: what cannot be read is None, and refuses no answer."""

_PLAIN = frozenset({str, int, bool, NoneType})


class DecodeError(ValueError):
    """The bytes are no JSON, or do not fit the model; the text names the fields and is masked."""


class _NoExtra(dict[str, Any]):
    """An empty dictionary that stays empty: nearly no object has an unknown field, so all share this one."""

    def _refuse(self, *_: object, **__: object) -> Any:
        raise TypeError("This `extra` is shared by all objects without unknown fields; set another one")

    __setitem__ = __ior__ = setdefault = update = _refuse  # pyright: ignore

    def __reduce__(self) -> str:
        return "NO_EXTRA"


NO_EXTRA = _NoExtra()


class OpenEnum(StrEnum):
    """An enum of texts that keeps a text it does not know: `Mode("new")` has the value "new" and equals it."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = "UNKNOWN"
        member._value_ = value
        return member

    @property
    def is_known(self) -> bool:
        """Whether the vendor's documentation names it."""
        return type(self).__members__.get(self._name_) is self


def decode(kind: type[T], body: bytes) -> T:
    """Make a `kind` of JSON bytes.

    Args:
        kind: An attrs class.
        body: The JSON text.

    Raises:
        DecodeError: The bytes are no JSON, or do not fit.
    """
    try:
        item: T = _DECODERS[kind](body)
        return item
    except Exception:  # whatever is wrong with it, cattrs says, or finds that nothing is
        pass
    try:
        data: object = json.loads(body)
    except (ValueError, RecursionError):
        raise DecodeError("the answer is no JSON") from None
    return structure(kind, data)


def structure(kind: type[T], data: object) -> T:
    """Make a `kind` of decoded JSON.

    Raises:
        DecodeError: It does not fit; the text names the fields and never quotes a value.
    """
    from jofi_async.core.structuring import structure_with  # slow to import, and few answers need it

    return structure_with(kind, data)


def encode(payload: Mapping[str, object]) -> bytes:
    """Make JSON bytes of a payload, in ASCII."""
    if _PLAIN.issuperset(map(type, payload.values())):
        try:
            body = _fast_encode()(payload)
        except (ValueError, OverflowError):  # half a character, or a number of more than 64 bits
            pass
        else:
            if body.isascii():
                return body
    return json.dumps(payload, separators=(",", ":")).encode()


def no_extra() -> dict[str, Any]:
    """What the `extra` of a model begins as."""
    return NO_EXTRA


def parse_time(text: str) -> datetime:
    """Read an ISO 8601 timestamp; one without an offset is taken as UTC.

    Raises:
        ValueError: It is no timestamp.
    """
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def read_loose_time(text: str) -> LooseTime | None:
    """Read a timestamp of any format that is known here, or None."""
    day, _, rest = text.strip().removesuffix(" UTC").partition(" ")
    try:
        return LooseTime(parse_time(f"{day} {rest.replace(' ', '')}".strip()))
    except ValueError:
        return None


@cache
def _fast_encode() -> Callable[[Mapping[str, object]], bytes]:
    from msgspec.json import encode  # slow to import, and a program that only starts needs none

    return encode


class _Decoders(dict[type[Any], Callable[[bytes], Any]]):
    """What reads each model in one pass."""

    def __missing__(self, kind: type[Any]) -> Callable[[bytes], Any]:
        from jofi_async.core.fast import decoder  # for the same reason

        self[kind] = decoder(kind)
        return self[kind]


_DECODERS = _Decoders()
