"""A sheet of a workbook as a table: what people see in it is what is read."""

import random
import struct
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from zipfile import ZipFile

import pytest

from jofi_async.tables.formats import Format, open_table
from jofi_async.tables.table import TableError
from jofi_async.tables.workbook import SheetTable
from tests.cli.workbooks import Cell, Row, write_workbook


def _open(folder: Path, *rows: Row, column: str = "A") -> SheetTable:
    path = write_workbook(folder / "people.xlsx", {"People": rows}, first_column=column)
    table = open_table(path)
    assert isinstance(table, SheetTable)
    return table


def _cells(folder: Path, *row: object) -> Sequence[object]:
    (record,) = _open(folder, ["header"] * len(row), row).records()
    return record.cells


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (12345, "12345"),
        ("12345.0", "12345.0"),
        (Cell("12345.0"), "12345"),
        (Cell("1.2025550165E10"), "12025550165"),
        (Cell("2.0255501650000001E9"), "2025550165"),
        (Cell("123456789012345678"), "123456789012345678"),
        (Cell("1.2345678901234568E17"), "123456789012346000"),
        (Cell("1234567890123456"), "1234567890123456"),
        (0.1 + 0.2, "0.3"),
        (-5, "-5"),
        (Cell("1E-7"), "0.0000001"),
        (Cell(123, code="00000"), "00123"),
        (Cell(12345678, code="000-00-0000"), "012345678"),
        (Cell(55, code='"REQ-20"000;[Red]-0'), "055"),
        (Cell(1234567, code="#,##0"), "1234567"),
        (Cell(7, code="0.00"), "7"),
        (Cell(7, code="00.00"), "07"),
        (Cell(7, code='0;"000"'), "7"),
        (Cell(46085, code="dd/mm/yyyy"), "2026-03-04"),
        (Cell(46085.21258101852, code="yyyy-mm-dd hh:mm"), "2026-03-04 05:06:07"),
        (Cell(0.25, code="hh:mm"), "06:00:00"),
        (Cell(1.5, code="[h]:mm"), "1 day, 12:00:00"),
        (Cell(1, "b"), "true"),
        (Cell("ab", "str", formula='"a"&"b"'), "ab"),
        (Cell(2, formula="1+1"), "2"),
        (Cell("#N/A", "e", formula="NA()"), "#N/A"),
        ("  a\nb ", "a\nb"),
        ("00123", "00123"),
        ("'+15551234567", "+15551234567"),
    ],
)
def test_a_cell_is_what_it_shows(tmp_path: Path, cell: object, text: str) -> None:
    assert _cells(tmp_path, cell) == (text,)


def test_a_line_is_the_sheets_row_wherever_the_table_begins(tmp_path: Path) -> None:
    table = _open(tmp_path, [], [], ["Email", "ID"], ["a@example.org", Cell(7, code="000")], [], ["b"], column="C")
    assert table.header == ("Email", "ID")
    assert [(record.line, record.cells) for record in table.records()] == [
        (4, ("a@example.org", "007")),
        (6, ("b", "")),
    ]
    assert table.rows == 2


def test_a_sheet_can_be_read_again_and_again_whatever_becomes_of_the_file(tmp_path: Path) -> None:
    table = _open(tmp_path, ["Email"], ["a@example.org"])
    table.path.unlink()
    assert [list(table.records()) for _ in range(2)] == [list(table.records())] * 2


def test_the_first_sheet_that_is_seen_or_the_one_that_is_named(tmp_path: Path) -> None:
    sheets: dict[str, list[Row]] = {"Old": [["x"], [1]], "People": [["y"], [2]], "More": [["z"], [3], [4]]}
    path = write_workbook(tmp_path / "people.xlsx", sheets, unseen=["Old"])
    table = open_table(path)
    assert isinstance(table, SheetTable)
    assert (table.sheet, table.others, table.header) == ("People", ("More",), ("y",))
    assert open_table(path, sheet="More").rows == 2
    assert open_table(path, sheet="Old").header == ("x",)
    with pytest.raises(TableError, match="has no sheet 'people'; its sheets are 'Old', 'People', 'More'"):
        open_table(path, sheet="people")


def test_a_workbook_whose_sheets_are_all_hidden(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "people.xlsx", {"A": [["x"]]}, unseen=["A"])
    with pytest.raises(TableError, match="has no sheet that can be seen"):
        open_table(path)


def test_hidden_rows_are_read_and_counted(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "p.xlsx", {"A": [["x"], [1], [2], [], [3]]}, hidden_rows=[3, 4, 5])
    table = open_table(path)
    assert isinstance(table, SheetTable)
    assert (table.rows, table.hidden) == (3, 2)


def test_a_workbook_is_known_by_its_bytes(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "people.csv", {"A": [["x"], [1]]})
    assert open_table(path).rows == 1
    assert open_table(path, form=Format.XLSX).rows == 1


def test_cells_without_references_follow_one_another(tmp_path: Path) -> None:
    """Some programs leave them out."""
    path = write_workbook(tmp_path / "people.xlsx", {"A": [["x", "y"], [None, Cell("#N/A", "e")]]})
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    bare = parts["xl/worksheets/sheet1.xml"].replace(b' r="1"', b"").replace(b' r="2"', b"")
    parts["xl/worksheets/sheet1.xml"] = bare.replace(b' r="A1"', b"").replace(b' r="B1"', b"")
    with ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert [record.cells for record in open_table(path).records()] == [("", "#N/A")]


def test_a_workbook_without_styles(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "people.xlsx", {"A": [["x"], [Cell("#N/A", "e")]]})
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if "styles" not in name}
    with ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert [record.cells for record in open_table(path).records()] == [("#N/A",)]


def test_a_repr_shows_no_cell(tmp_path: Path) -> None:
    assert "secret" not in repr(_open(tmp_path, ["Name secret"], ["secret"]))


WRONG = {
    "cannot be read as a workbook: save it as XLSX or CSV (UTF-8)": b"PK\x03\x04rest",
    "needs a password: save it without one": b"",
    "cannot be read as a workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
}


@pytest.mark.parametrize("message", list(WRONG))
def test_what_is_wrong_is_one_sentence(tmp_path: Path, message: str) -> None:
    path = tmp_path / "people.xlsx"
    path.write_bytes(WRONG[message] or _with_password())
    with pytest.raises(TableError) as caught:
        open_table(path)
    assert message in caught.value.message


def test_another_kind_of_workbook(tmp_path: Path) -> None:
    """An OpenDocument sheet, as far as calamine reads it."""
    cell = "<table:table-cell office:value-type={}><text:p>{}</text:p></table:table-cell>"
    rows = [cell.format('"string"', "ID"), cell.format('"float" office:value="12025550165"', "1.2E10")]
    table = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    names = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("table", "text"))
    names += ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    sheet = f'<office:spreadsheet><table:table table:name="A">{table}</table:table></office:spreadsheet>'
    body = f"<office:body>{sheet}</office:body>"
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    space = 'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
    entry = f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
    with ZipFile(tmp_path / "people.ods", "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("META-INF/manifest.xml", f"<manifest:manifest {space}>{entry}</manifest:manifest>")
        archive.writestr("content.xml", f"<office:document-content {names}>{body}</office:document-content>")
    assert [record.cells for record in open_table(tmp_path / "people.ods").records()] == [("12025550165",)]


class PanicException(BaseException):
    """What a damaged XLS comes to; it is no `Exception`."""


@pytest.mark.parametrize(("raised", "seen"), [(PanicException, TableError), (KeyboardInterrupt, KeyboardInterrupt)])
def test_a_reader_that_panics(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raised: type[BaseException], seen: type[BaseException]
) -> None:
    def panic(*_: object) -> None:
        raise raised

    monkeypatch.setattr("jofi_async.tables.workbook.read_shown", panic)
    with pytest.raises(seen):
        _open(tmp_path, ["x"])


def test_a_sheet_without_anything(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"The sheet 'People' of .* is empty"):
        _open(tmp_path)


def test_what_does_not_go_together(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "people.xlsx", {"A": [["x"]]})
    with pytest.raises(TableError, match="is a workbook, which says itself how it is encoded"):
        open_table(path, "cp1252")
    path = tmp_path / "people.csv"
    path.write_text("a\n", encoding="utf-8")
    with pytest.raises(TableError, match="is no workbook, and has no sheet 'A'"):
        open_table(path, sheet="A")


def test_a_workbook_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_workbook(tmp_path / "people.xlsx", {"A": [["x"]]})

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(TableError, match="cannot be read: Permission denied"):
        open_table(path, form=Format.XLSX)


def test_a_damaged_workbook_is_read_or_refused(tmp_path: Path) -> None:
    """Whatever byte is wrong, there is a table or a sentence."""
    path = write_workbook(tmp_path / "people.xlsx", {"A": [["x", "y"], [1, Cell(2, code="00")], ["z", 3]]})
    whole = path.read_bytes()
    chance = random.Random(7)
    for _ in range(300):
        damaged = bytearray(whole)
        damaged[chance.randrange(4, len(damaged))] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        with suppress(TableError):
            list(open_table(path).records())


def _with_password() -> bytes:
    """The frame of an encrypted workbook: a compound file that holds an `EncryptedPackage`."""
    end, free, fat = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    head = struct.pack("<8s16xHHHHH6xIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1,
                       0, 4096, end, 0, end, 0)  # fmt: skip
    table = struct.pack("<109I", 0, *[free] * 108)
    sectors = struct.pack("<128I", fat, end, *[free] * 126)
    entries = _entry("Root Entry", 5, child=1) + _entry("EncryptedPackage", 2) + _entry("", 0) * 2
    return head + table + sectors + entries


def _entry(name: str, kind: int, child: int = 0xFFFFFFFF) -> bytes:
    text = name.encode("utf-16-le")
    size = len(text) + 2 if name else 0
    none = 0xFFFFFFFF
    return struct.pack("<64sHBBIII36xIQ", text, size, kind, 1, none, none, child, 0xFFFFFFFE, 0)
