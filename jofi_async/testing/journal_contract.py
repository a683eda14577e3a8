"""What every store of a journal must keep, as tests that a store's own test module inherits.

::

    class TestMyStore(JournalStoreContract):
        @asynccontextmanager
        async def stores(self) -> AsyncGenerator[Callable[[], JournalStore], None]:
            async with a_database() as url:
                yield lambda: MyStore(url)

        async def kill(self, store: JournalStore) -> None:
            ...  # let go of the journal as the operating system does when a process is killed

The tests are coroutines without arguments: run them with pytest-asyncio, anyio's plugin or `asyncio.run`.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from attrs import evolve

from jofi_async.bulk.journal.records import Entry, JournalStore, State
from jofi_async.bulk.ledger import Progress
from jofi_async.bulk.outcome import Evidence, OutcomeKind
from jofi_async.bulk.resource import Binding, Person
from jofi_async.core.errors import JournalHeldError

BINDING = Binding("vendor", "https://api.example.org", "live", "200")
SENT = Entry(
    person="ada@example.org",
    state=State.INTENT,
    person_id="P1",
    traces=[{"first_name": "Ada", "email": "Ada@example.org"}, {"first_name": "Ada ☂"}],
    watermark="2026-12-11T22:23:05.312696+00:00",
    intended_at=1_800_000_000.25,
    renewed_at=1_800_000_060.5,
    attempts=2,
)
SETTLED = evolve(
    SENT,
    state=State.CREATED,
    traces=[],
    watermark=None,
    receipt={"invitation_id": 12345, "assessment_url": "https://www.example.org/welcome/1"},
    evidence=Evidence.FOUND,
)
REFUSED = Entry(person="alan@example.org", state=State.REFUSED, field="phone", reason="is no phone")


def _plain(entry: Entry) -> Entry:
    return evolve(entry, traces=list(entry.traces))


class JournalStoreContract:
    """The tests; a subclass says by `stores` and `kill` what to run them on."""

    def stores(self) -> AbstractAsyncContextManager[Callable[[], JournalStore]]:
        """Yield what makes one store after the other on the same journal, which is new."""
        raise NotImplementedError

    async def kill(self, store: JournalStore) -> None:
        """Let go of the journal without a word, as when the process that holds it is killed."""
        raise NotImplementedError

    async def test_a_new_journal_belongs_to_nobody_and_knows_nobody(self) -> None:
        """What is found there first."""
        async with self.stores() as make:
            store = make()
            opening = await store.open(take_over=False)
            assert (opening.binding, sum(opening.counts.values())) == (None, 0)
            assert not opening.is_purged
            assert not opening.took_over
            assert list(await store.find(Person(SENT.person, "P1"))) == []
            assert list(await store.doubts()) == list(await store.claims(3)) == []
            await store.close()

    async def test_what_was_written_is_there_for_the_next(self) -> None:
        """Every field of every entry, and whose it is."""
        async with self.stores() as make:
            store = make()
            await store.open(take_over=False)
            await store.begin_run(BINDING, start_over=False)
            await asyncio.gather(*map(store.put, [SENT, REFUSED]))
            assert list(map(_plain, await store.find(Person(SENT.person)))) == [_plain(SENT)]
            await store.note_run(Progress({OutcomeKind.REFUSED: 1}))
            await store.end_run(Progress({OutcomeKind.REFUSED: 1}, 3), "it was stopped")
            await store.close()
            store = make()
            opening = await store.open(take_over=False)
            assert opening.binding == BINDING
            assert dict(opening.counts) == {State.INTENT: 1, State.REFUSED: 1}
            assert list(map(_plain, await store.doubts())) == [_plain(SENT)]
            await store.put(SETTLED)
            assert list(map(_plain, await store.find(Person(SENT.person)))) == [_plain(SETTLED)]
            assert list(await store.doubts()) == []
            assert list(map(_plain, await store.claims(3))) == [_plain(SETTLED)]
            await store.close()

    async def test_a_run_that_never_ended_has_left_rows(self) -> None:
        """How many it had is known to the next, and to the one after it no more, if that one ended."""
        async with self.stores() as make:
            for rows in (3, None):
                store = make()
                await store.open(take_over=False)
                await store.begin_run(BINDING, start_over=False)
                await store.note_run(Progress({OutcomeKind.CREATED: 1}, rows))
                await self.kill(store)
                store = make()
                assert (await store.open(take_over=False)).broke_off == rows
                await store.begin_run(BINDING, start_over=False)
                await store.end_run(Progress({}, 5), None)
                await store.close()
                store = make()
                assert (await store.open(take_over=False)).broke_off is None
                await store.close()

    async def test_a_person_is_found_by_address_first_and_by_id(self) -> None:
        """Another address of the same person_id comes second; nobody has an empty one."""
        other = evolve(SETTLED, person="ada.l@example.org")
        nameless = [Entry(f"{number}@example.org", State.UNKNOWN) for number in range(3)]
        async with self.stores() as make:
            store = make()
            await store.open(take_over=False)
            await asyncio.gather(*map(store.put, [SENT, other, *nameless]))
            for key in (SENT.person, other.person):
                found = await store.find(Person(key, "P1"))
                assert [entry.person == key for entry in found] == [True, False]
            assert [entry.person for entry in await store.find(Person("new@example.org", "P2"))] == []
            assert len(await store.find(Person("new@example.org", "P1"))) == 2
            assert [entry.person for entry in await store.find(Person("0@example.org", ""))] == ["0@example.org"]
            assert [entry.person for entry in await store.find(Person("new@example.org"))] == []
            await store.close()

    async def test_claims_are_spread(self) -> None:
        """So that a few of them tell of the whole journal."""
        settled = [evolve(SETTLED, person=f"{at}@example.org", intended_at=float(at)) for at in range(9)]
        async with self.stores() as make:
            store = make()
            await store.open(take_over=False)
            await asyncio.gather(*map(store.put, settled))
            claims = await store.claims(3)
            assert len({claim.person for claim in claims}) == 3
            await store.put(evolve(SETTLED, person="no@example.org", receipt=None))
            assert all(claim.receipt for claim in await store.claims(100))
            await store.close()

    async def test_one_holds_it_at_a_time(self) -> None:
        """Whoever closes it or dies lets go of it."""
        async with self.stores() as make:
            first, second, third = make(), make(), make()
            await first.open(take_over=False)
            await _refuses(second)
            await first.close()
            assert not (await second.open(take_over=False)).took_over
            await _refuses(third)
            await self.kill(second)
            assert not (await third.open(take_over=True)).took_over
            await _refuses(first)
            await third.close()

    async def test_who_was_taken_over_from_can_write_nothing(self) -> None:
        """Neither an intent nor an outcome, so that it sends nothing any more."""
        async with self.stores() as make:
            silent, bold, next_one = make(), make(), make()
            await silent.open(take_over=False)
            await silent.begin_run(BINDING, start_over=False)
            await silent.put(SENT)
            assert (await bold.open(take_over=True)).took_over
            await bold.begin_run(BINDING, start_over=False)
            none = Progress({})
            for write in (silent.put(SETTLED), silent.put(REFUSED), silent.note_run(none), silent.end_run(none, None)):
                assert isinstance((await asyncio.gather(write, return_exceptions=True))[0], JournalHeldError)
            assert list(map(_plain, await bold.doubts())) == [_plain(SENT)]
            await bold.put(REFUSED)
            await silent.close()
            await _refuses(next_one)
            await bold.close()
            assert dict((await next_one.open(take_over=False)).counts) == {State.INTENT: 1, State.REFUSED: 1}
            await next_one.close()

    async def test_a_take_over_stands_until_a_run_begins(self) -> None:
        """Whoever comes after one that took it over and ended early must wait as that one would have."""
        async with self.stores() as make:
            silent, hasty, patient, last = make(), make(), make(), make()
            await silent.open(take_over=False)
            assert (await hasty.open(take_over=True)).took_over
            await hasty.close()
            assert (await patient.open(take_over=False)).took_over
            await patient.begin_run(BINDING, start_over=False)
            await patient.close()
            assert not (await last.open(take_over=False)).took_over
            await last.close()
            await silent.close()

    async def test_what_is_cancelled_is_written_all_the_same(self) -> None:
        """A job that is cancelled while it records goes on as if that had been recorded."""
        async with self.stores() as make:
            store = make()
            await store.open(take_over=False)
            writing = asyncio.ensure_future(store.put(SENT))
            await asyncio.sleep(0)
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            await store.put(REFUSED)
            assert len(await store.find(Person(SENT.person))) == 1
            await store.close()

    async def test_who_starts_over_knows_nobody(self) -> None:
        """And belongs to whom it says."""
        elsewhere = evolve(BINDING, account="201")
        async with self.stores() as make:
            store = make()
            await store.open(take_over=False)
            await store.begin_run(BINDING, start_over=False)
            await store.put(SETTLED)
            await store.close()
            store = make()
            await store.open(take_over=False)
            await store.begin_run(elsewhere, start_over=True)
            assert list(await store.find(Person(SETTLED.person, "P1"))) == []
            await store.close()
            store = make()
            assert (await store.open(take_over=False)).binding == elsewhere
            await store.close()


async def _refuses(store: JournalStore) -> None:
    """Whether it says that another holds the journal."""
    assert isinstance((await asyncio.gather(store.open(take_over=False), return_exceptions=True))[0], JournalHeldError)
