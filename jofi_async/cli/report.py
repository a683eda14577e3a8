"""What a person reads: before a run which column is which field, after it what became of the rows."""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from jofi_async.bulk.outcome import OutcomeKind
from jofi_async.cli.progress import duration, plain, say
from jofi_async.cli.tally import Tally, named
from jofi_async.tables.columns import ColumnError, Columns
from jofi_async.tables.csv_table import CsvTable
from jofi_async.tables.outcome_file import COLUMNS, MODE, is_outcome_file
from jofi_async.tables.table import Table, TableError
from jofi_async.tables.workbook import SheetTable

if TYPE_CHECKING:
    from jofi_async.cli.run import Run

_STYLES = {
    OutcomeKind.CREATED: "green",
    OutcomeKind.EXISTED: "cyan",
    OutcomeKind.UPDATED: "green",
    OutcomeKind.REFUSED: "yellow",
    OutcomeKind.UNKNOWN: "bold red",
    OutcomeKind.NOT_ATTEMPTED: "magenta",
}
_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}
_SHEETS = 3
_WAYS_ON = {
    3: "Mend the refused rows there and give that file as input: settled rows are not sent again.",
    4: "To go on, give that file as input: settled rows are not sent again.",
    130: "To go on, give that file as input: settled rows are not sent again.",
    143: "To go on, give that file as input: settled rows are not sent again.",
}


def tell_columns(console: Console, table: Table, columns: Columns) -> None:
    """Say what was made of a table."""
    details = [f"{table.rows:,} {'row' if table.rows == 1 else 'rows'}"]
    match table:
        case CsvTable():
            details += _details_of_csv(table)
        case SheetTable():
            details += _details_of_sheet(table)
        case _:
            pass
    say(console, f"{table.path}: {', '.join(details)}")
    width = max(map(len, columns.names), default=0)
    for field, place in columns.fields:
        say(console, f"  {field.name:{width}} <- {columns.header[place]}")
    continues = is_outcome_file(table.header)
    unused = [name for name in columns.unused if not (continues and name in (*COLUMNS, MODE))]
    if unused:
        say(console, f"  not used: {', '.join(unused)}")
    if continues:
        say(console, "These are the outcomes of an earlier run: what it has settled is not sent again.")


def _details_of_csv(table: CsvTable) -> Iterator[str]:
    if table.delimiter != ",":
        yield f"cells between {_DELIMITERS.get(table.delimiter, table.delimiter)}"
    if table.encoding.sample:
        yield f'encoding guessed as {table.encoding.name} ("{table.encoding.sample}"; else --encoding NAME)'
    elif table.encoding.name not in ("utf-8", "utf-8-sig"):
        yield table.encoding.name


def _details_of_sheet(table: SheetTable) -> Iterator[str]:
    if table.hidden:
        yield f"{table.hidden:,} of them hidden"
    others = f" (not {_any_of(table.others)})" if table.others else ""
    yield f"sheet {table.sheet!r}{others}"


def _any_of(names: Sequence[str]) -> str:
    shown = [repr(name) for name in names[:_SHEETS]]
    return " or ".join(shown if len(names) <= _SHEETS else [*shown, f"{len(names) - _SHEETS} more"])


def way_on(error: ColumnError) -> str:
    """What to type when a column is a question."""
    if not error.headers:
        return f"name it with --map {error.field}=HEADER"
    if len(set(error.headers)) == 1:
        return f"or leave it out with --map {error.field}="
    return f"choose with --map {error.field}={shlex.quote(error.headers[0])}"


def tell_end(console: Console, run: "Run[Any, Any]", path: Path | None, *, vendor_says: Iterator[str]) -> None:
    """Show the rows that need a person, then the counts, and what to do next, so that a screen ends with what matters.

    Args:
        console: Where it goes.
        run: What has ended.
        path: The outcome file, or None.
        vendor_says: Sentences of the vendor's own.
    """
    _tell_findings(console, run.tally, path)
    _tell_unwritten(console, run.tally)
    _tell_counts(console, run.tally, run.seconds)
    for sentence in vendor_says:
        say(console, sentence)
    if path is not None:
        say(console, f"Outcomes: {path}")
    if path is not None and not run.tally.plans and run.exit_code in _WAYS_ON:
        say(console, _WAYS_ON[run.exit_code])
    if run.file is not None and run.file.kept is not None:
        say(console, f"The earlier outcomes are now in {run.file.kept}")


def tell_failure(console: Console, run: "Run[Any, Any]") -> None:
    """Say why a run ended early, if it did."""
    if run.unwritable is not None:
        say(console, f"Error: the outcome file cannot be written: {run.unwritable.strerror or run.unwritable}")
    elif isinstance(run.error, TableError):
        say(console, f"Error: {run.error.message}")
        if run.unread:
            say(console, f"{run.unread:,} rows were not read, were not sent, and are not in the outcome file.")
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
    grid.add_row(f"{tally.total + tally.carried:,}", f"rows in {duration(seconds)}{rate}", style="bold")
    console.print(grid)


def _grid(*headers: str) -> Grid:
    grid = Grid(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for header in headers:
        grid.add_column(header, justify="right" if header in ("Line", "Attempts") else "left", overflow="fold")
    return grid
