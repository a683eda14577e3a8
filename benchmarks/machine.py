"""The machine: which core a process stays on, and what a figure was measured with."""

import os
import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

CLIENT, SERVER = 0, 1
"""The cores that are kept apart, where there are two."""


_CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
"""As they were at first: a process that was pinned, and those that it starts, see one alone."""


def pin(core: int, process: int = 0) -> None:
    """Keep this process, or another, on one core, where the system can do that and has another for the rest."""
    if len(_CORES) > 1:
        os.sched_setaffinity(process, {_CORES[core]})


def describe(packages: Iterable[str] = ("aiohttp",)) -> dict[str, str]:
    """Name the Python, the processor's kind and the versions of packages; those that are missing are left out."""
    found = {"Python": platform.python_version(), "machine": f"{platform.system()} {platform.machine()}"}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
