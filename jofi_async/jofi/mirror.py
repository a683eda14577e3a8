"""JOFI's invitations with a local mirror: the next listing asks only for what the mirror lacks."""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any, Self

import attrs
from attrs import define, evolve

from jofi_async.bulk.resource import Binding
from jofi_async.core.codec import decode, encode
from jofi_async.core.errors import CallError
from jofi_async.jofi.complete import AllInvitations, ListableInvitations, read_all
from jofi_async.jofi.listing import filters_of
from jofi_async.jofi.models import Invitation, InvitationListItem
from jofi_async.reconcile.complete import CompleteListing, IncompleteListingError, ListingSummary
from jofi_async.reconcile.descent import matches
from jofi_async.reconcile.listable import Answer, Entry, Field
from jofi_async.reconcile.mirror import Mirror, Remembered

_NOTHING = ListingSummary(complete=False, total_count=0, known=0, missing=0, requests=0)
_SHARED = [name for name in attrs.fields_dict(InvitationListItem) if name not in {"object", "extra"}]


@define(repr=False, kw_only=True)
class MirroredInvitation(InvitationListItem):
    """An invitation as the list showed it at some time.

    Attributes:
        read_at: When, by this machine's clock; it may have changed since.
    """

    read_at: datetime


class MirroredListing:
    """An async iterator over all invitations, each once: what the mirror lacks is read, and the rest is remembered.

    It ends when JOFI's count proves that nobody is missing, and else with an `IncompleteListingError`. Whoever leaves
    it early calls `aclose`, or uses `contextlib.aclosing`.

    Args:
        source: The list; it remembers what it reads.
        mirror: The mirror, open.
        is_wanted: Which of them to yield.
        fresh: Whether to read all of them again.
        workers: How many requests are made at once.
    """

    def __init__(
        self,
        source: "RememberingList",
        mirror: Mirror,
        is_wanted: Callable[[Entry[Any]], bool],
        *,
        fresh: bool,
        workers: int,
    ) -> None:
        self._source = source
        self._mirror = mirror
        self._is_wanted = is_wanted
        self._fresh = fresh
        self._workers = workers
        self._listing: CompleteListing[MirroredInvitation] | None = None
        self._requests = 0
        self._yielded: set[int] = set()
        self._items = self._run()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> MirroredInvitation:
        return await anext(self._items)

    async def aclose(self) -> None:
        """End it, and cancel what is being asked for."""
        await self._items.aclose()

    @property
    def summary(self) -> ListingSummary:
        """How far it has come by now; the counts are those of the whole account, whatever is yielded of it."""
        if self._listing is None:
            return _NOTHING
        summary = self._listing.summary
        return evolve(summary, requests=self._requests + summary.requests)

    async def _run(self) -> AsyncGenerator[MirroredInvitation]:
        remembered = {} if self._fresh else await self._mirror.texts()
        try:
            async with aclosing(self._read(remembered)) as items:
                async for item in items:
                    yield item
        except IncompleteListingError:
            first = self._listing
            if first is None or not first.is_outdated:
                raise
            try:
                async with aclosing(self._read({})) as items:  # what is remembered has changed, or is no more
                    async for item in items:
                        yield item
            except IncompleteListingError as error:
                raise IncompleteListingError(self.summary) from error
            except CallError as error:
                self._listing, self._requests = first, self.summary.requests - first.summary.requests
                raise IncompleteListingError(self.summary) from error
        async with aclosing(self._mirror.items()) as rows:
            async for row in rows:
                entry = _recalled(row)
                if row.id not in self._yielded and self._is_wanted(entry):
                    yield entry.item

    async def _read(self, remembered: Mapping[int, tuple[str, ...]]) -> AsyncGenerator[MirroredInvitation]:
        """Read what is not remembered; once everything was read, forget what was there before and is no more."""
        before = [] if remembered else list(await self._mirror.texts())
        listing = CompleteListing(self._source, {}, workers=self._workers, remembered=remembered)
        self._requests, self._listing = self.summary.requests, listing
        async with aclosing(listing):
            async for item in listing:
                if item.id not in self._yielded and self._is_wanted(_entry(item)):
                    self._yielded.add(item.id)
                    yield item
        if gone := [one for one in before if not listing.has(one)]:
            await self._mirror.forget(gone)


class RememberingList:
    """JOFI's list of invitations as a `Listable` that remembers every answer.

    Args:
        source: The list.
        mirror: The mirror, open.
    """

    def __init__(self, source: ListableInvitations, mirror: Mirror) -> None:
        self._source = source
        self._mirror = mirror

    @property
    def fields(self) -> Sequence[Field]:
        """Those of the list."""
        return self._source.fields

    async def ask(self, filters: Mapping[str, str]) -> Answer[MirroredInvitation]:
        """The newest matches, each with the moment before it was asked for.

        Raises:
            CallError: See `jofi_async.core.errors`.
            StorageError: The answer cannot be written down.
        """
        read_at = time.time()
        answer = await self._source.ask(filters)
        items = [_mirrored(entry.item, read_at) for entry in answer.entries]
        await self._mirror.remember([_remembered(item) for item in items])
        return Answer([_entry(item) for item in items], answer.total, answer.is_miscounted)


class InvitationMirror:
    """All invitations of an account with a local mirror of them, as `client.invitations.mirror(path)`.

    An async context manager. The file holds what JOFI's list shows of everybody, addresses and links included; its
    owner alone can read it.

    Args:
        mirror: The mirror.
        source: The list.
        binding: Says which account of which JOFI it is.
        workers: How many requests are made at once.
        validate: Whether lengths of filters are checked.
    """

    def __init__(
        self,
        mirror: Mirror,
        source: ListableInvitations,
        binding: Callable[[], Awaitable[Binding]],
        *,
        workers: int,
        validate: bool,
    ) -> None:
        self._mirror = mirror
        self._source = RememberingList(source, mirror)
        self._binding = binding
        self._workers = workers
        self._validate = validate

    async def __aenter__(self) -> Self:
        """Open the file.

        Raises:
            StorageError: The file cannot be used, is no mirror, or is the mirror of another account.
            CallError: The account could not be asked for.
        """
        await self._mirror.open(attrs.asdict(await self._binding()))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._mirror.close()

    def iter_all(
        self,
        *,
        custom_id: str | None = None,
        email: str | None = None,
        since: datetime | None = None,
        fresh: bool = False,
    ) -> MirroredListing:
        """Read what the mirror lacks, and yield all invitations, each once, in no order.

        The whole account is brought up to date, whatever is yielded of it: one request while at most 150 are new, and
        one to prove that nobody is missing. Who was remembered is as at `read_at`, the filters included.

        Args:
            custom_id: Only those whose custom_id has this in it, whatever the case; at most 50 characters.
            email: Only those whose address has this in it, whatever the case; at most 255 characters.
            since: Only those created then or later, by JOFI's clock; without an offset it is UTC.
            fresh: Read all of them again.

        Returns:
            An async iterator; its `summary` says how far it has come. `IncompleteListingError` follows what was read
            where JOFI's count does not prove that it is all; then nobody who was remembered is yielded.

        Raises:
            InvalidInputError: A filter is empty or too long; nothing was sent.
        """
        filters = filters_of(custom_id, email, lengths=self._validate)
        begin = None if since is None else since if since.tzinfo else since.replace(tzinfo=UTC)
        names = [one.name for one in self._source.fields]

        def is_wanted(entry: Entry[Any]) -> bool:
            return matches(entry, names, filters) and (begin is None or entry.created_at >= begin)

        return MirroredListing(self._source, self._mirror, is_wanted, fresh=fresh, workers=self._workers)

    async def list_all(
        self,
        *,
        custom_id: str | None = None,
        email: str | None = None,
        since: datetime | None = None,
        fresh: bool = False,
    ) -> AllInvitations[MirroredInvitation]:
        """Read all invitations as `iter_all` does, into a list that says whether it is `complete`.

        Raises:
            InvalidInputError: A filter is empty or too long; nothing was sent.
            CallError: The first request failed. What fails later is among the `summary.reasons`.
        """
        return await read_all(self.iter_all(custom_id=custom_id, email=email, since=since, fresh=fresh))

    async def remember(self, invitation: Invitation | InvitationListItem, read_at: datetime) -> None:
        """Take in an invitation that came another way, by a webhook for example.

        Args:
            invitation: The invitation, of the same account.
            read_at: When it was so; an earlier reading never replaces a later one. Without an offset it is UTC.

        Raises:
            StorageError: It cannot be written.
        """
        at = (read_at if read_at.tzinfo else read_at.replace(tzinfo=UTC)).timestamp()
        item = InvitationListItem(**{name: getattr(invitation, name) for name in _SHARED})
        await self._mirror.remember([_remembered(_mirrored(item, at))])


def _mirrored(item: InvitationListItem, read_at: float) -> MirroredInvitation:
    fields = attrs.asdict(item, recurse=False)
    return MirroredInvitation(**fields, read_at=datetime.fromtimestamp(read_at, UTC))


def _entry(item: MirroredInvitation) -> Entry[MirroredInvitation]:
    return Entry(item.id, (item.email, item.custom_id or ""), item.created_at, item)


def _remembered(item: MirroredInvitation) -> Remembered:
    fields = attrs.asdict(item, recurse=False)
    extra, read_at = fields.pop("extra"), fields.pop("read_at")
    wire = {name: one.isoformat() if isinstance(one, datetime) else one for name, one in fields.items()}
    return Remembered(item.id, _entry(item).texts, read_at.timestamp(), encode({**wire, **extra}))


def _recalled(row: Remembered) -> Entry[MirroredInvitation]:
    return _entry(_mirrored(decode(InvitationListItem, row.body), row.read_at))
