"""JOFI's side of a bulk job of updates: each changes the fields of one invitation that differ."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from attrs import field, frozen

from jofi_async.bulk.changes import ChangesInBulk, refusal_of_row
from jofi_async.bulk.resource import Person
from jofi_async.core.call import CallRecord
from jofi_async.core.errors import DuplicateError, NotFoundError
from jofi_async.jofi.models import Invitation, InvitationListItem, NewInvitation
from jofi_async.jofi.wire import wire_form
from jofi_async.reconcile.reconcilable import Patch

InvitationPatch = Patch[NewInvitation, InvitationListItem | Invitation]
Update = Callable[[int, dict[str, object], CallRecord], Awaitable[Invitation]]


@frozen
class PatchesInBulk(ChangesInBulk[InvitationPatch, Invitation]):
    """Implements `BulkResource` for updates of invitations; the rows were checked when they were planned.

    Attributes:
        update: Sends one and, where no answer comes, finds out what took effect.
    """

    update: Update = field(kw_only=True)

    def person(self, row: InvitationPatch) -> Person:
        """The invitation, which is updated once."""
        return Person(str(row.item.id))

    async def send(self, row: InvitationPatch, record: CallRecord) -> Invitation:
        """Update one; what JOFI says of this invitation is a refusal of this row."""
        changes: Mapping[str, Any] = {change.field: change.new for change in row.changes}
        try:
            return await self.update(row.item.id, wire_form(changes), record)
        except DuplicateError as error:
            raise refusal_of_row(error, "email") from error
        except NotFoundError as error:
            raise refusal_of_row(error) from error
