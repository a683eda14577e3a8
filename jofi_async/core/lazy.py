"""A package whose names are imported when they are asked for, so that nobody waits for what is not used."""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazily(package: str, homes: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The `__getattr__` and the `__dir__` of a package.

    Args:
        package: Its name.
        homes: The modules below it, and which names each holds, with blanks between them.
    """
    home = {name: f"{package}.{module}" for module, names in homes.items() for name in names.split()}
    known = vars(sys.modules[package])

    def get(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = known[name] = getattr(import_module(home[name]), name)
        return value

    return get, lambda: sorted({*known, *home})
