"""The small protocol by which bulk speaks to a vendor's resource."""

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar
from unicodedata import normalize

from attrs import frozen

from jofi_async.core.call import CallRecord
from jofi_async.core.errors import Problem

Row = TypeVar("Row")
Row_contra = TypeVar("Row_contra", contravariant=True)
Item = TypeVar("Item")
Item_co = TypeVar("Item_co", covariant=True)


@frozen(repr=False)
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


class BulkResource(Protocol[Row_contra, Item_co]):
    """What bulk needs of a vendor: check one, name its person, send one, look for one."""

    @property
    def looks_prove(self) -> bool:
        """Whether a look shows what is really there; under a test key it shows what is made up."""
        ...

    @property
    def resend_is_safe(self) -> bool:
        """Whether a create in doubt can be sent again, since the second would be refused or reach nobody."""
        ...

    def check(self, row: Row_contra) -> Sequence[Problem]:
        """Say what cannot be right about a row, before anything is sent."""
        ...

    def person(self, row: Row_contra) -> Person:
        """Say who a row that passed `check` is about."""
        ...

    async def send(self, row: Row_contra, record: CallRecord) -> Item_co:
        """Send one; raises a `CallError` as a single call would."""
        ...

    async def look(self, row: Row_contra) -> Look[Item_co]:
        """Look for a row's person; raises a `CallError` when the look fails."""
        ...

    def spend_resend(self) -> bool:
        """Take one re-send of what the client may spend in an outage; False when none is left."""
        ...

    async def watermark(self) -> object:
        """What tells later whether something is younger than this moment, by the vendor's clock alone."""
        ...

    def is_ours(self, row: Row_contra, item: object, watermark: object) -> bool:
        """Say whether what a look found was made of this row after the watermark was taken."""
        ...


def normalised(address: str) -> str:
    """An address as it is compared: trimmed, whatever the case; not folded, which would make `groß` and `gross` one."""
    return normalize("NFC", address.strip()).lower()
