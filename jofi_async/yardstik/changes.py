"""Yardstik's side of a bulk job of cancels, refreshes or deletes: each of one invitation, by its id."""

from collections.abc import Awaitable, Callable

from attrs import field, frozen

from jofi_async.bulk.changes import ChangesInBulk, refusal_of_row
from jofi_async.bulk.resource import Person
from jofi_async.core.call import CallRecord
from jofi_async.core.errors import NotFoundError, RefusedError
from jofi_async.yardstik.models import Invitation, InvitationReceipt

Changed = Invitation | InvitationReceipt


@frozen
class InvitationChanges(ChangesInBulk[str, Changed]):
    """Implements `BulkResource` for changes of invitations.

    Attributes:
        change: Sends one and, where no answer comes, finds out what took effect.
    """

    change: Callable[[str, CallRecord], Awaitable[Changed]] = field(kw_only=True)

    def person(self, row: str) -> Person:
        """The invitation, which is changed once."""
        return Person(row)

    async def send(self, row: str, record: CallRecord) -> Changed:
        """Change one; what Yardstik says of this invitation is a refusal of this row."""
        try:
            return await self.change(row, record)
        except (NotFoundError, RefusedError) as error:
            raise refusal_of_row(error) from error
