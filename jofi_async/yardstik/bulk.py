"""Yardstik's side of a bulk job, in two steps: the candidate is found or created, and then invited.

A row without a `candidate_id` is at the first step, one with it at the second. Creating a candidate contacts nobody;
still neither step is sent twice, since Yardstik refuses no second one.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from attrs import evolve, field, frozen

from jofi_async.bulk.resource import Look, Person
from jofi_async.core.addresses import normalised
from jofi_async.core.call import CallRecord
from jofi_async.core.codec import parse_time
from jofi_async.core.errors import InvalidInputError, JofiAsyncError, Problem
from jofi_async.core.unset import UNSET
from jofi_async.yardstik.checks import check_new
from jofi_async.yardstik.finding import CandidateFinder, external_id_of
from jofi_async.yardstik.models import Candidate, Invitation, InvitationReceipt, NewInvitation
from jofi_async.yardstik.recent import Recent
from jofi_async.yardstik.secrets import conceal

Invited = Invitation | InvitationReceipt | Candidate
"""What a job knows of a row at last: its invitation; or a candidate of whom a report of the package is under way."""

ENDED = frozenset({"clear", "pass", "proceed", "consider", "fail", "final_adverse", "expired", "canceled"})
"""The states of a report in which nothing of it is under way (facts: 7, "Terminal")."""

SAME_CANDIDATE = Problem("", "is the same candidate as another row: leave out one of the two")


@frozen(kw_only=True)
class InvitationChecks:
    """The part of Yardstik's side that sends nothing."""

    def check(self, row: NewInvitation) -> Sequence[Problem]:
        """Say what cannot be right about a row; see `BulkResource.check`."""
        if not isinstance(row, NewInvitation):  # pyright: ignore[reportUnnecessaryIsInstance]
            return [Problem("", f"is no NewInvitation but a {type(row).__name__}")]
        return check_new(row)

    def person(self, row: NewInvitation) -> Person:
        """Name the person: the address, trimmed, whatever the case."""
        return Person(normalised(row.candidate.email), external_id_of(row.candidate))


@frozen(kw_only=True)
class InvitationsInBulk(InvitationChecks):
    """Implements `BulkResource` for Yardstik's invitations.

    Attributes:
        create_candidate: Sends the first step.
        create_invitation: Sends the second step.
        finder: Finds candidates.
        recent: What was invited since the watermark, by candidate.
        newest: Reads the newest invitation.
        spend: Takes one repeat of the client's retry budget.
        again: Whether a candidate of whom a report of the package is under way is invited once more.
        invited_for: Whose row each candidate is invited for, by the candidate's id.
        resend_after: See `BulkResource`; by default nothing in doubt is sent again.
        looks_prove: There are no test keys: lists show what is there.
        resend_is_safe: Yardstik documents no rule against a second invitation or candidate.
    """

    create_candidate: Callable[[NewInvitation, CallRecord], Awaitable[Candidate]]
    create_invitation: Callable[[NewInvitation, CallRecord], Awaitable[Invitation]]
    finder: CandidateFinder
    recent: Recent[Invitation]
    newest: Callable[[], Awaitable[Invitation | None]]
    spend: Callable[[], bool]
    again: bool = False
    invited_for: dict[str, str] = field(factory=dict[str, str])
    resend_after: float | None = None
    looks_prove: bool = True
    resend_is_safe: bool = False
    asks_first: bool = True

    async def known(self, row: NewInvitation) -> Candidate | None:
        """The candidate; and once they are known, whether a report of the package is under way.

        Raises:
            InvalidInputError: They would be invited at another address than the row's.
        """
        if row.candidate_id is UNSET:
            found = await self.finder.find(row.candidate)
            if found is not None:
                _check_address(row, found)
            return found
        if not isinstance(row, _Found):
            return None
        if row.found.email:  # an answer to what was just created need not repeat it
            _check_address(row, row.found)
        return row.found if not self.again and is_under_way(row.found, row.account_package_id) else None

    async def send(self, row: NewInvitation, record: CallRecord) -> Candidate | Invitation:
        """Create the candidate, or the invitation; two rows may turn out to be about one candidate."""
        if row.candidate_id is UNSET:
            return await self.create_candidate(row, record)
        if not self._is_for(row, row.candidate_id):
            raise InvalidInputError([SAME_CANDIDATE], row=row)
        try:
            return await self.create_invitation(row, record)
        except JofiAsyncError as error:
            error.row = row
            conceal(error, row.candidate)
            raise

    def is_last(self, row: NewInvitation) -> bool:
        """Whether the candidate is known."""
        return row.candidate_id is not UNSET

    def onward(self, row: NewInvitation, item: Invited) -> NewInvitation:
        """The row with its candidate, once that is there."""
        assert isinstance(item, Candidate)
        return _Found(
            candidate=row.candidate,
            account_package_id=row.account_package_id,
            expires_at=row.expires_at,
            candidate_id=item.id,
            found=item,
        )

    async def look(self, row: NewInvitation, watermark: object) -> Look[Candidate | Invitation]:
        """Look for the candidate, or for the newest invitation of the candidate since the watermark."""
        if row.candidate_id is UNSET:
            return Look(await self.finder.find(row.candidate), conclusive=True)
        self._is_for(row, row.candidate_id)  # also if it was sent by an earlier run
        mark = Mark.of(watermark)
        found = await self.recent.find(row.candidate_id, mark.at)
        mine = [one for one in found if one.id != mark.id and (mark.at is None or not _is_older(one, mark.at))]
        newest = max(mine, key=lambda one: (one.created_at is not None, one.created_at), default=None)
        return Look(newest, conclusive=True)

    def _is_for(self, row: NewInvitation, candidate_id: str) -> bool:
        """Whether a candidate is this row's; the first one to ask has them."""
        key = self.person(row).key
        return self.invited_for.setdefault(candidate_id, key) == key

    def spend_resend(self) -> bool:
        """Take one re-send; False when none is left."""
        return self.spend()

    async def watermark(self) -> object:
        """The newest invitation on the server: its id, and when it was made by Yardstik's clock, never ours."""
        newest = await self.newest()
        if newest is None or newest.created_at is None:
            return None
        return {"at": newest.created_at.isoformat(), "id": newest.id}

    def is_ours(self, row: NewInvitation, item: object, watermark: object) -> bool:
        """Whether an invitation is of the row's candidate and younger than the watermark; any candidate will do."""
        if isinstance(item, Candidate):
            return True
        mark = Mark.of(watermark)
        if not isinstance(item, Invitation) or item.candidate is None or item.candidate.id != row.candidate_id:
            return False
        return mark.at is None or (item.created_at is not None and item.created_at >= mark.at and item.id != mark.id)


@frozen
class Mark:
    """A watermark.

    Attributes:
        at: When the newest invitation was made; None if there was none.
        id: Its id.
    """

    at: datetime | None = None
    id: str | None = None

    @classmethod
    def of(cls, watermark: object) -> "Mark":
        """Read one as a journal keeps it."""
        match watermark:
            case {"at": str() as at, "id": str() as number}:
                return cls(parse_time(at), number)
            case _:
                return cls()


@frozen(repr=False, kw_only=True)
class _Found(NewInvitation):
    """A row whose candidate is there.

    Attributes:
        found: The candidate.
    """

    found: Candidate


def _check_address(row: NewInvitation, found: Candidate) -> None:
    """Refuse a row whose candidate would be invited at another address: it is a mistake, or one is out of date."""
    if normalised(found.email or "") == normalised(row.candidate.email):
        return
    where = f"another address at Yardstik, {found.email}" if found.email else "no address at Yardstik that is shown"
    reason = (
        f"the candidate with this external_id has {where}, and would be invited there. Give that address, or have it "
        "corrected at Yardstik; if it is somebody else, let one external_id have several addresses "
        "(`share_person_id`, `--share-person-id`)"
    )
    raise InvalidInputError([Problem("email", reason)], row=row)


def is_under_way(candidate: Candidate, account_package_id: str) -> bool:
    """Whether a report of a package is under way.

    Args:
        candidate: Who has the reports.
        account_package_id: The package.
    """
    return any(
        report.account_package_id == account_package_id and (report.status or "").lower() not in ENDED
        for report in candidate.reports or ()
    )


def slim(invitation: Invitation) -> Invitation:
    """What is kept of an invitation for later: no more than it is told and judged by."""
    candidate = None if invitation.candidate is None else Candidate(invitation.candidate.id)
    return evolve(invitation, candidate=candidate, extra={}, account=None, styles=None)


def _is_older(invitation: Invitation, moment: datetime) -> bool:
    return invitation.created_at is not None and invitation.created_at < moment
