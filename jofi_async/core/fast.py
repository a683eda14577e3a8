"""Answers that fit beyond doubt, read in one pass by msgspec; what it refuses is left to cattrs.

For each model there is a msgspec struct of the same fields, made of the model's own type hints; it refuses an unknown
field wherever the model would keep it in `extra`. The model's fields are set by a function that is generated once, as
attrs and cattrs generate theirs.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache, lru_cache
from types import GenericAlias, NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import attrs
import msgspec

from jofi_async.core.codec import NO_EXTRA, LooseTime, OpenEnum, parse_time, read_loose_time

T = TypeVar("T")

_AS_THEY_ARE = (str, int, bool, float)
_MOST_VALUES = 1024
_FACTORY = cast("type[Any]", attrs.Factory)
_READERS = {"read_time": datetime.fromisoformat, "parse_time": parse_time, "read_loose_time": read_loose_time}


class UnsupportedError(TypeError):
    """The model has a field that only cattrs can make."""


def decoder(kind: type[T]) -> Callable[[bytes], T]:
    """What makes a `kind` of JSON bytes, or raises whatever it likes where cattrs must look.

    Args:
        kind: An attrs class.
    """
    try:
        wire, make = _struct(cast("Any", kind)), _maker(cast("Any", kind))
    except UnsupportedError:
        return _leave_to_cattrs
    read = msgspec.json.Decoder(wire).decode
    return lambda body: make(read(body))


def _leave_to_cattrs(_: bytes) -> Any:
    raise UnsupportedError


@cache
def _struct(kind: Any) -> type[msgspec.Struct]:
    """The struct that msgspec reads for a model."""
    hints = get_type_hints(kind)
    known = [field for field in attrs.fields(kind) if field.name != "extra"]
    _check_making(kind, [hints[field.name] for field in known])
    fields = [(field.name, _wire(hints[field.name]), *_default(field)) for field in known]
    keeps_extra = "extra" in hints
    return msgspec.defstruct(kind.__name__, fields, kw_only=True, gc=False, forbid_unknown_fields=keeps_extra)


def _check_making(kind: Any, hints: list[Any]) -> None:
    """Leave to cattrs what does more than set its fields, or what nobody changes and is more than plain values."""
    does_more = any(field.converter or field.validator for field in attrs.fields(kind))
    is_plain = all((_optional(hint) or hint) in _AS_THEY_ARE for hint in hints)
    if does_more or hasattr(kind, "__attrs_post_init__") or (_is_frozen(kind) and not is_plain):
        raise UnsupportedError(f"{kind} is left to cattrs")


def _default(field: "attrs.Attribute[Any]") -> tuple[Any, ...]:
    if field.default is attrs.NOTHING:
        return ()
    default: Any = field.default
    return (msgspec.field(default_factory=default.factory) if isinstance(default, _FACTORY) else default,)


def _wire(hint: Any) -> Any:
    """The type that msgspec reads for a type hint."""
    if (inner := _optional(hint)) is not None:
        return _wire(inner) | None
    if get_origin(hint) is list:
        return GenericAlias(list, (_wire(get_args(hint)[0]),))
    if hint in (datetime, LooseTime):
        return str
    if attrs.has(hint):
        return _struct(hint)
    if hint in _AS_THEY_ARE or hint == dict[str, Any] or (isinstance(hint, type) and issubclass(hint, OpenEnum)):
        return hint
    raise UnsupportedError(f"{hint} is left to cattrs")


def _optional(hint: Any) -> Any:
    """What a hint is when it is not None, or None of a hint that never is."""
    inner = get_args(hint)
    is_optional = get_origin(hint) in (Union, UnionType) and len(inner) == 2 and inner[1] is NoneType
    return inner[0] if is_optional else None


@cache
def _maker(kind: Any) -> Callable[[Any], Any]:
    """What makes a model of its struct: a function that is generated once."""
    scope: dict[str, Any] = {**_READERS, "new": object.__new__, "kind": kind, "NO_EXTRA": NO_EXTRA}
    lines = [f"return {_made(kind, 'wire', scope)}"] if _is_frozen(kind) else _settings(kind, scope)
    exec("\n    ".join(["def make(wire):", *lines]), scope)
    make: Callable[[Any], Any] = scope["make"]
    return make


def _settings(kind: Any, scope: dict[str, Any]) -> list[str]:
    """The lines that set each field of a model, as its own `__init__` does that only sets them."""
    hints = get_type_hints(kind)
    names = [field.name for field in attrs.fields(kind) if field.name != "extra"]
    lines = [f"item.{name} = {_made(hints[name], f'wire.{name}', scope)}" for name in names]
    return ["item = new(kind)", *lines, *(["item.extra = NO_EXTRA"] if "extra" in hints else []), "return item"]


def _made(hint: Any, value: str, scope: dict[str, Any]) -> str:
    """The expression for what is made of a value; what it names is put into the scope."""
    if (inner := _optional(hint)) is not None:
        made = _made(inner, "value", scope)
        return value if made == "value" else f"None if (value := {value}) is None else {made}"
    if get_origin(hint) is list:
        made = _made(get_args(hint)[0], "entry", scope)
        return value if made == "entry" else f"[{made} for entry in {value}]"
    if hint is datetime:
        return f"(time if (time := read_time({value})).tzinfo else parse_time({value}))"
    if hint is LooseTime:
        return f"read_loose_time({value})"
    if not attrs.has(hint):
        return value
    if not _is_frozen(hint):
        scope[name := f"make_{len(scope)}"] = _maker(hint)
        return f"{name}({value})"
    scope[name := f"make_{len(scope)}"] = _kept(hint)
    return f"{name}({', '.join(f'{value}.{field.name}' for field in attrs.fields(hint) if field.name != 'extra')})"


def _is_frozen(kind: Any) -> bool:
    return kind.__setattr__ is not object.__setattr__


@cache
def _kept(kind: Any) -> Callable[..., Any]:
    """What makes a model that nobody changes: of equal ones, which come with answer after answer, one is made."""
    return lru_cache(maxsize=_MOST_VALUES)(kind)
