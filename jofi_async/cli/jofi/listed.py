"""How a listing of everything ended: what a person is told, and the exit code."""

import signal
from datetime import UTC, datetime
from pathlib import Path

from attrs import define, field, frozen

from jofi_async.cli.ask import exit_code_of
from jofi_async.cli.run import ExitCode
from jofi_async.cli.tally import number_of
from jofi_async.core.errors import AuthenticationError, CallError, ConfigurationError
from jofi_async.core.events import CallEnded, Event
from jofi_async.reconcile.complete import IncompleteListingError, ListingSummary
from jofi_async.storage.database import StorageError

_NOTHING = ListingSummary(complete=False, total_count=0, known=0, missing=0, requests=0)


@frozen
class Wanted:
    """Which invitations to list, and how.

    Attributes:
        custom_id: Only those whose custom_id has this in it, or None.
        email: Only those whose address has this in it, or None.
        mirror: The file of the mirror, or None.
        since: Only those created then or later, or None; only with a mirror.
        fresh: Whether to read also what the mirror has.
    """

    custom_id: str | None
    email: str | None
    mirror: Path | None
    since: datetime | None
    fresh: bool

    def __attrs_post_init__(self) -> None:
        if self.mirror is None and (self.since or self.fresh):
            raise ConfigurationError("--since and --fresh need a mirror: give --mirror FILE")


@define
class Listed:
    """What came of a listing.

    Attributes:
        wanted: What was wanted.
        summary: How far it has come.
        shown: How many of those that are known were wanted, and are shown.
        earlier: How many of those are shown as an earlier listing read them.
        oldest: When the first of those was read.
        calls: How many requests were made, by the mirror too.
        refusal: JOFI's word that the key is not valid, or None.
        error: What ended it before its end, or None.
        caught: The signal that did, or None.
    """

    wanted: Wanted
    summary: ListingSummary = _NOTHING
    shown: int = 0
    earlier: int = 0
    oldest: datetime | None = None
    calls: int = 0
    refusal: AuthenticationError | None = None
    error: IncompleteListingError | StorageError | CallError | None = None
    caught: signal.Signals | None = None
    _began: datetime = field(factory=lambda: datetime.now(UTC))

    def note(self, event: Event) -> None:
        """Take in what happened on a call's way, as a hook of the client."""
        if isinstance(event, CallEnded):
            self.calls += 1
            if isinstance(event.error, AuthenticationError):
                self.refusal = event.error

    def count(self, read_at: datetime | None) -> None:
        """Take in one more that is shown.

        Args:
            read_at: When it was read, where a mirror tells.
        """
        self.shown += 1
        if read_at is not None and read_at < self._began:
            self.earlier += 1
            self.oldest = min(read_at, self.oldest or read_at)

    @property
    def is_whole(self) -> bool:
        """Whether all are shown that were wanted."""
        return self.error is None and self.caught is None

    @property
    def known(self) -> int:
        """How many were read; a listing that had to begin again has shown some that it does not know yet."""
        return max(self.summary.known, self.shown)

    @property
    def total(self) -> int:
        """How many there are: some may have come since JOFI counted."""
        return max(self.summary.total_count, self.known)

    @property
    def exit_code(self) -> int:
        """How it went."""
        match self.error:
            case None:
                return ExitCode.DONE if self.caught is None else 128 + self.caught
            case StorageError():
                return ExitCode.CANNOT_GO_ON
            case IncompleteListingError():
                return ExitCode.RUN_AGAIN
            case CallError() as error:
                return exit_code_of(error)

    def __str__(self) -> str:
        return self._of_all() if self.is_whole else f"Error: {self._of_some()}"

    def _of_all(self) -> str:
        are = "read" if self.wanted.mirror is None else "known"
        requests = number_of(self.calls, "request")
        shown = "" if self.shown == self.total else f"; {self.shown:,} shown"
        earlier = ""
        if self.oldest is not None:
            at = self.oldest.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
            earlier = f" {self.earlier:,} as read before, the oldest at {at}; --fresh reads all again."
        return f"All {self.total:,} {are}, with {requests}{shown}.{earlier}"

    def _of_some(self) -> str:
        """Why it is not all, how far it came, and what to do."""
        if isinstance(self.error, IncompleteListingError):
            return f"{self.error}{self._left_out()}"
        why = "Stopped" if self.error is None else _said(self.error)
        if not self.total:
            return f"{why}{' before anything was read' if self.error is None else ''}."
        far = f"{self.known:,} of {self.total:,} were read, and the list is not complete"
        return f"{why}. {far}.{self._left_out()}{self._way_on()}"

    def _left_out(self) -> str:
        if self.wanted.mirror is None or self.shown == self.known:
            return ""
        others = "" if self.summary.complete else ", and nobody whom only the mirror remembers"
        return f" {self.shown:,} of them are shown{others}."

    def _way_on(self) -> str:
        if self.error is not None:
            return ""
        if self.wanted.fresh:
            return " Run it again; --fresh reads all again."
        if self.wanted.mirror is None:
            return " Run it again; with --mirror FILE what is read is remembered, and only the rest is asked for."
        return " Run it again: what was read is remembered, and only the rest is asked for."


def _said(error: StorageError | CallError) -> str:
    text = error.message if isinstance(error, StorageError) else str(error)
    return text.removesuffix(".")
