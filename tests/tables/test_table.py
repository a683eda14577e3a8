"""Reading a CSV file: encodings, delimiters, lines, and what is wrong with it."""

import codecs
import csv
import os
from pathlib import Path

import pytest

from jofi_async.tables.csv_table import open_csv
from jofi_async.tables.formats import open_table
from jofi_async.tables.table import TableError

HEADER = "First Name,Last Name,Email"


def _write(folder: Path, content: str | bytes) -> Path:
    path = folder / "people.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def _rows(path: Path, encoding: str | None = None) -> list[tuple[int, tuple[object, ...]]]:
    table = open_table(path, encoding)
    rows = [(record.line, record.cells) for record in table.records()]
    assert len(rows) == table.rows
    return rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    path = _write(tmp_path, f"First, given{delimiter}Last\nA{delimiter}B\n".replace("First, given", '"First, given"'))
    table = open_csv(path)
    assert table.delimiter == delimiter
    assert table.header == ("First, given", "Last")
    assert _rows(path) == [(2, ("A", "B"))]


def test_excels_own_first_line_names_the_delimiter(tmp_path: Path) -> None:
    path = _write(tmp_path, "sep=;\r\nFirst, or given;Last\r\nA;B\r\n")
    assert open_table(path).header == ("First, or given", "Last")
    assert _rows(path) == [(3, ("A", "B"))]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_physical_ones(tmp_path: Path, end: str) -> None:
    text = end.join([HEADER, 'A,"B', 'b",a@example.org', "", " , ,", "C,D,c@example.org", ""])
    assert _rows(_write(tmp_path, text)) == [
        (2, ("A", f"B{end}b", "a@example.org")),
        (6, ("C", "D", "c@example.org")),
    ]


def test_cells_are_trimmed_and_guards_taken_away(tmp_path: Path) -> None:
    path = _write(tmp_path, 'a,b,c\n  x ,"y, z" ,\'+15551234567\n'.replace('" ,', '",'))
    assert _rows(path) == [(2, ("x", "y, z", "+15551234567"))]


def test_a_blank_before_a_quote_is_no_part_of_the_cell(tmp_path: Path) -> None:
    assert _rows(_write(tmp_path, 'a, "b"\nx, "y, z"\n')) == [(2, ("x", "y, z"))]


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
    ],
)
def test_marks_and_utf8(tmp_path: Path, mark: bytes, encoding: str) -> None:
    path = _write(tmp_path, mark + "Vorname,Nachname\r\nŁukasz,Müller\r\n".encode(encoding))
    assert open_table(path).header[0] == "Vorname"
    assert open_csv(path).encoding.sample == ""
    assert _rows(path) == [(2, ("Łukasz", "Müller"))]


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp1252", ["Jürgen", "José Luis", "Núñez", "François", "O\u2019Neill"]),
        ("latin-1", ["Müller", "Gauß", "Göbel"]),
        ("cp1250", ["Błasik", "Węgrzyniak", "Łukasz", "Źdźbło"]),
        ("mac_roman", ["Müller", "José", "Jürgen"]),
        ("cp1251", ["Иван", "Петров", "Анна", "Смирнова", "Дмитрий", "Кузнецов"]),
    ],
)
def test_other_encodings_are_guessed_with_a_sample(tmp_path: Path, encoding: str, names: list[str]) -> None:
    path = _write(tmp_path, "\n".join(["Name,City", *(f"{name},Somewhere" for name in names)]).encode(encoding))
    assert [cells[0] for _, cells in _rows(path)] == names
    assert open_csv(path).encoding.sample in " ".join(names)


def test_an_encoding_can_be_named(tmp_path: Path) -> None:
    path = _write(tmp_path, "Name,City\nDvořák,Brno\n".encode("cp1250"))
    assert _rows(path, "cp1250") == [(2, ("Dvořák", "Brno"))]


def test_the_example_is_read_alike_in_every_encoding_that_holds_it(tmp_path: Path) -> None:
    with Path("examples/candidates.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    for encoding in ("cp1252", "cp1250"):
        held = [row for row in rows if _fits(",".join(row), encoding)]
        with (tmp_path / "people.csv").open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows(held)
        assert [list(cells) for _, cells in _rows(tmp_path / "people.csv")] == [
            [cell.strip() for cell in row] for row in held[1:]
        ]


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def test_a_header_only_is_a_table_without_rows(tmp_path: Path) -> None:
    assert open_table(_write(tmp_path, HEADER)).rows == 0


def test_a_repr_shows_no_cell(tmp_path: Path) -> None:
    table = open_table(_write(tmp_path, f"{HEADER}\nA,B,a@example.org\n"))
    assert "example.org" not in repr(next(table.records())) + repr(table)


WRONG = {
    "is empty": b"",
    "{0} is empty": b"\n\n  \n",
    "a quote that opens in the row that starts on line 2 is never closed": b'a,b\nx,"y\nz,z\n',
    "the row that starts on line 3 has text after a closing quote": b'a,b\nx,y\nx,"y"z\n',
    "Line 2 of {0} holds a NUL": b"a,b\nx,\0\n",
    "cannot be read as a workbook: save it as XLSX or CSV": b"PK\x03\x04rest",
    "Line 4 of {0} is not valid UTF-8, and other lines are": "a,b\né,é\né,é\n".encode() + b"\xe9,x\n",
    "is not whole in utf-16": codecs.BOM_UTF16_LE + "a,b\n".encode("utf-16-le") + b"x",
    "is not whole in utf-8-sig after line": codecs.BOM_UTF8 + b"a,b\n" + b"x,y\n" * 30000 + b"\xff\n",
    "a cell of the row that starts on line 2 is longer than 131,072 characters": b'a,b\nx,"' + b"y" * 140000 + b'"\n',
}


@pytest.mark.parametrize("message", list(WRONG))
def test_what_is_wrong_is_one_sentence(tmp_path: Path, message: str) -> None:
    path = _write(tmp_path, WRONG[message])
    with pytest.raises(TableError) as caught:
        open_table(path)
    assert message.format(path) in caught.value.message
    assert "\n" not in caught.value.message


def test_no_file_no_table(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="There is no file"):
        open_table(tmp_path / "nothing.csv")
    with pytest.raises(TableError, match="is a folder"):
        open_table(tmp_path)


def test_what_can_be_read_once_only_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(TableError, match="must be read twice"):
        open_table(tmp_path / "pipe")


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = _write(tmp_path, HEADER)
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(TableError, match="cannot be read: Permission denied"):
        open_table(path)


@pytest.mark.parametrize(
    ("encoding", "message"), [("klingon", "There is no encoding 'klingon'"), ("ascii", "not whole")]
)
def test_a_named_encoding_that_does_not_fit(tmp_path: Path, encoding: str, message: str) -> None:
    with pytest.raises(TableError, match=message):
        open_table(_write(tmp_path, "Name\nMüller\n"), encoding)


def test_an_encoding_that_nobody_can_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jofi_async.tables.encoding._ELSEWHERE", ["ascii"])
    with pytest.raises(TableError, match="cannot be told"):
        open_table(_write(tmp_path, b"\x81\x8d\x8f\x90\x9d\n" * 9))


def test_a_text_that_breaks_after_the_header(tmp_path: Path) -> None:
    path = _write(tmp_path, codecs.BOM_UTF16_LE + "a,b\n".encode("utf-16-le") * 90000 + b"x")
    with pytest.raises(TableError, match="is not whole in utf-16 after line"):
        open_table(path)


def test_a_file_that_changed_meanwhile(tmp_path: Path) -> None:
    path = _write(tmp_path, HEADER + "\nA,B,a@example.org\n")
    table = open_table(path)
    path.unlink()
    with pytest.raises(TableError, match="cannot be read"):
        list(table.records())
