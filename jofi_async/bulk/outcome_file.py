"""The outcome file: what became of every row, for people to read, mend and give as input again.

After the frozen columns come the other fields that the input had, by their own names, so that the file can be input:
a refused row is mended in place, and rows that are settled are carried over unsent. It is UTF-8 with a byte order mark
and CRLF, since spreadsheets read names wrong without; cells that would be formulas are guarded.

It is written in place, each outcome as it comes, so that a job that is killed leaves what happened so far under the
name that was announced. An earlier file of that name, which may have been mended, is kept beside it.
"""

import csv
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self, TextIO

from jofi_async.bulk.columns import TableRow
from jofi_async.bulk.formulas import guard
from jofi_async.bulk.outcome import Outcome, OutcomeKind
from jofi_async.core.errors import ConfigurationError

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
SETTLED = frozenset({OutcomeKind.CREATED, OutcomeKind.EXISTED, OutcomeKind.UPDATED})


class OutcomeFile:
    """Writes outcomes to a stream, each flushed.

    Args:
        stream: Opened with `newline=""`.
        fields: The fields that the input has.
        delimiter: What stands between cells.
        kept: Where the earlier file of the same name is now, or None.
    """

    def __init__(
        self, stream: TextIO, fields: Sequence[str], *, delimiter: str = ",", kept: Path | None = None
    ) -> None:
        self.kept = kept
        self._stream = stream
        self._writer = csv.DictWriter(
            stream,
            [*COLUMNS, *(name for name in fields if name not in COLUMNS)],
            delimiter=delimiter,
            extrasaction="ignore",
        )
        self._writer.writeheader()
        self._stream.flush()

    @classmethod
    def open(cls, path: Path, fields: Sequence[str], *, source: Path, delimiter: str = ",") -> Self:
        """Make the file; an earlier one is kept as `NAME.previous`.

        Raises:
            ConfigurationError: It is the input itself, or it cannot be written.
        """
        try:
            kept = path.with_name(f"{path.name}.previous") if path.is_file() else None
            if kept and path.samefile(source):
                raise ConfigurationError(f"The outcomes cannot be written to {path}, since it is the input")
            if kept:
                path.replace(kept)
            stream = path.open("w", encoding="utf-8-sig", errors="replace", newline="")
            try:
                return cls(stream, fields, delimiter=delimiter, kept=kept)
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
        self._write(
            {
                **row.cells,
                **item,
                "line": row.line,
                "outcome": outcome.kind.value,
                "field": outcome.field,
                "reason": outcome.reason,
                "attempts": outcome.attempts,
            }
        )

    def carry(self, row: TableRow[Any], header: Sequence[str]) -> None:
        """Write a settled row of an outcome file as it is, but for the line on which it stands now.

        Raises:
            OSError: It cannot be written.
        """
        self._write({**dict(zip(header, row.record.cells, strict=False)), "line": row.line})

    def close(self) -> None:
        """Close the stream.

        Raises:
            OSError: What was left cannot be written.
        """
        self._stream.close()

    def _write(self, cells: Mapping[str, object]) -> None:
        self._writer.writerow({name: _safe(value) for name, value in cells.items()})
        self._stream.flush()


def is_outcome_file(header: Sequence[str]) -> bool:
    """Whether a table with this header is an outcome file."""
    return set(COLUMNS) <= set(header)


def is_settled(row: TableRow[Any], header: Sequence[str]) -> bool:
    """Whether a row of an outcome file needs nothing more."""
    return dict(zip(header, row.record.cells, strict=False)).get("outcome") in SETTLED


def _safe(value: object) -> str:
    return "" if value is None else guard(str(value).replace("\0", ""))
