"""A vendor, a table and a disk of the tests' own, for runs that go wrong."""

import csv
import errno
import io
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from jofi_async import BulkJob, Problem
from jofi_async.bulk.resource import Look, Person
from jofi_async.cli.errand import Errand, Kind
from jofi_async.cli.report import tell_end
from jofi_async.cli.run import Run
from jofi_async.core.call import CallRecord
from jofi_async.tables.columns import Field, match_columns
from jofi_async.tables.formats import open_table
from jofi_async.tables.outcome_file import COLUMNS, OutcomeFile
from jofi_async.tables.outcome_lines import CsvLines

Row = Mapping[str, object]
FIELDS = (Field("email", needed=True),)


class Vendor:
    """Creates whatever it is given, as `send` says."""

    looks_prove = False
    resend_is_safe = False
    resend_after = None
    asks_first = False

    def __init__(self, send: Callable[[CallRecord], Awaitable[None]] | None = None) -> None:
        self._send = send

    def check(self, row: Row) -> Sequence[Problem]:
        return [] if row.get("email") else [Problem("email", "is empty")]

    def person(self, row: Row) -> Person:
        return Person(str(row["email"]))

    async def send(self, row: Row, record: CallRecord) -> str:
        record.attempts += 1
        if self._send:
            await self._send(record)
        return f"invitation of {row['email']}"

    async def known(self, row: Row) -> str | None:
        return None

    def is_last(self, row: Row) -> bool:
        return True

    def onward(self, row: Row, item: str) -> Row:
        return row

    async def look(self, row: Row, watermark: object) -> Look[str]:
        return Look(None, conclusive=False)

    def spend_resend(self) -> bool:
        return False

    async def watermark(self) -> object:
        return None

    def is_ours(self, row: Row, item: object, watermark: object) -> bool:
        return False


class Disk(io.BytesIO):
    """A file that can still be read when it was closed."""

    def close(self) -> None:
        pass

    def rows(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.getvalue().decode("utf-8-sig"))))


class FullDisk(Disk):
    """Takes so many bytes, half a row if need be, and then no more."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def write(self, raw: Any, /) -> int:
        left = self.room - self.tell()
        if left <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(bytes(raw)[:left])


def make_errand(folder: Path, rows: int) -> Errand[Row, str]:
    path = folder / "people.csv"
    path.write_text("email\n" + "".join(f"{number}@example.org\n" for number in range(rows)), encoding="utf-8")
    table = open_table(path)
    kind = Kind[Row, str](FIELDS, dict, lambda item: {"invitation_id": item})
    return Errand(kind, table, match_columns(table.header, FIELDS, {}), {})


def make_run(folder: Path, rows: int, stream: io.BytesIO | None = None) -> Run[Row, str]:
    console = Console(file=io.StringIO(), width=80)
    return Run(make_errand(folder, rows), console, lambda: OutcomeFile(stream or io.BytesIO(), CsvLines(COLUMNS)))


async def go(run: Run[Row, str], vendor: Vendor, *, in_flight: int = 2) -> None:
    await run.send(lambda rows: BulkJob(vendor, rows, max_in_flight=in_flight))


def said(run: Run[Row, str]) -> str:
    assert isinstance(run.console.file, io.StringIO)
    return run.console.file.getvalue()


def told(run: Run[Row, str], path: Path | None = None) -> str:
    out = Console(file=io.StringIO(), width=80)
    tell_end(out, run, path, journal=None, vendor_says=iter(()))
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()
