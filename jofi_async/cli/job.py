"""`jofi job`: look at a job's journal, also while the job runs; write it out; remove the personal data from it."""

import asyncio
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from jofi_async.bulk.journal.file import Status, purge, read_entries, read_status
from jofi_async.bulk.journal.records import IN_DOUBT, SETTLED, Entry, Run, State
from jofi_async.cli.progress import plain, say
from jofi_async.cli.tally import number_of
from jofi_async.core.errors import ConfigurationError, JournalError
from jofi_async.storage.database import StorageError
from jofi_async.tables.json_lines import JSON_LINES
from jofi_async.tables.outcome_lines import CsvLines, Lines, ObjectLines

COLUMNS = (
    "outcome",
    "evidence",
    "field",
    "reason",
    "email",
    "person_id",
    "invitation_id",
    "assessment_url",
    "attempts",
    "first_intended_at",
)
_IN_WORDS = {State.INTENT: "sent, not answered yet", State.NOT_ATTEMPTED: "not attempted"}
_PATH = click.argument("path", type=click.Path(path_type=Path))
_UNUSABLE = 5
"""The exit code when a journal cannot be used."""


@click.group(short_help="Look at a job's journal, or purge it.")
def job() -> None:
    """Look at a job's journal, also while the job runs; write it out; remove the personal data from it."""


@job.command()
@_PATH
def status(path: Path) -> int:
    """Say how the job of the journal PATH stands."""
    try:
        _tell_status(Console(), path, read_status(path))
    except StorageError as error:
        return _fail(error)
    return 0


@job.command()
@_PATH
@click.option("--all", "everybody", is_flag=True, help="Show everybody, not only who needs a look.")
def show(path: Path, everybody: bool) -> int:
    """Show who in the journal PATH needs a look: who is in doubt, and whom the vendor refused."""
    grid = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for header in ("E-mail", "Person id", "Outcome", "Evidence", "Attempts", "Reason"):
        grid.add_column(header, justify="right" if header == "Attempts" else "left", overflow="fold")
    try:
        for entry in read_entries(path):
            if everybody or not entry.is_settled:
                grid.add_row(*_shown(entry))
    except StorageError as error:
        return _fail(error)
    console = Console()
    if grid.row_count:
        console.print(grid)
    else:
        say(console, "Nobody needs a look.")
    return 0


@job.command()
@_PATH
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="A .csv or .jsonl.  [stdout, CSV]"
)
def export(path: Path, output: Path | None) -> int:
    """Write everybody in the journal PATH as CSV or JSON lines, with what is known of each."""
    lines: Lines = ObjectLines(COLUMNS) if output and output.suffix.lower() in JSON_LINES else CsvLines(COLUMNS)
    try:
        entries = read_entries(path)
        first = list(islice(entries, 1))  # before a file is made
        if output is not None:
            output.touch(0o600, exist_ok=False)
        with output.open("w", encoding="utf-8", newline="") if output else nullcontext(sys.stdout) as stream:
            stream.write(lines.head())
            stream.writelines(lines.line(_values(entry)) for entry in chain(first, entries))
    except StorageError as error:
        return _fail(error)
    except OSError as error:
        if output is None:
            raise
        raise ConfigurationError(f"{output} cannot be written: {error.strerror}") from None
    return 0


@job.command("purge")
@_PATH
@click.option("--yes", is_flag=True, help="Do not ask.")
def purge_command(path: Path, yes: bool) -> int:
    """Remove all personal data from the journal PATH; the counts stay.

    Whom the job invited is not known any more afterwards, so the same input is refused unless it is told to start over.
    """
    try:
        found = read_status(path)
        in_doubt = sum(found.counts.get(state, 0) for state in IN_DOUBT)
        doubt = f", {in_doubt:,} of them may have been invited and were not looked up," if in_doubt else ""
        count = 0 if found.is_purged else sum(found.counts.values())
        if not yes and not click.confirm(f"Remove {number_of(count, 'person')}{doubt} from {path}?"):
            return 2
        counts = asyncio.run(purge(path))
    except (StorageError, JournalError) as error:
        return _fail(error)
    say(Console(), f"Removed {number_of(count, 'person')}. What is left: {_in_words(counts)}.")
    return 0


def _tell_status(console: Console, path: Path, found: Status) -> None:
    if found.binding is not None:
        facts = found.binding
        mode = f" ({facts.mode})" if facts.mode else ""
        account = f", account {facts.account}" if facts.account else ""
        say(console, f"{path}: {facts.vendor} at {facts.base_url}{account}{mode}")
    say(console, _how_it_runs(found))
    if found.last_run is not None:
        say(console, _of_its_rows(found.last_run))
    settled = sum(found.counts.get(state, 0) for state in SETTLED)
    in_doubt = sum(found.counts.get(state, 0) for state in IN_DOUBT)
    people = f"{settled:,} settled, {in_doubt:,} to look up: {_in_words(found.counts)}"
    say(console, f"People of all runs: {people}. Whose row was refused unsent is not among them.")
    if found.is_purged:
        say(console, "The personal data was removed; a run of the same input must start over.")


def _how_it_runs(found: Status) -> str:
    run, holder = found.last_run, found.holder
    if found.is_running and holder is not None:
        return f"Running since {_time(holder.since)}: process {holder.process} on {holder.host}."
    if run is None:
        return "It has not begun."
    if run.ended_at is None:
        return f"Killed: run {run.number} began {_time(run.started_at)} and never ended. Run it again, and it resumes."
    why = f", since {run.stopped.removesuffix('.')}" if run.stopped else ""
    return f"Run {run.number} ended {_time(run.ended_at)}{why}."


def _of_its_rows(run: Run) -> str:
    """What became of the rows that a run was given."""
    progress, has_ended = run.progress, run.ended_at is not None
    rows = "rows" if progress.rows is None else number_of(progress.rows, "row")
    when = "" if has_ended else ", as last written down, once a second"
    told = [_in_words(progress.counts)] if progress.counts else []
    if progress.left:
        told.append(f"{progress.left:,} {'not reached' if has_ended else 'to go'}")
    unknown = progress.left is None and (run.stopped is not None or not has_ended)
    end = "; how many there are in all is not known here" if unknown else ""
    return f"Run {run.number}, {rows}{when}: {', '.join(told) or 'none has ended'}{end}."


def _shown(entry: Entry) -> tuple[Text, ...]:
    words = (entry.person, entry.person_id or "", _IN_WORDS.get(entry.state, entry.state.value))
    return tuple(map(plain, (*words, entry.evidence or "", str(entry.attempts), entry.reason)))


def _values(entry: Entry) -> Mapping[str, object]:
    return {
        **(entry.receipt or {}),
        "outcome": entry.state.value,
        "evidence": entry.evidence,
        "field": entry.field,
        "reason": entry.reason,
        "email": entry.person,
        "person_id": entry.person_id,
        "attempts": entry.attempts,
        "first_intended_at": datetime.fromtimestamp(entry.intended_at).astimezone().isoformat(timespec="seconds"),
    }


def _in_words(counts: Mapping[Any, int]) -> str:
    """Counts by state or by outcome, whose names are the same."""
    told = [f"{counts[state]:,} {state.value.replace('_', ' ')}" for state in State if counts.get(state)]
    return ", ".join(told) or "nobody yet"


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")


def _fail(error: StorageError | JournalError) -> int:
    say(Console(stderr=True), f"Error: {error.message}")
    return _UNUSABLE
