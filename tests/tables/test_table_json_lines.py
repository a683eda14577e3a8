"""JSON lines as a table: typed values, physical lines, and what is wrong with them."""

import codecs
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from jofi_async.core.errors import Problem
from jofi_async.tables.columns import Field, TableRow, flag, match_columns, whole_number, whole_numbers
from jofi_async.tables.formats import Format, open_table
from jofi_async.tables.table import TableError

FIELDS = (
    Field("email", needed=True),
    Field("person_id"),
    Field("team_id", read=whole_number),
    Field("tests", read=whole_numbers),
    Field("notify", read=flag),
)


def _write(folder: Path, content: str | bytes, name: str = "people.jsonl") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def _rows(folder: Path, text: str, **defaults: object) -> list[TableRow[Mapping[str, object]]]:
    table = open_table(_write(folder, text))
    return list(match_columns(table.header, FIELDS, {}).rows(table, dict, defaults))


def test_the_keys_of_all_lines_are_the_columns(tmp_path: Path) -> None:
    table = open_table(_write(tmp_path, '\n{"b": 1, "a": " x "}\n\n{}\n{"a": "", "b": null}\n{"c": [2]}'))
    assert table.header == ("b", "a", "c")
    assert [(record.line, record.cells) for record in table.records()] == [(2, (1, "x", None)), (6, (None, None, [2]))]
    assert table.rows == 2


@pytest.mark.parametrize(
    ("name", "form"), [("p.JSONL", None), ("p.ndjson", None), ("p.txt", Format.JSONL), ("p.csv", Format.JSONL)]
)
def test_it_is_known_by_its_name_or_by_word(tmp_path: Path, name: str, form: Format | None) -> None:
    assert open_table(_write(tmp_path, '{"a": 1}', name), form=form).header == ("a",)


def test_encodings(tmp_path: Path) -> None:
    text = '{"name": "Łukasz \\ud83d\\ude00\u2028"}'
    for raw in (text.encode(), codecs.BOM_UTF8 + text.encode()):
        (record,) = open_table(_write(tmp_path, raw)).records()
        assert record.cells == ("Łukasz \U0001f600",)
    (record,) = open_table(_write(tmp_path, text.encode("utf-16")), "utf-16").records()
    assert record.line == 1


def test_values_keep_their_types_and_go_before_the_defaults(tmp_path: Path) -> None:
    typed = '{"email": "a@example.org", "person_id": 12345678901234567890, "team_id": 7, "tests": [6], "notify": false}'
    texts = '{"email": "b@example.org", "person_id": "007", "team_id": "7", "tests": "6;8", "notify": "yes"}'
    nulls = '{"email": "c@example.org", "person_id": null, "team_id": null, "tests": null, "notify": ""}'
    first, second, third = _rows(tmp_path, "\n".join([typed, texts, nulls]), team_id=5, notify=True)
    assert first.row == {
        "email": "a@example.org",
        "person_id": "12345678901234567890",
        "team_id": 7,
        "tests": [6],
        "notify": False,
    }
    assert second.row == {"email": "b@example.org", "person_id": "007", "team_id": 7, "tests": [6, 8], "notify": True}
    assert third.row == {"email": "c@example.org", "team_id": 5, "notify": True}


def test_what_is_of_no_use_is_left_to_the_checks(tmp_path: Path) -> None:
    (row,) = _rows(tmp_path, '{"email": true, "person_id": {"x": 1}, "team_id": 7.5, "tests": [], "notify": 0}')
    assert row.row == {"email": True, "person_id": {"x": 1}, "team_id": 7.5, "tests": [], "notify": 0}
    assert not row.problems


def test_an_error_of_a_formula_is_the_rows_problem(tmp_path: Path) -> None:
    (row,) = _rows(tmp_path, '{"email": "a@example.org", "person_id": "#N/A"}')
    assert row.problems == (Problem("person_id", "holds #N/A, the error of a formula"),)


WRONG: dict[str, str | bytes] = {
    "{0} is empty": "\n\n",
    "Line 3 of {0} is no JSON: Expecting ',' delimiter (character ": '{"a": 1}\n\n{"a": 1',
    "Line 1 of {0} is no JSON object, and one object a line is needed": '[{"a": 1}]',
    "Line 2 of {0} is no JSON object": '{"a": 1}\n"a"',
    "Line 1 of {0} cannot be used: it has 'a' twice": '{"a": 1, "a": 2}',
    "Line 1 of {0} cannot be used: it holds NaN, which is no JSON": '{"a": NaN}',
    "Line 1 of {0} holds half a character": '{"a": "\\ud83d"}',
    "Line 1 of {0} is nested too deep": '{"a":' * 100_000,
    "{0} is not whole in utf-8-sig": b'{"a": "\xe9"}',
    "Line 1 of {0} cannot be used: Exceeds the limit": '{"a": ' + "1" * 5000 + "}",
}


@pytest.mark.parametrize("message", list(WRONG))
def test_what_is_wrong_is_one_sentence(tmp_path: Path, message: str) -> None:
    path = _write(tmp_path, WRONG[message])
    with pytest.raises(TableError) as caught:
        open_table(path)
    assert message.format(path) in caught.value.message


def test_an_encoding_that_there_is_not(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="There is no encoding 'klingon'"):
        open_table(_write(tmp_path, "{}"), "klingon")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("people.json", '{"a": 1}\n'),
        ("people.JSON", '[\n  {"a": 1}\n]'),
        ("people.txt", ' [{"a": 1}]'),
        ("people.csv", '{"a": 1}\n'),
    ],
)
def test_other_json_is_no_table_and_no_csv(tmp_path: Path, name: str, content: str) -> None:
    path = _write(tmp_path, content, name)
    with pytest.raises(TableError, match=r"holds JSON: save it as JSON lines, one object a line, named people\.jsonl"):
        open_table(path)
    assert open_table(path, form=Format.CSV).header
    if content == '{"a": 1}\n':
        assert open_table(path, form=Format.JSONL).header == ("a",)


def test_a_header_in_brackets_is_csv(tmp_path: Path) -> None:
    assert open_table(_write(tmp_path, "[a],{b}\n1,2\n", "people.csv")).header == ("[a]", "{b}")


def test_what_is_no_json_is_pointed_to(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"Line 2 of .* is no JSON: .* \(character 10\)"):
        open_table(_write(tmp_path, '{"a": 1}\n{"a": 1 \n'))


@pytest.mark.parametrize("name", ["people.jsonl", "people.csv"])
def test_a_file_that_was_changed_meanwhile(tmp_path: Path, name: str) -> None:
    path = _write(tmp_path, '{"a": 1}\n{"a": 2}\n' if name.endswith(".jsonl") else "a\n1\n2\n", name)
    table = open_table(path)
    os.utime(path, ns=(0, 0))
    with pytest.raises(TableError, match="was changed while it was being read"):
        list(table.records())
    path.unlink()
    with pytest.raises(TableError, match="cannot be read: No such file"):
        list(table.records())


def test_a_file_that_is_changed_while_rows_are_taken(tmp_path: Path) -> None:
    path = _write(tmp_path, '{"a": 1}\n{"a": 2}\n')
    records = open_table(path).records()
    next(records)
    with path.open("a", encoding="utf-8") as file:
        file.write('{"a": 3}\n')
    with pytest.raises(TableError, match="was changed while it was being read"):
        next(records)


def test_a_file_that_is_gone_when_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def vanish(*_: object) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr("jofi_async.tables.table.Version.of", vanish)
    for name in ("people.jsonl", "people.csv"):
        with pytest.raises(TableError, match="cannot be read: No such file"):
            open_table(_write(tmp_path, "{}", name))
