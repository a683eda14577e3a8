"""What a vendor's command wants done with a table, made ready before anything is sent."""

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from attrs import frozen
from rich.console import Console

from jofi_async.cli.mapping import tell_columns, way_on
from jofi_async.cli.options import JobOptions
from jofi_async.core.errors import ConfigurationError
from jofi_async.tables.columns import ColumnError, Columns, Field, TableRow, match_columns
from jofi_async.tables.csv_table import CsvTable
from jofi_async.tables.formats import open_table
from jofi_async.tables.outcome_file import OutcomeFile, is_outcome_file, kept_name
from jofi_async.tables.table import Table, TableError

Row = TypeVar("Row")
Item = TypeVar("Item")


_OUTCOMES = re.compile(r"(\.outcomes\.(csv|jsonl))+$", re.IGNORECASE)


@frozen
class Kind(Generic[Row, Item]):
    """What a vendor's rows and items are.

    Attributes:
        fields: What may be a column.
        make: Makes a row of values by field.
        describe: The outcome columns that say what is at the vendor now.
    """

    fields: Sequence[Field]
    make: Callable[[Mapping[str, object]], Row]
    describe: Callable[[Item], Mapping[str, object]]


@frozen
class Errand(Generic[Row, Item]):
    """A table that can be run.

    Attributes:
        kind: What its rows are.
        table: The table.
        columns: Which column is which field.
        defaults: Values of fields that have no column, or an empty cell in it.
        mode: The mode of a run that contacts nobody, or "".
        share_person_id: Whether one person_id may come with several addresses.
        doubts_known: The keys of persons whom a journal knows; of others, what an outcome file calls unknown stays so.
            None where the vendor would refuse a second invitation.
    """

    kind: Kind[Row, Item]
    table: Table
    columns: Columns
    defaults: Mapping[str, object]
    mode: str = ""
    share_person_id: bool = False
    doubts_known: Container[str] | None = None

    def rows(self) -> Iterator[TableRow[Row]]:
        """All rows, one at a time."""
        return self.columns.rows(self.table, self.kind.make, self.defaults)

    def outcomes_path(self, options: JobOptions) -> Path | None:
        """Where the outcome file will be; a dry run has one only if it is asked for."""
        if options.dry_run and options.outcomes is None:
            return None
        source = self.table.path
        return options.outcomes or source.with_name(f"{source.name}.outcomes.csv")

    def journal_path(self, vendor: str) -> Path:
        """Where the journal is unless somebody says: beside the input, or the input that its outcomes are of.

        Args:
            vendor: Its word for the file's name. A run of a mode has a journal of its own, since what a test has
                settled is not settled in earnest.
        """
        source = self.table.path
        name = source.name
        if is_outcome_file(self.table.header):
            name = _OUTCOMES.sub("", name)
        return source.with_name(".".join(filter(None, [name, vendor, self.mode, "journal"])))

    def check_apart(self, outcomes: Path | None, journal: Path | None, report: Path | None = None) -> None:
        """Make sure that the journal and the report are files of their own.

        Raises:
            ConfigurationError: One is the input, or where outcomes are written, or the other.
        """
        taken = [self.table.path, *([outcomes, kept_name(outcomes)] if outcomes else [])]
        words = "the input or has outcomes"
        for name, file in (("journal", journal), ("report", report)):
            if file is None:
                continue
            if file.resolve() in {other.resolve() for other in taken}:
                raise ConfigurationError(f"The {name} needs a file of its own, and {file} is {words}")
            taken.append(file)
            words = f"the input, has outcomes or is the {name}"

    def open_outcomes(self, path: Path) -> OutcomeFile:
        """Make the outcome file.

        Raises:
            ConfigurationError: It cannot be written.
        """
        # Who exports with semicolons has a spreadsheet that reads nothing else at a double click.
        delimiter = ";" if isinstance(self.table, CsvTable) and self.table.delimiter == ";" else ","
        return OutcomeFile.open(path, self.columns.names, source=self.table.path, delimiter=delimiter, mode=self.mode)


def prepare(
    console: Console, options: JobOptions, kind: Kind[Row, Item], defaults: Mapping[str, object], *, mode: str = ""
) -> Errand[Row, Item]:
    """Read the table once, match its columns and say how.

    Raises:
        TableError: It cannot be used; the message says what to do.
    """
    table = open_table(options.file, options.encoding, form=options.form, sheet=options.sheet)
    try:
        columns = match_columns(table.header, kind.fields, options.chosen)
    except ColumnError as error:
        raise TableError(f"{error.message}; {way_on(error)}") from None
    tell_columns(console, table, columns)
    return Errand(kind, table, columns, defaults, mode, options.share_person_id)
