"""JOFI's side of a bulk job: check one, name its person, send one, look for one."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from attrs import frozen

from jofi_async.bulk.job import BulkJob
from jofi_async.bulk.outcome import Outcome
from jofi_async.bulk.resource import Look, Person
from jofi_async.core.addresses import normalised
from jofi_async.core.call import CallRecord
from jofi_async.core.codec import parse_time
from jofi_async.core.errors import Problem
from jofi_async.core.unset import UNSET
from jofi_async.jofi.checks import CUSTOM_ID_LIMIT, EMAIL_FILTER_LIMIT, check_new
from jofi_async.jofi.models import Invitation, InvitationList, InvitationListItem, Invited, Mode, NewInvitation

InvitationJob = BulkJob[NewInvitation, Invited]
"""A job of `create_many`."""

Ensured = Outcome[NewInvitation, Invitation | InvitationListItem]
"""What `ensure` tells."""

COMPARED = ("first_name", "last_name", "email", "custom_id", "person_id")


class Create(Protocol):
    """Sends one invitation, noting in the record how it goes."""

    def __call__(self, given: Mapping[str, Any], record: CallRecord) -> Awaitable[Invitation]:
        """Create one with the fields that are given."""
        ...


class Find(Protocol):
    """Lists invitations, as `Invitations.list` does."""

    def __call__(self, *, custom_id: str | None = None, email: str | None = None) -> Awaitable[InvitationList]:
        """List the newest."""
        ...


@frozen(kw_only=True)
class InvitationChecks:
    """The part of JOFI's side that sends nothing.

    Attributes:
        validate: Whether rows are checked before they are sent.
    """

    validate: bool

    def check(self, row: NewInvitation) -> Sequence[Problem]:
        """Say what cannot be right about a row; see `BulkResource.check`."""
        if not isinstance(row, NewInvitation):  # pyright: ignore[reportUnnecessaryIsInstance]
            return [Problem("", f"is no NewInvitation but a {type(row).__name__}")]
        return check_new(row.given()) if self.validate else []

    def person(self, row: NewInvitation) -> Person:
        """Name the person: the address, trimmed, whatever the case, and the person_id, trimmed."""
        person_id = str(row.person_id or "")  # one that nobody checked may be anything, and is told of when it is sent
        return Person(normalised(row.email), person_id.strip() or None)


@frozen(kw_only=True)
class InvitationsInBulk(InvitationChecks):
    """Implements `BulkResource` for JOFI's invitations.

    Attributes:
        create: Creates one invitation.
        find: Lists.
        spend: Takes one repeat of the client's retry budget.
        mark: Tells the newest `created_at` on the server.
        looks_prove: Whether a list shows what was created; under a test key it is made up.
        resend_after: Nothing has to be waited for.
        asks_first: JOFI refuses a second one itself.
        resend_is_safe: JOFI refuses a second invitation of one address (seed 000, "Duplicate email"), and under a test
            key contacts nobody.
    """

    create: Create
    find: Find
    mark: Callable[[], Awaitable[datetime | None]]
    spend: Callable[[], bool]
    looks_prove: bool
    resend_is_safe: bool = True
    resend_after: float | None = None
    asks_first: bool = False

    def send(self, row: NewInvitation, record: CallRecord) -> Awaitable[Invitation]:
        """Create one invitation."""
        return self.create(row.given(), record)

    async def known(self, row: NewInvitation) -> None:
        """Never asked."""

    def is_last(self, row: NewInvitation) -> bool:
        """There is one step only."""
        return True

    def onward(self, row: NewInvitation, item: object) -> NewInvitation:
        """Never asked."""
        return row

    async def look(self, row: NewInvitation, watermark: object = None) -> Look[InvitationListItem]:
        """Look for an invitation with the row's whole address; where the list is cut, in the row's custom_id group.

        The newest, if there are several.
        """
        wanted = normalised(row.email)

        def is_wanted(item: InvitationListItem) -> bool:
            return normalised(item.email) == wanted

        found: Look[InvitationListItem] = Look(None, conclusive=False)
        if wanted and len(wanted) <= EMAIL_FILTER_LIMIT:
            found = search(await self.find(email=wanted), is_wanted)
        group = group_of(row)
        if found.conclusive or group is None:
            return found
        return search(await self.find(custom_id=group), is_wanted)

    def spend_resend(self) -> bool:
        """Take one re-send; False when none is left."""
        return self.spend()

    async def watermark(self) -> str | None:
        """The newest `created_at` on the server: JOFI's clock, never ours."""
        mark = await self.mark()
        return None if mark is None else mark.isoformat()

    def is_ours(self, row: NewInvitation, item: object, watermark: object) -> bool:
        """Whether an invitation is younger than the watermark and bears the row's fields."""
        if not isinstance(item, Invitation | InvitationListItem):
            return False
        if isinstance(watermark, str) and item.created_at <= parse_time(watermark):
            return False
        return all(_alike(getattr(row, name), getattr(item, name)) for name in COMPARED)


def search(page: InvitationList, is_wanted: Callable[[InvitationListItem], bool]) -> Look[InvitationListItem]:
    """The newest of a list's invitations that is wanted; conclusive when it is there, or the list is whole and real."""
    newest = max(filter(is_wanted, page.data), key=lambda item: item.created_at, default=None)
    is_real = page.mode is not Mode.TEST
    is_whole = not page.has_more and page.total_count <= len(page.data)
    return Look(newest if is_real else None, conclusive=is_real and (newest is not None or is_whole))


def group_of(row: NewInvitation) -> str | None:
    """The custom_id by which a row's group can be listed, or None."""
    group = row.custom_id
    return group if group and group.strip() and len(group) <= CUSTOM_ID_LIMIT else None


def _alike(sent: object, stored: object) -> bool:
    """Whether JOFI may have made the one of the other: what is unset, null and blank are alike."""
    return _text(sent) == _text(stored)


def _text(value: object) -> str:
    return "" if value is UNSET or value is None else normalised(str(value))
