"""The small protocol by which bulk speaks to a vendor's resource."""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

from attrs import define, frozen

from jofi_async.core.call import CallRecord
from jofi_async.core.errors import Problem

Row = TypeVar("Row")
Item = TypeVar("Item")
Item_co = TypeVar("Item_co", covariant=True)


@define(repr=False)
class Person:
    """Who a row is about.

    Attributes:
        key: What makes two rows the same person: the normalised e-mail.
        person_id: The caller's own id for the person, or None.
    """

    key: str
    person_id: str | None = None


@frozen
class Look(Generic[Item_co]):
    """What a look at the server showed.

    Attributes:
        item: The row's person at the vendor, or None.
        conclusive: Whether nothing found means that nothing is there.
    """

    item: Item_co | None
    conclusive: bool


@frozen
class Binding:
    """What a job's outcomes are true of; not the key, since keys rotate.

    Attributes:
        vendor: The vendor's name.
        base_url: Where its API lives.
        mode: The mode that answers have, or "".
        account: The account's id.
    """

    vendor: str
    base_url: str
    mode: str
    account: str


class BulkResource(Protocol[Row, Item]):
    """What bulk needs of a vendor: check one, name its person, send one, look for one.

    A row may take several steps, one send each: `onward` makes of a row, and of what its step made, the row of the next
    step. Each is looked for, settled and recorded as if it were alone.
    """

    @property
    def looks_prove(self) -> bool:
        """Whether a look shows what is really there; under a test key it shows what is made up."""
        ...

    @property
    def resend_is_safe(self) -> bool:
        """Whether a create in doubt can be sent again, since the second would be refused or reach nobody."""
        ...

    @property
    def resend_after(self) -> float | None:
        """After how many seconds one that is not safe may be sent again, if looks show nobody; None for never."""
        ...

    def check(self, row: Row) -> Sequence[Problem]:
        """Say what cannot be right about a row, before anything is sent."""
        ...

    def person(self, row: Row) -> Person:
        """Say who a row that passed `check` is about."""
        ...

    @property
    def asks_first(self) -> bool:
        """Whether `known` is asked before a row's first send; not where the vendor itself refuses a second one."""
        ...

    async def known(self, row: Row) -> Item | None:
        """What is there already, so that nothing is sent.

        It raises a `CallError` when it cannot be known, and an `InvalidInputError` when what is there does not agree
        with the row.
        """
        ...

    def send(self, row: Row, record: CallRecord) -> Awaitable[Item]:
        """Send one; raises a `CallError` as a single call would."""
        ...

    def is_last(self, row: Row) -> bool:
        """Whether a row is at its last step, the one that invites."""
        ...

    def onward(self, row: Row, item: Item) -> Row:
        """The row of the next step, once a step that is not the last is done."""
        ...

    async def look(self, row: Row, watermark: object) -> Look[Item]:
        """Look for a row's person, who is younger than the watermark; raises a `CallError` when the look fails."""
        ...

    def spend_resend(self) -> bool:
        """Take one re-send of what the client may spend in an outage; False when none is left."""
        ...

    async def watermark(self) -> object:
        """What tells later whether something is younger than now, by the vendor's clock alone; a JSON value."""
        ...

    def is_ours(self, row: Row, item: object, watermark: object) -> bool:
        """Say whether what a look found was made of this row after the watermark was taken."""
        ...


class JournalledResource(BulkResource[Row, Item], Protocol):
    """What a journal needs of a vendor besides: names that outlast the process."""

    async def binding(self) -> Binding:
        """Say what the outcomes will be true of; raises a `CallError` when the vendor cannot be asked."""
        ...

    def trace(self, row: Row) -> Mapping[str, Any]:
        """What settling needs of a row that may have been sent, and no more; of JSON values."""
        ...

    def resumed(self, row: Row, trace: Mapping[str, Any]) -> Row:
        """A row of the source at the step that left a trace."""
        ...

    def recall(self, trace: Mapping[str, Any]) -> Row:
        """A row that can be looked for, and compared with what is found; it is not sent."""
        ...

    async def look_again(self, row: Row, watermark: object) -> Look[Item]:
        """Look for a row that was sent long ago, also where somebody has meanwhile corrected its address."""
        ...

    def receipt(self, item: Item) -> Mapping[str, Any]:
        """What is kept of an item: JSON values under the names of an outcome file's columns."""
        ...

    def item_of(self, receipt: Mapping[str, Any]) -> Item:
        """An item as far as its receipt tells."""
        ...

    async def is_there(self, receipt: Mapping[str, Any]) -> bool:
        """Ask the vendor whether it knows an item; raises a `CallError` when it cannot be asked."""
        ...
