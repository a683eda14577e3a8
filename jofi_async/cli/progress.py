"""How far a run is: a live bar on a terminal, plain lines elsewhere, in the same words."""

import time
from collections.abc import Callable, Iterable
from typing import Self

from attrs import define, field
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn
from rich.text import Text

from jofi_async.cli.tally import Tally, in_words

SECONDS_BETWEEN_LINES = 5.0


@define(eq=False)
class Pace:
    """How far and how fast.

    Attributes:
        tally: What has ended.
        rows: How many rows there are.
        in_flight: How many are being worked on now; None when nothing is sent.
        clock: Seconds from any start.
    """

    tally: Tally
    rows: int
    in_flight: Callable[[], int] | None
    clock: Callable[[], float] = time.monotonic
    started: float = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.started = self.clock()

    @property
    def done(self) -> int:
        """How many rows need nothing more."""
        return self.tally.total + self.tally.carried

    @property
    def seconds(self) -> float:
        """How long it has been going."""
        return self.clock() - self.started

    def __str__(self) -> str:
        rate = self.tally.total / self.seconds if self.seconds > 0 else 0.0
        parts = [in_words(self.tally.counts)]
        if self.tally.total:
            parts.append(f"{rate:,.0f} rows/s" if rate >= 10 else f"{rate:.1f} rows/s")
        if self.in_flight is not None:
            parts.append(f"{self.in_flight():,} in flight")
        if rate and self.done < self.rows:
            parts.append(f"{duration((self.rows - self.done) / rate)} left")
        return " | ".join(parts)


class Lines:
    """Plain lines: the first, one every ~10 % or 5 s, the last."""

    def __init__(self, pace: Pace, console: Console) -> None:
        self._pace = pace
        self._console = console
        self._told = (-1, 0.0)

    def __enter__(self) -> Self:
        self._tell()
        return self

    def __exit__(self, *_: object) -> None:
        if self._told[0] != self._pace.done:
            self._tell()

    def step(self) -> None:
        """Tell of another row, if it is time."""
        done, at = self._told
        pace = self._pace
        if pace.done - done >= max(1, pace.rows / 10) or pace.seconds - at >= SECONDS_BETWEEN_LINES:
            self._tell()

    def _tell(self) -> None:
        pace = self._pace
        self._told = (pace.done, pace.seconds)
        share = f" ({pace.done / pace.rows:.0%})" if pace.rows else ""
        say(self._console, f"{pace.done:,} of {pace.rows:,} rows{share}: {pace}")


class Bar(Progress):
    """A live bar with a line of words under it; both go when it is over, for the summary says it all."""

    def __init__(self, pace: Pace, console: Console) -> None:
        self._pace = pace  # before all else, for it is drawn at once
        super().__init__(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TaskProgressColumn(),
            MofNCompleteColumn(),
            console=console,
            transient=True,
            expand=True,
        )
        self._bar = self.add_task("Inviting" if pace.in_flight else "Checking", total=pace.rows)

    def get_renderables(self) -> Iterable[RenderableType]:
        """The bar, and how it goes."""
        yield from super().get_renderables()
        yield Text(str(self._pace), overflow="ellipsis", no_wrap=True, style="dim")

    def step(self) -> None:
        """Tell of another row."""
        self.update(self._bar, completed=self._pace.done)


def say(console: Console, text: str) -> None:
    """Write a line as it is: no markup, no control characters of a file's or a vendor's; only a terminal breaks it."""
    console.print(plain(text), soft_wrap=not console.is_terminal)


def plain(text: str) -> Text:
    """Text without control characters, for a terminal would obey them."""
    return Text("".join(character if character.isprintable() else " " for character in text))


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
