"""`UNSET`: a value that was not given, as opposed to `None`, which is JSON null."""

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any, Final, Literal


class Unset(Enum):
    """The type of `UNSET`; an enum so that type checkers can narrow it."""

    UNSET = "UNSET"

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> Literal[False]:
        return False


UNSET: Final = Unset.UNSET


def reader_of_given(names: Iterable[str]) -> Callable[[object], dict[str, Any]]:
    """What reads those attributes of an object that are set, by name.

    Args:
        names: The attributes.
    """
    return _gatherer("item", {name: f"item.{name}" for name in names})


def gatherer_of_given(names: Iterable[str]) -> Callable[..., dict[str, Any]]:
    """What takes values in the order of their names, and keeps those that are set, by name.

    Args:
        names: The names.
    """
    values = {name: name for name in names}
    return _gatherer(", ".join(values), values)


def _gatherer(arguments: str, values: Mapping[str, str]) -> Callable[..., dict[str, Any]]:
    """Generated once, as attrs generates its methods."""
    lines = [f"    if (value := {value}) is not UNSET: given[{name!r}] = value" for name, value in values.items()]
    scope: dict[str, Any] = {"UNSET": UNSET}
    exec("\n".join([f"def gather({arguments}):", "    given = {}", *lines, "    return given"]), scope)
    gather: Callable[..., dict[str, Any]] = scope["gather"]
    return gather
