"""The outcome file: what became of every row, for people to read, mend and give as input again.

After the frozen columns come the other fields that the input had, by their own names, so that the file can be input:
a refused row is mended in place, and rows that are settled are carried over unsent. A run that contacts nobody names
its mode in one column more, for what a test has settled is not settled in earnest.

It is written in place, each outcome as it comes and whole or not at all, so that a job that is killed, or whose disk is
full, leaves what happened so far under the name that was announced. An earlier file of that name, which may have been
mended, is kept beside it.
"""

import errno
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from jofi_async.bulk.outcome import Outcome, OutcomeKind
from jofi_async.core.errors import ConfigurationError
from jofi_async.tables.columns import TableRow
from jofi_async.tables.json_lines import JSON_LINES
from jofi_async.tables.outcome_lines import CsvLines, Lines, ObjectLines, Stream

COLUMNS = (
    "line",
    "outcome",
    "field",
    "reason",
    "email",
    "person_id",
    "custom_id",
    "invitation_id",
    "assessment_url",
    "attempts",
)
MODE = "mode"
SETTLED = frozenset({OutcomeKind.CREATED, OutcomeKind.EXISTED, OutcomeKind.UPDATED})


class OutcomeFile:
    """Writes outcomes to a stream, each at once.

    Args:
        stream: Opened without a buffer.
        lines: How they are written.
        mode: The mode of a run that contacts nobody, or "".
        kept: Where the earlier file of the same name is now, or None.
    """

    def __init__(self, stream: Stream, lines: Lines, *, mode: str = "", kept: Path | None = None) -> None:
        self.kept = kept
        self._mode = mode
        self._stream = stream
        self._lines = lines
        self._size = 0
        self._append(lines.head())

    @classmethod
    def open(cls, path: Path, fields: Sequence[str], *, source: Path, delimiter: str = ",", mode: str = "") -> Self:
        """Make the file; an earlier one is kept as `NAME.previous`.

        Args:
            path: Where it will be; the name says whether it holds JSON lines or CSV.
            fields: The fields that the input has.
            source: The input, which is never written on.
            delimiter: What stands between cells of CSV.
            mode: The mode of a run that contacts nobody, or "".

        Raises:
            ConfigurationError: It is the input itself, or it cannot be written.
        """
        names = [*COLUMNS, *(name for name in fields if name not in COLUMNS), *([MODE] if mode else [])]
        lines = ObjectLines(names) if path.suffix.lower() in JSON_LINES else CsvLines(names, delimiter)
        try:
            kept = kept_name(path) if path.is_file() else None
            if kept and path.samefile(source):
                raise ConfigurationError(f"The outcomes cannot be written to {path}, since it is the input")
            if kept:
                path.replace(kept)
            stream = path.open("wb", buffering=0)
            try:
                return cls(stream, lines, mode=mode, kept=kept)
            except OSError:
                with suppress(OSError):
                    stream.close()
                raise
        except OSError as error:
            raise ConfigurationError(f"The outcomes cannot be written to {path}: {error.strerror}") from None

    def write(self, row: TableRow[Any], outcome: Outcome[Any, Any], item: Mapping[str, object]) -> None:
        """Write one outcome.

        Args:
            row: Where it comes from.
            outcome: How it ended.
            item: The columns that say what is at the vendor now.

        Raises:
            OSError: It cannot be written.
        """
        self._append(
            self._lines.line(
                {
                    **row.cells,
                    **item,
                    "line": row.line,
                    "outcome": outcome.kind.value,
                    "field": outcome.field,
                    "reason": outcome.reason,
                    "attempts": outcome.attempts,
                    MODE: self._mode,
                }
            )
        )

    def carry(self, row: TableRow[Any], header: Sequence[str]) -> None:
        """Write a settled row of an outcome file as it is, but for the line on which it stands now.

        Raises:
            OSError: It cannot be written.
        """
        self._append(self._lines.line({**dict(zip(header, row.record.cells, strict=False)), "line": row.line}))

    def close(self) -> None:
        """Close the stream.

        Raises:
            OSError: What was left cannot be written.
        """
        self._stream.close()

    def _append(self, text: str) -> None:
        """Add a text, or leave the file as it was: half a row could not be read again."""
        raw = text.encode("utf-8", errors="replace")
        try:
            if self._stream.write(raw) != len(raw):
                raise OSError(errno.ENOSPC, "No space left on device")
        except OSError:
            with suppress(OSError):
                self._stream.truncate(self._size)
            raise
        self._size += len(raw)


def kept_name(path: Path) -> Path:
    """Where an earlier file of the same name is kept."""
    return path.with_name(f"{path.name}.previous")


def is_outcome_file(header: Sequence[str]) -> bool:
    """Whether a table with this header is an outcome file."""
    return set(COLUMNS) <= set(header)
