"""Yardstik's invitations as methods (seed 002)."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import datetime
from functools import partial
from os import PathLike
from typing import Literal

from jofi_async.bulk.job import BulkJob, Order
from jofi_async.bulk.journal.journal import Journal
from jofi_async.bulk.journal.ledger import journal_ledger
from jofi_async.bulk.outcome import OutcomeKind
from jofi_async.bulk.source import Source, SourceRow
from jofi_async.core.call import CallRecord
from jofi_async.core.doubt import see_through
from jofi_async.core.errors import (
    CallError,
    ConfigurationError,
    ForbiddenError,
    NotFoundError,
    Problem,
    RefusedError,
    WrongAddressError,
)
from jofi_async.core.operation import Operation
from jofi_async.core.session import Session
from jofi_async.core.unset import UNSET, Unset
from jofi_async.yardstik.bulk import Invited, slim
from jofi_async.yardstik.changes import Changed, InvitationChanges
from jofi_async.yardstik.checks import checked_id, checked_moment
from jofi_async.yardstik.finding import CandidateFinder
from jofi_async.yardstik.journal import JournalledInvitations
from jofi_async.yardstik.listing import Query, all_pages, instant, parameters
from jofi_async.yardstik.models import (
    AccountList,
    Candidate,
    Invitation,
    InvitationList,
    InvitationReceipt,
    InvitationStatus,
    NewInvitation,
)
from jofi_async.yardstik.recent import Recent
from jofi_async.yardstik.resources.calls import Resource, ask, ask_page
from jofi_async.yardstik.resources.candidates import Candidates, create_candidate

InvitationJob = BulkJob[NewInvitation, Invited]

_ACCOUNTS = Operation("accounts.list", "GET", "/accounts", repeatable=True)
_LIST = Operation("invitations.list", "GET", "/invitations", repeatable=True)
_CREATE = Operation("invitations.create", "POST", "/invitations")
_GET = Operation("invitations.get", "GET", "/invitations/{id}", repeatable=True)
_DELETE = Operation("invitations.delete", "DELETE", "/invitations/{id}")
_CANCEL = Operation("invitations.cancel", "PATCH", "/invitations/{id}/cancel")
_REFRESH = Operation("invitations.refresh", "PATCH", "/invitations/{id}/refresh")


class Invitations(Resource):
    """Background-check invitations, as `client.invitations`."""

    async def list(
        self,
        *,
        page: int | None = None,
        per_page: int | None = None,
        order: str | None = None,
        order_by: str | None = None,
        query: Query | None = None,
    ) -> InvitationList:
        """Read one page of the invitations (seed 002, "List Invitations").

        Args:
            page: The page's number; the first is 1.
            per_page: How many there are on a page at most; `meta.per_page` says what Yardstik made of it.
            order: "asc", which is Yardstik's default, or "desc"; only with `order_by`.
            order_by: The property to order by, for example "created_at".
            query: What to narrow the list to: an attribute and a predicate to a value, for example
                `{"created_at_gteq": datetime(2022, 1, 1, tzinfo=UTC)}`. Yardstik does not say which attributes it
                knows, and one that it does not know may be ignored: look at what comes.

        Raises:
            InvalidInputError: A parameter cannot be right; nothing was sent.
            CallError: See `jofi_async.core.errors`.
        """
        asked = parameters(page, per_page, order, order_by, query)
        return await ask_page(self._session, _LIST, InvitationList, asked)

    def iter_all(self, *, per_page: int | None = None, query: Query | None = None) -> AsyncGenerator[Invitation, None]:
        """Read all invitations, each once, though their set changes underneath; pages are read side by side.

        Args:
            per_page: See `list`.
            query: See `list`.

        Raises:
            InvalidInputError: A parameter cannot be right; nothing was sent.
            IncompleteListingError: Counts do not show that all were read.
            CallError: A page could not be read.
        """
        read = partial(self._page, per_page=per_page, query=query)
        return all_pages(read, workers=self._workers)

    async def create(
        self, *, account_package_id: str, candidate_id: str, expires_at: datetime | Unset = UNSET
    ) -> Invitation:
        """Invite a candidate: Yardstik e-mails or texts them at once (seed 002, "Create an invitation").

        Yardstik refuses no second invitation of the same person, so this is never sent again by itself once it may
        have arrived.

        Args:
            account_package_id: The `id` of one of `packages.list`, never its `package_id`.
            candidate_id: The candidate's id; see `candidates.create`.
            expires_at: When it expires, an aware datetime. By default as the account's notification settings say, which
                is after 7 days unless they were changed.

        Raises:
            InvalidInputError: A value cannot be right; nothing was sent.
            NotFoundError: No such candidate or package on this account.
            RefusedError: Yardstik refused a field.
            NotSentError: Nothing was sent; it is safe to call again.
            UnknownOutcomeError, ServerError: It may have been sent; look for the candidate's invitation before calling
                again.
            UnreadableAnswerError: The invitation was created, and its answer, in `body`, does not fit the model.
            CallError: See `jofi_async.core.errors` for the rest.
        """
        checked_id("account_package_id", account_package_id)
        checked_id("candidate_id", candidate_id)
        return await create_invitation(self._session, account_package_id, candidate_id, expires_at, CallRecord())

    def create_many(
        self,
        source: Source[NewInvitation | SourceRow[NewInvitation]],
        *,
        journal: str | PathLike[str] | Journal | None = None,
        max_in_flight: int | None = None,
        order: Order = "completion",
        stop_after: int | None = None,
        deadline: float | None = None,
        share_person_id: bool = False,
        resend_after: float | None = None,
        again: bool = False,
    ) -> InvitationJob:
        """Invite everybody in a source, concurrently under the limiter; exactly one outcome per row.

        Each row takes two steps, which are settled, recorded and resumed one by one: its candidate is found by
        `external_id`, then by e-mail, or else created; and then invited, at the address that Yardstik has of them. A
        candidate of whom a report of the package is under way is `existed`. Rows that cannot be valid, repeats of an
        earlier person, and rows with another address than that of their `external_id`'s candidate are refused unsent.

        Yardstik refuses no second invitation. So what got no answer is looked for, for a few seconds, and then stays
        `unknown`: it is never sent again by itself.

        Args:
            source: `NewInvitation`s, or `SourceRow`s of them that know their line: any sync or async iterable; of a
                sync one up to 16 rows, and no more than `max_in_flight`, may be read in one go.
            journal: The path of the job's journal, or a `Journal`. Run again with the same one, the job resumes: nobody
                who is settled in it is sent again, and whoever may have been invited is looked for. Entering the job
                raises a `JournalError` when the journal cannot be used, iterating over it when it belongs to another
                account or the server knows nothing of it.
            max_in_flight: How many rows are worked on at once.
            order: Outcomes as they are ready ("completion") or in the source's order ("input").
            stop_after: Stop once this many rows have been refused, unknown or not attempted.
            deadline: Stop after this many seconds.
            share_person_id: Accept one `external_id` with several addresses, each a candidate of its own, instead of
                refusing the later ones.
            resend_after: After how many seconds a row in doubt may be sent again, if the server then shows nobody; each
                such row waits for it. None, the default, never sends it again: whoever runs the job decides.
            again: Invite a candidate also where a report of the package is under way.

        Returns:
            A job: `async with job: async for outcome in job`.

        Raises:
            ConfigurationError: An option is out of range.
        """
        if resend_after is not None and not resend_after > 0:
            raise ConfigurationError(f"resend_after must be positive, not {resend_after}")
        resource = self._in_bulk(self._session.in_bulk(), resend_after, again, share_person_id)
        return BulkJob(
            resource,
            source,
            max_in_flight=self._workers if max_in_flight is None else max_in_flight,
            order=order,
            stop_after=stop_after,
            deadline=deadline,
            share_person_id=share_person_id,
            ledger=journal_ledger(journal, resource, share_person_id=share_person_id),
        )

    async def get(self, invitation_id: str) -> Invitation:
        """Read one invitation.

        Args:
            invitation_id: Its id, an opaque text.

        Raises:
            InvalidInputError: The id is empty or longer than 50 characters; nothing was sent.
            NotFoundError: No such invitation on this account.
            CallError: See `jofi_async.core.errors`.
        """
        return await ask(self._session, _GET, Invitation, object_id=checked_id("invitation_id", invitation_id))

    async def cancel(self, invitation_id: str) -> Invitation:
        """Cancel an invitation: its link dies (seed 002, "Cancel an invitation").

        When no answer comes, the invitation is read, and canceled again only if it is not canceled.

        Args:
            invitation_id: Its id.

        Returns:
            The invitation as it is now.

        Raises:
            InvalidInputError: The id cannot be right; nothing was sent.
            NotFoundError: No such invitation on this account.
            RefusedError: Yardstik refuses, for example since the candidate has submitted their data.
            UnknownOutcomeError, ServerError: It may have been canceled, and reading it did not tell.
            CallError: See `jofi_async.core.errors` for the rest.
        """
        return await self._cancel(checked_id("invitation_id", invitation_id), CallRecord())

    async def _cancel(self, object_id: str, record: CallRecord) -> Invitation:
        async def act(session: Session, until: float) -> Invitation:
            return await ask(session, _CANCEL, Invitation, object_id=object_id, record=record, until=until)

        async def look(session: Session, until: float) -> Invitation | None:
            current = await ask(session, _GET, Invitation, object_id=object_id, until=until)
            return current if current.status == InvitationStatus.CANCELED else None

        return await see_through(self._session, act, look)

    async def refresh(self, invitation_id: str, *, expires_at: datetime | Unset = UNSET) -> Invitation:
        """Bring an expired or canceled invitation to life again (seed 002, "Refresh an invitation").

        It may contact the candidate, so it is never sent again by itself once it may have arrived: when no answer
        comes, the invitation is read, and taken for refreshed if it is neither expired nor canceled.

        Args:
            invitation_id: Its id.
            expires_at: When it expires, an aware datetime at least 24 hours ahead. By default as the account's
                notification settings say.

        Returns:
            The invitation as it is now.

        Raises:
            InvalidInputError: A value cannot be right; nothing was sent.
            NotFoundError: No such invitation on this account.
            RefusedError: Yardstik refuses; the message says which status it has, and what is allowed.
            UnknownOutcomeError, ServerError: It may have been refreshed, and reading it did not tell.
            CallError: See `jofi_async.core.errors` for the rest.
        """
        return await self._refresh(checked_id("invitation_id", invitation_id), CallRecord(), expires_at)

    async def _refresh(self, object_id: str, record: CallRecord, expires_at: datetime | Unset) -> Invitation:
        payload = None if expires_at is UNSET else {"expires_at": _moment(expires_at)}

        async def act(session: Session, until: float) -> Invitation:
            call = partial(ask, session, _REFRESH, Invitation, object_id=object_id, payload=payload)
            return await call(record=record, until=until)

        async def look(session: Session, until: float) -> Invitation | None:
            current = await ask(session, _GET, Invitation, object_id=object_id, until=until)
            return current if current.status is not None and not current.status.is_refreshable else None

        try:
            return await see_through(self._session, act, look, again=False)
        except RefusedError as error:
            await self._explain(error, object_id)
            raise

    async def delete(self, invitation_id: str) -> None:
        """Delete an invitation for good (seed 002, "Delete an invitation").

        When no answer comes, the invitation is read, and deleted again only if it is there.

        Args:
            invitation_id: Its id.

        Raises:
            InvalidInputError: The id cannot be right; nothing was sent.
            NotFoundError: No such invitation on this account.
            RefusedError: Yardstik refuses; it does not document when.
            UnknownOutcomeError, ServerError: It may have been deleted, and reading it did not tell.
            CallError: See `jofi_async.core.errors` for the rest.
        """
        await self._delete(checked_id("invitation_id", invitation_id), CallRecord())

    async def _delete(self, object_id: str, record: CallRecord) -> InvitationReceipt:
        gone = InvitationReceipt(object_id)

        async def act(session: Session, until: float) -> InvitationReceipt:
            return await session.call(_DELETE, lambda _: gone, object_id=object_id, record=record, until=until)

        async def look(session: Session, until: float) -> InvitationReceipt | None:
            try:
                await ask(session, _GET, Invitation, object_id=object_id, until=until)
            except NotFoundError:
                return gone
            return None

        return await see_through(self._session, act, look)

    def change_many(
        self,
        action: Literal["cancel", "refresh", "delete"],
        invitation_ids: Source[str | SourceRow[str]],
        *,
        expires_at: datetime | Unset = UNSET,
        max_in_flight: int | None = None,
        stop_after: int | None = None,
    ) -> BulkJob[str, Changed]:
        """Cancel, refresh or delete many invitations, concurrently under the limiter; exactly one outcome for each.

        Each goes as the method of that name says; one that took effect is `updated`, one that Yardstik refuses, or does
        not know, is `refused`.

        Args:
            action: What is done with them.
            invitation_ids: Their ids: any sync or async iterable.
            expires_at: When a refreshed one expires.
            max_in_flight: How many are worked on at once.
            stop_after: Stop once this many have been refused, unknown or not attempted.

        Returns:
            A job: `async with job: async for outcome in job`.

        Raises:
            ConfigurationError: An option is out of range.
        """
        if expires_at is not UNSET:
            checked_moment("expires_at", expires_at)
        mine = Invitations(self._session.in_bulk(), self._workers)
        changes: dict[str, Callable[[str, CallRecord], Awaitable[Changed]]] = {
            "cancel": mine._cancel,
            "refresh": partial(mine._refresh, expires_at=expires_at),
            "delete": mine._delete,
        }
        if action not in changes:
            raise ConfigurationError(f'action must be "cancel", "refresh" or "delete", not {action!r}')
        return BulkJob(
            InvitationChanges(change=changes[action]),
            invitation_ids,
            max_in_flight=self._workers if max_in_flight is None else max_in_flight,
            stop_after=stop_after,
            effect=OutcomeKind.UPDATED,
        )

    def _in_bulk(
        self, session: Session, resend_after: float | None, again: bool, share_person_id: bool
    ) -> JournalledInvitations:
        mine, candidates = Invitations(session, self._workers), Candidates(session, self._workers)

        async def enter(row: NewInvitation, record: CallRecord) -> Candidate:
            return await create_candidate(session, row.candidate, record)

        async def invite(row: NewInvitation, record: CallRecord) -> Invitation:
            return await create_invitation(
                session, row.account_package_id, str(row.candidate_id), row.expires_at, record
            )

        return JournalledInvitations(
            create_candidate=enter,
            create_invitation=invite,
            finder=CandidateFinder(candidates, share_person_id=share_person_id),
            recent=Recent(mine.list, _candidate_of, slim),
            newest=mine._newest,
            spend=session.spend_repeat,
            again=again,
            resend_after=resend_after,
            base_url=session.options.base_url,
            account=mine._account,
            get=mine.get,
            get_candidate=candidates.get,
        )

    async def _newest(self) -> Invitation | None:
        """The newest invitation, also where the order is ignored, which the first two then show."""
        page = await self.list(per_page=2, order="desc", order_by="created_at")
        times = [one.created_at for one in page.data if one.created_at is not None]
        if times != sorted(times, reverse=True) and page.meta is not None and page.meta.total_pages:
            page = await self.list(page=page.meta.total_pages, per_page=2, order="desc", order_by="created_at")
        dated = [one for one in page.data if one.created_at is not None]
        return max(dated, key=lambda one: (one.created_at, one.id), default=None)

    async def _account(self) -> str:
        """The id of the key's account, or "" where the key may not ask."""
        try:
            page = await ask_page(self._session, _ACCOUNTS, AccountList)
        except (ForbiddenError, WrongAddressError):
            return ""
        return next((one.id for one in page.data if one.id), "")

    async def _page(self, number: int, *, per_page: int | None, query: Query | None) -> InvitationList:
        return await self.list(page=number, per_page=per_page, order="asc", order_by="created_at", query=query)

    async def _explain(self, error: RefusedError, object_id: str) -> None:
        """Say why a refresh was refused; Yardstik documents when it refuses, and no words for it."""
        rules = "only an expired or canceled invitation can be refreshed, to an end at least 24 hours ahead"
        with suppress(CallError):
            current = await ask(self._session.patient(), _GET, Invitation, object_id=object_id)
            if current.status is not None:
                rules = f"{rules}; this one is {current.status.value}"
        error.message = f"{error.message}: {rules}"
        error.problems = (*error.problems, Problem("", rules))


async def create_invitation(
    session: Session, account_package_id: str, candidate_id: str, expires_at: datetime | Unset, record: CallRecord
) -> Invitation:
    """Create an invitation whose fields were checked; see `Invitations.create`.

    Args:
        session: Makes the call.
        account_package_id: The package.
        candidate_id: The candidate.
        expires_at: When it expires.
        record: Filled in while the call runs.
    """
    payload = {"account_package_id": account_package_id, "candidate_id": candidate_id}
    if expires_at is not UNSET:
        payload["expires_at"] = _moment(expires_at)
    return await ask(session, _CREATE, Invitation, payload=payload, record=record)


def _candidate_of(invitation: Invitation) -> Iterable[str]:
    return [invitation.candidate.id] if invitation.candidate is not None else []


def _moment(expires_at: datetime) -> str:
    checked_moment("expires_at", expires_at)
    return instant(expires_at)
