"""A journal in memory, for tests: what it holds outlives the store object, as a file outlives a process."""

from collections.abc import Sequence

from attrs import define, field

from jofi_async.bulk.journal.records import Entry, Opening, Run, State
from jofi_async.bulk.ledger import Progress
from jofi_async.bulk.resource import Binding, Person
from jofi_async.core.errors import JournalHeldError


@define
class JournalMemory:
    """What several `MemoryStore`s share, one after the other.

    Attributes:
        binding: What it belongs to.
        entries: By person.
        runs: All runs.
        epoch: How many stores have held it.
        holder: The store that holds it, or None.
        is_taken_over: Whether it was taken from a store that held it, and no run has begun since.
    """

    binding: Binding | None = None
    entries: dict[str, Entry] = field(factory=dict[str, Entry])
    runs: list[Run] = field(factory=list[Run])
    epoch: int = 0
    holder: "MemoryStore | None" = None
    is_taken_over: bool = False


class MemoryStore:
    """Implements `JournalStore`.

    Args:
        memory: What it keeps; give the same to the next store to resume.
    """

    def __init__(self, memory: JournalMemory | None = None) -> None:
        self.memory = memory or JournalMemory()
        self._epoch = 0

    async def open(self, *, take_over: bool) -> Opening:
        """Take hold; see `JournalStore.open`."""
        memory = self.memory
        was_held = memory.holder is not None
        if was_held and not take_over:
            raise JournalHeldError("The journal is held by another store")
        memory.is_taken_over = memory.is_taken_over or was_held
        memory.epoch += 1
        memory.holder, self._epoch = self, memory.epoch
        counts = dict[State, int]()
        for entry in memory.entries.values():
            counts[entry.state] = counts.get(entry.state, 0) + 1
        last = memory.runs[-1] if memory.runs else None
        broke_off = None if last is None or last.ended_at is not None else last.progress.rows
        return Opening(memory.binding, counts, took_over=memory.is_taken_over, broke_off=broke_off)

    async def begin_run(self, binding: Binding, *, start_over: bool) -> None:
        """Begin a run; see `JournalStore.begin_run`."""
        self._check()
        if start_over:
            self.memory.entries.clear()
        self.memory.binding, self.memory.is_taken_over = binding, False
        self.memory.runs.append(Run(self._epoch, 0, "", 0.0))

    async def find(self, person: Person) -> Sequence[Entry]:
        """Find a person; see `JournalStore.find`."""
        mine = self.memory.entries.get(person.key)
        others = [
            entry
            for entry in self.memory.entries.values()
            if person.person_id and entry.person_id == person.person_id and entry is not mine
        ]
        return [*([mine] if mine else []), *others]

    async def put(self, entry: Entry) -> None:
        """Write an entry; see `JournalStore.put`."""
        self._check()
        self.memory.entries[entry.person] = entry

    async def doubts(self) -> Sequence[Entry]:
        """Return who is in doubt; see `JournalStore.doubts`."""
        return [entry for entry in self.memory.entries.values() if entry.in_doubt]

    async def claims(self, most: int) -> Sequence[Entry]:
        """Return some settled entries; see `JournalStore.claims`."""
        return [entry for entry in self.memory.entries.values() if entry.is_settled and entry.receipt][:most]

    async def note_run(self, progress: Progress) -> None:
        """Write down how far the run has come; see `JournalStore.note_run`."""
        self._check()
        self.memory.runs[-1] = Run(self._epoch, 0, "", 0.0, progress=progress)

    async def end_run(self, progress: Progress, stopped: str | None) -> None:
        """Write down how the run went; see `JournalStore.end_run`."""
        self._check()
        if self.memory.runs and self.memory.runs[-1].number == self._epoch:
            self.memory.runs[-1] = Run(self._epoch, 0, "", 0.0, 0.0, progress, stopped)

    async def close(self) -> None:
        """Let go; see `JournalStore.close`."""
        if self.memory.holder is self:
            self.memory.holder = None

    def _check(self) -> None:
        if self.memory.holder is not self:
            raise JournalHeldError("The journal was taken over by another store; this one stops")
