"""In which format a file is, and the table that it holds."""

from enum import StrEnum
from pathlib import Path

from jofi_async.tables.csv_table import open_csv
from jofi_async.tables.json_lines import JSON_LINES, open_json_lines
from jofi_async.tables.table import Table, TableError, unreadable
from jofi_async.tables.workbook import open_workbook

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")

_OBJECTS = (b'{"', b"[{", b"[\n", b"[\r")


class Format(StrEnum):
    """The formats of a table."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"


def open_table(
    path: Path, encoding: str | None = None, *, form: Format | None = None, sheet: str | None = None
) -> Table:
    """Read a file once, to the end.

    Args:
        path: A regular file, since it is read twice.
        encoding: Python's name of a text file's encoding; None finds it.
        form: Its format; None finds it.
        sheet: The name of a workbook's sheet; None takes the first.

    Raises:
        TableError: It cannot be read as a table; the message is one sentence that says where and why.
    """
    try:
        _check_file(path)
        form = form or _find_format(path)
    except OSError as error:
        raise unreadable(path, error) from None
    if form is Format.XLSX:
        if encoding is not None:
            raise TableError(f"{path} is a workbook, which says itself how it is encoded")
        return open_workbook(path, sheet)
    if sheet is not None:
        raise TableError(f"{path} is no workbook, and has no sheet {sheet!r}")
    return open_json_lines(path, encoding) if form is Format.JSONL else open_csv(path, encoding)


def _check_file(path: Path) -> None:
    if not path.exists():
        raise TableError(f"There is no file {path}")
    if path.is_dir():
        raise TableError(f"{path} is a folder, and a file is needed")
    if not path.is_file():
        raise TableError(f"{path} is no regular file, and it must be read twice: save it first")


def _find_format(path: Path) -> Format:
    """JSON lines by name, and no other JSON; a workbook by its first bytes, whatever its name is."""
    if path.suffix.lower() in JSON_LINES:
        return Format.JSONL
    with path.open("rb") as file:
        start = file.read(8)
    if path.suffix.lower() == ".json" or start.lstrip().startswith(_OBJECTS):
        raise TableError(f"{path} holds JSON: save it as JSON lines, one object a line, named {path.stem}.jsonl")
    return Format.XLSX if start.startswith(_WORKBOOKS) else Format.CSV
