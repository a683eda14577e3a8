"""`jofi invite` on the sandbox: what it does, prints and writes."""

import shutil

import pytest

from jofi_async import FakeJofi, __version__
from tests.cli.support import EXAMPLE, INVITER, PEOPLE, Command, Live, kinds, read


def test_the_example(jofi: Command) -> None:
    path = jofi.folder / "candidates.csv"
    shutil.copy(EXAMPLE, path)
    assert jofi("invite", path, "--sandbox", "--inviter", INVITER) == 3
    rows = jofi.rows(path.with_name("candidates.csv.outcomes.csv"))
    assert kinds(rows) == {"created": 964, "refused": 36}
    assert len({row["line"] for row in rows}) == 1000
    refused = [row for row in rows if row["outcome"] == "refused"]
    reasons = [(row["field"], row["reason"].partition(" of line")[0]) for row in refused]
    assert reasons.count(("email", "repeats the person")) == 12
    assert (
        reasons.count(("email", "this is no e-mail address")) + reasons.count(("email", "the e-mail address is empty"))
        == 9
    )
    assert reasons.count(("first_name", "the first name is empty")) == 6
    assert reasons.count(("last_name", "the last name is empty")) == 4
    assert sum(field == "custom_id" for field, _ in reasons) == 5
    assert all(row["attempts"] == "0" for row in refused)
    assert all(row["invitation_id"] and row["assessment_url"] for row in rows if row["outcome"] == "created")
    assert "964  created" in jofi.out
    assert "36  refused" in jofi.out
    assert "The sandbox holds 964 invitations, and would have sent 964 e-mails and 0 texts." in jofi.out
    assert f"Outcomes: {path}.outcomes.csv" in jofi.out
    assert all(f" {row['line']} " in jofi.out for row in refused)


def test_the_mapping_is_told(jofi: Command) -> None:
    assert jofi.invite("Vorname;Nachname;E-Mail;Notiz\nJürgen;Groß;j@example.org;x\n".encode("cp1252")) == 0
    assert '1 row, cells between semicolons, encoding guessed as cp1252 ("Jürgen"; else --encoding NAME)' in jofi.err
    assert "  first_name <- Vorname\n" in jofi.err
    assert "  not used: Notiz\n" in jofi.err


def test_semicolons_stay_semicolons(jofi: Command) -> None:
    assert jofi.invite("Vorname;Nachname;E-Mail\nJürgen;Groß;j@example.org\n") == 0
    (row,) = read(jofi.outcomes, ";")
    assert (row["outcome"], row["first_name"]) == ("created", "Jürgen")


def test_utf_16_is_told(jofi: Command) -> None:
    assert jofi.invite(PEOPLE.replace(",", "\t").encode("utf-16")) == 0
    assert "2 rows, cells between tabs, utf-16" in jofi.err
    assert kinds(jofi.rows()) == {"created": 2}


def test_an_encoding_may_be_named(jofi: Command) -> None:
    text = "First Name,Last Name,Email\nAntonín,Dvořák,a@example.org\n"
    assert jofi.invite(text.encode("cp1250"), "--encoding", "cp1250") == 0
    assert jofi.rows()[0]["last_name"] == "Dvořák"


def test_plain_lines_where_there_is_no_terminal(jofi: Command) -> None:
    jofi.invite(PEOPLE)
    assert "0 of 2 rows (0%): no outcome yet" in jofi.err
    assert "2 of 2 rows (100%): 2 created" in jofi.err
    assert "\x1b" not in jofi.err + jofi.out


def test_phones_are_written_safely(jofi: Command) -> None:
    jofi.invite(PEOPLE)
    assert jofi.rows()[0]["phone"] == "'+15551234567"


def test_a_mended_outcome_file_is_input(jofi: Command) -> None:
    text = PEOPLE + "Grace,,grace@example.org,\n"
    assert jofi.invite(text) == 3
    mended = jofi.folder / "mended.csv"
    content = jofi.outcomes.read_text(encoding="utf-8-sig")
    mended.write_text(content.replace("Grace,,", "Grace,Hopper,"), encoding="utf-8-sig")
    settled = {row["email"]: row for row in jofi.rows() if row["outcome"] == "created"}
    assert jofi("invite", mended, "--sandbox", "--inviter", INVITER) == 0
    rows = read(mended.with_name("mended.csv.outcomes.csv"))
    assert kinds(rows) == {"created": 3}
    assert "The sandbox holds 1 invitation, " in jofi.out
    assert "2  settled by an earlier run, not sent again" in jofi.out
    assert "3  rows in" in jofi.out
    for row in rows:
        before = settled.get(row["email"], row)
        assert {**row, "line": ""} == {**before, "line": ""}


def test_a_settled_person_is_not_invited_again_at_another_address(jofi: Command) -> None:
    header = "First Name,Last Name,Email,Candidate ID\n"
    assert jofi.invite(f"{header}Ann,A,ann@example.org,P1\nAnn,A,ann.other@example.org,P1\n,X,x@example.org,P3\n") == 3
    mended = jofi.folder / "mended.csv"
    rows = jofi.outcomes.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    refusals_first = [rows[0], *reversed(rows[1:])]
    mended.write_text("".join(refusals_first).replace(",,X,", ",Xavi,X,"), encoding="utf-8-sig")
    assert jofi("invite", mended, "--sandbox", "--inviter", INVITER) == 3
    assert kinds(read(mended.with_name("mended.csv.outcomes.csv"))) == {"created": 2, "refused": 1}
    assert "repeats the person of line 4" in jofi.out
    assert "The sandbox holds 1 invitation, " in jofi.out


def test_what_a_test_has_settled_is_not_settled_in_earnest(jofi: Command, live: Live) -> None:
    tested, in_earnest = FakeJofi(), FakeJofi()
    live(tested, "sk_test_sandbox")
    assert jofi.invite(PEOPLE, sandbox=False) == 0
    assert {row["mode"] for row in jofi.rows()} == {"test"}
    mended = jofi.folder / "mended.csv"
    shutil.copy(jofi.outcomes, mended)
    assert jofi("invite", mended, "--inviter", INVITER) == 0
    assert "2  settled by an earlier run" in jofi.out
    live(in_earnest)
    assert jofi("invite", mended, "--inviter", INVITER) == 0
    assert len(in_earnest.invitations) == 2
    outcomes = mended.with_name("mended.csv.outcomes.csv")
    assert "mode" not in read(outcomes)[0]
    assert jofi("invite", outcomes, "--sandbox", "--inviter", INVITER) == 0
    assert "The sandbox holds 2 invitations" in jofi.out
    assert {row["mode"] for row in read(outcomes.with_name(f"{outcomes.name}.outcomes.csv"))} == {"sandbox"}


def test_an_outcome_file_says_what_it_is(jofi: Command) -> None:
    jofi.invite(PEOPLE)
    assert jofi("invite", jofi.outcomes, "--sandbox", "--inviter", INVITER) == 0
    assert "These are the outcomes of an earlier run: what it has settled is not sent again.\n" in jofi.err
    assert "not used" not in jofi.err


def test_an_outcome_file_that_exists_is_kept_aside(jofi: Command) -> None:
    jofi.invite(PEOPLE)
    assert "earlier" not in jofi.out
    jofi.outcomes.write_text("mended by hand", encoding="utf-8")
    jofi.invite(PEOPLE)
    kept = jofi.outcomes.with_name(jofi.outcomes.name + ".previous")
    assert kept.read_text(encoding="utf-8") == "mended by hand"
    assert f"The earlier outcomes are now in {kept}" in jofi.out


def test_outcomes_elsewhere(jofi: Command) -> None:
    assert jofi.invite(PEOPLE, "--outcomes", jofi.folder / "o.csv") == 0
    assert kinds(read(jofi.folder / "o.csv")) == {"created": 2}
    assert not jofi.outcomes.exists()


def test_a_dry_run_checks_all_and_sends_nothing(jofi: Command) -> None:
    text = PEOPLE + "Ada,Lovelace,ADA@example.org,\nGrace,,grace@example.org,\n"
    assert jofi.invite(text, "--dry-run", sandbox=False) == 3
    assert "2  would be sent" in jofi.out
    assert "2  refused" in jofi.out
    assert "repeats the person of line 2" in jofi.out
    assert not jofi.outcomes.exists()
    assert jofi.invite(text, "--dry-run", "--outcomes", jofi.outcomes) == 3
    rows = jofi.rows()
    assert kinds(rows) == {"not_attempted": 2, "refused": 2}
    assert rows[0]["reason"] == "dry run"
    assert "The sandbox holds 0 invitations" in jofi.out
    assert jofi.invite(PEOPLE, "--dry-run") == 0


def test_options_are_defaults(jofi: Command) -> None:
    options = ("--team", 101, "--assessment", 6, "--assessment", 7, "--template", 1000, "--no-email", "--sms")
    assert jofi.invite(PEOPLE, *options) == 3
    assert [(row["outcome"], row["field"]) for row in jofi.rows()] == [("created", ""), ("refused", "phone")]
    assert "would have sent 0 e-mails and 1 text." in jofi.out


def test_a_person_id_may_be_shared(jofi: Command) -> None:
    text = "First Name,Last Name,Email,Candidate ID\nA,B,a@example.org,7\nC,D,c@example.org,7\n"
    assert jofi.invite(text) == 3
    assert jofi.invite(text, "--share-person-id") == 0


def test_stop_after(jofi: Command) -> None:
    text = (
        "First Name,Last Name,Email\n"
        + ",,\n"
        + "A,,a@example.org\n" * 3
        + "".join(f"A,B,{number}@example.org\n" for number in range(200))
    )
    assert jofi.invite(text, "--stop-after", 2, "--in-flight", 1) == 4
    rows = jofi.rows()
    assert len(rows) == 203
    assert kinds(rows)["not_attempted"] >= 198
    assert {row["reason"] for row in rows if row["outcome"] == "not_attempted"} == {
        "as many rows failed as it was told to bear"
    }
    assert "Stopped: as many rows failed" in jofi.err
    assert "give that file as input" in jofi.out


def test_no_rows(jofi: Command) -> None:
    assert jofi.invite("First Name,Last Name,Email\n") == 0
    assert "0 rows" in jofi.err
    assert jofi.rows() == []


def test_control_characters_do_not_reach_the_terminal(jofi: Command) -> None:
    jofi.invite("First Name,Last Name,Email,\x1b[31mRed\nA,B,c@example.org,\n")
    assert "\x1b" not in jofi.err


def test_version_and_help(jofi: Command) -> None:
    assert jofi("--version") == 0
    assert __version__ in jofi.out
    assert jofi("--help") == 0
    assert "invite" in jofi.out
    assert jofi("invite", "--help") == 0
    assert "jofi invite candidates.csv --sandbox" in jofi.out


@pytest.mark.parametrize("flag", ["--rate", "--burst", "--in-flight"])
def test_limits_can_be_set(jofi: Command, flag: str) -> None:
    assert jofi.invite(PEOPLE, flag, 1000) == 0
