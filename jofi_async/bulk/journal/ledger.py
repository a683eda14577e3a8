"""What a running job does with its journal: it takes hold, resumes, records intents and outcomes, and lets go."""

import asyncio
import math
import time
from collections.abc import Callable
from os import PathLike
from typing import Any, TypeVar

import attrs
from attrs import evolve

from jofi_async.bulk.flight import Flight
from jofi_async.bulk.journal.journal import Journal
from jofi_async.bulk.journal.records import IN_DOUBT, SETTLED, Entry, Opening, State
from jofi_async.bulk.ledger import Ledger, Progress, Resumed
from jofi_async.bulk.outcome import IN_DOUBT as SENT_ONCE
from jofi_async.bulk.outcome import NOT_OURS, Evidence, Outcome, OutcomeKind
from jofi_async.bulk.pool import Pool
from jofi_async.bulk.resource import Binding, JournalledResource, Person
from jofi_async.bulk.source import SourceRow
from jofi_async.bulk.verdict import Verdict, verdict_on
from jofi_async.core.errors import CallError, JournalError, NotSentError, Problem
from jofi_async.storage.clock import seconds_awake_or_not

Row = TypeVar("Row")
Item = TypeVar("Item")

INTENT_VALID = 5.0
"""For how many seconds an intent may be followed by its send; whoever takes over waits as long before it looks."""

LONG_AGO = 3600.0
"""After how many seconds somebody may have corrected an address at the vendor."""

NOTED = 1.0
"""After how many seconds it is written down anew how far a run has come."""

READ_BACK = 3
"""How many of the items that a journal claims are asked for before its job resumes."""

_LEFT_IN_DOUBT = Problem("", "an earlier run sent it and got no answer, and whether it took effect is not known")


class JournalLedger(Ledger[Row, Item]):
    """The record of a job with a journal.

    Args:
        journal: What the caller says of it.
        resource: The vendor's side of the job.
        share_person_id: Whether one person_id may come with several addresses.
    """

    keeps = True

    def __init__(self, journal: Journal, resource: JournalledResource[Row, Item], *, share_person_id: bool) -> None:
        self._journal = journal
        self._store = journal.store
        self._resource = resource
        self._share_person_id = share_person_id
        self._opening: Opening | None = None
        self.remembers = True
        self._known: dict[int, Entry] = {}
        self._intents: dict[int, Entry] = {}
        self._unseen: set[str] = set()
        self._gone: set[str] = set()
        self._progress: Callable[[], Progress] = lambda: Progress({})
        self._noted_at = math.inf

    async def open(self) -> None:
        """Take hold of the journal; see `Ledger.open`."""
        opening = await self._store.open(take_over=self._journal.take_over)
        if opening.is_purged and not self._journal.start_over:
            await self._store.close()
            raise JournalError(
                "The personal data of this journal was removed, so it does not know any more whom it invited. To "
                "invite everybody in the input all the same, start over (`start_over`, `--start-over`)"
            )
        self._opening = opening
        is_new = opening.binding is None and not opening.took_over
        self.remembers = not (is_new or self._journal.start_over)
        if opening.binding is not None and not self._journal.start_over:
            settled, doubts = (sum(opening.counts.get(one, 0) for one in states) for states in (SETTLED, IN_DOUBT))
            self.resumed = Resumed(settled, doubts if self._doubts_matter else 0, opening.broke_off)

    async def begin(self, workers: int, progress: Callable[[], Progress]) -> None:
        """Make sure whose journal it is, and look up who is in doubt; see `Ledger.begin`."""
        assert self._opening is not None
        if self._opening.took_over:
            await asyncio.sleep(INTENT_VALID)
        binding = await self._resource.binding()
        start_over = self._journal.start_over
        if self._opening.binding is not None and not start_over:
            _check_binding(self._opening.binding, binding)
            await self._read_back()
        await self._store.begin_run(binding, start_over=start_over)
        self._progress = progress
        await self._note_progress()
        await self._look_all_up(workers)

    async def earlier(self, person: Person, index: int, source: SourceRow[Row]) -> Outcome[Row, Item] | None:
        """What earlier runs made of a row; see `Ledger.earlier`."""
        if not self.remembers:  # repeats within a run are known without it
            return None
        mine, other = await self._entries(person)
        if mine is not None and mine.is_settled:
            return self._fill(Outcome(index, source, OutcomeKind(mine.state), is_earlier=True), mine)
        if other is not None and (mine is None or not mine.in_doubt):
            return _under_another_address(other, index, source)
        if mine is not None:
            self._known[index] = mine
        return None

    def leave(self, outcome: Outcome[Row, Item]) -> None:
        """Say of a row that is not sent what is in doubt; see `Ledger.leave`."""
        entry = self._known.pop(outcome.index, None)
        if entry is not None and self._is_doubtful(entry):
            self._doubt(outcome, entry)

    async def resume(self, flight: Flight[Row, Item]) -> Verdict | None:
        """Prepare a row that an earlier run may have sent; see `Ledger.resume`."""
        entry = self._known.get(flight.outcome.index)
        if entry is None:
            return None
        flight.earlier_attempts = entry.attempts
        if not self._is_doubtful(entry):
            return None
        self._doubt(flight.outcome, entry)
        flight.doubtful, flight.watermark = True, entry.watermark
        if entry.person in self._unseen:
            try:
                entry = await self._look_up(entry)
            except JournalError:
                raise
            except Exception as error:
                return evolve(verdict_on(error, sent=True), kind=OutcomeKind.UNKNOWN)
        if entry.is_settled:
            flight.answered = True
            self._fill(flight.outcome, entry)
            return Verdict(flight.outcome.kind)
        if not entry.in_doubt:  # that step is done, and nothing is known of the next
            flight.go_on(flight.outcome.row)
            return None
        flight.row = self._resource.resumed(flight.outcome.row, entry.traces[-1])
        flight.doubted = [self._resource.recall(trace) for trace in entry.traces]
        return None if self._is_over(entry) else Verdict(OutcomeKind.UNKNOWN)

    async def intend(self, flight: Flight[Row, Item]) -> None:
        """Record an intent, and again right before the send if it has grown old; see `Ledger.intend`."""
        index = flight.outcome.index
        known = (self._intents.get(index) or self._known.get(index)) if flight.doubtful else None
        intended_at = time.time() if known is None else known.intended_at
        recorded_at = float("-inf")

        def is_old() -> bool:
            return abs(seconds_awake_or_not() - recorded_at) >= INTENT_VALID

        async def clear() -> None:
            nonlocal recorded_at
            if is_old():
                begun = seconds_awake_or_not()
                intent = self._intents[index] = self._intent(flight, known, intended_at)
                await self._store.put(intent)
                recorded_at = begun

        def still_clear() -> None:
            if is_old():
                raise NotSentError("It took so long to connect that somebody may have taken the journal over")

        await clear()
        flight.clearance, flight.still_clear = clear, still_clear

    async def record(self, outcome: Outcome[Row, Item]) -> None:
        """Record an outcome; see `Ledger.record`."""
        known = self._known.pop(outcome.index, None)
        intent = self._intents.pop(outcome.index, None)
        if intent is None and known is None and outcome.kind is OutcomeKind.EXISTED and not outcome.is_earlier:
            person = self._resource.person(outcome.row)  # it was there before anything was sent
            intent = Entry(person.key, State.EXISTED, person.person_id, intended_at=time.time())
        if intent is not None:
            await self._store.put(self._entry(outcome, intent))
        if asyncio.get_running_loop().time() - self._noted_at >= NOTED:
            await self._note_progress()

    async def correct(self, outcome: Outcome[Row, Item]) -> None:
        """Record another outcome than before; see `Ledger.correct`."""
        recorded, _ = await self._entries(self._resource.person(outcome.row))
        if recorded is not None:
            await self._store.put(self._entry(outcome, recorded))

    async def close(self, progress: Progress, stopped: str | None) -> None:
        """Record how the run went, and let go; see `Ledger.close`."""
        try:
            await self._store.end_run(progress, stopped)
        finally:
            await self._store.close()

    async def _note_progress(self) -> None:
        self._noted_at = asyncio.get_running_loop().time()
        await self._store.note_run(self._progress())

    async def _read_back(self) -> None:
        """Stop if the server knows nothing of what the journal claims."""
        if self._journal.trust or not self._resource.looks_prove:
            return
        claims = [entry.receipt for entry in await self._store.claims(READ_BACK) if entry.receipt is not None]
        for receipt in claims:
            if await self._resource.is_there(receipt):
                return
        if claims:
            raise JournalError(
                f"Nothing was sent: the journal says who was invited, and of {len(claims)} of those invitations the "
                "server knows none. It is another account, or it was restored or restarted. Check the key and the "
                "address. To invite everybody again, start over (`start_over`, `--start-over`); to go on as the "
                "journal says, trust it (`trust`, `--trust-journal`)"
            )

    async def _look_all_up(self, workers: int) -> None:
        """Look for everybody who may have been invited; who cannot be looked for now is when the row comes."""
        if not self._resource.looks_prove:
            return
        entries = iter(await self._store.doubts())

        async def pull() -> Entry:
            for entry in entries:
                return entry
            raise StopAsyncIteration

        pool = Pool(pull, self._try_to_look_up, workers=workers)
        try:
            async for _ in pool:
                pass
        finally:
            await pool.aclose()

    async def _try_to_look_up(self, entry: Entry) -> None:
        try:
            await self._look_up(entry)
        except JournalError:
            raise
        except Exception as error:
            if isinstance(error, CallError) and verdict_on(error, sent=False).stops:
                raise
            self._unseen.add(entry.person)

    async def _look_up(self, entry: Entry) -> Entry:
        """Look for somebody who is in doubt; the entry, settled if anybody is there."""
        sent = [self._resource.recall(trace) for trace in entry.traces]
        is_old = abs(time.time() - entry.intended_at) > LONG_AGO
        find = self._resource.look_again if is_old else self._resource.look
        look = await find(sent[-1], entry.watermark)
        self._unseen.discard(entry.person)
        found = look.item
        if found is None:
            if look.conclusive and self._is_old_enough(entry):
                self._gone.add(entry.person)
            return entry
        if not self._resource.is_last(sent[-1]):
            return await self._take_back(entry)
        is_ours = any(self._resource.is_ours(row, found, entry.watermark) for row in sent)
        settled = evolve(
            entry,
            state=State.CREATED if is_ours else State.EXISTED,
            traces=(),
            watermark=None,
            receipt=self._resource.receipt(found),
            evidence=Evidence.FOUND,
            field="",
            reason="" if is_ours else NOT_OURS.reason,
        )
        await self._store.put(settled)
        return settled

    async def _take_back(self, entry: Entry) -> Entry:
        """Record of somebody whose step in doubt turned out to be done that nothing of the next was sent."""
        free = evolve(entry, state=State.NOT_ATTEMPTED, traces=(), watermark=None, field="", reason="")
        await self._store.put(free)
        return free

    def _is_old_enough(self, entry: Entry) -> bool:
        """Whether what is in doubt, and is not there, may be sent again."""
        seconds = self._resource.resend_after
        is_late = seconds is not None and time.time() - entry.renewed_at >= seconds + INTENT_VALID
        return self._resource.resend_is_safe or is_late

    def _is_over(self, entry: Entry) -> bool:
        """Whether what is in doubt may be sent again: where it is safe, or asked for and nobody is there."""
        return self._resource.resend_is_safe or entry.person in self._gone

    def _doubt(self, outcome: Outcome[Row, Item], entry: Entry) -> None:
        outcome.kind, outcome.attempts = OutcomeKind.UNKNOWN, entry.attempts
        problem = _LEFT_IN_DOUBT if self._resource.resend_is_safe else SENT_ONCE
        outcome.problems = (*outcome.problems, problem)

    async def _entries(self, person: Person) -> tuple[Entry | None, Entry | None]:
        """The person's entry, and one of the same person_id under another address that may have been invited."""
        mine = other = None
        for entry in await self._store.find(person):
            if entry.person == person.key:
                mine = entry
            elif not self._share_person_id and self._may_be_there(entry):
                other = other or entry
        return mine, other

    def _may_be_there(self, entry: Entry) -> bool:
        return entry.is_settled or (entry.in_doubt and entry.person not in self._gone)

    def _intent(self, flight: Flight[Row, Item], known: Entry | None, intended_at: float) -> Entry:
        person = flight.person
        assert person is not None
        trace = self._resource.trace(flight.row)
        traces = [] if known is None else [one for one in known.traces if one != trace]
        return Entry(
            person=person.key,
            state=State.INTENT,
            person_id=person.person_id,
            traces=[*traces, trace],
            watermark=flight.watermark,
            intended_at=intended_at,
            renewed_at=time.time(),
            attempts=flight.earlier_attempts + flight.attempts + 1,
        )

    def _entry(self, outcome: Outcome[Row, Item], recorded: Entry) -> Entry:
        """A recorded entry with a row's outcome; of what is not in doubt, no more is kept than who it was."""
        state = State(outcome.kind)
        is_open = state in IN_DOUBT
        return Entry(
            person=recorded.person,
            state=state,
            person_id=recorded.person_id,
            traces=recorded.traces if is_open else (),
            watermark=recorded.watermark if is_open else None,
            intended_at=recorded.intended_at,
            renewed_at=recorded.renewed_at,
            attempts=outcome.attempts,
            receipt=None if outcome.item is None else self._resource.receipt(outcome.item),
            evidence=outcome.evidence,
            field=outcome.field,
            reason=outcome.reason,
        )

    def _fill(self, outcome: Outcome[Row, Item], entry: Entry) -> Outcome[Row, Item]:
        outcome.kind = OutcomeKind(entry.state)
        outcome.problems = (Problem(entry.field, entry.reason),) if entry.reason else ()
        outcome.item = None if entry.receipt is None else self._resource.item_of(entry.receipt)
        outcome.attempts, outcome.evidence = entry.attempts, entry.evidence
        return outcome

    def _is_doubtful(self, entry: Entry) -> bool:
        return entry.in_doubt and self._doubts_matter

    @property
    def _doubts_matter(self) -> bool:
        """Whether it must be known what became of somebody; what a test key sends contacts nobody, however often."""
        return self._resource.looks_prove or not self._resource.resend_is_safe


def journal_ledger(
    journal: str | PathLike[str] | Journal | None, resource: JournalledResource[Row, Item], *, share_person_id: bool
) -> Ledger[Row, Item] | None:
    """The record of a job with what a caller gave as its journal; None without one."""
    if journal is None:
        return None
    given = journal if isinstance(journal, Journal) else Journal(journal)
    return JournalLedger(given, resource, share_person_id=share_person_id)


def _check_binding(found: Binding, wanted: Binding) -> None:
    differences = [
        f"its {name.replace('_', ' ')} is {was or 'not known'}, and this is {getattr(wanted, name) or 'not known'}"
        for name, was in attrs.asdict(found).items()
        if was != getattr(wanted, name)
    ]
    if differences:
        raise JournalError(
            f"Nothing was sent: the journal belongs to another job ({'; '.join(differences)}). Give this job a journal "
            "of its own, or start this one over (`start_over`, `--start-over`)"
        )


def _under_another_address(other: Entry, index: int, source: SourceRow[Any]) -> Outcome[Any, Any]:
    kind, reason = OutcomeKind.NOT_ATTEMPTED, "may have been invited by an earlier run under another address"
    if other.is_settled:
        kind, reason = OutcomeKind.REFUSED, "was invited by an earlier run under another address"
    way_on = "if it is somebody else, let one person_id have several addresses (`share_person_id`, `--share-person-id`)"
    return Outcome(index, source, kind, problems=(Problem("person_id", f"{reason}; {way_on}"),))
