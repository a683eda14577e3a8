"""A job that is killed or frozen and run again, at any moment and any number of times; the way breaks and mends."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast
from unittest.mock import Mock

import pytest
from attrs import define, field
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from jofi_async import (
    Evidence,
    FakeTransport,
    Journal,
    NotSentError,
    Outcome,
    Request,
    Response,
    RetryPolicy,
)
from jofi_async.bulk.journal.file import read_entries
from jofi_async.bulk.journal.records import Entry, JournalStore
from jofi_async.bulk.journal.sqlite import SqliteStore
from jofi_async.core.errors import JournalHeldError
from jofi_async.core.transport import Transport
from jofi_async.storage.database import StorageError
from jofi_async.testing import JournalMemory, MemoryStore, VirtualLoop
from jofi_async.transports.faults import FaultPlan
from tests.bulk.journal.support import die
from tests.bulk.sides import AnyJob, JofiSide, Side, YardstikSide
from tests.bulk.support import RowOutcome, new
from tests.bulk.test_settling_machine import AT, ROWS, SPANS, RowOf
from tests.bulk.truth import CREATED, EXISTED, NOT_ATTEMPTED, REFUSED, UNKNOWN

PEOPLE = 12
IN_DOUBT = ["late=30", "late=3", "drop_after", "503+", "slow=40", "reset", "cut", "drop_before", "503", "429"]
CREATES = st.builds("POST {}{}".format, st.sampled_from(["late=30", *IN_DOUBT]), st.sampled_from(["", ":0.5", "@1,3"]))
LOOKS = st.builds("GET /invitations {}{}".format, st.sampled_from(["500", "drop_before", "cut"]), AT)
FAULTS = st.lists(CREATES | LOOKS, min_size=1, max_size=3)
DIES_AT = st.none() | st.integers(1, 12)
WORKERS = 4
RESEND_AFTER = 40.0
"""Longer than any create takes effect late."""


@define(eq=False)
class Process:
    """A process that can be frozen, or killed: then nothing of it reaches the server or the journal any more.

    Attributes:
        transport: Its way to the server.
        store: Its journal.
        dies_at: The number of the write at which it dies, before or after it is written.
        random: Decides which.
        awake: What it waits for before each write and each send.
    """

    transport: Transport
    store: MemoryStore | SqliteStore
    dies_at: int | None
    random: random.Random
    awake: asyncio.Event = field(factory=asyncio.Event)
    is_dead: bool = False
    writes: int = 0
    outcomes: list[Outcome[Any, Any]] = field(factory=list[Outcome[Any, Any]])

    def guard(self) -> None:
        """Count a write, and die at the one that is meant."""
        self.writes += 1
        self.is_dead = self.is_dead or self.writes == self.dies_at

    async def let_go(self) -> None:
        """What the operating system does once a process is dead."""
        self.is_dead = True
        if isinstance(self.store, SqliteStore):
            await die(self.store)
        else:
            await self.store.close()


@define(eq=False)
class MortalStore:
    """The journal of a process; a write takes a turn of the loop or a while, as on a disk."""

    process: Process

    def __getattr__(self, name: str) -> Any:
        return getattr(self.process.store, name)

    async def put(self, entry: Entry) -> None:
        """Write, unless it is dead by then; see `JournalStore.put`."""
        process = self.process
        await asyncio.sleep(process.random.choice([0.0, 0.0, 0.01, 0.5]))
        await process.awake.wait()
        if process.random.random() < 0.5:
            process.guard()
        self.check_alive()
        await process.store.put(entry)
        process.guard()
        self.check_alive()

    async def close(self) -> None:
        """Nothing is closed in order once it is dead."""
        if not self.process.is_dead:
            await self.process.store.close()

    def check_alive(self) -> None:
        if self.process.is_dead:
            raise JournalHeldError("the process is dead")


@define(eq=False)
class MortalTransport(Transport):
    """The way of a process to the server; what is under way when it is killed may still take effect."""

    process: Process

    async def send(self, request: Request) -> Response:
        """Pass a request on; see `Transport.send`."""
        await self.process.awake.wait()
        if self.process.is_dead:
            raise NotSentError("the process is dead")
        if request.still_clear is not None:
            request.still_clear()
        return await self.process.transport.send(request)

    async def aclose(self) -> None:
        """Nothing of its own."""


class JournalMachine(RuleBasedStateMachine):
    """One input that grows, one journal, one server, and one process after the other."""

    make_side: type[JofiSide] | type[YardstikSide] = JofiSide

    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualLoop()
        self.unheard: list[dict[str, Any]] = []
        self.loop.set_exception_handler(lambda _, context: self.unheard.append(context))
        self.rows: list[Any] = []
        self.fed = 0
        self.runs = 0
        self.others: list[tuple[Process, asyncio.Task[None]]] = []
        self.with_id: set[str] = set()
        self.phones: dict[int, dict[str, Any]] = {}  # what the server refuses of a person, it refuses of all rows
        self.patch = pytest.MonkeyPatch()

    @initialize(
        seed=st.integers(0, 99),
        there=st.sets(st.integers(0, PEOPLE), max_size=3),
        attempts=st.integers(1, 3),
        creates=CREATES,
        rows=ROWS,
        dies_at=DIES_AT,
        refuses_seconds=st.booleans(),
        resends=st.booleans(),
        on_disk=st.booleans(),
    )
    def begin(
        self,
        seed: int,
        there: set[int],
        attempts: int,
        creates: str,
        rows: list[RowOf],
        dies_at: int | None,
        refuses_seconds: bool,
        resends: bool,
        on_disk: bool,
    ) -> None:
        self.patch.setattr("jofi_async.bulk.journal.ledger.time", Mock(time=self.loop.time))
        self.patch.setattr("jofi_async.bulk.journal.ledger.seconds_awake_or_not", self.loop.time)
        self.random = random.Random(seed)
        self.side: Side = self.make_side()
        if not refuses_seconds:
            self.side.refuse_nothing(self.patch)
        for number in there:
            self.side.invite(new(number).email)
        self.before = self.side.people()
        self.options = {"resend_after": RESEND_AFTER} if resends and self.side.can_be_told_to_resend else {}
        self.plan = FaultPlan(seed=seed)
        self.transport = FakeTransport(self.side.fake, faults=self.plan)
        self.retry = RetryPolicy(attempts=attempts)
        self.memory = JournalMemory()
        self.folder = TemporaryDirectory() if on_disk else None
        self.plan.set(creates)
        self.rows_come([(None, "linda", {})] * 5)
        self.rows_come(rows)
        self.start(dies_at)

    def start(self, dies_at: int | None = None, *, take_over: bool = False) -> None:
        """Run the job over the input as it is now, in any order."""
        self.runs += 1
        self.process = Process(self.transport, self.store(), dies_at, self.random)
        self.process.awake.set()
        order = self.random.sample(self.rows, len(self.rows)) if self.runs % 2 else list(self.rows)
        journal = Journal(cast("JournalStore", MortalStore(self.process)), take_over=take_over)
        way = MortalTransport(self.process)
        client = self.side.client(way, retry=self.retry)
        self.job: AnyJob = client.invitations.create_many(order, journal=journal, max_in_flight=WORKERS, **self.options)
        self.taker = self.loop.create_task(self.run_job(self.job, self.process))

    def is_one_of_several(self, person: str) -> bool:
        """Whether the vendor may take an address for another one of the same person, so that either may be invited."""
        return self.side.looks_are_shared and person in self.with_id and len(self.with_id) > 1

    def store(self) -> MemoryStore | SqliteStore:
        """The journal as the next process opens it."""
        if self.folder is None:
            return MemoryStore(self.memory)
        return SqliteStore(Path(self.folder.name) / "people.journal", durable=False)

    def entries(self) -> Iterable[Entry]:
        """What is written, seen from outside."""
        if self.folder is None:
            return list(self.memory.entries.values())
        try:
            return list(read_entries(Path(self.folder.name) / "people.journal"))
        except StorageError:  # its tables are just being made
            return []

    async def run_job(self, job: AnyJob, process: Process) -> None:
        async with job:
            async for outcome in job:
                if not process.is_dead:
                    process.outcomes.append(outcome)

    def end_process(self) -> None:
        """Let nothing of the process run on; what it sent may still take effect at the server."""
        self.end(self.process, self.taker)

    def end(self, process: Process, taker: "asyncio.Task[None]") -> None:
        process.is_dead = True
        taker.cancel()
        self.loop.run_until_complete(asyncio.gather(taker, return_exceptions=True))
        self.loop.run_until_complete(process.let_go())

    @rule(rows=ROWS)
    def rows_come(self, rows: list[RowOf]) -> None:
        for earlier, name, changes in rows:
            number = self.fed if earlier is None else max(0, self.fed - earlier)
            self.fed += earlier is None
            phone = self.phones.setdefault(number, {one: changes[one] for one in changes if one == "phone"})
            fields = {one: changes[one] for one in changes if one != "phone"}
            self.rows.append(self.side.row(number, f"{name}{number}@example.org", {**fields, **phone}))
            if "person_id" in fields:
                self.with_id.add(self.side.address(self.rows[-1]))

    @rule(faults=FAULTS, rows=ROWS)
    def the_way_breaks_and_rows_come(self, faults: list[str], rows: list[RowOf]) -> None:
        self.plan.set(*faults)
        self.rows_come(rows)

    @rule()
    def the_way_mends(self) -> None:
        self.plan.clear()

    @rule(seconds=SPANS)
    def time_passes(self, seconds: float) -> None:
        self.loop.run_until_complete(asyncio.sleep(seconds))

    @rule(creates=CREATES, looks=st.none() | LOOKS, dies_at=DIES_AT, before=SPANS, after=SPANS)
    def it_is_killed_and_run_again(
        self, creates: str, looks: str | None, dies_at: int | None, before: float, after: float
    ) -> None:
        self.time_passes(before)
        self.end_process()
        self.plan.set(creates, *([looks] if looks else []))
        self.start(dies_at)
        self.time_passes(after)

    @rule(dies_at=DIES_AT, before=SPANS)
    def it_is_killed_and_run_again_when_the_way_is_good(self, dies_at: int | None, before: float) -> None:
        self.the_way_mends()
        self.time_passes(before)
        self.end_process()
        self.start(dies_at)
        self.time_passes(0.3)

    @rule(creates=CREATES, dies_at=DIES_AT, freezes=st.booleans(), before=SPANS, after=SPANS)
    def it_is_taken_over(self, creates: str, dies_at: int | None, freezes: bool, before: float, after: float) -> None:
        self.time_passes(before)
        if freezes:
            self.process.awake.clear()
        self.plan.set(creates)
        self.others.append((self.process, self.taker))
        self.start(dies_at, take_over=True)
        self.time_passes(after)

    @precondition(lambda self: self.others)
    @rule(seconds=SPANS)
    def whoever_is_frozen_wakes_up(self, seconds: float) -> None:
        for process, _ in self.others:
            process.awake.set()
        self.time_passes(seconds)

    @precondition(lambda self: self.fed)
    @rule(grace=st.sampled_from([0.0, 0.4, 10.0]))
    def it_is_stopped(self, grace: float) -> None:
        async def stop() -> None:
            self.job.stop(grace=grace)

        self.loop.run_until_complete(stop())

    @invariant()
    def nobody_is_invited_twice_and_the_record_is_true(self) -> None:
        if not hasattr(self, "side"):
            return
        there = self.side.people()
        assert max((*there.values(), *self.side.contacted().values(), 0)) <= 1
        for entry in self.entries():
            person = entry.person
            if self.is_one_of_several(person):
                continue
            if entry.is_settled:
                assert there[person] == 1
                assert self.before[person] == (entry.state.value == EXISTED) or entry.state.value == EXISTED
            elif not entry.in_doubt:
                assert there[person] == self.before[person]

    def teardown(self) -> None:
        try:
            if hasattr(self, "side"):
                self.end_process()
                self.plan.clear()
                self.whoever_is_frozen_wakes_up(60)  # what is late has happened
                for process, taker in self.others:
                    self.end(process, taker)
                self.last_run()
            self.loop.run_until_complete(self.transport.aclose() if hasattr(self, "side") else asyncio.sleep(0))
        finally:
            self.patch.undo()
            self.loop.run_until_complete(self.loop.shutdown_default_executor())
            self.loop.close()
            if hasattr(self, "folder") and self.folder is not None:
                self.folder.cleanup()
        assert not self.unheard

    def last_run(self) -> None:
        """All is well at last: everybody is invited once, and the outcomes say so."""
        self.start()
        self.loop.run_until_complete(self.taker)
        outcomes = self.process.outcomes
        assert len(outcomes) == len(self.rows)
        there = self.side.people()
        by_person: dict[str, list[Outcome[Any, Any]]] = {}
        for outcome in outcomes:
            person = self.side.address(outcome.row)
            if not self.is_one_of_several(person):
                by_person.setdefault(person, []).append(outcome)
        for person, mine in by_person.items():
            mine = [one for one in mine if len(one.problems) < 2]  # else it is refused, of a person who is in doubt
            told = Counter(outcome.kind for outcome in mine)
            in_doubt = told[UNKNOWN] + told[NOT_ATTEMPTED]  # the latter by another address of one person_id
            assert in_doubt <= (0 if self.side.refuses_seconds or self.options else 1)
            if told[UNKNOWN]:
                assert not there[person]  # else it would have been found
            if not in_doubt:
                assert told[CREATED] + told[EXISTED] == (there[person] if told[REFUSED] < len(mine) else 0)
            for outcome in mine:
                self.check_evidence(outcome, was_there=bool(self.before[person]))
        self.nobody_is_invited_twice_and_the_record_is_true()
        assert asyncio.all_tasks(self.loop) <= {self.taker}

    def check_evidence(self, outcome: RowOutcome, *, was_there: bool) -> None:
        """What was answered or found says who made the invitation; a refusal alone cannot."""
        if outcome.evidence is Evidence.DUPLICATE:
            assert outcome.kind is EXISTED
        elif outcome.evidence is not None:
            assert (outcome.kind is EXISTED) is was_there
        assert (outcome.evidence is None) is (outcome.kind not in (CREATED, EXISTED))


class YardstikJournalMachine(JournalMachine):
    """The same on Yardstik, whose rows take two steps."""

    make_side = YardstikSide


TestJournal = JournalMachine.TestCase
TestYardstikJournal = YardstikJournalMachine.TestCase
TestJournal.settings = settings(deadline=None, stateful_step_count=10)
TestYardstikJournal.settings = settings(TestJournal.settings, max_examples=settings().max_examples // 5)
