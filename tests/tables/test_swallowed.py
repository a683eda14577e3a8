"""Rows that a stray quote makes part of a cell are found; text that is meant to have several lines is left alone."""

import csv
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jofi_async.tables.columns import match_columns
from jofi_async.tables.csv_table import open_csv
from jofi_async.tables.people import PERSON

checked = settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
HEADER = ["First Name", "Last Name", "Email", "Job Req ID", "Notes"]
words = st.text("abc XYZ.-é", min_size=1, max_size=8).filter(lambda text: text.strip() == text)
people = st.lists(st.tuples(words, words, words, words), min_size=9, max_size=9)


def problems(path: Path, text: str) -> dict[int, str]:
    """What is wrong with each row, by the line on which it starts."""
    path.write_text(text, encoding="utf-8", newline="")
    table = open_csv(path)
    columns = match_columns(table.header, PERSON, {})
    rows = columns.rows(table, dict, {})
    return {row.line or 0: "; ".join(map(str, row.problems)) for row in rows}


@checked
@given(
    names=people,
    first=st.integers(0, 4),
    span=st.integers(1, 4),
    place=st.integers(0, 4),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_two_stray_quotes_that_make_one_row_of_several_are_found(
    tmp_path: Path,
    names: list[tuple[str, str, str, str]],
    first: int,
    span: int,
    place: int,
    delimiter: str,
    end: str,
) -> None:
    """One opens a cell, another one closes the same cell of a later row; all who are between would be forgotten."""
    rows = [[one, two, f"p{number}@example.org", req, note] for number, (one, two, req, note) in enumerate(names)]
    rows[first][place] = '"' + rows[first][place]
    rows[first + span][place] += '"'
    text = "".join(delimiter.join(cells) + end for cells in [HEADER, *rows])
    found = problems(tmp_path / "people.csv", text)
    said = found.pop(first + 2)
    assert f"seems to hold other rows, of lines {first + 2} to {first + span + 2}: is a quote missing?" in said
    assert list(found.values()) == [""] * (len(rows) - span - 1)


@pytest.mark.parametrize(
    "note",
    [
        "Called twice.\nWrites as ada@work.example.org, prefers mornings.",
        "Dear Ada,\n\nthank you, we look forward, and so on\nBob, Recruiting, bob@example.org",
        "a,b,c,d,e\nf,g,h,i,j",
        "x\r\ny",
        'she said "hello, ada@example.org"\nand left',
    ],
)
def test_a_note_of_several_lines_is_left_alone(tmp_path: Path, note: str) -> None:
    assert problems(tmp_path / "people.csv", _written([["Ada", "L", "ada@example.org", "R1", note]])) == {2: ""}


@pytest.mark.parametrize("field", [0, 1, 2, 3])
def test_a_cell_that_is_sent_holds_no_address_on_another_line(tmp_path: Path, field: int) -> None:
    """Also where it has come through an outcome file, whose rows are wider."""
    row = ["Ada", "L", "ada@example.org", "R1", "", "", ""]
    row[field] = "B,bob@example.org\nC,D"
    said = problems(tmp_path / "people.csv", _written([row], [*HEADER, "outcome", "reason"]))
    assert "holds several lines and an address: is a quote missing?" in said[2]


def _written(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()
