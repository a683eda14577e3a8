"""SIGINT and SIGTERM, taken on the event loop, so that a job can be stopped in order."""

import asyncio
import signal
from collections.abc import Callable
from typing import Self

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def ignore_signals() -> None:
    """Ignore both from now on: one has stopped the work, and impatience must not cost the word on how it ended."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


class Signals:
    """Takes both signals inside a `with` block.

    Args:
        stop: Told of each signal.
    """

    def __init__(self, stop: Callable[[signal.Signals], None]) -> None:
        self._stop = stop
        self._loop = asyncio.get_running_loop()

    def __enter__(self) -> Self:
        for number in SIGNALS:
            self._loop.add_signal_handler(number, self._stop, number)
        return self

    def __exit__(self, *_: object) -> None:
        for number in SIGNALS:
            self._loop.remove_signal_handler(number)
