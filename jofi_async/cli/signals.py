"""SIGINT and SIGTERM, taken on the event loop, so that a job can be stopped in order."""

import asyncio
import signal
from collections.abc import Callable
from typing import Self

SIGNALS = (signal.SIGINT, signal.SIGTERM)


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
