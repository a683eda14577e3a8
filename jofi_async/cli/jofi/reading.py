"""`jofi invitations list --all`: every invitation, with progress, and whether they are all."""

from collections.abc import Sequence
from contextlib import aclosing

from rich.console import Console

from jofi_async.cli.counted import Counted
from jofi_async.cli.progress import say
from jofi_async.cli.run import ExitCode
from jofi_async.cli.show import Column, Form, show_items, show_line
from jofi_async.cli.tally import number_of
from jofi_async.jofi.client import JofiClient
from jofi_async.jofi.complete import InvitationListing
from jofi_async.jofi.models import InvitationListItem
from jofi_async.reconcile.complete import IncompleteListingError


class Reading:
    """Reads everything; lines of JSON are written as they come, a table or CSV at the end.

    Args:
        form: In which form to show it.
        columns: Those of the table.
        screen: Where progress goes.
    """

    def __init__(self, form: Form, columns: Sequence[Column], screen: Console) -> None:
        self._form = form
        self._columns = columns
        self._screen = screen
        self._items: list[InvitationListItem] = []

    async def read(
        self, client: JofiClient, *, custom_id: str | None, email: str | None
    ) -> IncompleteListingError | None:
        """Read all that the filters match.

        Returns:
            Why it is not all, or None.

        Raises:
            CallError: The first request failed.
        """
        listing = client.invitations.iter_all(custom_id=custom_id, email=email)
        try:
            with Counted(self._screen) as progress:
                async with aclosing(listing):
                    async for item in listing:
                        self._take(item)
                        progress.step(*_counts(listing))
        except IncompleteListingError as error:
            return error
        summary = listing.summary
        say(self._screen, f"All {summary.total_count:,} read, with {number_of(summary.requests, 'request')}.")
        return None

    def tell(self, error: IncompleteListingError | None) -> ExitCode:
        """Show what was read, and say what is missing."""
        if self._form is not Form.JSON:
            show_items(self._items, InvitationListItem, self._columns, self._form)
        if error is None:
            return ExitCode.DONE
        say(self._screen, f"Error: {error}")
        return ExitCode.RUN_AGAIN

    def _take(self, item: InvitationListItem) -> None:
        if self._form is Form.JSON:
            show_line(item)
        else:
            self._items.append(item)


def _counts(listing: InvitationListing) -> tuple[int, int, int]:
    summary = listing.summary
    return summary.known, summary.total_count, summary.requests
