"""A plan as a person reads it at a terminal before saying yes: what would be done, row by row."""

from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from jofi_async.cli.progress import plain, say
from jofi_async.reconcile.plan import Plan
from jofi_async.reconcile.progress import PersonState
from jofi_async.reconcile.step import Step, StepKind

SHOWN = 40
"""How many steps of each kind are shown."""

_SIGNS = {
    StepKind.REFUSED: ("x", "red"),
    StepKind.CONFLICT: ("!", "bold red"),
    StepKind.UNEXPECTED: ("?", "magenta"),
    StepKind.UPDATE: ("~", "yellow"),
    StepKind.CREATE: ("+", "green"),
    StepKind.UNCHANGED: ("=", "cyan"),
}
_MEANINGS = {
    StepKind.REFUSED: "refused: cannot be sent as they stand",
    StepKind.CONFLICT: "conflict: a person has to look",
    StepKind.UNEXPECTED: "unexpected: there, and not in the file",
    StepKind.UPDATE: "to update",
    StepKind.CREATE: "to create",
    StepKind.UNCHANGED: "unchanged",
}


def tell_plan(console: Console, plan: Plan[Any, Any], *, hint: str) -> None:
    """Show what differs, then the counts, so that a screen ends with what matters.

    Args:
        console: Where to.
        plan: The plan.
        hint: How what was not compared can be, or "".
    """
    for kind in _SIGNS:
        if kind is not StepKind.UNCHANGED:
            _tell_steps(console, kind, plan.of(kind))
    counts = Table(box=None, show_header=False, padding=(0, 1))
    counts.add_column(justify="right")
    counts.add_column()
    for kind, count in plan.counts.items():
        if count:
            counts.add_row(f"{count:,}", Text(_MEANINGS[kind], style=_SIGNS[kind][1]))
    console.print(counts)
    for sentence in _sentences(plan, hint):
        say(console, sentence)


def question(plan: Plan[Any, Any]) -> str:
    """What is asked before a plan is applied."""
    create, update = plan.counts[StepKind.CREATE], plan.counts[StepKind.UPDATE]
    parts = [
        f"invite {create:,} {'person' if create == 1 else 'people'}" if create else "",
        f"update {update:,}" if update else "",
    ]
    text = " and ".join(part for part in parts if part)
    return f"{text[:1].upper()}{text[1:]}? [y/N] "


def _tell_steps(console: Console, kind: StepKind, steps: list[Step[Any, Any]]) -> None:
    sign, style = _SIGNS[kind]
    for step in steps[:SHOWN]:
        place = (
            f"line {step.line}" if step.line is not None else f"row {step.index + 1}" if step.index is not None else ""
        )
        card = step.card
        who = f"{card.name} <{card.email}>" + (f"  {card.item_id}" if card.item_id else "")
        console.print(
            Text.assemble((f"{sign} {kind.value:10} ", style), (f"{place:>10}  ", "dim"), plain(who)), soft_wrap=True
        )
        for line in _details(step):
            console.print(Text.assemble(" " * 25, line), soft_wrap=True)
    if len(steps) > SHOWN:
        say(console, f"  ... and {len(steps) - SHOWN:,} more {kind.value}: --html and --json have all")


def _details(step: Step[Any, Any]) -> Iterator[Text]:
    width = max((len(change.field) for change in step.changes), default=0)
    for change in step.changes:
        old, new = plain(_shown(change.old)).plain, plain(_shown(change.new)).plain
        yield Text.assemble(f"{change.field:{width}}  ", (old, "red"), " -> ", (new, "green"))
    if step.problems:
        yield plain(step.reason)


def _shown(value: object) -> str:
    if value is None or value == "":
        return "(nothing)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _sentences(plan: Plan[Any, Any], hint: str) -> Iterator[str]:
    yield f"Read with {plan.reading}."
    if plan.not_compared:
        counts = plan.not_compared.items()
        fields = ", ".join(f"{name} ({rows:,} {'row' if rows == 1 else 'rows'})" for name, rows in counts)
        yield f"Not compared, since a list does not show them: {fields}. {hint}".rstrip()
    for gap in plan.reading.gaps:
        yield f"Not read: {gap}"
    people = plan.people
    told = [f"{count:,} {state.value}" for state, count in people.counts.items() if count]
    if told:
        oldest = f", the longest for {people.waiting[0].days} days" if people.waiting else ""
        known = (
            ""
            if people.completion_known or not people.counts[PersonState.ACCEPTED]
            else "; who has completed was not asked"
        )
        yield f"Of those who are there: {', '.join(told)}{oldest}{known}. As of {people.read_at:%Y-%m-%d %H:%M} UTC."
