"""What a run amounts to, in bounded memory: counts, and the rows that a person should look at."""

from collections import Counter
from typing import Any

from attrs import define, field, frozen

from jofi_async.bulk.outcome import Outcome, OutcomeKind

SHOWN = 40
_BY_WEIGHT = (OutcomeKind.UNKNOWN, OutcomeKind.REFUSED, OutcomeKind.NOT_ATTEMPTED)


@frozen
class Finding:
    """A row that a person should look at, or several that were not attempted for one reason.

    Attributes:
        kind: How it ended.
        field: The field that is wrong, or "".
        reason: Why.
        first: Its line.
        last: The line of the last, where there are several.
        rows: How many there are.
    """

    kind: OutcomeKind
    field: str
    reason: str
    first: int
    last: int
    rows: int = 1


@define
class Tally:
    """Counts outcomes, and remembers the first of each kind that are worth a look.

    Attributes:
        counts: How many rows ended in each way.
        carried: How many rows an earlier run had settled.
        plans: Whether it is of a dry run, in which a row that is not attempted would be sent.
        unwritten: Outcomes after a send that are missing in the outcome file.
    """

    counts: Counter[OutcomeKind] = field(factory=Counter[OutcomeKind])
    carried: int = 0
    plans: bool = False
    unwritten: list[Outcome[Any, Any]] = field(factory=list[Outcome[Any, Any]])
    _found: dict[tuple[object, ...], Finding] = field(factory=dict[tuple[object, ...], Finding])
    _kept: Counter[OutcomeKind] = field(factory=Counter[OutcomeKind])

    @property
    def total(self) -> int:
        """How many rows have ended."""
        return self.counts.total()

    def add(self, outcome: Outcome[Any, Any]) -> None:
        """Count an outcome."""
        self.counts[outcome.kind] += 1
        if outcome.kind in self._worth_a_look:
            self._keep(outcome)

    def findings(self) -> list[Finding]:
        """What is worth a look: the unknown first, each kind by line, at most `SHOWN` of them."""
        order = sorted(self._found.values(), key=lambda found: (_BY_WEIGHT.index(found.kind), found.first))
        return order[:SHOWN]

    def missing(self) -> int:
        """How many rows worth a look are not among the findings."""
        return sum(self.counts[kind] for kind in self._worth_a_look) - sum(found.rows for found in self.findings())

    @property
    def _worth_a_look(self) -> tuple[OutcomeKind, ...]:
        return _BY_WEIGHT[:2] if self.plans else _BY_WEIGHT

    def _keep(self, outcome: Outcome[Any, Any]) -> None:
        line = outcome.line or 0
        alike = outcome.kind is OutcomeKind.NOT_ATTEMPTED
        key = (outcome.kind, outcome.field, outcome.reason if alike else line)
        earlier = self._found.get(key)
        if earlier is not None:
            lines = (earlier.first, earlier.last, line)
            self._found[key] = Finding(
                outcome.kind, outcome.field, outcome.reason, min(lines), max(lines), earlier.rows + 1
            )
        elif self._kept[outcome.kind] < SHOWN:
            self._kept[outcome.kind] += 1
            self._found[key] = Finding(outcome.kind, outcome.field, outcome.reason, line, line)


def in_words(counts: Counter[OutcomeKind]) -> str:
    """Counts in a line, without those that are zero."""
    return ", ".join(f"{counts[kind]:,} {named(kind)}" for kind in OutcomeKind if counts[kind]) or "no outcome yet"


def number_of(count: int, noun: str) -> str:
    """So many things as people read it; the noun is one whose plural ends in s."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def named(kind: OutcomeKind) -> str:
    """A kind as people read it."""
    return kind.value.replace("_", " ")
