"""Objects as they are shown: tables for people, JSON and CSV for programs."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast, get_args

import attrs
import click
from rich.console import Console
from rich.text import Text

from jofi_async.cli.progress import plain
from jofi_async.cli.table import Column, cell, print_table
from jofi_async.tables.formulas import guard

Json = dict[str, Any]

_SHORT = frozenset({"id", "display_name", "short_name", "first_name", "last_name", "email"})
"""The fields of objects that stand for another one in short."""


class Form(StrEnum):
    """In which form objects are shown."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def show_list(page: Any, columns: Sequence[Column], form: Form) -> None:
    """Show a list.

    Args:
        page: An envelope with the items in `data`.
        columns: Those of the table.
        form: JSON is the envelope; CSV has all fields, those within another by a dotted name.
    """
    if form is Form.JSON:
        _write_json(page)
    else:
        envelope = cast("Any", type(page))
        [kind] = get_args(attrs.fields_dict(envelope)["data"].type)
        show_items(page.data, kind, columns, form)


def show_items(items: Sequence[Any], kind: type, columns: Sequence[Column], form: Form) -> None:
    """Show objects of one kind.

    Args:
        items: The objects.
        kind: Their model; an empty CSV has its fields.
        columns: Those of the table.
        form: JSON is one object a line; CSV has all fields, those within another by a dotted name.
    """
    if form is Form.JSON:
        for item in items:
            show_line(item)
    elif form is Form.CSV:
        _write_csv(items, sorted((name for name in attrs.fields_dict(kind) if name != "extra"), key=_place))
    else:
        print_table(_console(), items, columns)


def show_line(item: Any) -> None:
    """Show an object as one line of JSON."""
    click.echo(json.dumps(as_wire(item), ensure_ascii=False))


def show_one(item: Any, form: Form) -> None:
    """Show one object with all its fields; a table leaves out those that are empty."""
    if form is Form.JSON:
        _write_json(item)
    elif form is Form.CSV:
        _write_csv([item], [])
    else:
        rows = list(_rows(as_wire(item)))
        width = max((len(name) for name, _ in rows), default=0)
        for name, value in rows:  # not as a table: a link that is broken into lines cannot be copied
            line = Text.assemble((plain(f"{name:{width}}").plain, "bold"), "  ", cell(value))
            line.rstrip()
            _console().print(line, soft_wrap=True)


def as_wire(item: Any) -> Any:
    """An object as JSON has it: what is in `extra` is back in its place, moments are ISO 8601."""
    kind = cast("Any", type(item))
    if attrs.has(kind):
        names = sorted((one.name for one in attrs.fields(kind)), key=_place)
        fields = {name: as_wire(getattr(item, name)) for name in names}
        extra: Json = fields.pop("extra", {})
        return {**fields, **extra}
    if isinstance(item, list):
        return [as_wire(one) for one in cast("list[object]", item)]
    return item.isoformat() if isinstance(item, datetime) else item


def flat(fields: Mapping[str, object], prefix: str = "") -> Json:
    """Fields within fields by dotted names; what else is no single value, as JSON."""
    found: Json = {}
    for name, value in fields.items():
        if isinstance(value, dict):
            found |= flat(cast("Json", value), f"{prefix}{name}.")
        elif isinstance(value, list):
            found[prefix + name] = json.dumps(value, ensure_ascii=False)
        else:
            found[prefix + name] = value
    return found


def _rows(fields: Mapping[str, object], indent: str = "") -> Iterator[tuple[str, object]]:
    """What is in an object, one thing to a line; short forms are one thing, and what is empty is left out."""
    for name, value in fields.items():
        if isinstance(value, list):
            items = cast("list[object]", value)
            value = {str(number): one for number, one in enumerate(items, 1)}
        if value in (None, "", {}):
            continue
        if not isinstance(value, dict):
            yield indent + name, value
        elif _is_short(inner := cast("Json", value)):
            yield indent + name, ", ".join(str(part) for part in inner.values() if part is not None)
        else:
            yield indent + name, ""
            yield from _rows(inner, f"{indent}  ")


def _is_short(fields: Json) -> bool:
    """Whether it stands for another object in short."""
    return "id" in fields and fields.keys() <= _SHORT


def day(at: datetime | None) -> str:
    """The day of a moment, in UTC."""
    return "" if at is None else at.astimezone(UTC).strftime("%Y-%m-%d")


def _place(name: str) -> int:
    """What says what it is comes first, what is listed comes last."""
    return {"mode": 0, "object": 1, "id": 2, "data": 4}.get(name, 3)


def _console() -> Console:
    return Console(highlight=False)


def _write_json(item: Any) -> None:
    click.echo(json.dumps(as_wire(item), indent=2, ensure_ascii=False))


def _write_csv(items: Iterable[Any], names: Sequence[str]) -> None:
    """Write rows; the names are those of the rows' fields, or the given ones where there is no row."""
    rows = [flat(as_wire(item)) for item in items]
    header = list(dict.fromkeys(name for row in rows for name in row)) or names
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    for row in rows:
        values = (row.get(name) for name in header)
        writer.writerow(["" if value is None else guard(str(value)) for value in values])
    click.echo(text.getvalue(), nl=False)
