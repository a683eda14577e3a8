"""What a journal holds, and the protocol that a store of it implements."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Protocol

from attrs import field, frozen

from jofi_async.bulk.ledger import Progress
from jofi_async.bulk.outcome import Evidence
from jofi_async.bulk.resource import Binding, Person


class State(StrEnum):
    """How far a person's row has come: on its way, or one of the outcomes."""

    INTENT = "intent"
    CREATED = "created"
    EXISTED = "existed"
    UPDATED = "updated"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_ATTEMPTED = "not_attempted"


SETTLED = frozenset({State.CREATED, State.EXISTED, State.UPDATED})
IN_DOUBT = frozenset({State.INTENT, State.UNKNOWN})


@frozen(repr=False)
class Entry:
    """One person in a journal.

    Attributes:
        person: The person's key: the normalised e-mail.
        state: How far the row has come.
        person_id: The caller's own id for the person, or None.
        traces: Of each row that was sent or is about to be: what settling needs of it, and no more.
        watermark: The watermark of the first create that is in doubt.
        intended_at: When it was first intended, in seconds since the epoch by our clock.
        renewed_at: When it was intended last; it was sent within 5 s after that, or not at all.
        attempts: How many times a request that would contact the person was sent, over all runs; in an intent, the one
            that is about to be sent included.
        receipt: What is kept of the item at the vendor, or None.
        evidence: How its outcome is known, or None.
        field: The field that is wrong, or "".
        reason: Why it ended so, or "".
    """

    person: str
    state: State
    person_id: str | None = None
    traces: Sequence[Mapping[str, Any]] = ()
    watermark: Any = None
    intended_at: float = 0.0
    renewed_at: float = 0.0
    attempts: int = 0
    receipt: Mapping[str, Any] | None = None
    evidence: Evidence | None = None
    field: str = ""
    reason: str = ""

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is to be sent."""
        return self.state in SETTLED

    @property
    def in_doubt(self) -> bool:
        """Whether it may have taken effect, and nobody knows yet."""
        return self.state in IN_DOUBT

    def __repr__(self) -> str:
        return f"Entry(state={self.state.value!r}, attempts={self.attempts})"


@frozen
class Holder:
    """Who holds a journal, or held it last.

    Attributes:
        process: Its process id.
        host: The machine it runs on.
        since: Since when, in seconds since the epoch.
        took_over: Whether it took the journal from a process that was alive, and has not begun its run yet.
    """

    process: int
    host: str
    since: float
    took_over: bool = False


@frozen
class Run:
    """One run of a job.

    Attributes:
        number: 1 for the first; each run, and each take-over, counts one on.
        process: Its process id.
        host: The machine it ran on.
        started_at: When, in seconds since the epoch.
        ended_at: When it ended in order; None while it runs, or when it was killed.
        progress: How far it has come, when it was written down last; when it ended, exactly.
        stopped: Why it ended before its source did, or None.
    """

    number: int
    process: int
    host: str
    started_at: float
    ended_at: float | None = None
    progress: Progress = field(factory=lambda: Progress({}))
    stopped: str | None = None


@frozen
class Opening:
    """What was found when a journal was opened.

    Attributes:
        binding: What it belongs to; None when it is new.
        counts: How many persons are in each state.
        is_purged: Whether the personal data was removed, so that nobody is known any more.
        took_over: Whether another process was alive and held it, and nobody has begun a run since.
        broke_off: How many rows the last run had, if it never ended; None if it did, or that is not known.
    """

    binding: Binding | None
    counts: Mapping[State, int]
    is_purged: bool = False
    took_over: bool = False
    broke_off: int | None = None


class JournalStore(Protocol):
    """Where a journal is kept. One process holds it at a time; whoever lost it can write nothing any more.

    Every method may raise `JournalError`. What a method wrote is durable when it returns.
    """

    async def open(self, *, take_over: bool) -> Opening:
        """Take hold of the journal; a process that died holding it holds it no longer.

        Args:
            take_over: Take it from a process that is alive, too.

        Raises:
            JournalHeldError: Another process holds it.
        """
        ...

    async def begin_run(self, binding: Binding, *, start_over: bool) -> None:
        """Begin a run; the journal belongs to `binding` from now on, and with `start_over` forgets everybody first."""
        ...

    async def find(self, person: Person) -> Sequence[Entry]:
        """Return the entries with the person's key or person_id, that of the key first."""
        ...

    async def put(self, entry: Entry) -> None:
        """Write a person's entry; when the caller is cancelled meanwhile, it is written all the same.

        Raises:
            JournalHeldError: Another process has taken the journal over; nothing was written.
        """
        ...

    async def doubts(self) -> Sequence[Entry]:
        """Return all entries that are in doubt."""
        ...

    async def claims(self, most: int) -> Sequence[Entry]:
        """Return some settled entries that have a receipt: the first, the last, and others between."""
        ...

    async def note_run(self, progress: Progress) -> None:
        """Write down how far the run has come."""
        ...

    async def end_run(self, progress: Progress, stopped: str | None) -> None:
        """Write down how the run went, if one was begun, and why it was stopped."""
        ...

    async def close(self) -> None:
        """Let go, whatever happened before."""
        ...
