"""Whom an earlier run may have invited already: when its outcomes are input, that row goes before the person's others.

Outcomes stand in the order in which they came, so a row that was refused as a repeat may stand before the row that it
repeats, and a settled row is not sent again and so would not be seen as the first.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from attrs import evolve, frozen

from jofi_async.bulk.outcome import OutcomeKind
from jofi_async.core.addresses import normalised
from jofi_async.core.errors import Problem
from jofi_async.tables.columns import TableRow
from jofi_async.tables.outcome_file import MODE, SETTLED

Row = TypeVar("Row")

_STANDINGS = {**dict.fromkeys(SETTLED, 0), OutcomeKind.UNKNOWN: 1, OutcomeKind.NOT_ATTEMPTED: 2}
_LAST = 3


@frozen
class _Claim:
    standing: int
    line: int | None


class EarlierRun:
    """What the rows of an outcome file say of each other.

    Args:
        header: The file's header.
        rows: All its rows.
        mode: The mode of this run; what a run of another mode did counts for nothing.
        share_person_id: Whether one person_id may come with several addresses.
    """

    def __init__(
        self, header: Sequence[str], rows: Iterable[TableRow[Any]], *, mode: str, share_person_id: bool
    ) -> None:
        self._header = header
        self._mode = mode
        self._share_person_id = share_person_id
        self._claims: dict[tuple[str, str], _Claim] = {}
        for row in rows:
            claim = _Claim(self._standing(row), row.line)
            for key in self._keys(row):
                if key not in self._claims or claim.standing < self._claims[key].standing:
                    self._claims[key] = claim

    def is_settled(self, row: TableRow[Any]) -> bool:
        """Whether a row needs nothing more."""
        return self._standing(row) == 0

    def is_in_doubt(self, row: TableRow[Any], resolved: Container[str]) -> bool:
        """Whether a row may have been sent, and nobody will know.

        Args:
            row: The row.
            resolved: The keys of persons of whom somebody will.
        """
        is_unknown = self._standing(row) == _STANDINGS[OutcomeKind.UNKNOWN]
        return is_unknown and normalised(self._cells(row)["email"]) not in resolved

    def checked(self, row: TableRow[Row]) -> TableRow[Row]:
        """The row; with the reason to refuse it where another that went further is about the same person."""
        standing = self._standing(row)
        for key in self._keys(row):
            claim = self._claims[key]
            if claim.standing < standing:
                problem = Problem(key[0], f"repeats the person of line {claim.line}, which an earlier run dealt with")
                return evolve(row, problems=(*row.problems, problem))
        return row

    def _standing(self, row: TableRow[Any]) -> int:
        cells = self._cells(row)
        standing = _STANDINGS.get(OutcomeKind(cells["outcome"]), _LAST) if cells["outcome"] in _KINDS else _LAST
        return standing if cells.get(MODE, "") == self._mode else max(standing, _STANDINGS[OutcomeKind.NOT_ATTEMPTED])

    def _keys(self, row: TableRow[Any]) -> Iterator[tuple[str, str]]:
        cells = self._cells(row)
        names = ("email",) if self._share_person_id else ("email", "person_id")
        for name in names:
            text = cells[name].strip()
            if text:
                yield name, normalised(text) if name == "email" else text

    def _cells(self, row: TableRow[Any]) -> dict[str, str]:
        return {
            name: "" if cell is None else str(cell) for name, cell in zip(self._header, row.record.cells, strict=False)
        }


_KINDS = frozenset(kind.value for kind in OutcomeKind)
