"""Answers that fit beyond doubt, read in one pass by msgspec; what it refuses is left to cattrs.

For each model there is a msgspec struct of the same fields, made of the model's own type hints; it refuses an unknown
field wherever the model would keep it in `extra`. The model is made by its own `__init__`, called by a function that is
generated once, as attrs and cattrs generate theirs.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from types import GenericAlias, NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import attrs
import msgspec
from attrs import frozen

from jofi_async.core.codec import LooseTime, OpenEnum, parse_time, read_loose_time

T = TypeVar("T")

_AS_THEY_ARE = (str, int, bool, float)
_FACTORY = cast("type[Any]", attrs.Factory)


class UnsupportedError(TypeError):
    """The model has a field that only cattrs can make."""


def decoder(kind: type[T]) -> Callable[[bytes], T]:
    """What makes a `kind` of JSON bytes, or raises whatever it likes where cattrs must look.

    Args:
        kind: An attrs class.
    """
    try:
        model = _model(cast("Any", kind))
    except UnsupportedError:
        return _leave_to_cattrs
    read = msgspec.json.Decoder(model.wire).decode
    make: Callable[[Any], T] = model.make
    return lambda body: make(read(body))


def _leave_to_cattrs(_: bytes) -> Any:
    raise UnsupportedError


@frozen
class _Model:
    """How one model is read.

    Attributes:
        wire: The struct that msgspec reads.
        make: Makes the model of such a struct.
    """

    wire: type[msgspec.Struct]
    make: Callable[[Any], Any]


@cache
def _model(kind: Any) -> _Model:
    hints = get_type_hints(kind)
    scope: dict[str, Any] = {"kind": kind, "read_time": datetime.fromisoformat, "parse_time": parse_time}
    scope["read_loose_time"] = read_loose_time
    fields: list[Any] = []
    arguments: list[str] = []
    keeps_extra = by_name = False
    for field in attrs.fields(kind):
        by_name = by_name or field.kw_only
        if field.name == "extra":
            keeps_extra, value = True, "{}"
        else:
            wire, value = _read(hints[field.name], f"wire.{field.name}", scope)
            fields.append((field.name, wire, *_default(field)))
        arguments.append(f"{field.alias}={value}" if by_name else value)
    struct = msgspec.defstruct(kind.__name__, fields, kw_only=True, gc=False, forbid_unknown_fields=keeps_extra)
    return _Model(struct, eval(f"lambda wire: kind({', '.join(arguments)})", scope))


def _default(field: "attrs.Attribute[Any]") -> tuple[Any, ...]:
    if field.default is attrs.NOTHING:
        return ()
    default: Any = field.default
    return (msgspec.field(default_factory=default.factory) if isinstance(default, _FACTORY) else default,)


def _read(hint: Any, value: str, scope: dict[str, Any]) -> tuple[Any, str]:
    """The type that msgspec reads for a hint, and the expression for what is made of the value."""
    inner = get_args(hint)
    if get_origin(hint) in (Union, UnionType) and len(inner) == 2 and inner[1] is NoneType:
        wire, made = _read(inner[0], value, scope)
        return wire | None, value if made == value else f"None if {value} is None else {made}"
    if get_origin(hint) is list:
        wire, made = _read(inner[0], "item", scope)
        return GenericAlias(list, (wire,)), value if made == "item" else f"[{made} for item in {value}]"
    if hint is datetime:
        return str, f"(time if (time := read_time({value})).tzinfo else parse_time({value}))"
    if hint is LooseTime:
        return str, f"read_loose_time({value})"
    if hint == dict[str, Any]:
        return hint, value
    if attrs.has(hint):
        model, name = _model(hint), f"make_{len(scope)}"
        scope[name] = model.make
        return model.wire, f"{name}({value})"
    if hint in _AS_THEY_ARE or (isinstance(hint, type) and issubclass(hint, OpenEnum)):
        return hint, value
    raise UnsupportedError(f"{hint} is left to cattrs")
