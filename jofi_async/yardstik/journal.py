"""Yardstik's side of a journal: what is kept of a row at each of its steps, and how both are found again.

Of a candidate no more is kept than they are found by: never a social security number, a date of birth, a licence number
or a postal address.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from attrs import evolve, frozen

from jofi_async.bulk.resource import Binding, Look
from jofi_async.core.errors import NotFoundError
from jofi_async.core.unset import UNSET
from jofi_async.yardstik.bulk import InvitationsInBulk, Invited
from jofi_async.yardstik.finding import external_id_of
from jofi_async.yardstik.models import Candidate, Invitation, InvitationReceipt, NewCandidate, NewInvitation


@frozen(kw_only=True)
class JournalledInvitations(InvitationsInBulk):
    """Implements `JournalledResource` for Yardstik's invitations.

    Attributes:
        base_url: Where Yardstik's API lives.
        account: What tells the key's account from another one.
        get: Reads one invitation.
        get_candidate: Reads one candidate.
    """

    base_url: str
    account: Callable[[], Awaitable[str]]
    get: Callable[[str], Awaitable[Invitation]]
    get_candidate: Callable[[str], Awaitable[Candidate]]

    async def binding(self) -> Binding:
        """Say which account of which Yardstik it is."""
        return Binding("yardstik", self.base_url, "", await self.account())

    def trace(self, row: NewInvitation) -> Mapping[str, Any]:
        """What a lost candidate or invitation is recognised by; with a `candidate_id` it is of the second step."""
        fields = {
            "email": row.candidate.email,
            "external_id": external_id_of(row.candidate),
            "account_package_id": row.account_package_id,
            "candidate_id": None if row.candidate_id is UNSET else row.candidate_id,
        }
        return {name: value for name, value in fields.items() if value is not None}

    def recall(self, trace: Mapping[str, Any]) -> NewInvitation:
        """A row to look for; names are not kept."""
        return NewInvitation(
            candidate=NewCandidate(
                first_name="", last_name="", email=trace["email"], external_id=trace.get("external_id", UNSET)
            ),
            account_package_id=trace["account_package_id"],
            candidate_id=trace.get("candidate_id", UNSET),
        )

    def resumed(self, row: NewInvitation, trace: Mapping[str, Any]) -> NewInvitation:
        """The row with the candidate whom its trace names."""
        return evolve(row, candidate_id=trace.get("candidate_id", row.candidate_id))

    async def look_again(self, row: NewInvitation, watermark: object) -> Look[Candidate | Invitation]:
        """As `look`: a candidate is known by an id, whatever becomes of the address."""
        return await self.look(row, watermark)

    def receipt(self, item: Invited) -> Mapping[str, Any]:
        """The id and the link."""
        if isinstance(item, Candidate):
            return {"candidate_id": item.id}
        return {"invitation_id": item.id, "assessment_url": item.apply_url}

    def item_of(self, receipt: Mapping[str, Any]) -> Candidate | InvitationReceipt:
        """An invitation as far as its receipt tells."""
        if "candidate_id" in receipt:
            return Candidate(receipt["candidate_id"])
        return InvitationReceipt(receipt["invitation_id"], receipt["assessment_url"])

    async def is_there(self, receipt: Mapping[str, Any]) -> bool:
        """Whether Yardstik knows an invitation, or a candidate, on this account."""
        try:
            if "candidate_id" in receipt:
                await self.get_candidate(receipt["candidate_id"])
            else:
                await self.get(receipt["invitation_id"])
        except NotFoundError:
            return False
        return True
