"""A file as a table, whatever its format is: a header, and rows that know where they stand."""

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Self

from attrs import field, frozen

from jofi_async.core.errors import UsageError


class TableError(UsageError):
    """A table cannot be read as it is."""


@frozen(repr=False)
class Record:
    """One row as it stands in the file.

    Attributes:
        line: The physical line on which it starts, or the sheet's row; the header counts, and so does what is blank.
        cells: Its cells: text, trimmed and without the guard of a formula, or what JSON says; "" and None are nothing.
        problem: Why it may not be one row, or "".
    """

    line: int
    cells: tuple[object, ...]
    problem: str = ""


@frozen(kw_only=True)
class Table(ABC):
    """A file that was read once to the end without an error.

    Attributes:
        path: Where it is.
        header: The names of its columns.
        rows: How many rows it has; those without any text do not count.
    """

    path: Path
    header: tuple[str, ...] = field(repr=False)
    rows: int

    @abstractmethod
    def records(self) -> Iterator[Record]:
        """The rows after the header, one at a time; rows without any text are skipped.

        Raises:
            TableError: The file cannot be read, or has changed since it was opened.
        """


@frozen
class Version:
    """What tells whether a file that is read twice is still the same.

    Attributes:
        size: Its length in bytes.
        modified: When it was written last, in nanoseconds.
    """

    size: int
    modified: int

    @classmethod
    def of(cls, path: Path) -> Self:
        """The version of a file now."""
        stat = path.stat()
        return cls(stat.st_size, stat.st_mtime_ns)

    def check(self, path: Path, stream: IO[str]) -> None:
        """Make sure that an open file is of this version still.

        Raises:
            TableError: It has changed.
        """
        stat = os.fstat(stream.fileno())
        if (stat.st_size, stat.st_mtime_ns) != (self.size, self.modified):
            raise TableError(f"{path} was changed while it was being read")


def unreadable(path: Path, error: OSError) -> TableError:
    """What to raise when the system does not let a file be read."""
    return TableError(f"{path} cannot be read: {error.strerror or type(error).__name__}")
