"""A journal's tables in SQLite, and its records to rows of them and back."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from zlib import crc32

import attrs

from jofi_async.bulk.journal.records import IN_DOUBT, SETTLED, Entry, Holder, Opening, Run, State
from jofi_async.bulk.ledger import Progress
from jofi_async.bulk.outcome import Evidence, OutcomeKind
from jofi_async.bulk.resource import Binding, Person
from jofi_async.core.codec import encode
from jofi_async.storage.database import Schema

SCHEMA = Schema(
    name="journal",
    application_id=0x4A6F4A6E,
    version=2,
    script="""
    CREATE TABLE job (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        binding TEXT,
        epoch INTEGER NOT NULL,
        holder TEXT,
        purged TEXT
    );
    INSERT INTO job VALUES (1, NULL, 0, NULL, NULL);
    CREATE TABLE entry (
        person TEXT NOT NULL PRIMARY KEY,
        state TEXT NOT NULL,
        person_id TEXT,
        traces TEXT NOT NULL,
        watermark TEXT NOT NULL,
        intended_at REAL NOT NULL,
        renewed_at REAL NOT NULL,
        attempts INTEGER NOT NULL,
        receipt TEXT,
        evidence TEXT,
        field TEXT NOT NULL,
        reason TEXT NOT NULL,
        checksum INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX entry_person_id ON entry (person_id) WHERE person_id IS NOT NULL;
    CREATE TABLE run (
        number INTEGER PRIMARY KEY,
        process INTEGER NOT NULL,
        host TEXT NOT NULL,
        started_at REAL NOT NULL,
        ended_at REAL,
        counts TEXT NOT NULL,
        stopped TEXT
    )""",
)

_ROWS = "rows"
"""Among a run's counts: how many rows its source has, or null."""

_COLUMNS = (
    "person, state, person_id, traces, watermark, intended_at, renewed_at, attempts, receipt, evidence, field, reason, "
    "checksum"
)
_CHANGES = ", ".join(f"{column} = excluded.{column}" for column in _COLUMNS.split(", ")[1:])
_PUT = (
    f"INSERT INTO entry ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
    f"ON CONFLICT (person) DO UPDATE SET {_CHANGES}"
)


def put_entry(connection: sqlite3.Connection, entry: Entry) -> None:
    """Write a person's entry in place of an earlier one."""
    values = (
        entry.person,
        entry.state.value,
        entry.person_id,
        f"[{','.join(map(_json, entry.traces))}]",
        "null" if entry.watermark is None else json.dumps(entry.watermark),
        entry.intended_at,
        entry.renewed_at,
        entry.attempts,
        None if entry.receipt is None else _json(entry.receipt),
        None if entry.evidence is None else entry.evidence.value,
        entry.field,
        entry.reason,
    )
    connection.execute(_PUT, (*values, _checksum(values)))


def drop_entries(connection: sqlite3.Connection) -> None:
    """Forget all persons."""
    connection.execute("DELETE FROM entry")


def entries_of(connection: sqlite3.Connection, person: Person) -> Sequence[Entry]:
    """The entries with a person's key or person_id, that of the key first."""
    where = "person = ? OR (? <> '' AND person_id = ?) ORDER BY person <> ?"
    person_id = person.person_id or ""
    return list(_entries(connection, where, [person.key, person_id, person_id, person.key]))


def entries_in_doubt(connection: sqlite3.Connection) -> Sequence[Entry]:
    """All that may have taken effect, in the order in which they were intended."""
    return list(_entries(connection, f"state IN {_listed(IN_DOUBT)} ORDER BY intended_at"))


def some_settled(connection: sqlite3.Connection, most: int) -> Sequence[Entry]:
    """Settled entries with a receipt: the first, the last, and others between."""
    where = f"state IN {_listed(SETTLED)} AND receipt IS NOT NULL"
    count: int = connection.execute(f"SELECT count(*) FROM entry WHERE {where}").fetchone()[0]
    places = sorted({(count - 1) * step // max(1, most - 1) for step in range(most)}) if count else []
    ordered = f"{where} ORDER BY intended_at LIMIT 1 OFFSET ?"
    return [entry for place in places for entry in _entries(connection, ordered, [place])]


def all_entries(connection: sqlite3.Connection) -> Iterator[Entry]:
    """All entries, in the order in which they were intended."""
    return _entries(connection, "true ORDER BY intended_at")


def counts_by_state(connection: sqlite3.Connection) -> Mapping[State, int]:
    """How many persons are in each state; after a purge, how many were. Reads every entry, so that damage shows."""
    purged = purged_counts(connection)
    if purged is not None:
        return purged
    return Counter(State(_whole(row)[1]) for row in connection.execute(f"SELECT {_COLUMNS} FROM entry"))


def purged_counts(connection: sqlite3.Connection) -> Mapping[State, int] | None:
    """What was counted when the personal data was removed, or None when it was not."""
    text: str | None = connection.execute("SELECT purged FROM job").fetchone()[0]
    return None if text is None else {State(state): count for state, count in json.loads(text).items()}


def set_purged(connection: sqlite3.Connection, counts: Mapping[State, int] | None) -> None:
    """Note that the personal data was removed, or that the job begins anew."""
    connection.execute("UPDATE job SET purged = ?", [None if counts is None else json.dumps(counts)])


def binding_of(connection: sqlite3.Connection) -> Binding | None:
    """What the journal belongs to, or None when it is new."""
    text: str | None = connection.execute("SELECT binding FROM job").fetchone()[0]
    return None if text is None else Binding(**json.loads(text))


def set_binding(connection: sqlite3.Connection, binding: Binding) -> None:
    """Note what the journal belongs to."""
    connection.execute("UPDATE job SET binding = ?", [json.dumps(attrs.asdict(binding))])


def epoch_of(connection: sqlite3.Connection) -> int:
    """How many processes have held the journal."""
    epoch: int = connection.execute("SELECT epoch FROM job").fetchone()[0]
    return epoch


def set_epoch(connection: sqlite3.Connection, epoch: int) -> None:
    """Note that one more holds it."""
    connection.execute("UPDATE job SET epoch = ?", [epoch])


def holder_of(connection: sqlite3.Connection) -> Holder | None:
    """Who holds the journal, or held it last."""
    text: str | None = connection.execute("SELECT holder FROM job").fetchone()[0]
    return None if text is None else Holder(**json.loads(text))


def set_holder(connection: sqlite3.Connection, holder: Holder) -> None:
    """Note who holds it."""
    connection.execute("UPDATE job SET holder = ?", [json.dumps(attrs.asdict(holder))])


def begin_run(connection: sqlite3.Connection, run: Run) -> None:
    """Note that a run has begun."""
    connection.execute(
        "INSERT INTO run VALUES (?, ?, ?, ?, NULL, '{}', NULL)", [run.number, run.process, run.host, run.started_at]
    )


def note_run(connection: sqlite3.Connection, number: int, progress: Progress) -> None:
    """Note how far a run has come, if it has begun."""
    counts: dict[str, int | None] = {kind.value: count for kind, count in progress.counts.items()}
    counts[_ROWS] = progress.rows
    connection.execute("UPDATE run SET counts = ? WHERE number = ?", [json.dumps(counts), number])


def end_run(connection: sqlite3.Connection, number: int, ended_at: float, stopped: str | None) -> None:
    """Note that a run ended, if it had begun."""
    connection.execute("UPDATE run SET ended_at = ?, stopped = ? WHERE number = ?", [ended_at, stopped, number])


def last_run(connection: sqlite3.Connection) -> Run | None:
    """The run that began last, or None."""
    found = connection.execute("SELECT * FROM run ORDER BY number DESC LIMIT 1").fetchone()
    if found is None:
        return None
    number, process, host, started_at, ended_at, text, stopped = found
    counts = json.loads(text)
    rows = counts.pop(_ROWS, None)
    progress = Progress({OutcomeKind(kind): count for kind, count in counts.items()}, rows)
    return Run(number, process, host, started_at, ended_at, progress, stopped)


def opening(connection: sqlite3.Connection, *, took_over: bool) -> Opening:
    """What is found when a journal is opened."""
    last = last_run(connection)
    return Opening(
        binding_of(connection),
        counts_by_state(connection),
        is_purged=purged_counts(connection) is not None,
        took_over=took_over,
        broke_off=None if last is None or last.ended_at is not None else last.progress.rows,
    )


def _entries(connection: sqlite3.Connection, where: str, values: Sequence[object] = ()) -> Iterator[Entry]:
    return map(_entry, connection.execute(f"SELECT {_COLUMNS} FROM entry WHERE {where}", values))


def _entry(row: Sequence[Any]) -> Entry:
    values = _whole(row)
    person, state, person_id, traces, watermark, intended_at, renewed_at, attempts, receipt, evidence, field, reason = (
        values
    )
    return Entry(
        person=person,
        state=State(state),
        person_id=person_id,
        traces=json.loads(traces),
        watermark=json.loads(watermark),
        intended_at=intended_at,
        renewed_at=renewed_at,
        attempts=attempts,
        receipt=None if receipt is None else json.loads(receipt),
        evidence=None if evidence is None else Evidence(evidence),
        field=field,
        reason=reason,
    )


def _whole(row: Sequence[Any]) -> Sequence[Any]:
    """A row without its checksum, which must fit."""
    *values, checksum = row
    if checksum != _checksum(tuple(values)):
        raise ValueError("an entry is not what was written")
    return values


def _json(values: Mapping[str, Any]) -> str:
    return encode(values).decode("ascii")


def _checksum(values: tuple[Any, ...]) -> int:
    return crc32(repr(values).encode())


def _listed(states: Iterable[State]) -> str:
    return "(" + ", ".join(f"'{state.value}'" for state in sorted(states)) + ")"
