"""`UNSET`: a value that was not given, as opposed to `None`, which is JSON null."""

from collections.abc import Callable, Iterable
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
    """What reads those attributes of an object that are set, by name; generated once, as attrs generates its methods.

    Args:
        names: The attributes.
    """
    lines = [f"    if (value := item.{name}) is not UNSET: given[{name!r}] = value" for name in names]
    scope: dict[str, Any] = {"UNSET": UNSET}
    exec("\n".join(["def read(item):", "    given = {}", *lines, "    return given"]), scope)
    read: Callable[[object], dict[str, Any]] = scope["read"]
    return read
