"""Rows that a stray quote made part of a cell: whoever stands in them would be forgotten without a word.

A quote that opens a cell and is closed some rows further on makes one row of them all. The text between has line
breaks, and its lines have as many cells as rows have, and an address; a text that belongs there has so by chance only.
"""

import re
from collections.abc import Sequence

_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_LINE_END = re.compile(r"\r\n|\r|\n")


def has_swallowed_rows(cells: Sequence[str], width: int, delimiter: str) -> bool:
    """Whether a cell of a row seems to hold other rows.

    Args:
        cells: The row's cells.
        width: How many cells a row has.
        delimiter: What stands between cells.
    """
    return any(_holds_rows(_LINE_END.split(cell), place, width, delimiter) for place, cell in enumerate(cells))


def _holds_rows(lines: Sequence[str], place: int, width: int, delimiter: str) -> bool:
    """Whether the end of a row, the beginning of another, or one between is among the lines of a cell."""
    if len(lines) == 1:
        return False
    counts = [width - place, *[width] * (len(lines) - 2), place + 1]
    return any(_is_part(line.split(delimiter), count) for line, count in zip(lines, counts, strict=True))


def _is_part(cells: Sequence[str], count: int) -> bool:
    return len(cells) == count > 1 and any(_ADDRESS.fullmatch(cell.strip()) for cell in cells)
