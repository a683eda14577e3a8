"""`jofi invite` on workbooks and JSON lines, and outcomes as JSON lines."""

import csv
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from jofi_async import FakeJofi
from tests.cli.support import EXAMPLE, INVITER, PEOPLE, Command, Live, kinds, read
from tests.cli.workbooks import Cell, Row, write_workbook

SANDBOX = ("--sandbox", "--inviter", INVITER)
HEADER = ["First Name", "Last Name", "Email", "Candidate ID", "Phone"]


def _lines(path: Path) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return sorted(lines, key=lambda line: line["line"])


def _write_lines(path: Path, *objects: object) -> Path:
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects), encoding="utf-8")
    return path


def test_the_example_as_a_workbook_ends_like_the_example(jofi: Command) -> None:
    with EXAMPLE.open(encoding="utf-8-sig", newline="") as file:
        rows: list[list[object]] = [list(row) for row in csv.reader(file)]
    phone = rows[0].index("Mobile Phone")
    for row in rows:
        row[phone:] = [Cell(cell) if str(cell).isdigit() else cell for cell in row[phone:]]
    book = write_workbook(jofi.folder / "candidates.xlsx", {"Candidates": rows})
    text = jofi.folder / "candidates.csv"
    shutil.copy(EXAMPLE, text)
    ends: list[list[dict[str, str]]] = []
    for path in (book, text):
        assert jofi("invite", path, *SANDBOX) == 3
        ends.append(sorted(read(path.with_name(f"{path.name}.outcomes.csv")), key=lambda row: int(row["line"])))
    for end in ends[0] + ends[1]:
        end["reason"] = end["reason"].partition(" of line")[0]
        del end["line"], end["invitation_id"], end["assessment_url"]
    assert ends[0] == ends[1]


def test_a_sheet_is_told_and_can_be_chosen(jofi: Command) -> None:
    people: list[Row] = [HEADER, ["Ada", "Lovelace", "ada@example.org", 12345, 12025550165]]
    path = write_workbook(jofi.folder / "p.xlsx", {"Read me": [["Hello"]], "People": [[], *people]}, hidden_rows=[3])
    assert jofi("invite", path, *SANDBOX) == 2
    assert "No column is first_name, last_name or email; the columns are 'Hello'" in jofi.err
    assert jofi("invite", path, *SANDBOX, "--sheet", "People") == 0
    assert "1 row, 1 of them hidden, sheet 'People' (not 'Read me')" in jofi.err
    (row,) = read(path.with_name("p.xlsx.outcomes.csv"))
    assert (row["line"], row["person_id"], row["phone"]) == ("3", "12345", "12025550165")
    assert jofi("invite", path, *SANDBOX, "--sheet", "Men") == 2
    assert "has no sheet 'Men'; its sheets are 'Read me', 'People'" in jofi.err


def test_many_sheets_are_not_all_named(jofi: Command) -> None:
    people = [HEADER, ["Ada", "Lovelace", "ada@example.org"]]
    path = write_workbook(jofi.folder / "p.xlsx", {"People": people, **{name: [["x"]] for name in "ABCDE"}})
    assert jofi("invite", path, *SANDBOX) == 0
    assert "sheet 'People' (not 'A' or 'B' or 'C' or 2 more)" in jofi.err


def test_the_error_of_a_formula_is_refused_and_not_taken_for_nothing(jofi: Command) -> None:
    header = ["First Name", "Last Name", "Email", "Template ID"]
    rows = [["Ada", "Lovelace", "ada@example.org", Cell("#N/A", "e", formula="VLOOKUP(1,2,3)")]]
    path = write_workbook(jofi.folder / "p.xlsx", {"People": [header, *rows]})
    assert jofi("invite", path, *SANDBOX) == 3
    assert "holds #N/A, the error of a formula" in " ".join(jofi.out.split())


def test_a_mended_outcome_file_that_was_saved_as_a_workbook_is_input(jofi: Command) -> None:
    assert jofi.invite(PEOPLE + "Grace,,grace@example.org,\n") == 3
    with jofi.outcomes.open(encoding="utf-8-sig", newline="") as file:
        rows = [[Cell(cell) if cell.isdigit() else cell for cell in row] for row in csv.reader(file)]
    mended = [["Hopper" if rows[0][place] == "last_name" and not cell else cell for place, cell in enumerate(row)]
              for row in rows]  # fmt: skip
    path = write_workbook(jofi.folder / "mended.xlsx", {"Outcomes": mended})
    assert jofi("invite", path, *SANDBOX) == 0
    assert "2  settled by an earlier run, not sent again" in jofi.out
    assert "The sandbox holds 1 invitation, " in jofi.out


def test_without_its_package_a_workbook_says_what_to_install(jofi: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_workbook(jofi.folder / "p.xlsx", {"People": [HEADER]})
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    assert jofi("invite", path, *SANDBOX) == 2
    assert "This needs the package python_calamine: pip install 'jofi-async[cli]'" in jofi.err


def test_every_field_may_be_a_key_and_goes_before_its_option(jofi: Command, live: Live) -> None:
    fake = FakeJofi()
    live(fake)
    everything = {
        "first_name": "Ada",
        "last_name": "Lovelace",
        "email": "ada@example.org",
        "created_by_user_email": INVITER,
        "person_id": 12345,
        "custom_id": "REQ-1",
        "phone": "5551234567",
        "team_id": 101,
        "assessments_to_assign": [{"test_id": 7}],
        "send_via_email": True,
        "send_via_sms": False,
        "email_template_id": 1000,
        "ref_text": "Hello",
    }
    other = {**dict.fromkeys(everything), "first_name": "Alan", "last_name": "Turing", "email": "alan@example.org"}
    path = _write_lines(jofi.folder / "p.jsonl", everything, {**other, "phone": "5551234568"})
    options = ("--inviter", INVITER, "--team", 100, "--assessment", 6, "--template", 1000, "--no-email", "--sms")
    assert jofi("invite", path, *options) == 0
    ada, alan = fake.invitations
    assert (ada.person_id, ada.team_id, ada.test_ids) == ("12345", 101, (7,))
    assert (alan.person_id, alan.team_id, alan.test_ids) == (None, 100, (6,))
    assert [(message.kind, message.invitation_id) for message in fake.messages] == [("email", ada.id), ("sms", alan.id)]


def test_a_column_goes_before_its_option(jofi: Command, live: Live) -> None:
    fake = FakeJofi()
    live(fake)
    text = "First Name,Last Name,Email,Team ID,Assessment IDs,Send SMS,Phone\n"
    text += "Ada,Lovelace,ada@example.org,101,7,no,5551234567\nAlan,Turing,alan@example.org,,,,5551234568\n"
    assert jofi.invite(text, "--team", 100, "--assessment", 6, "--sms", sandbox=False) == 0
    ada, alan = sorted(fake.invitations, key=lambda invitation: invitation.email)
    assert (ada.team_id, ada.test_ids) == (101, (7,))
    assert (alan.team_id, alan.test_ids) == (100, (6,))
    assert [message.invitation_id for message in fake.messages if message.kind == "sms"] == [alan.id]


def test_lines_of_an_applicant_tracking_system(jofi: Command) -> None:
    people = [{"firstName": "Ada", "lastName": "Lovelace", "emailAddress": "ada@example.org", "candidateId": 7}]
    path = _write_lines(jofi.folder / "p.ndjson", *people, {**people[0], "emailAddress": None}, {"lastName": "Turing"})
    assert jofi("invite", path, *SANDBOX) == 3
    assert "  person_id  <- candidateId\n" in jofi.err
    rows = jofi.rows(path.with_name("p.ndjson.outcomes.csv"))
    assert [(row["line"], row["outcome"], row["field"]) for row in rows] == [
        ("1", "created", ""),
        ("2", "refused", "email"),
        ("3", "refused", "first_name"),
    ]


def test_a_broken_line_is_said_before_anything_is_sent(jofi: Command) -> None:
    path = jofi.folder / "p.txt"
    path.write_text('{"first_name": "Ada", "last_name": "L", "email": "a@b.org"}\n{"first_name"\n', encoding="utf-8")
    assert jofi("invite", path, *SANDBOX, "--format", "jsonl") == 2
    assert f"Error: Line 2 of {path} is no JSON: " in jofi.err
    assert not path.with_name("p.txt.outcomes.csv").exists()


def test_values_of_a_wrong_type_are_refused_unsent(jofi: Command) -> None:
    names = {"first_name": "Ada", "last_name": "Lovelace"}
    path = _write_lines(
        jofi.folder / "p.jsonl",
        {**names, "email": ["ada@example.org"]},
        {**names, "email": "a@example.org", "team_id": 100.5},
        {**names, "email": "b@example.org", "send_via_email": 0},
        {**names, "email": "c@example.org", "assessments_to_assign": [{"id": 6}]},
        {**names, "email": "d@example.org", "person_id": True},
    )
    assert jofi("invite", path, *SANDBOX) == 3
    rows = jofi.rows(path.with_name("p.jsonl.outcomes.csv"))
    assert [(row["field"], row["reason"]) for row in rows] == [
        ("email", "must be a text, not list"),
        ("team_id", "must be a whole number, not float"),
        ("send_via_email", "must be true or false, not int"),
        ("assessments_to_assign", "must be a list of assessment ids"),
        ("person_id", "must be a text, not bool"),
    ]
    assert rows[0]["email"] == "ada@example.org"
    assert rows[3]["assessments_to_assign"] == '[{"id": 6}]'
    assert rows[4]["person_id"] == "true"


def test_outcomes_as_json_lines_are_input_again(jofi: Command) -> None:
    out = jofi.folder / "out.jsonl"
    assert jofi.invite(PEOPLE + "Grace,,grace@example.org,\n", "--outcomes", out) == 3
    lines = _lines(out)
    assert [line["outcome"] for line in lines] == ["created", "created", "refused"]
    assert type(lines[0]["invitation_id"]) is int
    assert lines[0]["phone"] == "+15551234567"
    assert (lines[2]["field"], lines[2]["last_name"], lines[2]["assessment_url"]) == ("last_name", None, None)
    mended = _write_lines(jofi.folder / "mended.jsonl", *lines[:2], {**lines[2], "last_name": "Hopper"})
    again = jofi.folder / "again.ndjson"
    assert jofi("invite", mended, *SANDBOX, "--outcomes", again) == 0
    assert "2  settled by an earlier run, not sent again" in jofi.out
    assert "The sandbox holds 1 invitation, " in jofi.out
    assert [{**line, "line": 0} for line in _lines(again)[:2]] == [{**line, "line": 0} for line in lines[:2]]


def test_carried_rows_of_csv_have_numbers_in_json_lines(jofi: Command) -> None:
    assert jofi.invite(PEOPLE) == 0
    out = jofi.folder / "out.jsonl"
    assert jofi("invite", jofi.outcomes, *SANDBOX, "--outcomes", out) == 0
    assert [type(line["invitation_id"]) for line in _lines(out)] == [int, int]
    assert [line["attempts"] for line in _lines(out)] == [1, 1]


def test_typed_values_survive_the_way_through_csv(jofi: Command) -> None:
    person = {"first_name": "Ada", "last_name": "L", "assessments_to_assign": [6, 8], "send_via_email": False}
    path = _write_lines(jofi.folder / "p.jsonl", {**person, "email": ""})
    assert jofi("invite", path, *SANDBOX) == 3
    out = path.with_name("p.jsonl.outcomes.csv")
    assert (read(out)[0]["assessments_to_assign"], read(out)[0]["send_via_email"]) == ("6;8", "false")
    mended = jofi.folder / "mended.csv"
    mended.write_text(out.read_text("utf-8").replace("is empty,", "is empty,a@example.org"), encoding="utf-8")
    assert jofi("invite", mended, *SANDBOX) == 0
    assert "would have sent 0 e-mails" in jofi.out
    assert kinds(read(mended.with_name("mended.csv.outcomes.csv"))) == {"created": 1}
