"""Clocks that another process's word can be measured by."""

import time


def seconds_awake_or_not() -> float:
    """Seconds on a clock that goes on while the machine is suspended; only differences mean anything."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.time()
