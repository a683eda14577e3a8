"""The reference for decoding: cattrs, strict about types, open about news, and exact about what does not fit."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar, get_origin

import attrs
from cattrs import Converter, transform_error
from cattrs.cols import list_structure_factory
from cattrs.gen import make_dict_structure_fn, override

from jofi_async.core.codec import DecodeError, LooseTime, OpenEnum, parse_time, read_loose_time
from jofi_async.core.masking import mask

T = TypeVar("T")


def structure_with(kind: type[T], data: object) -> T:
    """Make a `kind` of decoded JSON; see `codec.structure`."""
    try:
        return _converter.structure(data, kind)
    except Exception as error:
        raise DecodeError(mask("; ".join(transform_error(error, path="answer")))) from None


_converter = Converter()


def _exactly(kind: type[T]) -> Callable[[Any, object], T]:
    def hook(value: Any, _: object) -> T:
        if type(value) is kind:
            return value
        raise TypeError(f"expected {kind.__name__}, not {type(value).__name__}")

    return hook


_check_object: Callable[[Any, object], object] = _exactly(dict)
_check_list: Callable[[Any, object], object] = _exactly(list)


def _structure_time(value: object, _: object) -> datetime:
    if not isinstance(value, str):
        raise TypeError(f"expected a timestamp, not {type(value).__name__}")
    try:
        return parse_time(value)
    except ValueError:
        raise ValueError("not an ISO 8601 timestamp") from None


def _structure_loose_time(value: object, _: object) -> LooseTime | None:
    return read_loose_time(value) if isinstance(value, str) else None


def _structure_open_enum(value: object, kind: type[OpenEnum]) -> OpenEnum:
    if not isinstance(value, str):
        raise TypeError(f"expected a text, not {type(value).__name__}")
    return kind(value)


def _structure_float(value: Any, _: object) -> float:
    if type(value) is float or type(value) is int:
        return float(value)
    raise TypeError(f"expected a number, not {type(value).__name__}")


def _is_list(kind: Any) -> bool:
    return get_origin(kind) is list


def _structure_list(kind: Any) -> Callable[[Any, Any], Any]:
    structure_items = list_structure_factory(kind, _converter)

    def hook(data: Any, _: Any) -> Any:
        _check_list(data, kind)
        return structure_items(data, kind)

    return hook


def _structure_model(kind: type[Any]) -> Callable[[Any, Any], Any]:
    names = frozenset(attrs.fields_dict(kind))
    keeps_extra = "extra" in names
    known = names - {"extra"}
    structure_known = make_dict_structure_fn(kind, _converter, extra=override(omit=keeps_extra))

    def hook(data: Any, _: Any) -> Any:
        _check_object(data, kind)
        item = structure_known(data, kind)
        if keeps_extra and (news := data.keys() - known):
            return attrs.evolve(item, extra={name: data[name] for name in data if name in news})
        return item

    return hook


for _kind in (str, int, bool):
    _converter.register_structure_hook(_kind, _exactly(_kind))
_converter.register_structure_hook(float, _structure_float)
_converter.register_structure_hook(datetime, _structure_time)
_converter.register_structure_hook(LooseTime, _structure_loose_time)
_converter.register_structure_hook(OpenEnum, _structure_open_enum)
_converter.register_structure_hook_factory(_is_list, _structure_list)
_converter.register_structure_hook_factory(attrs.has, _structure_model)
