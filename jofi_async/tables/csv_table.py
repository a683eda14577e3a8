"""A CSV file as a table: what is wrong with it is said before anything is sent, then its rows are streamed.

It is read twice. The first pass finds all that would make a row unreadable or swallow the rows after it (encoding,
NULs, a quote that is never closed) and counts the rows; the second holds one row in memory at a time.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO

from attrs import frozen

from jofi_async.tables.encoding import Encoding, find_encoding
from jofi_async.tables.formulas import unguard
from jofi_async.tables.swallowed import has_swallowed_rows
from jofi_async.tables.table import Record, Table, TableError, Version, unreadable

DELIMITERS = ",;\t|"
_SEPARATOR_LINE = re.compile(r"sep=([,;\t|])\s*", re.IGNORECASE)  # Excel's own first line


@frozen(kw_only=True)
class CsvTable(Table):
    """A CSV file.

    Attributes:
        encoding: How its bytes are read.
        delimiter: What stands between cells.
        version: What it was when it was opened.
    """

    encoding: Encoding
    delimiter: str
    version: Version

    def records(self) -> Iterator[Record]:
        """See `Table.records`."""
        return islice(_read(self.path, self.encoding.name, self.delimiter, self.version), 1, None)


def open_csv(path: Path, encoding: str | None = None) -> CsvTable:
    """Read a CSV file once, to the end.

    Args:
        path: Where it is.
        encoding: Python's name of an encoding; None finds it.

    Raises:
        TableError: It cannot be read as a table; the message is one sentence that says where and why.
    """
    try:
        version = Version.of(path)
        found = Encoding(encoding) if encoding else find_encoding(path)
        delimiter = _find_delimiter(path, found.name)
    except OSError as error:
        raise unreadable(path, error) from None
    except LookupError:
        raise TableError(f"There is no encoding {encoding!r}") from None
    records = _read(path, found.name, delimiter, version)
    header = next(records, None)
    if header is None:
        raise TableError(f"{path} is empty")
    return CsvTable(
        path=path,
        header=tuple(map(str, header.cells)),
        rows=sum(1 for _ in records),
        encoding=found,
        delimiter=delimiter,
        version=version,
    )


def _find_delimiter(path: Path, encoding: str) -> str:
    """The one that Excel's `sep=` names, or that splits the header into the most cells."""
    try:
        with path.open(encoding=encoding, newline="") as lines:
            head = list(islice(lines, 100))
    except UnicodeError:
        raise TableError(f"{path} is not whole in {encoding}: save it as CSV UTF-8") from None
    if head and (named := _SEPARATOR_LINE.fullmatch(head[0])):
        return named[1]
    return max(DELIMITERS, key=lambda delimiter: _cells_of_header(head, delimiter))


def _cells_of_header(lines: Iterable[str], delimiter: str) -> int:
    rows = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    try:
        return next((len(cells) for cells in rows if any(cells)), 0)
    except csv.Error:
        return 0


def _read(path: Path, encoding: str, delimiter: str, version: Version) -> Iterator[Record]:
    """All rows with any text, the header among them."""
    start, width = 1, 0
    try:
        with path.open(encoding=encoding, newline="") as lines:
            checked = _checked(path, lines, version)
            reader = csv.reader(checked, delimiter=delimiter, strict=True, skipinitialspace=True)
            for cells in reader:
                trimmed = tuple(unguard(cell.strip()) for cell in cells)
                if any(trimmed) and not (start == 1 and _SEPARATOR_LINE.fullmatch(delimiter.join(cells))):
                    width = width or len(cells)
                    holds_rows = reader.line_num > start and has_swallowed_rows(cells, width, delimiter)
                    yield Record(start, trimmed, _swallowed(start, reader.line_num) if holds_rows else "")
                start = reader.line_num + 1
    except csv.Error as error:
        raise TableError(f"{path}: {_reason(str(error), start)}") from None
    except UnicodeError:
        raise TableError(f"{path} is not whole in {encoding} after line {start - 1}: save it as CSV UTF-8") from None
    except OSError as error:
        raise unreadable(path, error) from None


def _checked(path: Path, lines: IO[str], version: Version) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        version.check(path, lines)
        if "\0" in line:
            raise TableError(f"Line {number} of {path} holds a NUL, so this is no CSV file: save it as CSV UTF-8")
        yield line


def _swallowed(start: int, end: int) -> str:
    return f"a cell of it seems to hold other rows, of lines {start} to {end}: is a quote missing?"


def _reason(error: str, line: int) -> str:
    row = f"the row that starts on line {line}"
    if "end of data" in error:
        return f"a quote that opens in {row} is never closed"
    if "limit" in error:
        return f"a cell of {row} is longer than {csv.field_size_limit():,} characters: is a quote missing?"
    return f"{row} has text after a closing quote: a quote within a cell is written twice"
