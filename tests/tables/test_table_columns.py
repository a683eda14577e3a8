"""Which column is which field, and rows made of them."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from jofi_async.core.errors import Problem
from jofi_async.tables.columns import (
    ColumnError,
    Columns,
    Field,
    TableRow,
    flag,
    match_columns,
    whole_number,
    whole_numbers,
)
from jofi_async.tables.formats import open_table
from jofi_async.tables.table import TableError

FIELDS = (
    Field("email", ("e-mail", "work email", "email address"), needed=True),
    Field("person_id", ("id", "candidate id")),
    Field("team_id", read=whole_number),
    Field("tests", read=whole_numbers),
    Field("notify", read=flag),
)


def _match(header: str, **chosen: str) -> Columns:
    return match_columns(header.split(","), FIELDS, chosen)


@pytest.mark.parametrize(
    "header",
    [
        "email",
        "E-Mail",
        "  EMAIL* ",
        "Candidate Email",
        "Person : Email",
        "candidateEmail",
        "Émail",
        "Email (Candidate)",
    ],
)
def test_letters_and_digits_alone_count(header: str) -> None:
    assert _match(f"x,{header}").names == ["email"]


@pytest.mark.parametrize("header", ["Personal mail", "Emails sent", "Recruiter Email", ""])
def test_another_word_is_another_column(header: str) -> None:
    with pytest.raises(ColumnError):
        _match(f"x,{header}")


def test_two_candidates_are_a_question() -> None:
    with pytest.raises(ColumnError) as caught:
        _match("Email,Name,Work Email")
    assert caught.value.message == "'Email' and 'Work Email' could each be email"
    assert (caught.value.fields, caught.value.headers) == (("email",), ("Email", "Work Email"))


def test_a_choice_answers_it() -> None:
    columns = _match("Email,Name,Work Email", email="Work Email")
    assert columns.fields[0][1] == 2
    assert columns.unused == ["Email", "Name"]


def test_a_chosen_column_is_no_longer_free() -> None:
    columns = _match("Email,ID", team_id="ID")
    assert columns.names == ["email", "team_id"]


def test_a_field_can_be_left_out() -> None:
    assert _match("Email,ID", person_id="").names == ["email"]


def test_two_columns_of_one_name() -> None:
    with pytest.raises(ColumnError, match="2 columns are headed 'Email', and one email is needed"):
        _match("Email,Email")
    with pytest.raises(ColumnError, match="2 columns are headed 'X'"):
        _match("Email,X,X", person_id="X")
    assert _match("Email,Notes,Notes").names == ["email"]


def test_what_is_not_there_cannot_be_chosen() -> None:
    with pytest.raises(TableError, match="There is no field 'mail'; the fields are email, person_id, team_id"):
        _match("Email", mail="Email")
    with pytest.raises(TableError, match="No column is headed 'Mail'; the columns are 'Email'"):
        _match("Email", email="Mail")


def test_a_field_that_is_needed() -> None:
    with pytest.raises(ColumnError, match="No column is email; the columns are 'Name', 'Phone'"):
        _match("Name,,Phone")
    with pytest.raises(ColumnError, match="No column is email"):
        _match("Email", email="")


def test_all_fields_that_are_needed_are_named_at_once() -> None:
    needed = [Field(name, needed=True) for name in ("first", "last", "email")]
    with pytest.raises(ColumnError, match="No column is first or last; the columns are 'Email', 'Name'") as caught:
        match_columns(["Email", "Name"], needed, {})
    assert (caught.value.fields, caught.value.headers) == (("first", "last"), ())
    with pytest.raises(ColumnError, match="No column is first, last or email; the columns are 'Name'"):
        match_columns(["Name"], needed, {})


def _rows(folder: Path, text: str, **defaults: object) -> list[TableRow[Mapping[str, object]]]:
    path = folder / "people.csv"
    path.write_text(text, encoding="utf-8")
    table = open_table(path)
    return list(match_columns(table.header, FIELDS, {}).rows(table, dict, defaults))


def test_cells_become_values_and_go_before_the_defaults(tmp_path: Path) -> None:
    text = 'email,team_id,tests,notify,Note\na@example.org,7,"1, 6;8",YES,x\nb@example.org,,,,\n'
    first, second = _rows(tmp_path, text, team_id=5)
    assert first.row == {"email": "a@example.org", "team_id": 7, "tests": [1, 6, 8], "notify": True}
    assert second.row == {"email": "b@example.org", "team_id": 5}
    assert second.cells == {"email": "b@example.org", "team_id": "", "tests": "", "notify": ""}
    assert (first.line, second.line) == (2, 3)


def test_a_cell_that_cannot_be_read_is_the_rows_problem(tmp_path: Path) -> None:
    (row,) = _rows(tmp_path, "email,team_id,tests,notify\na@example.org,Sales,6;x,maybe\n", team_id=5)
    assert row.problems == (
        Problem("team_id", "must be a whole number, not 'Sales'"),
        Problem("tests", "must be a whole number, not 'x'"),
        Problem("notify", "must be true or false, not 'maybe'"),
    )
    assert row.cells["team_id"] == "Sales"


def test_rows_longer_and_shorter_than_the_header(tmp_path: Path) -> None:
    longer, shorter, padded = _rows(tmp_path, "Name,email\nA,a@example.org,x\nB\nC,c@example.org,,\n")
    assert longer.problems == (Problem("", "has 3 cells, and the header 2: is a quote missing?"),)
    assert shorter.cells == {"email": ""}
    assert not padded.problems


@pytest.mark.parametrize(("cell", "value"), [("7", 7), ("7.0", 7), ("007", 7)])
def test_whole_numbers(cell: str, value: int) -> None:
    assert whole_number(cell) == value


@pytest.mark.parametrize("cell", ["7.5", "-1", "1e3", "\uff17", "7 8", "true"])
def test_no_whole_numbers(cell: str) -> None:
    with pytest.raises(ValueError, match="must be a whole number"):
        whole_number(cell)


def test_a_repr_shows_no_cell(tmp_path: Path) -> None:
    assert "example" not in repr(_rows(tmp_path, "email\na@example.org\n"))
