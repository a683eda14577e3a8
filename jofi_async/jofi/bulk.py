"""JOFI's side of a bulk job: check one, name its person, send one, look for one."""

from collections.abc import Awaitable, Callable, Sequence

import attrs
from attrs import frozen

from jofi_async.bulk.resource import Look, Person
from jofi_async.core.call import CallRecord
from jofi_async.core.errors import Problem
from jofi_async.jofi.checks import EMAIL_FILTER_LIMIT, check_new
from jofi_async.jofi.models import Invitation, InvitationList, InvitationListItem, NewInvitation


@frozen
class InvitationsInBulk:
    """Implements `BulkResource` for JOFI's invitations.

    Attributes:
        create: Sends one.
        find: Lists by address.
        lists_are_real: Whether a list shows what was created; under a test key it is made up.
        validate: Whether rows are checked before they are sent.
    """

    create: Callable[[NewInvitation, CallRecord], Awaitable[Invitation]]
    find: Callable[[str], Awaitable[InvitationList]]
    lists_are_real: bool
    validate: bool

    def check(self, row: NewInvitation) -> Sequence[Problem]:
        """Say what cannot be right about a row; see `BulkResource.check`."""
        if not isinstance(row, NewInvitation):  # pyright: ignore[reportUnnecessaryIsInstance]
            return [Problem("", f"is no NewInvitation but a {type(row).__name__}")]
        return check_new(attrs.asdict(row, recurse=False)) if self.validate else []

    def person(self, row: NewInvitation) -> Person:
        """Name the person: the address, trimmed, whatever the case."""
        return Person(normalised(row.email), row.person_id or None)

    async def send(self, row: NewInvitation, record: CallRecord) -> Invitation:
        """Create one invitation."""
        return await self.create(row, record)

    async def look(self, row: NewInvitation) -> Look[InvitationListItem]:
        """Look for an invitation with the row's whole address; the newest, if there are several."""
        wanted = normalised(row.email)
        if not self.lists_are_real or not wanted or len(wanted) > EMAIL_FILTER_LIMIT:
            return Look(None, conclusive=False)
        page = await self.find(wanted)
        found = [item for item in page.data if normalised(item.email) == wanted]
        newest = max(found, key=lambda item: item.created_at, default=None)
        return Look(newest, conclusive=newest is not None or not page.has_more)


def normalised(address: str) -> str:
    """An address as it is compared: trimmed, whatever the case."""
    return address.strip().casefold()
