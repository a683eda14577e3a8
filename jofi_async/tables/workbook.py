"""A sheet of a workbook as a table: XLSX, and what else calamine reads (XLSM, XLSB, XLS, ODS).

Unlike a text file it is held in memory whole, so it does not matter what becomes of the file meanwhile.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from attrs import field, frozen

from jofi_async.tables.formulas import unguard
from jofi_async.tables.shown import Shown, read_shown
from jofi_async.tables.table import Record, Table, TableError, unreadable

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@frozen(kw_only=True)
class SheetTable(Table):
    """A sheet of a workbook.

    Attributes:
        sheet: Its name.
        others: The names of the other sheets that people see.
        hidden: How many of its rows are hidden; they are read like the others.
        content: Its cells.
        shown: What it shows besides.
    """

    sheet: str
    others: tuple[str, ...]
    hidden: int
    content: "CalamineSheet" = field(repr=False)
    shown: Shown = field(repr=False)

    def records(self) -> Iterator[Record]:
        """See `Table.records`."""
        return islice(_read(self.content, self.shown), 1, None)


def open_workbook(path: Path, sheet: str | None = None) -> SheetTable:
    """Read a sheet.

    Args:
        path: Where the workbook is.
        sheet: The sheet's name; None takes the first that people see.

    Raises:
        TableError: It cannot be read; the message is one sentence that says why.
    """
    from python_calamine import CalamineError, CalamineWorkbook  # not every input needs it

    try:
        with path.open("rb") as file, CalamineWorkbook.from_filelike(file) as workbook:
            sheets = _visible_sheets(workbook)
            name = _choose(path, workbook.sheet_names, sheets, sheet)
            content = workbook.get_sheet_by_name(name)
            shown = read_shown(path, name)
    except OSError as error:
        raise unreadable(path, error) from None
    except (CalamineError, BadZipFile):
        raise _not_readable(path) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what a damaged XLS can come to; the class cannot be imported
            raise
        raise _not_readable(path) from None
    records = _read(content, shown)
    header = next(records, None)
    if header is None:
        raise TableError(f"The sheet {name!r} of {path} is empty")
    lines = [record.line for record in records]
    return SheetTable(
        path=path,
        header=tuple(map(str, header.cells)),
        rows=len(lines),
        sheet=name,
        others=tuple(other for other in sheets if other != name),
        hidden=sum(line in shown.hidden for line in lines),
        content=content,
        shown=shown,
    )


def _not_readable(path: Path) -> TableError:
    if _ENCRYPTED in path.read_bytes():
        return TableError(f"{path} needs a password: save it without one")
    return TableError(f"{path} cannot be read as a workbook: save it as XLSX or CSV (UTF-8)")


def _visible_sheets(workbook: "CalamineWorkbook") -> list[str]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    return [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]


def _choose(path: Path, names: list[str], visible: list[str], chosen: str | None) -> str:
    if chosen is None:
        if not visible:
            raise TableError(f"{path} has no sheet that can be seen")
        return visible[0]
    if chosen not in names:
        raise TableError(f"{path} has no sheet {chosen!r}; its sheets are {', '.join(map(repr, names))}")
    return chosen


def _read(content: "CalamineSheet", shown: Shown) -> Iterator[Record]:
    """All rows with any text, the header among them."""
    first = content.start[1] if content.start else 0  # empty rows in front are iterated over, empty columns are not
    for line, row in enumerate(content.iter_rows(), 1):
        cells = tuple(shown.texts.get((line, place)) or _text(cell) for place, cell in enumerate(row, first))
        if any(cells):
            yield Record(line, cells)


def _text(cell: object) -> str:
    match cell:
        case str():
            return unguard(cell.strip())
        case bool():
            return str(cell).lower()
        case int() | float():
            return format(Decimal(f"{cell:.15g}"), "f")  # spreadsheets show 15 digits, and no trailing .0
        case datetime():
            return cell.isoformat(" ")
        case date() | time():
            return cell.isoformat()
        case _:
            return str(cell)
