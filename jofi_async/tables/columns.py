"""Which column of a table is which field of a row, and rows made of the columns.

A header is matched by its letters and digits alone: case, accents, signs and a word like "Candidate" do not count. What
could be two columns is an error that names both, never a guess.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import TypeVar

from attrs import field, frozen

from jofi_async.bulk.source import SourceRow
from jofi_async.core.errors import Problem
from jofi_async.tables.table import Record, Table, TableError

Row = TypeVar("Row")

_WHOM = frozenset(
    [
        *("candidate", "candidates", "applicant", "prospect", "person", "participant", "contact", "talent"),
        *("bewerber", "kandidat", "kandidaten", "candidat", "candidato", "kandydat"),
    ]
)
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORDS = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"(\d+)(?:\.0+)?", re.ASCII)
_FAILURE = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!)")
_FLAGS = {
    "true": True,
    "yes": True,
    "y": True,
    "1": True,
    "x": True,
    "false": False,
    "no": False,
    "n": False,
    "0": False,
}


class ColumnError(TableError):
    """Fields have no column, or one has more than one that could be it.

    Attributes:
        fields: The fields.
        headers: The columns that could be it.
    """

    def __init__(self, message: str, *, fields: Sequence[str], headers: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.fields = tuple(fields)
        self.headers = tuple(headers)


@frozen
class Field:
    """A field that a column may hold.

    Attributes:
        name: The caller's name of it.
        spellings: How headers spell it; its name is one of them.
        needed: Whether a table without it cannot be used.
        read: Makes its value of a text; raises ValueError with the reason.
    """

    name: str
    spellings: Sequence[str] = ()
    needed: bool = False
    read: Callable[[str], object] = str

    def value_of(self, cell: object) -> object:
        """The value of a cell that is not empty: a text is read, and what JSON says is taken as it is.

        Raises:
            ValueError: The cell cannot be read; the message is the reason.
        """
        if not isinstance(cell, str):
            return str(cell) if self.read is str and type(cell) is int else cell  # an id may be a number there
        if _FAILURE.fullmatch(cell):
            raise ValueError(f"holds {cell}, the error of a formula")
        return self.read(cell)

    def is_headed(self, header: str) -> bool:
        """Whether a header is a spelling of it."""
        keys = _keys(header)
        return any(_keys(spelling)[0] in keys for spelling in (self.name, *self.spellings))


@frozen(repr=False)
class TableRow(SourceRow[Row]):
    """A row that knows the cells it was made of.

    Attributes:
        cells: Each field that has a column, as it stands there.
        record: The row as it stands in the file.
    """

    cells: Mapping[str, object] = field(kw_only=True)
    record: Record = field(kw_only=True)


@frozen
class Columns:
    """Which column is which field.

    Attributes:
        header: All headers.
        fields: The fields that have a column, and the column's place.
    """

    header: Sequence[str] = field(repr=False)
    fields: Sequence[tuple[Field, int]]

    @property
    def names(self) -> list[str]:
        """The names of the fields that have a column."""
        return [known.name for known, _ in self.fields]

    @property
    def unused(self) -> list[str]:
        """The headers that are no field."""
        used = {place for _, place in self.fields}
        return [header for place, header in enumerate(self.header) if header and place not in used]

    def rows(
        self, table: Table, make: Callable[[Mapping[str, object]], Row], defaults: Mapping[str, object]
    ) -> Iterator[TableRow[Row]]:
        """The table's rows, one at a time.

        Args:
            table: The table whose header this is.
            make: Makes a row of values by field.
            defaults: Values of fields that have no column, or an empty cell in it.
        """
        for record in table.records():
            cells = {known.name: _cell(record, place) for known, place in self.fields}
            values, problems = dict(defaults), list(self._misfits(record))
            for known, _ in self.fields:
                if _is_of_several_rows(cells[known.name]):
                    problems.append(Problem(known.name, "holds several lines and an address: is a quote missing?"))
                if (cell := cells[known.name]) not in ("", None):
                    try:
                        values[known.name] = known.value_of(cell)
                    except ValueError as error:
                        problems.append(Problem(known.name, str(error)))
            yield TableRow(make(values), record.line, tuple(problems), cells=cells, record=record)

    def _misfits(self, record: Record) -> Iterator[Problem]:
        if record.problem:
            yield Problem("", record.problem)
        width = len(self.header)
        if any(record.cells[width:]):
            yield Problem("", f"has {len(record.cells)} cells, and the header {width}: is a quote missing?")


def match_columns(header: Sequence[str], fields: Sequence[Field], chosen: Mapping[str, str]) -> Columns:
    """Find each field's column.

    Args:
        header: All headers.
        fields: The fields that there are.
        chosen: Headers by field, for those that are not to be matched by their spelling; "" is no column.

    Raises:
        ColumnError: A field that is needed has no column, or a field has more than one.
        TableError: Something chosen is not there.
    """
    names = [known.name for known in fields]
    for name in chosen:
        if name not in names:
            raise TableError(f"There is no field {name!r}; the fields are {', '.join(names)}")
    free = [text for text in header if text and text not in chosen.values()]
    found: list[tuple[Field, int]] = []
    for known in fields:
        named = known.name in chosen
        headers = _chosen(header, chosen[known.name]) if named else [text for text in free if known.is_headed(text)]
        if len(headers) > 1:
            raise ColumnError(_which(known.name, headers), fields=[known.name], headers=headers)
        if headers:
            found.append((known, header.index(headers[0])))
    missing = [known.name for known in fields if known.needed and known not in (there for there, _ in found)]
    if missing:
        raise ColumnError(f"No column is {_any_of(missing)}; the columns are {_listed(header)}", fields=missing)
    return Columns(header, found)


def whole_number(cell: str) -> int:
    """Read a whole number."""
    found = _NUMBER.fullmatch(cell)
    if not found:
        raise ValueError(f"must be a whole number, not {cell!r}")
    return int(found[1])


def whole_numbers(cell: str) -> list[int]:
    """Read whole numbers between commas, semicolons or blanks."""
    return [whole_number(part) for part in re.split(r"[,;\s]+", cell) if part]


def flag(cell: str) -> bool:
    """Read true or false, as people write them."""
    if cell.casefold() not in _FLAGS:
        raise ValueError(f"must be true or false, not {cell!r}")
    return _FLAGS[cell.casefold()]


def _cell(record: Record, place: int) -> object:
    return record.cells[place] if place < len(record.cells) else ""


def _is_of_several_rows(cell: object) -> bool:
    return isinstance(cell, str) and "@" in cell and ("\n" in cell or "\r" in cell)


def _chosen(header: Sequence[str], text: str) -> list[str]:
    if text and text not in header:
        raise TableError(f"No column is headed {text!r}; the columns are {_listed(header)}")
    return [each for each in header if text and each == text]


def _which(name: str, headers: Sequence[str]) -> str:
    if len(set(headers)) == 1:
        return f"{len(headers)} columns are headed {headers[0]!r}, and one {name} is needed: rename or delete the other"
    return f"{' and '.join(repr(text) for text in headers)} could each be {name}"


def _any_of(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


def _listed(header: Sequence[str]) -> str:
    return ", ".join(repr(text) for text in header if text)


@cache
def _keys(header: str) -> tuple[str, str]:
    """The header's letters and digits, with and without the words that say whose they are."""
    plain = "".join(part for part in unicodedata.normalize("NFKD", header) if not unicodedata.combining(part))
    words = [word.casefold() for word in _WORDS.findall(_HUMP.sub(" ", plain))]
    return "".join(words), "".join(word for word in words if word not in _WHOM)
