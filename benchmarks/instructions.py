"""Instructions a call, counted by valgrind's cachegrind: the same on a busy machine as on an idle one.

What start-up costs falls out, since two runs of different lengths are told apart.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

IN_FLIGHT = 16
CALLS = {"create": (400, 1600), "list": (60, 260)}
"""How many calls the shorter and the longer run make, by the kind of call."""

MISSING = "valgrind is not installed (Debian: valgrind), so no instructions were counted."

_COUNT = re.compile(r"I\s+refs:\s+([\d,]+)")


def can_count() -> bool:
    """Whether valgrind is there."""
    return shutil.which("valgrind") is not None


def per_call(url: str, contender: str, kind: str) -> float:
    """Count one contender's instructions in user mode for one call.

    Args:
        url: The server's.
        contender: Its name.
        kind: "create" or "list".
    """
    short, long = CALLS[kind]
    load = [sys.executable, "-m", "benchmarks.load", url, contender, kind, str(IN_FLIGHT)]
    return (count([*load, str(long)]) - count([*load, str(short)])) / (long - short)


def count(command: list[str]) -> int:
    """Count the instructions of a whole run."""
    tool = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--branch-sim=no", "--cachegrind-out-file=/dev/null"]
    done = subprocess.run(
        [*tool, *command],
        env=os.environ | {"PYTHONHASHSEED": "0"},
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    found = _COUNT.search(done.stderr)
    if found is None:
        raise RuntimeError(f"valgrind told no count: {done.stderr[-500:]}")
    return int(found[1].replace(",", ""))
