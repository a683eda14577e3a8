"""What the tests of the shared limit share: visits, and what no window may see."""

from collections.abc import Sequence
from typing import Any

from attrs import frozen

from jofi_async.core.limits.shared.pace import Pace
from jofi_async.core.limits.shared.store import Visit

SLACK = 1e-6


@frozen
class Start:
    """A call that started."""

    at: float
    cost: float = 1.0


def visit(pace: Pace, **asked: Any) -> Visit:
    """A visit under a pace."""
    asked.setdefault("visitor", "v")
    return Visit(interval=pace.interval, tolerance=pace.tolerance, **asked)


def check_windows(starts: Sequence[Start], per_second: float, burst: float, *, least: float = 1.0) -> None:
    """No window of t seconds, t at least `least`, sees more than burst + per_second x t."""
    ordered = sorted(starts, key=lambda start: start.at)
    for first, opening in enumerate(ordered):
        cost = 0.0
        for last in ordered[first:]:
            cost += last.cost
            seconds = max(least, last.at - opening.at)
            assert cost <= burst + per_second * seconds + SLACK, (opening, last)
