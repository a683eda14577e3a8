"""The outcome file: safe in a spreadsheet, and read back as it was."""

import io
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jofi_async import ConfigurationError, Outcome, OutcomeKind, Problem
from jofi_async.tables.columns import TableRow
from jofi_async.tables.earlier_run import EarlierRun
from jofi_async.tables.formats import open_table
from jofi_async.tables.formulas import guard, unguard
from jofi_async.tables.outcome_file import COLUMNS, OutcomeFile, is_outcome_file
from jofi_async.tables.outcome_lines import CsvLines
from jofi_async.tables.table import Record

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0")).map(str.strip)
FORMULAS = st.tuples(st.text("'", max_size=3), st.sampled_from("=+-@\t\r"), CELLS).map("".join).map(str.strip)


@given(CELLS | FORMULAS)
@example("+15551234567")
@example("'=1+1")
@example("''")
@example("'\t=x")
def test_a_guard_is_taken_away_whole(cell: str) -> None:
    written = guard(cell)
    assert unguard(written) == cell
    assert not written or written[0] not in "=+-@\t\r"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.touch()
    return path


def _row(cells: dict[str, str], line: int = 2) -> TableRow[str]:
    return TableRow("row", line, cells=cells, record=Record(line, tuple(cells.values())))


def _outcome(row: TableRow[str], kind: OutcomeKind, *problems: Problem) -> Outcome[str, str]:
    return Outcome(0, row, kind, problems=problems, attempts=1)


@given(st.dictionaries(st.sampled_from(["email", "person_id", "phone", "first_name"]), CELLS | FORMULAS, min_size=4))
def test_cells_are_read_back_unharmed(tmp_path_factory: pytest.TempPathFactory, cells: dict[str, str]) -> None:
    source = tmp_path_factory.getbasetemp() / "people.csv"
    source.touch()
    path = source.with_name("outcomes.csv")
    file = OutcomeFile.open(path, list(cells), source=source)
    file.write(_row(cells), _outcome(_row(cells), OutcomeKind.CREATED), {"invitation_id": 5})
    file.close()
    table = open_table(path)
    (record,) = table.records()
    read = dict(zip(table.header, record.cells, strict=False))
    assert {name: read[name] for name in cells} == cells
    assert read["invitation_id"] == "5"


def test_columns_and_bytes(tmp_path: Path, source: Path) -> None:
    row = _row({"phone": "+15551234567", "email": "a@example.org", "first_name": "José"})
    file = OutcomeFile.open(tmp_path / "o.csv", list(row.cells), source=source)
    file.write(row, _outcome(row, OutcomeKind.REFUSED, Problem("email", "this is\nno address\0")), {})
    file.close()
    assert (tmp_path / "o.csv").read_bytes().decode() == (
        "\ufeffline,outcome,field,reason,email,person_id,custom_id,invitation_id,assessment_url,attempts,"
        "phone,first_name\r\n"
        '2,refused,email,"this is\nno address",a@example.org,,,,,1,\'+15551234567,José\r\n'
    )


def test_an_earlier_file_is_kept(tmp_path: Path, source: Path) -> None:
    path = tmp_path / "o.csv"
    path.write_text("mended", encoding="utf-8")
    file = OutcomeFile.open(path, [], source=source)
    file.close()
    assert file.kept is not None
    assert file.kept.read_text(encoding="utf-8") == "mended"


def test_the_input_is_never_written_on(tmp_path: Path, source: Path) -> None:
    other = tmp_path / "link.csv"
    source.write_text("email", encoding="utf-8")
    other.symlink_to(source)
    for path in (source, other):
        with pytest.raises(ConfigurationError, match="since it is the input"):
            OutcomeFile.open(path, [], source=source)
    assert source.read_text(encoding="utf-8") == "email"


@pytest.mark.parametrize("path", ["nowhere/o.csv", ".", "/dev/full"])
def test_what_cannot_be_written_is_said_at_once(tmp_path: Path, source: Path, path: str) -> None:
    with pytest.raises(ConfigurationError, match="The outcomes cannot be written to"):
        OutcomeFile.open(tmp_path / path, [], source=source)


def test_settled_rows_are_carried(tmp_path: Path) -> None:
    header = [*COLUMNS, "phone"]
    assert is_outcome_file(header)
    assert not is_outcome_file(["line", "outcome", "email"])
    known = {"line": "7", "outcome": "created", "phone": "+1"}
    cells = tuple(known.get(name, "") for name in header)
    row = TableRow("row", 3, cells={"phone": "+1"}, record=Record(3, cells))
    assert EarlierRun(header, [row], mode="", share_person_id=False).is_settled(row)
    assert not EarlierRun(header, [row], mode="test", share_person_id=False).is_settled(row)
    stream = io.BytesIO()
    OutcomeFile(stream, CsvLines([*COLUMNS, "phone"], ";")).carry(row, header)
    assert stream.getvalue().decode("utf-8-sig").splitlines()[1] == "3;created;;;;;;;;;'+1"


def rows_of(*rows: tuple[str, str, str]) -> list[TableRow[str]]:
    """Rows of an outcome file, by outcome, e-mail and person_id."""
    names = ("outcome", "email", "person_id")
    made: list[TableRow[str]] = []
    for line, row in enumerate(rows, 2):
        given: dict[str, str] = dict(zip(names, row, strict=True))
        record = Record(line, tuple(given.get(name, "") for name in COLUMNS))
        made.append(TableRow("row", line, cells=given, record=record))
    return made


@pytest.mark.parametrize("outcome", ["created", "existed", "updated", "unknown", "not_attempted"])
@pytest.mark.parametrize(
    ("email", "person_id", "field"),
    [(" ANN@example.org", "P2", "email"), ("ann.other@example.org", "P1", "person_id")],
)
def test_a_refused_repeat_never_goes_before_the_row_it_repeats(
    outcome: str, email: str, person_id: str, field: str
) -> None:
    rows = rows_of(("refused", email, person_id), (outcome, "ann@example.org", "P1"))
    earlier = EarlierRun(COLUMNS, rows, mode="", share_person_id=False)
    assert [problem.field for problem in earlier.checked(rows[0]).problems] == [field]
    assert "line 3" in earlier.checked(rows[0]).problems[0].reason
    assert not earlier.checked(rows[1]).problems


def test_who_is_mended_into_somebody_new_may_be_sent() -> None:
    rows = rows_of(("created", "ann@example.org", "P1"), ("refused", "bob@example.org", "P2"), ("refused", "", ""))
    earlier = EarlierRun(COLUMNS, rows, mode="", share_person_id=False)
    assert not any(earlier.checked(row).problems for row in rows)


def test_one_person_id_may_be_shared_and_another_mode_settles_nothing() -> None:
    rows = rows_of(("created", "ann@example.org", "P1"), ("refused", "ann.other@example.org", "P1"))
    assert not EarlierRun(COLUMNS, rows, mode="", share_person_id=True).checked(rows[1]).problems
    in_test = EarlierRun(COLUMNS, rows, mode="test", share_person_id=False)
    assert not in_test.is_settled(rows[0])
    assert in_test.checked(rows[1]).problems
