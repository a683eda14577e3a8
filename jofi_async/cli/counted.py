"""How far a reading is whose end is known by a count: a live bar on a terminal, plain lines elsewhere."""

import time
from collections.abc import Callable
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from jofi_async.cli.progress import SECONDS_BETWEEN_LINES, say
from jofi_async.cli.tally import number_of


class Counted:
    """Tells how many of how many were read.

    Args:
        console: Where to.
        clock: Seconds from any start.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._told = (0, clock())
        self._bar = Progress(
            TextColumn("Reading"),
            BarColumn(bar_width=None),
            TaskProgressColumn(),
            TextColumn("{task.fields[far]}"),
            console=console,
            transient=True,
            expand=True,
            disable=not console.is_terminal or console.is_dumb_terminal,
        )
        self._task = self._bar.add_task("", total=None, far="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def step(self, known: int, total: int, requests: int) -> None:
        """Tell of what was read since, if it is time.

        Args:
            known: How many are known.
            total: How many there are, at least those that are known.
            requests: How many requests were made.
        """
        far, made = f"{known:,} of {total:,} read", number_of(requests, "request")
        if not self._bar.disable:
            self._bar.update(self._task, completed=known, total=total, far=f"{far}: {made}")
            return
        told, at = self._told
        if known - told >= max(1, total / 10) or self._clock() - at >= SECONDS_BETWEEN_LINES:
            self._told = (known, self._clock())
            say(self._console, f"{far} ({known / total:.0%}): {made}")
