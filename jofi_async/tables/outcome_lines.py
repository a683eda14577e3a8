"""How outcomes are written: as CSV that is safe to open in a spreadsheet, or as JSON lines."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Protocol, cast

from jofi_async.tables.formulas import guard

_NUMBERS = ("line", "invitation_id", "attempts")


class Stream(Protocol):
    """The part of a binary file that is needed; see `io.RawIOBase`."""

    def write(self, raw: bytes, /) -> int | None:
        """Write some of the bytes, and say how many."""
        ...

    def truncate(self, size: int, /) -> int:
        """Cut the file."""
        ...

    def close(self) -> None:
        """Close the file."""
        ...


class Lines(Protocol):
    """A way of writing rows by column."""

    def head(self) -> str:
        """What comes first."""
        ...

    def line(self, values: Mapping[str, object]) -> str:
        """A row; what has no column is left out."""
        ...


class CsvLines:
    """UTF-8 with a byte order mark and CRLF, since spreadsheets read names wrong without; formulas are guarded.

    Args:
        names: The columns.
        delimiter: What stands between cells.
    """

    def __init__(self, names: Sequence[str], delimiter: str = ",") -> None:
        self._names = names
        self._text = io.StringIO(newline="")
        self._writer = csv.writer(self._text, delimiter=delimiter)

    def head(self) -> str:
        """The byte order mark and the header."""
        return "\ufeff" + self._row(self._names)

    def line(self, values: Mapping[str, object]) -> str:
        """See `Lines.line`."""
        return self._row([guard(_cell(values.get(name)).replace("\0", "")) for name in self._names])

    def _row(self, cells: Sequence[str]) -> str:
        self._text.seek(0)
        self._text.truncate()
        self._writer.writerow(cells)
        return self._text.getvalue()


class ObjectLines:
    """JSON lines: each object has every column, and null where there is nothing.

    Args:
        names: The columns.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def head(self) -> str:
        """Nothing: each line names its columns."""
        return ""

    def line(self, values: Mapping[str, object]) -> str:
        """See `Lines.line`."""
        return json.dumps({name: _value(name, values.get(name)) for name in self._names}, ensure_ascii=False) + "\n"


def _cell(value: object) -> str:
    """A value as text that reads as the same value again."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case list() if all(isinstance(each, str | int) for each in cast("list[object]", value)):
            return ";".join(map(str, cast("list[object]", value)))
        case list() | dict():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return str(value)


def _value(name: str, value: object) -> object:
    """A value as JSON says it; numbers of ours that come from CSV are numbers again."""
    if name in _NUMBERS and isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return None if value == "" else value
