"""Tables as wide as there is room: whole where there is no terminal, and one row after the other where none fits."""

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from jofi_async.cli import show
from jofi_async.cli.show import Form, show_items
from jofi_async.cli.table import Column

COLUMNS = [
    Column("ID", lambda item: item[0], number=True),
    Column("E-mail", lambda item: item[1], whole=True),
    Column("Full name", lambda item: item[2]),
]
ITEMS = [(1, "ada.lovelace@jofiscore.com", "Ada King, Countess of Lovelace"), (23456, "li@example.org", "李 秀英")]


def shown(
    monkeypatch: pytest.MonkeyPatch,
    items: list[Any],
    *,
    width: int,
    terminal: bool,
    columns: list[Column] = COLUMNS,
) -> list[str]:
    out = StringIO()
    console = Console(file=out, width=width, force_terminal=terminal, color_system=None, highlight=False)
    monkeypatch.setattr(show, "_console", lambda: console)
    show_items(items, object, columns, Form.TABLE)
    return [line.rstrip() for line in out.getvalue().splitlines()]


@pytest.mark.parametrize(("width", "terminal"), [(40, False), (80, True)])
def test_a_table_is_whole_where_there_is_room_or_no_terminal(
    monkeypatch: pytest.MonkeyPatch, width: int, terminal: bool
) -> None:
    assert shown(monkeypatch, ITEMS, width=width, terminal=terminal) == [
        "   ID  E-mail                      Full name",
        "    1  ada.lovelace@jofiscore.com  Ada King, Countess of Lovelace",
        "23456  li@example.org              李 秀英",
    ]


def test_it_is_broken_into_lines_on_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, ITEMS, width=45, terminal=True) == [
        "   ID  E-mail                      Full name",
        "    1  ada.lovelace@jofiscore.com  Ada King,",
        "                                   Countess",
        "                                   of",
        "                                   Lovelace",
        "23456  li@example.org              李 秀英",
    ]


def test_nothing_is_left_out_on_a_terminal_that_is_too_narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, ITEMS, width=40, terminal=True) == [
        "ID         1",
        "E-mail     ada.lovelace@jofiscore.com",
        "Full name  Ada King, Countess of Lovelace",
        "",
        "ID         23456",
        "E-mail     li@example.org",
        "Full name  李 秀英",
        "",
    ]


def test_none_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, [], width=40, terminal=True) == ["There are none."]


PEOPLE = [
    Column("Name", lambda item: item[0]),
    Column("E-mail", lambda item: item[1]),
    Column("Read", lambda item: item[2], spare=True),
]
READ = [
    ("Ada King", "ada.lovelace@jofiscore.com", "2026-12-11"),
    ("Christopher Alexander", "chris@example.org", "2026-12-11"),
    ("Li Xiuying", "li@example.org", "2026-12-11"),
]


def people(monkeypatch: pytest.MonkeyPatch, width: int) -> list[str]:
    return shown(monkeypatch, READ, width=width, terminal=True, columns=PEOPLE)


def test_a_column_that_may_be_left_out_is_there_where_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    assert people(monkeypatch, 61)[1:3] == [
        "Ada King               ada.lovelace@jofiscore.com  2026-12-11",
        "Christopher Alexander  chris@example.org           2026-12-11",
    ]
    assert people(monkeypatch, 39)[0].endswith("Read")
    assert people(monkeypatch, 38)[0].endswith("E-mail")


def test_names_are_broken_at_spaces_and_addresses_before_the_at(monkeypatch: pytest.MonkeyPatch) -> None:
    assert people(monkeypatch, 30) == [
        "Name         E-mail",
        "Ada King     ada.lovelace",
        "             @jofiscore.com",
        "Christopher  chris@example.org",
        "Alexander",
        "Li Xiuying   li@example.org",
    ]


def test_words_are_broken_where_nothing_else_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    assert people(monkeypatch, 26)[1:4] == [
        "Ada King     ada.lovelace",
        "             @jofiscore.co",
        "             m",
    ]


def test_a_column_that_may_be_left_out_is_there_where_no_table_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert people(monkeypatch, 20)[:3] == [
        "Name    Ada King",
        "E-mail  ada.lovelace@jofiscore.com",
        "Read    2026-12-11",
    ]
