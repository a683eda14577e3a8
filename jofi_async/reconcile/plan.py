"""The plan: the typed difference between the rows that are wanted and what the server holds."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from os import PathLike
from typing import Generic, TypeVar

from attrs import define, field

from jofi_async.bulk.journal.journal import Journal
from jofi_async.reconcile.application import Application, Turn
from jofi_async.reconcile.progress import People
from jofi_async.reconcile.reading import Reading
from jofi_async.reconcile.reconcilable import Reconcilable
from jofi_async.reconcile.step import Step, StepKind

Row = TypeVar("Row")
Item = TypeVar("Item")


@define(repr=False, eq=False)
class Plan(Generic[Row, Item]):
    """What it takes to make the server hold what is wanted; it holds all rows, and what was read of them.

    Attributes:
        steps: One for each row, in the source's order, and then one for each unexpected item.
        reading: How the server was read, with how many requests.
        scope: What an item must be of to be unexpected: "account", or None for the groups that occur in the rows.
        deep: Whether each matched item was read with all its fields.
        completion: Whether it was asked who has completed, or lists show it.
        read_at: When the reading began, by the clock of this computer.
        share_person_id: Whether one person_id may come with several addresses.
    """

    steps: Sequence[Step[Row, Item]]
    reading: Reading
    scope: str | None
    deep: bool
    completion: bool
    read_at: datetime
    share_person_id: bool
    _resource: Reconcilable[Row, Item] = field(alias="resource")
    _turn: Turn = field(factory=Turn, init=False)

    @property
    def counts(self) -> dict[StepKind, int]:
        """How many steps there are of each kind; every kind is there."""
        counts = Counter(step.kind for step in self.steps)
        return {kind: counts[kind] for kind in StepKind}

    @property
    def is_done(self) -> bool:
        """Whether there is nothing to create and nothing to update."""
        return not (self.counts[StepKind.CREATE] or self.counts[StepKind.UPDATE])

    @property
    def not_compared(self) -> dict[str, int]:
        """The fields that were not compared, and in how many rows."""
        return dict(Counter(name for step in self.steps for name in step.not_compared))

    @property
    def people(self) -> People:
        """How far the persons who are wanted have come."""
        each = [step.progress for step in self.steps if step.progress and step.index is not None]
        return People.of(each, self.read_at, completion_known=self.completion)

    def of(self, *kinds: StepKind) -> list[Step[Row, Item]]:
        """The steps of some kinds."""
        return [step for step in self.steps if step.kind in kinds]

    def apply(
        self,
        *,
        create: bool = True,
        update: bool = True,
        journal: str | PathLike[str] | Journal | None = None,
        max_in_flight: int | None = None,
        stop_after: int | None = None,
        deadline: float | None = None,
    ) -> Application[Row]:
        """Create and update what the plan says, through bulk jobs.

        Await it, or iterate over its outcomes in an `async with` block, as with a job. Every wanted row has exactly one
        outcome: what is unchanged has `existed`, what is in conflict `refused`, what could not be looked up and what is
        left out `not_attempted`. It is safe to repeat: what it created, updated or left `unknown` is not sent again.
        One is applied at a time: what was made before another one has ended raises a `LifecycleError`.

        Args:
            create: Whether to create.
            update: Whether to update.
            journal: The journal of what is created; see `create_many`. Updates need none: the next plan shows them.
            max_in_flight: How many rows are worked on at once.
            stop_after: Stop once this many rows have been refused, unknown or not attempted.
            deadline: Stop after this many seconds.

        Raises:
            ConfigurationError: An option is out of range.
        """
        options = {"max_in_flight": max_in_flight, "stop_after": stop_after, "deadline": deadline}
        kinds = {StepKind.CREATE: create, StepKind.UPDATE: update}
        chosen = {kind for kind, is_chosen in kinds.items() if is_chosen}
        creation = {"journal": journal, "share_person_id": self.share_person_id}
        return Application(self._resource, self.steps, self._turn, chosen, creation, options)

    def __repr__(self) -> str:
        counts = ", ".join(f"{kind.value}={count}" for kind, count in self.counts.items())
        return f"Plan({counts})"
