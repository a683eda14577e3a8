"""`jofi invite` with a journal, and `jofi job`."""

import csv
import io
import json
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from attrs import evolve

from jofi_async import FakeJofi, OutcomeKind
from jofi_async.bulk.journal import tables
from jofi_async.bulk.journal.records import Run, State
from jofi_async.bulk.journal.sqlite import lock_of
from jofi_async.bulk.ledger import Progress
from jofi_async.bulk.resource import Person
from jofi_async.storage.hold import Hold
from tests.cli.support import PEOPLE, Command, Live, kinds, said

MORE = PEOPLE + "Grace,Hopper,grace@example.org,\nNo,Name,,\n"


@pytest.fixture
def fake(live: Live) -> FakeJofi:
    fake = FakeJofi()
    live(fake)
    return fake


@pytest.fixture
def journal(jofi: Command) -> Path:
    return jofi.folder / "people.csv.jofi.journal"


def forget_the_answer(connection: sqlite3.Connection) -> None:
    """Leave of Ada what a kill leaves right after the send."""
    (entry,) = tables.entries_of(connection, Person("ada@example.org"))
    trace = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.org"}
    tables.put_entry(connection, evolve(entry, state=State.INTENT, traces=[trace]))


def test_the_same_command_again_resumes(jofi: Command, fake: FakeJofi, journal: Path) -> None:
    assert jofi.invite(PEOPLE, sandbox=False) == 0
    assert "Resuming" not in jofi.err
    assert stat.S_IMODE(journal.stat().st_mode) == 0o600
    assert {one.name for one in jofi.folder.iterdir()} == {"people.csv", journal.name, jofi.outcomes.name}
    first = jofi.rows()
    assert jofi.invite(MORE, sandbox=False) == 3
    assert "Resuming: 2 settled, 0 to look up, 2 to go." in jofi.err
    assert "2  settled by an earlier run, not sent again" in jofi.out
    assert kinds(jofi.rows()) == {"created": 3, "refused": 1}
    assert jofi.rows()[:2] == first
    assert len(fake.messages) == 3


def test_the_status_of_a_run_that_could_not_go_on_says_why_in_one_sentence(
    jofi: Command, fake: FakeJofi, journal: Path
) -> None:
    assert jofi("invite", jofi.write(PEOPLE), "--inviter", "nobody@example.org") == 5
    assert jofi("job", "status", journal) == 0
    assert "since User not found with email: n***@example.org (POST /invitations -> 400). Nothing took effect.\n" in (
        jofi.out
    )
    assert not fake.invitations


def test_who_is_in_doubt_and_left_the_table_is_told(jofi: Command, fake: FakeJofi, journal: Path) -> None:
    assert jofi.invite(PEOPLE, sandbox=False) == 0
    with closing(sqlite3.connect(journal)) as connection, connection:
        forget_the_answer(connection)
    assert jofi.invite(PEOPLE.replace("ada@example.org", "grace@example.org"), sandbox=False) == 0
    assert "Resuming: 1 settled, 0 to look up, 1 to go." in jofi.err
    assert "1 more may have been invited and are not in the table now" in jofi.err
    assert jofi("job", "show", journal) == 0
    assert "Nobody needs a look." in jofi.out


def test_mended_outcomes_share_the_journal_of_their_input(jofi: Command, fake: FakeJofi, journal: Path) -> None:
    assert jofi.invite(MORE, sandbox=False) == 3
    mended = jofi.outcomes.read_text(encoding="utf-8").replace("No,Name,", "Katherine,Johnson,")
    jofi.outcomes.write_text(mended.replace(",refused,email,", ",refused,email,"), encoding="utf-8")
    assert jofi("invite", jofi.outcomes, "--inviter", "jane.recruiter@jofiscore.com") == 3
    assert "Resuming: 3 settled" in jofi.err
    assert [one.name for one in jofi.folder.glob("*.journal")] == [journal.name]


def test_the_sandbox_has_none_unless_it_is_asked_for(jofi: Command) -> None:
    assert jofi.invite(PEOPLE) == 0
    assert list(jofi.folder.glob("*.journal*")) == []
    path = jofi.folder / "x.journal"
    assert jofi.invite(PEOPLE, "--journal", path) == 0
    before = jofi.outcomes.read_bytes()
    assert jofi.invite(PEOPLE, "--journal", path) == 5
    assert "the server knows none" in said(jofi)
    assert "Outcomes:" not in jofi.out
    assert jofi.outcomes.read_bytes() == before
    assert jofi.invite(PEOPLE, "--journal", path, "--trust-journal") == 0
    assert "would have sent 0 e-mails" in jofi.out
    assert jofi.invite(PEOPLE, "--journal", path, "--start-over") == 0
    assert "would have sent 2 e-mails" in jofi.out


def test_it_can_be_turned_off(jofi: Command, fake: FakeJofi) -> None:
    assert jofi.invite(PEOPLE, "--no-journal", sandbox=False) == 0
    assert list(jofi.folder.glob("*.journal*")) == []


def test_a_test_key_has_a_journal_of_its_own(jofi: Command, live: Live, journal: Path) -> None:
    fake = FakeJofi()
    live(fake, "sk_test_sandbox")
    assert jofi.invite(PEOPLE, sandbox=False) == 0
    live(fake)
    assert jofi.invite(PEOPLE, sandbox=False) == 0
    assert sorted(one.name for one in jofi.folder.glob("*.journal")) == [
        "people.csv.jofi.journal"[:-7] + "journal",
        ("people.csv.jofi.test.journal"),
    ]
    assert len(fake.messages) == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--journal", "x", "--no-journal"], "--journal and --no-journal contradict each other"),
        (["--no-journal", "--take-over"], "need a journal"),
        (["--start-over"], "need a journal"),
        (["--trust-journal"], "need a journal"),
    ],
)
def test_options_that_contradict(jofi: Command, options: list[str], words: str) -> None:
    assert jofi.invite(PEOPLE, *options) == 2
    assert words in said(jofi)


def test_another_process_that_holds_it_is_named_and_nothing_is_touched(
    jofi: Command, fake: FakeJofi, journal: Path
) -> None:
    assert jofi.invite(PEOPLE, sandbox=False) == 0
    before = jofi.outcomes.read_bytes()
    hold = Hold.take(lock_of(journal, 1))
    assert hold is not None
    assert jofi.invite(MORE, sandbox=False) == 5
    assert "is held by process" in said(jofi)
    assert "--take-over" in said(jofi)
    assert jofi.outcomes.read_bytes() == before
    assert jofi("job", "purge", "--yes", journal) == 5
    assert "is held by process" in said(jofi)
    hold.release()
    assert jofi.invite(MORE, sandbox=False) == 3


@pytest.mark.parametrize("content", [b"First Name\n", b"SQLite format 3\0 and then nothing", b"\0" * 5000])
def test_what_is_no_journal_is_left_alone(jofi: Command, fake: FakeJofi, journal: Path, content: bytes) -> None:
    journal.write_bytes(content)
    assert jofi.invite(PEOPLE, sandbox=False) == 5
    assert str(journal) in said(jofi)
    assert journal.read_bytes() == content
    assert fake.requests == []
    for command in ("status", "show", "export", "purge"):
        assert jofi("job", command, journal) == 5
        assert str(journal) in said(jofi)


def test_a_journal_of_another_account_stops_before_anything_is_sent(jofi: Command, live: Live, journal: Path) -> None:
    fake = FakeJofi()
    live(fake)
    assert jofi.invite(PEOPLE, sandbox=False) == 0
    live(fake, "sk_live_other")
    assert jofi.invite(MORE, sandbox=False, inviter="other.recruiter@example.org") == 5
    assert "Nothing was sent: the journal belongs to another job (its " in said(jofi)
    assert len(fake.messages) == 2


# jofi job


def test_status(jofi: Command, fake: FakeJofi, journal: Path) -> None:
    jofi.invite(MORE, sandbox=False)
    assert jofi("job", "status", journal) == 0
    words = " ".join(jofi.out.split())
    assert f"{journal}: jofi at https://www.jofiscore.com/api/v2, account 200 (live)" in words
    assert "Run 1 ended" in words
    assert "Run 1, 4 rows: 3 created, 1 refused." in words
    assert "People of all runs: 3 settled, 0 to look up: 3 created. Whose row was refused unsent is not" in words


def test_status_of_a_job_that_was_killed_and_of_one_that_runs(jofi: Command, fake: FakeJofi, journal: Path) -> None:
    jofi.invite(PEOPLE, sandbox=False)
    with closing(sqlite3.connect(journal)) as connection, connection:
        connection.execute("UPDATE run SET ended_at = NULL")
        forget_the_answer(connection)
    assert jofi("job", "status", journal) == 0
    assert "Killed: run 1 began" in jofi.out
    assert "Run 1, 2 rows, as last written down, once a second: 2 created." in " ".join(jofi.out.split())
    assert "1 settled, 1 to look up: 1 intent, 1 created." in jofi.out
    hold = Hold.take(lock_of(journal, 1))
    assert hold is not None
    assert jofi("job", "status", journal) == 0
    assert "Running since" in jofi.out
    hold.release()


def status_of(jofi: Command, journal: Path) -> str:
    assert jofi("job", "status", journal) == 0
    return " ".join(jofi.out.split())


def test_status_says_what_became_of_each_row_of_the_file(jofi: Command, fake: FakeJofi, journal: Path) -> None:
    jofi.invite(MORE + "Ada,Again,ada@example.org,\n" * 5, "--stop-after", "2", "--in-flight", "1", sandbox=False)
    told = kinds(jofi.rows())
    assert told == {"created": 3, "refused": 2, "not_attempted": 4}
    assert "Run 1, 9 rows: 3 created, 2 refused, 4 not reached. " in status_of(jofi, journal)
    jofi.invite(PEOPLE, sandbox=False)
    assert "Run 2, 2 rows: 2 created. People of all runs: 3 settled" in status_of(jofi, journal)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_looking_at_a_journal_leaves_nothing_beside_it(jofi: Command, fake: FakeJofi, journal: Path, mode: int) -> None:
    jofi.invite(PEOPLE, sandbox=False)
    journal.chmod(mode)
    before = {one: one.read_bytes() for one in jofi.folder.iterdir()}
    for command in ("status", "show", "export"):
        assert jofi("job", command, journal) == 0
    assert {one: one.read_bytes() for one in jofi.folder.iterdir()} == before
    assert stat.S_IMODE(journal.stat().st_mode) == mode


def test_status_of_outcomes_that_were_input_again_counts_the_rows_that_were_left(
    jofi: Command, fake: FakeJofi, journal: Path
) -> None:
    jofi.invite(MORE, sandbox=False)
    jofi("invite", jofi.outcomes, "--inviter", "jane.recruiter@jofiscore.com")
    assert "Run 2, 1 row: 1 refused. People of all runs: 3 settled" in status_of(jofi, journal)


def test_status_of_a_run_that_was_killed_before_a_row_ended(jofi: Command, fake: FakeJofi, journal: Path) -> None:
    jofi.invite(MORE, sandbox=False)
    with closing(sqlite3.connect(journal)) as connection, connection:
        tables.begin_run(connection, Run(2, 0, "host", 1e9))
        tables.note_run(connection, 2, Progress({}, 4))
    assert "Run 2, 4 rows, as last written down, once a second: 4 to go. People" in status_of(jofi, journal)
    with closing(sqlite3.connect(journal)) as connection, connection:
        tables.note_run(connection, 2, Progress({OutcomeKind.CREATED: 1}))
    assert "second: 1 created; how many there are in all is not known here. People" in status_of(jofi, journal)


def test_outcomes_of_a_run_that_was_killed_are_not_taken_for_whole(
    jofi: Command, fake: FakeJofi, journal: Path
) -> None:
    jofi.invite(MORE, sandbox=False)
    with closing(sqlite3.connect(journal)) as connection, connection:
        connection.execute("UPDATE run SET ended_at = NULL")
    jofi.outcomes.write_text("".join(jofi.outcomes.read_text("utf-8").splitlines(keepends=True)[:3]), "utf-8")
    jofi("invite", jofi.outcomes, "--inviter", "jane.recruiter@jofiscore.com")
    words = "The last run was killed, so its outcomes are not whole, and it had 2 rows more than the table has now: run"
    assert words in " ".join(jofi.err.split())
    assert jofi.invite(MORE, sandbox=False) == 3
    assert "was killed" not in jofi.err


def test_a_journal_that_says_nothing_of_its_rows_is_read_all_the_same(
    jofi: Command, fake: FakeJofi, journal: Path
) -> None:
    jofi.invite(MORE, sandbox=False)
    with closing(sqlite3.connect(journal)) as connection, connection:
        connection.execute('UPDATE run SET counts = \'{"created": 3, "refused": 1, "updated": 0}\'')
    assert "Run 1, rows: 3 created, 1 refused. People" in status_of(jofi, journal)


def test_show_names_who_needs_a_look(jofi: Command, fake: FakeJofi, journal: Path) -> None:
    jofi.invite(PEOPLE, sandbox=False)
    assert jofi("job", "show", journal) == 0
    assert jofi.out == "Nobody needs a look.\n"
    with closing(sqlite3.connect(journal)) as connection, connection:
        forget_the_answer(connection)
    jofi("job", "show", journal)
    assert "ada@" in jofi.out
    assert "sent, not answered" in " ".join(jofi.out.split())
    assert "alan@" not in jofi.out
    jofi("job", "show", "--all", journal)
    assert "alan@" in jofi.out


def test_export(jofi: Command, fake: FakeJofi, journal: Path) -> None:
    jofi.invite(PEOPLE, sandbox=False)
    assert jofi("job", "export", journal) == 0
    exported = list(csv.DictReader(io.StringIO(jofi.out.removeprefix("\ufeff"))))
    assert {row["email"]: row["outcome"] for row in exported} == {
        "ada@example.org": "created",
        "alan@example.org": "created",
    }
    assert {(row["invitation_id"], row["assessment_url"]) for row in exported} == {
        (row["invitation_id"], row["assessment_url"]) for row in jofi.rows()
    }
    assert {row["evidence"] for row in exported} == {"answered"}
    target = jofi.folder / "all.jsonl"
    assert jofi("job", "export", journal, "-o", target) == 0
    assert [json.loads(line)["email"] for line in target.read_text().splitlines()] == [row["email"] for row in exported]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert jofi("job", "export", journal, "-o", target) == 2
    assert "cannot be written: File exists" in said(jofi)


def test_purge_leaves_counts_and_nobody(
    jofi: Command, fake: FakeJofi, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jofi.invite(PEOPLE, sandbox=False)
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert jofi("job", "purge", journal) == 2
    assert "Remove 2 persons from" in " ".join(jofi.out.split())
    assert jofi("job", "purge", "--yes", journal) == 0
    assert "Removed 2 persons. What is left: 2 created." in jofi.out
    assert [one.name for one in jofi.folder.glob("*.journal*")] == [journal.name]
    assert b"example.org" not in journal.read_bytes()
    assert b"welcome" not in journal.read_bytes()
    assert jofi("job", "status", journal) == 0
    assert "2 settled, 0 to look up: 2 created." in jofi.out
    assert "must start over" in jofi.out
    assert jofi.invite(PEOPLE, sandbox=False) == 5
    assert "The personal data of this journal was removed" in said(jofi)
    assert jofi("job", "purge", "--yes", journal) == 0
    assert "Removed 0 persons. What is left: 2 created." in jofi.out
    assert jofi.invite(PEOPLE, "--start-over", sandbox=False) == 0
    assert kinds(jofi.rows()) == {"existed": 2}


def test_there_is_no_such_journal(jofi: Command) -> None:
    for command in ("status", "show", "export", "purge"):
        assert jofi("job", command, jofi.folder / "no.journal") == 5
        assert "There is no journal" in said(jofi)
    assert list(jofi.folder.iterdir()) == []
