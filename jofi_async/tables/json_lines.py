"""JSON lines as a table: one object a line, whose keys are its columns, and whose values keep their types.

Like CSV it is read twice: the first pass finds the keys of all lines, and each line that is none.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Never, cast

from attrs import frozen

from jofi_async.tables.table import Record, Table, TableError, Version, unreadable

JSON_LINES = (".jsonl", ".ndjson")
"""How the names of such files end."""


@frozen(kw_only=True)
class JsonLines(Table):
    """A file of JSON lines.

    Attributes:
        encoding: Python's name of how its bytes are read.
        version: What it was when it was opened.
    """

    encoding: str
    version: Version

    def records(self) -> Iterator[Record]:
        """See `Table.records`."""
        for line, values in _read(self.path, self.encoding, self.version):
            yield Record(line, tuple(_trimmed(values.get(key)) for key in self.header))


def open_json_lines(path: Path, encoding: str | None = None) -> JsonLines:
    """Read JSON lines once, to the end.

    Args:
        path: Where they are.
        encoding: Python's name of an encoding; None is UTF-8.

    Raises:
        TableError: A line is no object; the message is one sentence that says which.
    """
    name = encoding or "utf-8-sig"
    keys: dict[str, None] = {}
    rows = 0
    try:
        version = Version.of(path)
        for _, values in _read(path, name, version):
            keys.update(dict.fromkeys(values))
            rows += 1
    except OSError as error:
        raise unreadable(path, error) from None
    if not rows:
        raise TableError(f"{path} is empty")
    return JsonLines(path=path, header=tuple(keys), rows=rows, encoding=name, version=version)


def _read(path: Path, encoding: str, version: Version) -> Iterator[tuple[int, Mapping[str, object]]]:
    """All lines that hold anything."""
    number = 0
    try:
        with path.open(encoding=encoding, newline="\n") as lines:
            for number, line in enumerate(lines, 1):
                version.check(path, lines)
                values = _object(line, f"Line {number} of {path}")
                if any(_trimmed(value) not in ("", None) for value in values.values()):
                    yield number, values
    except UnicodeError:
        raise TableError(f"{path} is not whole in {encoding} after line {number}: save it as UTF-8") from None
    except LookupError:
        raise TableError(f"There is no encoding {encoding!r}") from None
    except OSError as error:
        raise unreadable(path, error) from None


def _object(line: str, where: str) -> Mapping[str, object]:
    if not line.strip():
        return {}
    try:
        value: object = json.loads(line, object_pairs_hook=_without_repeats, parse_constant=_no_number)
        if "\\u" in line:
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise TableError(f"{where} is no JSON: {error.msg} (character {error.pos + 1})") from None
    except UnicodeEncodeError:
        raise TableError(f"{where} holds half a character, such as \\ud83d without what follows") from None
    except RecursionError:
        raise TableError(f"{where} is nested too deep") from None
    except ValueError as error:
        raise TableError(f"{where} cannot be used: {error}") from None
    if not isinstance(value, dict):
        raise TableError(f"{where} is no JSON object, and one object a line is needed")
    return cast("dict[str, object]", value)


def _without_repeats(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    values: dict[str, object] = {}
    for key, value in pairs:
        if key in values:
            raise ValueError(f"it has {key!r} twice")
        values[key] = value
    return values


def _no_number(name: str) -> Never:
    raise ValueError(f"it holds {name}, which is no JSON")


def _trimmed(value: object) -> object:
    return value.strip() if isinstance(value, str) else value
