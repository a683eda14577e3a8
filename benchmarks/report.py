"""What a benchmark found: rows with median, quartiles and reach, as a table and as JSON."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import cattrs
from attrs import field, frozen

from benchmarks.measure import Spread

RESULTS = Path(__file__).with_name("results")
"""Where the figures lie that are committed."""

_converter = cattrs.Converter(prefer_attrib_converters=True)


@frozen
class Reach:
    """What is wanted of a row: of its ratio to the base where it has one, else of its value."""

    bound: Literal["at least", "at most"]
    limit: float

    def holds(self, value: float) -> bool:
        """Whether a value is within it."""
        return value >= self.limit if self.bound == "at least" else value <= self.limit

    def __str__(self) -> str:
        return f"{self.bound} {self.limit:g}"


@frozen
class Row:
    """One thing that was measured.

    Attributes:
        what: Its name.
        value: What was measured, in `unit`.
        unit: Of `value`.
        to_base: The ratio to the base of the same round, where there is a base.
        reach: What is wanted, if anything.
    """

    what: str
    value: Spread
    unit: str
    to_base: Spread | None = None
    reach: Reach | None = None

    @property
    def judged(self) -> float:
        """The figure that the reach speaks of."""
        return (self.to_base or self.value).median

    @property
    def verdict(self) -> str:
        """Whether the reach is met; "" where there is none."""
        if self.reach is None:
            return ""
        return "met" if self.reach.holds(self.judged) else "not met"


@frozen
class Report:
    """All that one benchmark found.

    Attributes:
        name: The benchmark's.
        title: What was measured.
        rows: The figures.
        notes: What is to be known with them.
        machine: What it ran on, with the versions of what it ran.
    """

    name: str
    title: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    machine: Mapping[str, str] = field(factory=dict[str, str])

    def row(self, what: str) -> Row:
        """The row of a name."""
        return next(row for row in self.rows if row.what == what)


def save(report: Report, folder: Path = RESULTS) -> Path:
    """Write a report as JSON, and return where."""
    import json

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{report.name}.json"
    path.write_text(json.dumps(_converter.unstructure(report), indent=1) + "\n", "utf-8")
    return path


def load(name: str, folder: Path = RESULTS) -> Report:
    """Read a report."""
    import json

    return _converter.structure(json.loads((folder / f"{name}.json").read_text("utf-8")), Report)


def as_text(report: Report) -> str:
    """The report as a table for the terminal."""
    head = ("", "median", "quartiles", "unit", "to base", "quartiles", "reach", "")
    lines = [head, *(_cells(row) for row in report.rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    table = [_aligned(line, widths) for line in lines]
    machine = ", ".join(f"{name} {value}" for name, value in report.machine.items())
    return "\n".join([f"{report.name}: {report.title}", "", *table, "", *report.notes, machine])


def number(value: float) -> str:
    """A number with three digits that count, and all of those before the point."""
    if abs(value) >= 100 or value == 0:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 1 else f"{value:.2f}"


def _cells(row: Row) -> tuple[str, ...]:
    ratio = row.to_base
    return (
        row.what,
        number(row.value.median),
        _quartiles(row.value),
        row.unit,
        f"{ratio.median:.2f}" if ratio else "",
        f"{ratio.low:.2f}-{ratio.high:.2f}" if ratio else "",
        str(row.reach or ""),
        row.verdict,
    )


def _quartiles(value: Spread) -> str:
    return "" if value.low == value.high else f"{number(value.low)}-{number(value.high)}"


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    left = {0, 3, 6, 7}
    padded = (
        cell.ljust(width) if column in left else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join(padded).rstrip()
