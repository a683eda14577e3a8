"""What a person reads before a run: what was made of a table, and which column is which field."""

import shlex
from collections.abc import Iterator, Sequence

from rich.console import Console

from jofi_async.cli.progress import say
from jofi_async.tables.columns import ColumnError, Columns
from jofi_async.tables.csv_table import CsvTable
from jofi_async.tables.outcome_file import COLUMNS, MODE, is_outcome_file
from jofi_async.tables.table import Table
from jofi_async.tables.workbook import SheetTable

_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}
_SHEETS = 3


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
        which = "it" if len(error.fields) == 1 else "them"
        return f"name {which} with {' '.join(f'--map {name}=HEADER' for name in error.fields)}"
    [name] = error.fields
    if len(set(error.headers)) == 1:
        return f"or leave it out with --map {name}="
    return f"choose with --map {name}={shlex.quote(error.headers[0])}"
