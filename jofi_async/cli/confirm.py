"""Ask a person at a terminal before real people are contacted."""

import sys
from collections.abc import Container, Mapping
from typing import TypeVar

from rich.console import Console

from jofi_async.bulk.dry_run import Checks
from jofi_async.bulk.outcome import OutcomeKind
from jofi_async.cli.errand import Errand
from jofi_async.cli.progress import plain, say
from jofi_async.cli.run import Run

Row = TypeVar("Row")
Item = TypeVar("Item")


def someone_is_there() -> bool:
    """Whether a question would be seen, and could be answered."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()  # pyright: ignore


def confirm(
    console: Console,
    errand: Errand[Row, Item],
    checks: Checks[Row],
    facts: Mapping[str, str],
    *,
    share_person_id: bool,
    settled: Container[str] = frozenset(),
) -> bool:
    """Show what is about to happen and ask; nothing to send is nothing to ask.

    Args:
        console: Where it is shown.
        errand: The table.
        checks: Tell which of its rows would be sent.
        facts: What else to show, by its name.
        share_person_id: See `dry_run`.
        settled: See `dry_run`.
    """
    rehearsal = Run(errand, console)
    rehearsal.rehearse(checks, share_person_id=share_person_id, settled=settled)
    counts = rehearsal.tally.counts
    number = counts[OutcomeKind.NOT_ATTEMPTED]
    if not number:
        return True
    people = f"{number:,} {'person' if number == 1 else 'people'}"
    others = {"refused unsent": counts[OutcomeKind.REFUSED], "settled already": rehearsal.tally.carried}
    others["in doubt and left so"] = counts[OutcomeKind.UNKNOWN]
    left = "".join(f", {count:,} {word}" for word, count in others.items() if count)
    say(console, "This contacts real people:")
    width = max(map(len, facts))
    for name, fact in {"invited": f"{people}{left}", **facts}.items():
        say(console, f"  {name:{width}}  {fact}")
    return agrees(console, f"Invite {people}? [y/N] ")


def agrees(console: Console, question: str) -> bool:
    """Ask, and take nothing but a clear yes for one."""
    try:
        return console.input(plain(question)).strip().casefold() in ("y", "yes")
    except EOFError:
        return False
