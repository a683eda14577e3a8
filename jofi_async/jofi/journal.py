"""JOFI's side of a journal: what is kept of a row and of an invitation, and how both are found again."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from attrs import evolve, frozen

from jofi_async.bulk.resource import Binding, Look
from jofi_async.core.errors import NotFoundError
from jofi_async.core.unset import UNSET
from jofi_async.jofi.bulk import COMPARED, InvitationsInBulk, group_of, search
from jofi_async.jofi.models import Invitation, InvitationListItem, InvitationReceipt, Invited, Mode, NewInvitation

_NAMELESS = {"first_name": "", "last_name": "", "email": "", "created_by_user_email": ""}


@frozen(kw_only=True)
class JournalledInvitations(InvitationsInBulk):
    """Implements `JournalledResource` for JOFI's invitations.

    Attributes:
        bind: Says which account of which JOFI it is.
        get: Reads one invitation.
    """

    bind: Callable[[], Awaitable[Binding]]
    get: Callable[[int], Awaitable[Invitation]]

    async def binding(self) -> Binding:
        """Say which account of which JOFI it is."""
        return await self.bind()

    def trace(self, row: NewInvitation) -> Mapping[str, Any]:
        """What a lost invitation is recognised by."""
        fields = {name: getattr(row, name) for name in COMPARED}
        return {name: value for name, value in fields.items() if value is not UNSET and value is not None}

    def recall(self, trace: Mapping[str, Any]) -> NewInvitation:
        """A row to look for; who invited is not kept."""
        fields: dict[str, Any] = {**_NAMELESS, **trace}
        return NewInvitation(**fields)

    def resumed(self, row: NewInvitation, trace: Mapping[str, Any]) -> NewInvitation:
        """There is one step only."""
        return row

    async def look_again(self, row: NewInvitation, watermark: object = None) -> Look[InvitationListItem]:
        """Look by address, and then in the row's custom_id group for its person_id."""
        found = await self.look(row)
        group = group_of(row)
        if found.item is not None or not row.person_id or group is None:
            return found
        by_id = search(await self.find(custom_id=group), lambda item: item.person_id == row.person_id)
        return by_id if by_id.item is not None else found

    def is_ours(self, row: NewInvitation, item: object, watermark: object) -> bool:
        """As `InvitationsInBulk` says; where the person_id is the same, the address may have been corrected since."""
        if isinstance(item, InvitationListItem) and row.person_id and row.person_id == item.person_id:
            row = evolve(row, email=item.email)
        return super().is_ours(row, item, watermark)

    def receipt(self, item: Invited) -> Mapping[str, Any]:
        """The id and the link."""
        return {"invitation_id": item.id, "assessment_url": item.assessment_url}

    def item_of(self, receipt: Mapping[str, Any]) -> InvitationReceipt:
        """An invitation as far as its receipt tells."""
        return InvitationReceipt(receipt["invitation_id"], receipt["assessment_url"])

    async def is_there(self, receipt: Mapping[str, Any]) -> bool:
        """Whether JOFI knows an invitation on this account."""
        try:
            await self.get(receipt["invitation_id"])
        except NotFoundError:
            return False
        return True


async def binding_of(base_url: str, mode: Mode | None, account: Callable[[], Awaitable[int]]) -> Binding:
    """Say which account of which JOFI a record belongs to; a test key's account is made up, and so says nothing.

    Args:
        base_url: Where JOFI's API lives.
        mode: What the key's prefix says, or None.
        account: Asks for the account's id.
    """
    name = "" if mode is Mode.TEST else str(await account())
    return Binding("jofi", base_url, mode.value if mode else "", name)
