"""The machine: which core a process stays on, and what a figure was measured with."""

import os
import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

CLIENT, SERVER = 0, 1
"""The cores that are kept apart, where there are two."""


def pin(core: int) -> None:
    """Keep this process on one core, where the system can do that and has another for the rest."""
    if hasattr(os, "sched_setaffinity") and len(os.sched_getaffinity(0)) > 1:
        os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[core]})


def describe(packages: Iterable[str] = ("aiohttp",)) -> dict[str, str]:
    """Name the Python, the processor's kind and the versions of packages; those that are missing are left out."""
    found = {"Python": platform.python_version(), "machine": f"{platform.system()} {platform.machine()}"}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
