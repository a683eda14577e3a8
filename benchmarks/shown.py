"""What the documents show of the committed figures: `python -m benchmarks.shown` writes the tables and the chart anew.

A table stands between two comments, `<!-- figures: NAME -->` and `<!-- end -->`, and is never edited by hand.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.chart import CLIENTS, draw
from benchmarks.clients import BY_HAND
from benchmarks.report import Report, Row, load, number
from benchmarks.suite.create import REACHES

ROOT = Path(__file__).parent.parent
DOCUMENTS = (ROOT / "README.md", ROOT / "docs" / "performance.md", ROOT / "docs" / "complete-listing.md")
CHART = ROOT / "docs" / "performance.svg"

_PLACE = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(text: str) -> str:
    """A document with its tables as the figures are now."""
    return _PLACE.sub(lambda place: f"{place[1]}{table(place[2])}{place[3]}", text)


def table(name: str) -> str:
    """The table of a name: that of one benchmark, or the summary for the README."""
    if name == "summary":
        return summary()
    return accounts(load(name)) if name == "listing" else detail(load(name))


def summary() -> str:
    """Requests per second by calls in flight, of all clients, and what else a user would ask first."""
    create, lists, bulk = load("create"), load("lists"), load("bulk")
    head = ["calls per second", *CLIENTS]
    lines = [
        [f"create, {flying} in flight", *(_rate(create.row(f"{client}, {flying} in flight")) for client in CLIENTS)]
        for flying in REACHES
    ]
    lines.append(["list of 150", *(_rate(lists.row(f"{client}, 16 in flight")) for client in CLIENTS)])
    lines.append(
        [
            "create_many, against a loop",
            _rate(bulk.row("create_many")),
            _rate(bulk.row(f"gather over {BY_HAND}")),
            "",
            "",
        ]
    )
    return _markdown(head, lines)


def accounts(report: Report) -> str:
    """One line for each account, with all that was measured of it."""
    lines: dict[str, dict[str, Row]] = {}
    for row in report.rows:
        account, _, what = row.what.partition(": ")
        lines.setdefault(account, {})[what] = row
    columns = list(dict.fromkeys(what for line in lines.values() for what in line))
    cells = [[account, *(_marked(line.get(column)) for column in columns)] for account, line in lines.items()]
    return _markdown(["account", *columns], cells)


def detail(report: Report) -> str:
    """All rows of one benchmark."""
    head = ["", "median", "quartiles", "to the base", "quartiles", "wanted", ""]
    return _markdown(head, [_detail(row) for row in report.rows])


def _marked(row: Row | None) -> str:
    """A value, with what was wanted where it was not met."""
    if row is None:
        return ""
    value = f"{row.value.median:.2f}" if row.unit in {"x", ""} else number(row.value.median)
    return f"{value} (wanted: {row.reach})" if row.verdict == "not met" else value


def _rate(row: Row) -> str:
    return number(row.value.median)


def _detail(row: Row) -> Sequence[str]:
    value, ratio = row.value, row.to_base
    return (
        row.what,
        f"{number(value.median)} {row.unit}",
        "" if value.low == value.high else f"{number(value.low)} to {number(value.high)}",
        f"{ratio.median:.2f}" if ratio else "",
        f"{ratio.low:.2f} to {ratio.high:.2f}" if ratio and ratio.low != ratio.high else "",
        str(row.reach or ""),
        row.verdict,
    )


def _markdown(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rows = [head, ["---", *["---:"] * (len(head) - 1)], *lines]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in rows)


def main() -> None:
    """Write the tables and the chart."""
    for document in DOCUMENTS:
        document.write_text(filled(document.read_text("utf-8")), "utf-8")
    draw(load("create"), CHART)


if __name__ == "__main__":
    main()
