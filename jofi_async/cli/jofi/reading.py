"""`jofi invitations list --all`: every invitation, with progress, and whether they are all."""

import asyncio
import signal
from collections.abc import Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from rich.console import Console

from jofi_async.cli.counted import Counted
from jofi_async.cli.jofi.listed import Listed, Wanted
from jofi_async.cli.progress import say
from jofi_async.cli.show import Form, show_items, show_line
from jofi_async.cli.signals import Signals, ignore_signals
from jofi_async.cli.table import Column
from jofi_async.core.errors import CallError
from jofi_async.jofi.client import JofiClient
from jofi_async.jofi.models import InvitationListItem
from jofi_async.reconcile.complete import IncompleteListingError
from jofi_async.storage.database import StorageError

if TYPE_CHECKING:
    from jofi_async.jofi.complete import InvitationListing
    from jofi_async.jofi.mirror import MirroredListing


class Reading:
    """Reads everything; lines of JSON are written as they come, a table or CSV at the end, the newest first.

    Args:
        wanted: What to read.
        form: In which form to show it.
        columns: Those of the table.
        screen: Where progress goes.
    """

    def __init__(self, wanted: Wanted, form: Form, columns: Sequence[Column], screen: Console) -> None:
        self._wanted = wanted
        self._form = form
        self._columns = columns
        self._screen = screen
        self._listed = Listed(wanted)
        self._kind: type[InvitationListItem] = InvitationListItem
        self._items: list[InvitationListItem] = []

    async def read(self, client: JofiClient) -> Listed:
        """Read until it ends, fails, or is stopped by a signal."""
        listed = self._listed
        work = asyncio.ensure_future(self._read(client.with_options(hooks=[listed.note])))
        with Signals(lambda number: self._stop(work, number)):
            await asyncio.wait([work])
        if work.cancelled():
            ignore_signals()
            return listed
        listed.caught = None  # it came too late to stop anything
        try:
            work.result()
        except IncompleteListingError as error:
            listed.error = listed.refusal or error
        except (StorageError, CallError) as error:
            listed.error = error
        return listed

    def tell(self, listed: Listed) -> int:
        """Show what was read, and say whether that is all; the exit code."""
        if self._form is not Form.JSON and (listed.is_whole or self._items):
            newest_first = sorted(self._items, key=lambda item: (item.created_at, item.id), reverse=True)
            show_items(newest_first, self._kind, self._columns, self._form)
        say(self._screen, str(listed))
        return listed.exit_code

    async def _read(self, client: JofiClient) -> None:
        wanted, invitations = self._wanted, client.invitations
        if wanted.mirror is None:
            await self._take_all(invitations.iter_all(custom_id=wanted.custom_id, email=wanted.email))
            return
        from jofi_async.jofi.mirror import MirroredInvitation  # slow to import

        self._kind = MirroredInvitation
        async with invitations.mirror(wanted.mirror) as mirror:
            await self._take_all(
                mirror.iter_all(custom_id=wanted.custom_id, email=wanted.email, since=wanted.since, fresh=wanted.fresh)
            )

    async def _take_all(self, listing: "InvitationListing | MirroredListing") -> None:
        listed = self._listed
        try:
            with Counted(self._screen) as progress:
                async with aclosing(listing):
                    async for item in listing:
                        self._take(item)
                        listed.summary = listing.summary
                        progress.step(listed.known, listed.total, listed.calls)
        finally:
            listed.summary = listing.summary

    def _take(self, item: InvitationListItem) -> None:
        self._listed.count(getattr(item, "read_at", None))
        if self._form is Form.JSON:
            show_line(item)
        else:
            self._items.append(item)

    def _stop(self, work: asyncio.Future[None], number: signal.Signals) -> None:
        if self._listed.caught is None:  # a second one must not keep the mirror from being closed
            self._listed.caught = number
            work.cancel()
