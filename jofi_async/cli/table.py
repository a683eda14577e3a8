"""A table for people: as wide as it is, on a terminal as it fits, and where none fits, one row after the other.

Cells are broken into lines where a person would break them: at spaces, and before the @ of an address.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any, Self

from attrs import frozen
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from jofi_async.cli.progress import plain

_FOLDED = 12
"""How narrow a column may become at least whose words are broken."""
_GAP = 2
_BREAKS = re.compile(r"\s+|(?=@)")


@frozen
class Column:
    """A column of a table for people.

    Attributes:
        header: Its head.
        value: What stands in it, of an item.
        number: Whether it holds numbers.
        whole: Whether it is never broken into lines.
        spare: Whether a table is shown without it where there is no room.
    """

    header: str
    value: Callable[[Any], object]
    number: bool = False
    whole: bool = False
    spare: bool = False


def print_table(console: Console, items: Sequence[Any], columns: Sequence[Column]) -> None:
    """Print items, one to a row; nothing is left out but columns that may be.

    Args:
        console: Where to; what is no terminal is as wide as it has to be.
        items: What the rows are of.
        columns: The columns.
    """
    if not items:
        console.print("There are none.")
        return
    cells = {column: [cell(column.value(item)) for item in items] for column in columns}
    needed = [column for column in columns if not column.spare]
    for shown, are_words_whole in ((columns, True), (needed, True), (needed, False)):
        sizes = [_Sizes.of(column, cells[column], are_words_whole) for column in shown]
        gaps = _GAP * (len(shown) - 1)
        if not console.is_terminal:
            console.width = sum(each.full for each in sizes) + gaps
        if sum(each.least for each in sizes) + gaps <= console.width:
            _print_rows(console, shown, cells, _fitted(sizes, console.width - gaps))
            return
    _print_blocks(console, columns, cells)


def cell(value: object) -> Text:
    """What stands in a cell."""
    if isinstance(value, bool):
        value = "yes" if value else "no"
    return plain("" if value is None else str(value))


@frozen
class _Sizes:
    """How wide a column can be.

    Attributes:
        least: How wide it has to be.
        cells: How wide each cell is, the narrowest first.
    """

    least: int
    cells: list[int]

    @classmethod
    def of(cls, column: Column, texts: Sequence[Text], are_words_whole: bool) -> Self:
        """The sizes of a column, whose words may have to be whole."""
        cells = sorted([cell_len(column.header), *(text.cell_len for text in texts)])
        if column.whole:
            return cls(cells[-1], cells)
        lines = (column.header, *(text.plain for text in texts))
        word = max(cell_len(word) for line in lines for word in _BREAKS.split(line))
        return cls(word if are_words_whole else min(word, _FOLDED), cells)

    @property
    def full(self) -> int:
        """How wide it is where nothing is broken."""
        return self.cells[-1]

    def broken(self, width: int) -> int:
        """How many cells are broken into lines."""
        return len(self.cells) - bisect_right(self.cells, width)


def _fitted(sizes: Sequence[_Sizes], room: int) -> list[int]:
    """How wide each column becomes: narrowed is always the one of which that breaks the fewest cells."""
    widths = [each.full for each in sizes]
    while sum(widths) > room:
        narrowable = (place for place, each in enumerate(sizes) if widths[place] > each.least)
        widths[min(narrowable, key=lambda place: sizes[place].broken(widths[place] - 1))] -= 1
    return widths


def _print_rows(
    console: Console, columns: Sequence[Column], cells: dict[Column, list[Text]], widths: Sequence[int]
) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for column, width in zip(columns, widths, strict=True):
        table.add_column(
            column.header,
            width=width,
            justify="right" if column.number else "left",
            overflow="fold",
            no_wrap=column.whole,
        )
    for row in zip(*(cells[column] for column in columns), strict=True):
        table.add_row(*map(_broken, row, widths))
    console.print(table)


def _broken(text: Text, width: int) -> Text:
    """A cell that does not fit, with each address in it broken before its @; it is broken at spaces anyway."""
    return text if text.cell_len <= width else Text(text.plain.replace("@", "\n@"))


def _print_blocks(console: Console, columns: Sequence[Column], cells: dict[Column, list[Text]]) -> None:
    heads = [Text(column.header, style="bold") for column in columns]
    width = max(head.cell_len for head in heads)
    for row in zip(*(cells[column] for column in columns), strict=True):
        for head, text in zip(heads, row, strict=True):
            console.print(Text.assemble(head, " " * (width - head.cell_len + _GAP), text), soft_wrap=True)
        console.print()
