"""JOFI's invitations as the complete listing asks for them."""

from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import aclosing
from typing import Generic, Protocol, TypeVar

from attrs import frozen

from jofi_async.jofi.checks import CUSTOM_ID_LIMIT, EMAIL_FILTER_LIMIT
from jofi_async.jofi.models import InvitationList, InvitationListItem
from jofi_async.reconcile.complete import CompleteListing, IncompleteListingError, ListingSummary
from jofi_async.reconcile.listable import Answer, Entry, Field

Item = TypeVar("Item", bound=InvitationListItem)
Item_co = TypeVar("Item_co", bound=InvitationListItem, covariant=True)

InvitationListing = CompleteListing[InvitationListItem]

_FIELDS = (Field("email", EMAIL_FILTER_LIMIT, "@"), Field("custom_id", CUSTOM_ID_LIMIT))


class _List(Protocol):
    def __call__(self, *, custom_id: str | None = None, email: str | None = None) -> Awaitable[InvitationList]: ...


class _Listing(Protocol[Item_co]):
    @property
    def summary(self) -> ListingSummary: ...

    def __aiter__(self) -> AsyncIterator[Item_co]: ...

    async def aclose(self) -> None: ...


@frozen(repr=False)
class AllInvitations(Generic[Item]):
    """Everything that a complete listing read, and how far it came.

    Attributes:
        items: The invitations, each once, in no order.
        summary: Whether they are all, and how many requests it took.
    """

    items: list[Item]
    summary: ListingSummary

    @property
    def complete(self) -> bool:
        """Whether JOFI's last count proves that these are all."""
        return self.summary.complete

    @property
    def total_count(self) -> int:
        """How many JOFI counted last."""
        return self.summary.total_count

    @property
    def missing(self) -> int:
        """How many JOFI counted that were not read."""
        return self.summary.missing

    @property
    def requests(self) -> int:
        """How many requests it took; further attempts are not counted."""
        return self.summary.requests

    def __repr__(self) -> str:
        return f"AllInvitations({len(self.items)} items, {self.summary})"


def all_of(ask: _List, filters: Mapping[str, str], *, workers: int) -> InvitationListing:
    """The complete listing of what some filters match.

    Args:
        ask: Lists the newest invitations.
        filters: What to narrow it to.
        workers: How many requests are made at once.
    """
    return CompleteListing(ListableInvitations(ask), filters, workers=workers)


async def read_all(listing: _Listing[Item]) -> AllInvitations[Item]:
    """Read a listing to its end; one that cannot be proven whole says so in its summary."""
    items: list[Item] = []
    try:
        async with aclosing(listing):
            async for item in listing:
                items.append(item)
    except IncompleteListingError:
        pass
    return AllInvitations(items, listing.summary)


class ListableInvitations:
    """JOFI's list of invitations as a `Listable`.

    Args:
        ask: Lists the newest invitations.
    """

    def __init__(self, ask: _List) -> None:
        self._ask = ask

    @property
    def fields(self) -> Sequence[Field]:
        """An address nearly always has one @ in it (seed 000: custom_id is optional, the address is not)."""
        return _FIELDS

    async def ask(self, filters: Mapping[str, str]) -> Answer[InvitationListItem]:
        """The newest matches; an answer that shows more than it counts, or says so, is miscounted.

        Raises:
            CallError: See `jofi_async.core.errors`.
        """
        page = await self._ask(**filters)
        entries = [Entry(one.id, (one.email, one.custom_id or ""), one.created_at, one) for one in page.data]
        least = len(entries) + page.has_more
        return Answer(entries, max(page.total_count, least), is_miscounted=page.total_count < least)
