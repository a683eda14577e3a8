"""JOFI's side of a bulk job of updates: each changes the fields of one invitation that differ."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from attrs import frozen

from jofi_async.bulk.resource import Look, Person
from jofi_async.core.call import CallRecord
from jofi_async.core.errors import ApiError, DuplicateError, NotFoundError, Problem, RefusedError
from jofi_async.jofi.changes import wire_form
from jofi_async.jofi.models import Invitation, InvitationListItem, NewInvitation
from jofi_async.reconcile.reconcilable import Patch

InvitationPatch = Patch[NewInvitation, InvitationListItem | Invitation]
Update = Callable[[int, dict[str, object], CallRecord], Awaitable[Invitation]]


@frozen
class PatchesInBulk:
    """Implements `BulkResource` for updates of invitations.

    Attributes:
        update: Sends one and, where no answer comes, finds out what took effect.
        looks_prove: There is nothing to look for: the update itself reads the invitation.
        resend_is_safe: An update that is in doubt after that stays so; the next plan tells.
    """

    update: Update
    looks_prove: bool = False
    resend_is_safe: bool = False

    def check(self, row: InvitationPatch) -> Sequence[Problem]:
        """The row was checked when it was planned."""
        return []

    def person(self, row: InvitationPatch) -> Person:
        """The invitation, which is updated once."""
        return Person(str(row.item.id))

    async def send(self, row: InvitationPatch, record: CallRecord) -> Invitation:
        """Update one; what JOFI says of this invitation is a refusal of this row."""
        changes: Mapping[str, Any] = {change.field: change.new for change in row.changes}
        try:
            return await self.update(row.item.id, wire_form(changes), record)
        except DuplicateError as error:
            raise _refusal(error, "email") from error
        except NotFoundError as error:
            raise _refusal(error, "") from error

    async def look(self, row: InvitationPatch) -> Look[Invitation]:
        """Never asked."""
        return Look(None, conclusive=False)

    def spend_resend(self) -> bool:
        """Nothing is sent again."""
        return False

    async def watermark(self) -> object:
        """Never asked."""
        return None

    def is_ours(self, row: InvitationPatch, item: object, watermark: object) -> bool:
        """Never asked."""
        return False


def _refusal(error: ApiError, field: str) -> RefusedError:
    refusal = RefusedError(error.message, problems=[Problem(field, error.message)], recognised=True)
    refusal.status, refusal.body = error.status, error.body
    return refusal.during(error.method, error.path, error.attempts)
