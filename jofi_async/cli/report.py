"""What a person reads after a run: what became of the rows, and what to do next."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from jofi_async.bulk.outcome import OutcomeKind
from jofi_async.cli.progress import duration, plain, say
from jofi_async.cli.run import ExitCode, Run
from jofi_async.cli.tally import Tally, named, number_of
from jofi_async.core.errors import JournalError
from jofi_async.tables.table import TableError

_STYLES = {
    OutcomeKind.CREATED: "green",
    OutcomeKind.EXISTED: "cyan",
    OutcomeKind.UPDATED: "green",
    OutcomeKind.REFUSED: "yellow",
    OutcomeKind.UNKNOWN: "bold red",
    OutcomeKind.NOT_ATTEMPTED: "magenta",
}
_MEND = "Mend the refused rows there and give that file as input: settled rows are not sent again."
_GO_ON = "To go on, give that file as input: settled rows are not sent again."
_GO_ON_BY_JOURNAL = "To go on, run the same command again: its journal knows who is settled and who is in doubt."


def tell_end(
    console: Console,
    run: Run[Any, Any],
    path: Path | None,
    *,
    journal: Path | None,
    vendor_says: Iterator[str],
) -> None:
    """Show the rows that need a person, then the counts, and what to do next, so that a screen ends with what matters.

    Args:
        console: Where it goes.
        run: What has ended.
        path: The outcome file, or None.
        journal: The journal, or None.
        vendor_says: Sentences of the vendor's own.
    """
    _tell_findings(console, run.tally, path)
    _tell_unwritten(console, run.tally)
    _tell_counts(console, run.tally, run.seconds)
    for sentence in vendor_says:
        say(console, sentence)
    if path is not None:
        say(console, f"Outcomes: {path}")
    if not run.tally.plans and (way_on := _way_on(run, path, journal)):
        say(console, way_on)
    if run.file is not None and run.file.kept is not None:
        say(console, f"The earlier outcomes are now in {run.file.kept}")


def _way_on(run: Run[Any, Any], path: Path | None, journal: Path | None) -> str:
    """What to do next, or ""."""
    if run.exit_code == ExitCode.SOME_REFUSED:
        return _MEND if path is not None else ""
    if run.caught is None and run.exit_code != ExitCode.RUN_AGAIN:
        return ""
    if journal is not None:
        return _GO_ON_BY_JOURNAL
    return _GO_ON if path is not None else ""


def tell_failure(console: Console, run: Run[Any, Any]) -> None:
    """Say why a run ended early, if it did."""
    if run.unwritable is not None:
        say(console, f"Error: the outcome file cannot be written: {run.unwritable.strerror or run.unwritable}")
    elif isinstance(run.error, TableError | JournalError):
        say(console, f"Error: {run.error.message}")
        if isinstance(run.error, TableError) and run.unread:
            say(console, f"{number_of(run.unread, 'row')} not read, not sent, and not in the outcome file.")
    elif run.error is not None:
        say(console, f"Error: {run.stopped or run.error}")
    elif run.stopped is not None:
        say(console, f"Stopped: {run.stopped}")


def _tell_findings(console: Console, tally: Tally, path: Path | None) -> None:
    findings = tally.findings()
    if findings:
        grid = _grid("Line", "Outcome", "Field", "Reason")
        for found in findings:
            several = found.rows > 1
            grid.add_row(
                f"{found.first}-{found.last}" if several else str(found.first),
                Text(named(found.kind), style=_STYLES[found.kind]),
                plain(found.field),
                plain(f"{found.reason} ({found.rows:,} rows)" if several else found.reason),
            )
        console.print(grid)
    if missing := tally.missing():
        say(console, f"... and {missing:,} more{f' in {path}' if path else ''}")


def _tell_unwritten(console: Console, tally: Tally) -> None:
    if not tally.unwritten:
        return
    say(console, "These outcomes are missing in the outcome file:")
    grid = _grid("Line", "Outcome", "Attempts", "Reason")
    for outcome in tally.unwritten:
        grid.add_row(str(outcome.line), named(outcome.kind), str(outcome.attempts), plain(outcome.reason))
    console.print(grid)


def _tell_counts(console: Console, tally: Tally, seconds: float) -> None:
    grid = Grid(box=None, show_header=False, padding=(0, 1))
    grid.add_column(justify="right")
    grid.add_column()
    for kind in OutcomeKind:
        if count := tally.counts[kind]:
            planned = tally.plans and kind is OutcomeKind.NOT_ATTEMPTED
            grid.add_row(f"{count:,}", Text("would be sent" if planned else named(kind), style=_STYLES[kind]))
    if tally.carried:
        grid.add_row(f"{tally.carried:,}", "settled by an earlier run, not sent again")
    worked = tally.total if tally.plans else tally.total - tally.counts[OutcomeKind.NOT_ATTEMPTED]
    rate = f", {worked / seconds:,.0f} rows/s" if seconds > 0 and worked else ""
    everything = tally.total + tally.carried
    rows = "row" if everything == 1 else "rows"
    grid.add_row(f"{everything:,}", f"{rows} in {duration(seconds)}{rate}", style="bold")
    console.print(grid)


def _grid(*headers: str) -> Grid:
    grid = Grid(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for header in headers:
        grid.add_column(header, justify="right" if header in ("Line", "Attempts") else "left", overflow="fold")
    return grid
