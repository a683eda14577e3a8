"""A plan as one HTML file that needs nothing else, for people to look at, search, sort and print (extra `cli`)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from os import PathLike
from pathlib import Path
from typing import Any

from attrs import frozen
from jinja2 import Environment, PackageLoader, StrictUndefined

from jofi_async.core.errors import ConfigurationError
from jofi_async.reconcile.export import plan_as_json
from jofi_async.reconcile.plan import Plan
from jofi_async.reconcile.progress import PersonState
from jofi_async.reconcile.step import StepKind

_MEANINGS = {
    StepKind.CONFLICT: ("In conflict", "a person has to look"),
    StepKind.REFUSED: ("Refused", "cannot be sent as they stand"),
    StepKind.UNEXPECTED: ("Unexpected", "there, and no row wants them"),
    StepKind.UPDATE: ("To update", "fields differ"),
    StepKind.CREATE: ("To create", "not there yet"),
    StepKind.UNCHANGED: ("Unchanged", "as they are wanted"),
}
_AGES = (("under a day", 1), ("1 to 3 days", 3), ("3 to 7 days", 7), ("1 to 2 weeks", 14), ("2 to 4 weeks", 28))
_OLDER = "over 4 weeks"


@frozen
class _Share:
    """A part of a bar.

    Attributes:
        name: What it is, for style sheets.
        label: What people call it.
        note: What that means.
        count: How many there are.
        percent: Its share of the bar.
    """

    name: str
    label: str
    note: str
    count: int
    percent: float


def render_report(plan: Plan[Any, Any], *, title: str) -> str:
    """Render a plan.

    Args:
        plan: The plan; once it was applied, the report shows what became of each row.
        title: What was reconciled, a file's name for example.

    Returns:
        One HTML document with all its styles and scripts; everything from data is escaped. It holds personal data.
    """
    environment = Environment(
        loader=PackageLoader("jofi_async.reconcile.report", "assets"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    people = plan.people
    states = [(state.value, state.value.capitalize(), "", people.counts[state]) for state in PersonState]
    kinds = [(kind.value, *words, plan.counts[kind]) for kind, words in _MEANINGS.items()]
    return environment.get_template("report.html").render(
        title=title,
        plan=plan_as_json(plan),
        kinds=_shares(kinds),
        states=_shares(states),
        ages=_shares([("age", label, "", count) for label, count in _by_age(people.waiting)]),
        rows=sum(step.index is not None for step in plan.steps),
        applied=any(step.outcome is not None for step in plan.steps),
        read_at=plan.read_at.astimezone(UTC),
        made_at=datetime.now(UTC),
    )


def write_report(plan: Plan[Any, Any], path: str | PathLike[str], *, title: str) -> None:
    """Render a plan into a file that its owner alone can read.

    Args:
        plan: The plan.
        path: Where the file will be; an earlier one is replaced.
        title: What was reconciled.

    Raises:
        ConfigurationError: It cannot be written.
    """
    file = Path(path)
    try:
        file.touch(0o600)
        if file.is_file():
            file.chmod(0o600)  # an earlier one may be open to others
        file.write_text(render_report(plan, title=title), encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"The report cannot be written to {file}: {error.strerror}") from None


def _shares(parts: Sequence[tuple[str, str, str, int]]) -> list[_Share]:
    total = sum(count for *_, count in parts) or 1
    return [_Share(name, label, note, count, 100 * count / total) for name, label, note, count in parts]


def _by_age(waiting: Sequence[timedelta]) -> list[tuple[str, int]]:
    counts = dict.fromkeys([*(label for label, _ in _AGES), _OLDER], 0)
    for age in waiting:
        label = next((label for label, days in _AGES if age < timedelta(days=days)), _OLDER)
        counts[label] += 1
    return list(counts.items())
