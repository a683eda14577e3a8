"""What reads JOFI's invitations, and contacts nobody (seed 000)."""

from copy import copy
from os import PathLike
from typing import TYPE_CHECKING, Self

from jofi_async.core.errors import ConfigurationError
from jofi_async.core.operation import Operation
from jofi_async.core.session import Session
from jofi_async.jofi.models import Invitation, InvitationList, InvitationListItem
from jofi_async.jofi.resources.calls import Calls, Resource, checked_number

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from jofi_async.bulk.resource import Binding
    from jofi_async.bulk.source import Source
    from jofi_async.jofi.complete import AllInvitations, InvitationListing
    from jofi_async.jofi.listing import ListFilter, ListResult
    from jofi_async.jofi.mirror import InvitationMirror

LIST = Operation("invitations.list", "GET", "/invitations", repeatable=True)
GET = Operation("invitations.get", "GET", "/invitations/{id}", repeatable=True)


class InvitationReads(Resource):
    """What `client.invitations` reads.

    Args:
        calls: Asks JOFI.
        validate: Whether what seed 000 settles is checked before anything is sent.
        max_in_flight: How many lists are read at once unless the caller says otherwise.
    """

    def __init__(self, calls: Calls, *, validate: bool, max_in_flight: int) -> None:
        super().__init__(calls)
        self._session, self._mode = calls.session, calls.mode
        self._validate = validate
        self._max_in_flight = max_in_flight

    async def list(self, *, custom_id: str | None = None, email: str | None = None) -> InvitationList:
        """Read the newest invitations: at most 50, or 150 with a filter; JOFI has no next page yet.

        Args:
            custom_id: Only those whose custom_id has this in it, whatever the case; at most 50 characters.
            email: Only those whose address has this in it, whatever the case; at most 255 characters.

        Returns:
            `has_more` tells whether JOFI cut it, `total_count` how many match in all. Should an answer tell where the
            list goes on, as JOFI announces, the rest is read, too.

        Raises:
            InvalidInputError: A filter is empty or too long; nothing was sent.
            CallError: See `jofi_async.core.errors`.
        """
        from jofi_async.jofi.listing import filters_of  # slow to import, and who only creates needs none

        return await self._calls.list(LIST, InvitationList, filters_of(custom_id, email, lengths=self._validate))

    def iter_all(self, *, custom_id: str | None = None, email: str | None = None) -> "InvitationListing":
        """Read all invitations, although JOFI has no next page: each once, in no order.

        Each answer counts all its matches, so parts are asked for until as many invitations are known as JOFI counts;
        what is created meanwhile is read, too, and what changes meanwhile is as it was when it was read. Parts are read
        at once under the limiter, and single calls overtake them. A test key's answers are made up, the count included.

        Args:
            custom_id: Only those whose custom_id has this in it, whatever the case; at most 50 characters.
            email: Only those whose address has this in it, whatever the case; at most 255 characters.

        Returns:
            An async iterator; its `summary` says how far it has come. `IncompleteListingError` follows the last one
            where JOFI's count does not prove that all was read; a first request that fails raises its `CallError`.

        Raises:
            InvalidInputError: A filter is empty or too long; nothing was sent.
        """
        from jofi_async.jofi.complete import all_of  # slow to import, and not every program lists all
        from jofi_async.jofi.listing import filters_of

        filters = filters_of(custom_id, email, lengths=self._validate)
        return all_of(self._over(self._session.in_bulk()).list, filters, workers=self._max_in_flight)

    async def list_all(
        self, *, custom_id: str | None = None, email: str | None = None
    ) -> "AllInvitations[InvitationListItem]":
        """Read all invitations as `iter_all` does, into a list that says whether it is `complete`.

        Raises:
            InvalidInputError: A filter is empty or too long; nothing was sent.
            CallError: The first request failed. What fails later is among the `summary.reasons`.
        """
        from jofi_async.jofi.complete import read_all  # as above

        return await read_all(self.iter_all(custom_id=custom_id, email=email))

    def mirror(self, path: str | PathLike[str]) -> "InvitationMirror":
        """Keep a local mirror of all invitations: the next listing asks only for what the mirror lacks.

        Args:
            path: The file, on a disk of this machine; it is made if it is not there. It belongs to this account
                of this JOFI and this kind of key, holds personal data, and can be read by its owner alone.

        Returns:
            An async context manager with `iter_all`, `list_all` and `remember`. Entering it asks for the account's id,
            and raises a `StorageError` when the file is no mirror, is damaged, or is that of another account.
        """
        from jofi_async.jofi.complete import ListableInvitations
        from jofi_async.jofi.mirror import InvitationMirror  # SQLite is slow to import, and few programs have a mirror
        from jofi_async.reconcile.mirror import Mirror

        return InvitationMirror(
            Mirror(path),
            ListableInvitations(self._over(self._session.in_bulk()).list),
            self._binding,
            workers=self._max_in_flight,
            validate=self._validate,
        )

    async def list_many(
        self, filters: "Source[ListFilter]", *, max_in_flight: int | None = None
    ) -> "AsyncGenerator[ListResult, None]":
        """Run many lists at once under the limiter, and yield each as it comes.

        One that fails brings its error in its result and cancels no other. Single calls of the client overtake them.

        Args:
            filters: What to narrow each list to; any sync or async iterable.
            max_in_flight: How many run at once.

        Yields:
            Each filter with its answer or its error.

        Raises:
            ConfigurationError: `max_in_flight` is out of range.
        """
        from jofi_async.bulk.pool import Pool  # slow to import, and not every program makes many lists
        from jofi_async.bulk.source import Feed

        workers = self._max_in_flight if max_in_flight is None else max_in_flight
        if workers < 1:
            raise ConfigurationError(f"max_in_flight must be at least 1, not {workers}")
        feed = Feed(filters)
        pool = Pool(feed.pull, self._over(self._session.in_bulk())._list_one, workers=workers)
        try:
            async for result in pool:
                yield result
        finally:
            await pool.aclose()
            await feed.aclose()

    async def get(self, invitation_id: int) -> Invitation:
        """Read one invitation.

        Args:
            invitation_id: Its id. Under a test key any id is answered with a made-up invitation.

        Raises:
            NotFoundError: No such invitation on this account.
            CallError: See `jofi_async.core.errors`.
        """
        return await self._calls.read(GET, Invitation, object_id=checked_number("invitation_id", invitation_id))

    async def _binding(self) -> "Binding":
        from jofi_async.jofi.journal import binding_of

        base_url = self._session.options.base_url
        return await binding_of(base_url, self._mode, self._account_id)

    async def _account_id(self) -> int:
        from jofi_async.jofi.resources.account import Accounts

        return (await Accounts(self._calls).get()).id

    def _over(self, session: Session) -> Self:
        other = copy(self)
        other._calls, other._session = Calls(session, self._mode), session
        return other

    async def _list_one(self, narrowed: "ListFilter") -> "ListResult":
        from jofi_async.jofi.listing import ListResult

        try:
            return ListResult(narrowed, await self.list(custom_id=narrowed.custom_id, email=narrowed.email))
        except Exception as error:  # of a transport of the caller's own, for example
            return ListResult(narrowed, error=error)
