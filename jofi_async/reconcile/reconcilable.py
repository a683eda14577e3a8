"""The small protocol by which reconciling speaks to a vendor's resource.

A vendor implements `Reconcilable` for the rows that a bulk job creates with and the items that it lists; its client
returns it from `reconcilable()`. Everything else (what to ask for, who is who, the plan, how it is applied) is here.
"""

from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from datetime import datetime
from os import PathLike
from typing import Any, Generic, Protocol, TypeVar

from attrs import frozen

from jofi_async.bulk.job import BulkJob
from jofi_async.bulk.journal.journal import Journal
from jofi_async.bulk.resource import Person
from jofi_async.bulk.source import Source, SourceRow
from jofi_async.core.errors import Problem
from jofi_async.reconcile.complete import ListingSummary
from jofi_async.reconcile.listable import Listable
from jofi_async.reconcile.progress import Progress

Row = TypeVar("Row")
Item = TypeVar("Item")
Item_co = TypeVar("Item_co", covariant=True)


@frozen(repr=False)
class Card:
    """What people are shown of a row or an item.

    Attributes:
        name: The person's name.
        email: The person's address.
        person_id: The caller's own id for the person, or "".
        group: The caller's grouping identifier, or "".
        item_id: The vendor's id, or "" where there is nothing yet.
    """

    name: str
    email: str
    person_id: str = ""
    group: str = ""
    item_id: str = ""


@frozen(repr=False)
class Facts:
    """What matching needs to know of an item.

    Attributes:
        id: What tells it from all others, for ever.
        person: Who it is about.
        created_at: When it was created, by the server's clock.
        groups: The grouping identifiers that it is of.
    """

    id: Hashable
    person: Person
    created_at: datetime
    groups: tuple[str, ...] = ()


@frozen(repr=False)
class Change:
    """One field of one item that is not as it is wanted.

    Attributes:
        field: The field, by the caller's name for it.
        old: What the server has.
        new: What is wanted.
    """

    field: str
    old: object
    new: object

    def __repr__(self) -> str:
        return f"Change({self.field!r})"


@frozen(repr=False)
class Comparison:
    """How a row and an item compare.

    Attributes:
        changes: What an update would change, field by field.
        problems: What differs and cannot be changed any more.
        not_compared: The row's fields that the item does not show.
        is_partial: Whether a create is still needed, since the item is only a part of what is wanted.
    """

    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()
    not_compared: tuple[str, ...] = ()
    is_partial: bool = False


@frozen(repr=False)
class Patch(Generic[Row, Item]):
    """One update: what a bulk job of updates sends.

    Attributes:
        row: What is wanted.
        item: What is there.
        changes: What is to be changed.
    """

    row: Row
    item: Item
    changes: tuple[Change, ...]


class Listing(Protocol[Item_co]):
    """A complete listing on its way, as `CompleteListing` is one."""

    @property
    def summary(self) -> ListingSummary:
        """How far it has come."""
        ...

    def __aiter__(self) -> AsyncIterator[Item_co]:
        """Each item once; an `IncompleteListingError` at the end where it is not proven whole."""
        ...

    async def aclose(self) -> None:
        """End it early."""
        ...


class Reconcilable(Protocol[Row, Item]):
    """What reconciling needs of a vendor."""

    @property
    def lists_prove(self) -> bool:
        """Whether lists show what is really there; under a test key they are made up."""
        ...

    @property
    def lists_completion(self) -> bool:
        """Whether lists show who has completed, so that nobody need be asked."""
        ...

    @property
    def listable(self) -> Listable[Item] | None:
        """The list by its filters: addresses are the first of its fields, groups the second.

        None where the vendor's list has pages, so that reading everything is cheap.
        """
        ...

    @property
    def answer_limit(self) -> int:
        """How many items an answer to a filter holds at most; not asked where there is no `listable`."""
        ...

    @property
    def workers(self) -> int:
        """How many questions are asked at once."""
        ...

    def everything(self, filters: Mapping[str, str]) -> Listing[Item]:
        """List everything that these filters match; no filters match all there is."""
        ...

    def read_file(self, path: str | PathLike[str], defaults: Mapping[str, object]) -> Sequence[SourceRow[Row]]:
        """The rows of a file.

        Args:
            path: A table of people.
            defaults: Values of fields that have no column, or an empty cell in it.

        Raises:
            UsageError: It cannot be read.
        """
        ...

    def check(self, row: Row) -> Sequence[Problem]:
        """Say what cannot be right about a row; as `BulkResource.check`."""
        ...

    def person(self, row: Row) -> Person:
        """Say who a row is about; as `BulkResource.person`."""
        ...

    def group(self, row: Row) -> str:
        """The caller's grouping identifier of a row, or ""."""
        ...

    def facts(self, item: Item) -> Facts:
        """What matching needs to know of an item."""
        ...

    def card_of_row(self, row: Row) -> Card:
        """What people are shown of a row; it may be one that `check` refuses."""
        ...

    def card_of_item(self, item: Item) -> Card:
        """What people are shown of an item."""
        ...

    def part(self, row: Row, item: Item) -> Item:
        """The part of an item that a row is about, where an item may hold more; else the item."""
        ...

    def compare(self, row: Row, item: Item) -> Comparison:
        """Hold a row against an item, as far as the item shows its fields and as the vendor would store them."""
        ...

    async def read(self, item: Item) -> Item:
        """Read all fields of an item that a list showed; raises a `CallError` when that fails."""
        ...

    def progress(self, item: Item) -> Progress | None:
        """How far the person has come, as far as the item tells; None for one who was not invited."""
        ...

    async def completed_at(self, item: Item) -> datetime | None:
        """When a person who has accepted had completed everything, or None; raises a `CallError`."""
        ...

    def create_many(
        self, rows: Source[SourceRow[Row]], *, journal: str | PathLike[str] | Journal | None, **options: Any
    ) -> BulkJob[Row, Any]:
        """The job that creates rows; the options are those of `BulkJob`."""
        ...

    def update_many(self, patches: Source[SourceRow[Patch[Row, Item]]], **options: Any) -> BulkJob[Any, Any]:
        """The job that updates items; the options are those of `BulkJob`.

        It is made for a plan with updates alone, so a vendor whose `compare` never tells changes without problems need
        have none.
        """
        ...


class ReconcilableClient(Protocol[Row, Item]):
    """A client whose resource can be reconciled."""

    def reconcilable(self) -> Reconcilable[Row, Item]:
        """The vendor's side."""
        ...
