"""`jofi check`: go through JOFI's setup checklist before going live."""

import asyncio
import json
from itertools import groupby
from pathlib import Path

import click
from attrs import asdict, filters
from rich.console import Console
from rich.table import Table
from rich.text import Text

from jofi_async.cli.jofi.way import Way, key_of, live_way, sandbox_way
from jofi_async.cli.progress import plain, say
from jofi_async.cli.run import ExitCode
from jofi_async.jofi.setup.facts import MALFORMED, NO_KEY, Facts, KeyFacts, is_key
from jofi_async.jofi.setup.judge import NOTHING, judge
from jofi_async.jofi.setup.report import CheckStatus, SetupItem, SetupReport

_SHOWN = {
    CheckStatus.PASSED: ("passed", "green"),
    CheckStatus.FAILED: ("FAILED", "bold red"),
    CheckStatus.WARNING: ("warning", "yellow"),
    CheckStatus.CANNOT_BE_KNOWN: ("not known", "cyan"),
}
_TITLE_WIDTH = 22
_NARROW = 60
"""Below so many columns, what was found stands below its title instead of beside it."""


@click.command("check", short_help="Go through JOFI's setup checklist.")
@click.option("--inviter", "inviters", metavar="EMAIL", multiple=True, help="A JOFI user who will invite, repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Write the report as JSON.")
@click.option("--sandbox", is_flag=True, help="Check a JOFI in memory; no key is needed.")
@click.option("--api-key-file", type=click.Path(path_type=Path), metavar="PATH", help="Read the key from a file.")
def check(inviters: tuple[str, ...], as_json: bool, sandbox: bool, api_key_file: Path | None) -> int:
    """Go through JOFI's setup checklist before inviting anybody; nothing is created or changed.

    It looks at the key, the account, each inviter with their defaults, and the live webhook, and says of every item
    what was looked at, what was found and what to do next. What no route shows it calls "not known".

    The key is JOFI_API_KEY or in --api-key-file; JOFI_BASE_URL is another address of JOFI.

    \b
    Examples:
      jofi check --inviter me@example.com --inviter colleague@example.com
      jofi check --inviter jane.recruiter@jofiscore.com --sandbox
      jofi check --json | jq '.items[] | select(.status == "failed")'

    \b
    Exit codes: 0 nothing failed, 5 something failed, 4 nothing failed but
    JOFI did not answer: run again, 2 usage.
    """  # noqa: D301
    way = sandbox_way(api_key_file) if sandbox else None
    key = "" if sandbox else key_of(api_key_file, alone=False)
    if way is None and is_key(key):
        way = live_way(key)
    report = asyncio.run(_report(way, key, inviters, api_key_file))
    if as_json:
        click.echo(json.dumps(_as_json(report), indent=2))
    else:
        _show(Console(), report, way)
    if report.failed:
        return ExitCode.CANNOT_GO_ON
    return ExitCode.RUN_AGAIN if report.unreached else ExitCode.DONE


async def _report(way: Way | None, key: str, inviters: tuple[str, ...], key_file: Path | None) -> SetupReport:
    if way is None:
        return judge(Facts.unseen(KeyFacts(present=bool(key)), key_file, MALFORMED if key else NO_KEY), inviters)
    async with way.transport, way.client:
        return await way.client.check_setup(inviters, key_file=key_file)


def _as_json(report: SetupReport) -> dict[str, object]:
    return {
        "failed": report.failed,
        "counts": {status.value: report.counts[status] for status in CheckStatus},
        "items": [
            {**asdict(item, filter=filters.exclude("error")), "error": None if item.error is None else str(item.error)}
            for item in report.items
        ],
    }


def _show(console: Console, report: SetupReport, way: Way | None) -> None:
    place = "" if way is None else f" at {'the sandbox' if way.fake is not None else way.url}"
    console.print(Text.assemble(("JOFI's setup checklist", "bold"), place))
    for heading, items in groupby(report.items, _heading):
        console.print(_headline(heading, rows := list(items)))
        console.print(_table(rows, is_narrow=console.width < _NARROW))
    console.print()
    _sum_up(console, report)


def _heading(item: SetupItem) -> str:
    """What an item stands under; those about one inviter stand together."""
    return f"Inviter {item.subject}" if item.subject else item.section


def _headline(heading: str, items: list[SetupItem]) -> Text:
    places = dict.fromkeys(place for item in items for place in item.looked_at.split(", ") if place != NOTHING)
    looked_at = f"\nlooked at {', '.join(places)}" if places else ""
    return Text.assemble("\n", (plain(heading).plain, "bold"), (looked_at, "dim"))


def _table(items: list[SetupItem], *, is_narrow: bool) -> Table:
    """Titles beside what was found, or above it."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(width=9, no_wrap=True)
    if not is_narrow:
        table.add_column(width=_TITLE_WIDTH)
    table.add_column(overflow="fold")
    for item in items:
        word, style = _SHOWN[item.status]
        title, details = Text(item.title), _details(item)
        cells = [Text("\n").join([title, details])] if is_narrow else [title, details]
        table.add_row(Text(word, style=style), *cells)
    return table


def _details(item: SetupItem) -> Text:
    lines = [plain(item.found)]
    if item.next_step:
        lines.append(Text.assemble(("-> ", "bold"), plain(item.next_step)))
    return Text("\n").join(lines)


def _sum_up(console: Console, report: SetupReport) -> None:
    parts = [
        Text(f"{count:,} {status.value}", style=_SHOWN[status][1])
        for status in CheckStatus
        if (count := report.counts[status])
    ]
    console.print(Text(", ").join(parts))
    if report.failed:
        say(console, "Mend what failed before you invite anybody, and run this again.")
    elif report.unreached:
        say(console, "Nothing failed, but not everything could be looked at: run this again.")
    else:
        say(console, "Nothing failed. What is not known is for a person to look at.")
