"""Whose journal it is: another job's, another server's, another process's."""

import asyncio

import pytest
from attrs import evolve

from jofi_async import Journal, JournalHeldError
from jofi_async.bulk.journal.ledger import INTENT_VALID
from jofi_async.bulk.journal.records import Entry, State
from jofi_async.testing import JournalMemory, MemoryStore
from tests.bulk.journal.support import (
    BOUND,
    asked,
    intent,
    invite,
    job_of,
    kinds_of,
    memory_of,
    outcomes_of,
    refused,
    states,
)
from tests.bulk.support import Vendor, answer, late, new, people, run, stuck, take, well

KEY = "linda0@example.org"


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"vendor": "other"}, "its vendor is other, and this is jofi"),
        ({"base_url": "https://x.example.org"}, "its base url is https://x.example.org, and this is https://www.jofi"),
        ({"mode": "test"}, "its mode is test, and this is live"),
        ({"account": "7"}, "its account is 7, and this is 200"),
    ],
)
def test_a_journal_of_another_job_is_refused(other: dict[str, str], words: str) -> None:
    memory = memory_of(intent())
    memory.binding = evolve(BOUND, **other)
    assert words in refused(Vendor(), people(2), memory)
    assert states(memory) == {KEY: State.INTENT}
    assert memory.runs == []
    over = Journal(MemoryStore(memory), start_over=True)
    assert kinds_of(invite(Vendor(), [new(1)], over)) == ["created"]
    assert memory.binding == BOUND
    assert states(memory) == {"linda1@example.org": State.CREATED}


def settled(number: int, invitation_id: int) -> Entry:
    receipt = {"invitation_id": invitation_id, "assessment_url": None}
    return Entry(f"linda{number}@example.org", State.CREATED, intended_at=float(number), receipt=receipt)


def test_a_server_that_knows_nothing_of_it_is_another() -> None:
    memory = memory_of(*(settled(number, 990 + number) for number in range(5)))
    vendor = Vendor()
    why = refused(vendor, people(6), memory)
    assert "of 3 of those invitations the server knows none" in why
    assert "--trust-journal" in why
    assert "--start-over" in why
    assert len(asked(vendor)) == 4
    trusted = Journal(MemoryStore(memory), trust=True)
    assert kinds_of(invite(vendor, people(6), trusted)) == ["created"] * 6
    assert vendor.sent.total() == 1


def test_a_server_that_knows_one_of_them_is_the_same() -> None:
    vendor = Vendor()
    vendor.fake.invite(KEY)
    there = vendor.fake.invitations[0].id
    memory = memory_of(settled(0, 999), settled(1, 998), settled(2, there))
    assert kinds_of(invite(vendor, people(3), memory)) == ["created"] * 3
    assert not vendor.sent


def test_a_read_back_that_fails_stops_the_job() -> None:
    vendor = Vendor(looks=[well, answer(500)])

    async def main() -> None:
        with pytest.raises(Exception, match="500"):
            await outcomes_of(job_of(vendor, people(2), memory_of(settled(0, 1))))

    run(main())
    assert not vendor.sent


# two processes


def test_a_journal_is_held_by_one_job_at_a_time() -> None:
    memory = JournalMemory()
    vendor = Vendor(otherwise=stuck)

    async def main() -> None:
        first = job_of(vendor, people(2), memory, max_in_flight=1)
        async with first:
            with pytest.raises(JournalHeldError, match="held by another"):
                await outcomes_of(job_of(vendor, people(2), memory))
            first.stop()
            assert await take(first) == []
        assert kinds_of(await outcomes_of(job_of(Vendor(vendor.fake), people(2), memory))) == ["created"] * 2

    run(main())


def test_who_is_taken_over_from_records_and_sends_nothing_more() -> None:
    """The silent one has sent a row and waits; the bold one waits until no intent of the other is valid any more."""
    memory, world = JournalMemory(), Vendor()
    silent, bold = Vendor(world.fake, otherwise=late(30)), Vendor(world.fake)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        first = asyncio.create_task(outcomes_of(job_of(silent, people(4), memory, max_in_flight=1)))
        await asyncio.sleep(10)
        second = job_of(bold, people(4), Journal(MemoryStore(memory), take_over=True))
        outcomes = await outcomes_of(second)
        assert loop.time() == 10 + INTENT_VALID
        assert kinds_of(outcomes) == ["created"] * 4
        old = await first
        assert loop.time() == 30  # its request was answered, and JOFI refused the second
        assert kinds_of(old) == ["existed", "not_attempted"]
        assert old[0].error is not None
        await asyncio.sleep(0)

    run(main())
    assert silent.sent.total() == 1
    assert len(world.fake.invitations) == 4
    assert all(entry.state is State.CREATED for entry in memory.entries.values())


def test_a_dead_holder_is_no_take_over() -> None:
    async def main() -> None:
        job = job_of(Vendor(), people(1), Journal(MemoryStore(), take_over=True))
        await outcomes_of(job)
        assert asyncio.get_running_loop().time() == 0

    run(main())
