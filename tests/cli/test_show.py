"""Tables as wide as there is room: whole where there is no terminal, and one row after the other where none fits."""

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from jofi_async.cli import show
from jofi_async.cli.show import Column, Form, show_items

COLUMNS = [
    Column("ID", lambda item: item[0], number=True),
    Column("E-mail", lambda item: item[1], whole=True),
    Column("Full name", lambda item: item[2]),
]
ITEMS = [(1, "ada.lovelace@jofiscore.com", "Ada King, Countess of Lovelace"), (23456, "li@example.org", "李 秀英")]


def shown(monkeypatch: pytest.MonkeyPatch, items: list[Any], *, width: int, terminal: bool) -> list[str]:
    out = StringIO()
    console = Console(file=out, width=width, force_terminal=terminal, color_system=None, highlight=False)
    monkeypatch.setattr(show, "_console", lambda: console)
    show_items(items, object, COLUMNS, Form.TABLE)
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
