"""The guard: `python -m benchmarks.guard` fails when a call costs over 5 % more than the committed figures say.

What is compared is the ratio of our instructions to those of the same call by hand, counted in the same run: it moves
far less with the versions of Python and aiohttp than a count does. Where versions differ all the same, it says so.
"""

import sys
from collections.abc import Mapping

from attrs import frozen

from benchmarks.clients import BY_HAND, OURS
from benchmarks.instructions import MISSING, can_count
from benchmarks.measure import Effort
from benchmarks.report import Report, Row, load
from benchmarks.suite import instructions

TOLERANCE = 0.05
_WORDS = {True: "MORE THAN ALLOWED", False: "well"}


@frozen
class Change:
    """What became of one call's cost.

    Attributes:
        what: The call.
        before: Its committed ratio to the base.
        now: The same today.
    """

    what: str
    before: float
    now: float

    @property
    def is_too_much(self) -> bool:
        """Whether it costs more than the tolerance allows."""
        return self.now > self.before * (1 + TOLERANCE)

    def __str__(self) -> str:
        grown = self.now / self.before - 1
        return f"{self.what}: {self.before:.3f} -> {self.now:.3f} of the base, {grown:+.1%}, {_WORDS[self.is_too_much]}"


def changes(committed: Report, measured: Report) -> list[Change]:
    """Compare our rows of two reports of instructions."""
    ours = [row for row in committed.rows if row.what.endswith(OURS)]
    return [Change(row.what, _ratio(row), _ratio(measured.row(row.what))) for row in ours]


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Name what was measured with another version; the other clients' do not matter here."""
    names = [name for name in before if name in now]
    return [f"{name} was {before[name]} and is {now[name]}" for name in names if before[name] != now[name]]


def _ratio(row: Row) -> float:
    assert row.to_base is not None
    return row.to_base.median


def main() -> int:
    """Count again and compare."""
    if not can_count():
        print(MISSING)
        return 0
    committed = load("instructions")
    measured = instructions.run(Effort(), contenders=[BY_HAND, OURS])
    found = changes(committed, measured)
    for line in (*differences(committed.machine, measured.machine), *map(str, found)):
        print(line)
    return 1 if any(change.is_too_much for change in found) else 0


if __name__ == "__main__":
    sys.exit(main())
