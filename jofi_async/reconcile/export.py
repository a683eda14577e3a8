"""A plan as what JSON can hold, for programs and for the report; it holds personal data."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

from jofi_async.core.errors import Problem
from jofi_async.reconcile.plan import Plan
from jofi_async.reconcile.progress import Progress
from jofi_async.reconcile.step import Step

Json = dict[str, Any]


def plan_as_json(plan: Plan[Any, Any]) -> Json:
    """The plan, with what became of each step if it was applied."""
    people = plan.people
    return {
        "counts": {kind.value: count for kind, count in plan.counts.items()},
        "scope": plan.scope or "groups",
        "deep": plan.deep,
        "read_at": plan.read_at.isoformat(timespec="seconds"),
        "reading": {
            "requests": plan.reading.total_requests,
            "ways": {way.value: count for way, count in plan.reading.requests.items()},
            "total": plan.reading.total,
            "read": plan.reading.known,
            "gaps": list(plan.reading.gaps),
        },
        "not_compared": plan.not_compared,
        "people": {
            "counts": {state.value: count for state, count in people.counts.items()},
            "completion_known": people.completion_known,
            "longest_pending_days": people.waiting[0].days if people.waiting else None,
        },
        "steps": [step_as_json(step) for step in plan.steps],
    }


def step_as_json(step: Step[Any, Any]) -> Json:
    """One step; what it does not have is left out."""
    card, outcome = step.card, step.outcome
    found: Json = {
        "kind": step.kind.value,
        "line": step.line,
        "name": card.name,
        "email": card.email,
        "person_id": card.person_id,
        "group": card.group,
        "item_id": card.item_id,
        "changes": [{"field": one.field, "old": _plain(one.old), "new": _plain(one.new)} for one in step.changes],
        "problems": _problems(step.problems),
        "not_compared": list(step.not_compared),
        "progress": _progress(step.progress) if step.progress else None,
        "outcome": {"kind": outcome.kind.value, "problems": _problems(outcome.problems)} if outcome else None,
    }
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def _problems(problems: Sequence[Problem]) -> list[Json]:
    return [{"field": one.field, "reason": one.reason} for one in problems]


def _progress(progress: Progress) -> Json:
    found = {
        "state": progress.state.value,
        "invited_at": progress.invited_at,
        "accepted_at": progress.accepted_at,
        "completed_at": progress.completed_at,
    }
    return {name: _plain(value) for name, value in found.items() if value is not None}


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(one) for one in cast("Sequence[object]", value)]
    return value if value is None or isinstance(value, str | int | float) else str(value)
