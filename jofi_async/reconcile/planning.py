"""Reconcile: wanted rows against the server, as a plan."""

from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from os import PathLike
from typing import Any, Generic, Literal, TypeVar

from attrs import evolve

from jofi_async.bulk.pool import Pool
from jofi_async.bulk.source import Feed, Source, SourceRow
from jofi_async.core.errors import CallError, ConfigurationError, Problem
from jofi_async.reconcile.matching import Matching, match
from jofi_async.reconcile.plan import Plan
from jofi_async.reconcile.progress import PersonState
from jofi_async.reconcile.reading import How, Reading
from jofi_async.reconcile.reconcilable import Comparison, Reconcilable, ReconcilableClient
from jofi_async.reconcile.step import Step, StepKind
from jofi_async.reconcile.survey import Survey
from jofi_async.reconcile.wanted import WantedRow, read_wanted

Row = TypeVar("Row")
Item = TypeVar("Item")


async def reconcile(
    client: ReconcilableClient[Row, Item],
    wanted: Source[Row | SourceRow[Row]] | str | PathLike[str],
    *,
    deep: bool = False,
    scope: Literal["account"] | None = None,
    completion: bool = False,
    share_person_id: bool = False,
    defaults: Mapping[str, object] | None = None,
) -> Plan[Row, Item]:
    """Hold the rows that are wanted against the server, and say what it would take; nothing is changed.

    Persons are matched by person_id, then by address, whatever the case; what could be two is a conflict. What a row
    does not give is not compared. Addresses are looked for by the cheapest way that proves that somebody is not there.
    A list has no filter for a person_id: it is looked for in what was read, and everywhere if that is everything
    (`plan.reading.unread` is 0), as with `scope="account"`.

    Args:
        client: Whose account is read.
        wanted: The rows: any sync or async iterable, or the path of a file. All are held in memory.
        deep: Read each matched item, and compare all fields instead of those that a list shows.
        scope: Which items are unexpected that no row wants: those of the groups (custom_ids) that occur in the rows, or
            all of the "account".
        completion: Ask of everybody who has accepted whether they have completed: a request for each.
        share_person_id: Accept one person_id with several addresses, instead of refusing the later ones.
        defaults: Values of fields that a file has no column for, or an empty cell in it.

    Returns:
        The plan, which can be applied.

    Raises:
        ConfigurationError: The key is a test key, whose answers are made up.
        UsageError: A file cannot be read.
        CallError: The first request failed. What fails later is told by the plan.
    """
    resource = client.reconcilable()
    if not resource.lists_prove:
        raise ConfigurationError("Under a test key all answers are made up, so there is nothing to reconcile with")
    rows = await read_wanted(resource, wanted, defaults or {}, share_person_id=share_person_id)
    read_at = datetime.now(UTC)
    addresses = {row.person.key: None for row in rows if not row.problems}
    groups = Counter(row.group for row in rows if row.group)
    survey = Survey(resource, addresses, groups, everything=scope == "account")
    await survey.run()
    matching = match(rows, survey.facts.values())
    planner = _Planner(resource, rows, survey, matching, scope)
    steps = planner.steps()
    if deep:
        await planner.read_each(steps)
    if completion and not resource.lists_completion:
        await planner.ask_completion(steps)
    is_completion_known = completion or resource.lists_completion
    return Plan(steps, planner.reading(), scope, deep, is_completion_known, read_at, share_person_id, resource)


class _Planner(Generic[Row, Item]):
    """Makes steps of what was read, and reads more of each where that is asked for."""

    def __init__(
        self,
        resource: Reconcilable[Row, Item],
        rows: Sequence[WantedRow[Row]],
        survey: Survey[Item],
        matching: Matching,
        scope: str | None,
    ) -> None:
        self._resource = resource
        self._rows = rows
        self._survey = survey
        self._matching = matching
        self._scope = scope
        self._requests: dict[How, int] = {}
        self._gaps: list[str] = []

    def steps(self) -> list[Step[Row, Item]]:
        """The steps as far as lists tell."""
        groups = {row.group for row in self._rows if row.group}
        unexpected = [
            facts
            for facts in self._survey.facts.values()
            if facts.id in self._matching.unclaimed
            and (self._scope == "account" or not groups.isdisjoint(facts.groups))
        ]
        unexpected.sort(key=lambda facts: facts.created_at)
        rows = [self._step(place, row) for place, row in enumerate(self._rows)]
        return rows + [self._unexpected(facts.id) for facts in unexpected]

    def reading(self) -> Reading:
        """How it was read."""
        reading = self._survey.reading()
        return evolve(reading, requests={**reading.requests, **self._requests}, gaps=(*reading.gaps, *self._gaps))

    async def read_each(self, steps: Iterable[Step[Row, Item]]) -> None:
        """Read each matched item, and compare it anew."""
        matched = [step for step in steps if step.source and step.item and not step.is_undecided]
        await self._each(How.DEEP, matched, self._read)

    async def ask_completion(self, steps: Iterable[Step[Row, Item]]) -> None:
        """Ask of each who has accepted whether they have completed."""
        accepted = [step for step in steps if step.progress and step.progress.state is PersonState.ACCEPTED]
        await self._each(How.COMPLETION, accepted, self._complete)

    def _step(self, place: int, row: WantedRow[Row]) -> Step[Row, Item]:
        step = partial(Step[Row, Item], index=place, source=row.source)
        if row.problems:
            return step(StepKind.REFUSED, self._card(row), problems=row.problems)
        if (problem := self._matching.problems.get(place)) is not None:
            return step(StepKind.CONFLICT, self._card(row), problems=(problem,))
        found = self._matching.pairs.get(place)
        item = None if found is None else self._survey.items[found]
        if (why := self._survey.undecided.get(row.person.key)) is not None:
            problem = Problem("", f"not known whether it is there: {why}")
            return step(StepKind.CONFLICT, self._card(row), item=item, problems=(problem,), is_undecided=True)
        if item is None:
            return step(StepKind.CREATE, self._card(row))
        made = step(StepKind.UNCHANGED, self._card(row), item=item)
        self._compare(made, item)
        return made

    def _unexpected(self, item_id: Hashable) -> Step[Row, Item]:
        item = self._survey.items[item_id]
        resource = self._resource
        return Step(StepKind.UNEXPECTED, resource.card_of_item(item), item=item, progress=resource.progress(item))

    def _compare(self, step: Step[Row, Item], item: Item) -> None:
        assert step.source is not None
        item = self._resource.part(step.source.row, item)
        found = self._resource.compare(step.source.row, item)
        step.item, step.progress = item, self._resource.progress(item)
        step.card = evolve(step.card, item_id=self._resource.card_of_item(item).item_id)
        step.changes, step.problems, step.not_compared = found.changes, found.problems, found.not_compared
        step.kind = _kind_of(found)

    def _card(self, row: WantedRow[Row]) -> Any:
        return self._resource.card_of_row(row.source.row)

    async def _read(self, step: Step[Row, Item]) -> None:
        assert step.item is not None
        self._compare(step, await self._resource.read(step.item))

    async def _complete(self, step: Step[Row, Item]) -> None:
        assert step.item is not None and step.progress is not None  # noqa: PT018
        completed_at = await self._resource.completed_at(step.item)
        step.progress = evolve(step.progress, completed_at=completed_at)

    async def _each(
        self, how: How, steps: Sequence[Step[Row, Item]], work: Callable[[Step[Row, Item]], Awaitable[None]]
    ) -> None:
        """Ask something of each step; a question that fails leaves the step as it is."""
        failed: list[CallError] = []

        async def ask(step: Step[Row, Item]) -> None:
            try:
                await work(step)
            except CallError as error:
                failed.append(error)

        if not steps:
            return
        self._requests[how] = len(steps)
        pool = Pool(Feed(steps).pull, ask, workers=self._resource.workers)
        try:
            async for _ in pool:
                pass
        finally:
            await pool.aclose()
        if failed:
            self._gaps.append(f"{how.value}: {len(failed):,} could not be read: {failed[0]}")


def _kind_of(found: Comparison) -> StepKind:
    if found.problems:
        return StepKind.CONFLICT
    if found.is_partial:
        return StepKind.CREATE
    return StepKind.UPDATE if found.changes else StepKind.UNCHANGED
