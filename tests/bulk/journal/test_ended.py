"""A job that is ended again and again, by closing its client, by cancelling it or by a stop, and at last let run."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jofi_async import (
    CallError,
    FakeTransport,
    JofiClient,
    Journal,
    LifecycleError,
    OutcomeKind,
    RateLimit,
    RetryPolicy,
    YardstikClient,
)
from jofi_async.testing import JournalMemory, MemoryStore
from tests.bulk.sides import JofiSide, YardstikSide
from tests.bulk.support import LIVE, run
from tests.core.support import checked_briefly
from tests.yardstik.ways import KEY

PEOPLE = 8
LIMIT = RateLimit(per_second=4, burst=2, in_flight=3)
FAULTS = (
    "POST slow=2",
    "POST drop_after",
    "POST drop_before",
    "POST late=3",
    "POST 503+",
    "POST cut",
    "GET slow=1",
    "429",
)
FATES = {OutcomeKind.CREATED, OutcomeKind.UNKNOWN, OutcomeKind.NOT_ATTEMPTED}

moments = st.integers(0, 48).map(lambda eighths: eighths / 8)
ends = st.lists(
    st.tuples(moments, st.sampled_from(["close", "cancel", "stop", "stop at once"])), min_size=1, max_size=4
)
faults = st.lists(st.builds("{}:{}".format, st.sampled_from(FAULTS), st.sampled_from([0.2, 0.5])), max_size=3)


async def run_until(client: Any, rows: Sequence[Any], memory: JournalMemory, at: float, how: str) -> list[Any]:
    """Run the job, and end it at an instant; what it told."""
    told: list[Any] = []
    journal = Journal(MemoryStore(memory))
    job = client.invitations.create_many(rows, journal=journal, max_in_flight=4)

    async def take() -> None:
        async with job:
            async for outcome in job:
                told.append(outcome)

    async def end() -> None:
        await asyncio.sleep(at)
        if how == "close":
            await client.aclose()
        elif how == "cancel":
            taking.cancel()
        else:
            job.stop(grace=0 if how == "stop at once" else 10)

    taking, ending = asyncio.create_task(take()), asyncio.create_task(end())
    (why, _) = await asyncio.gather(taking, ending, return_exceptions=True)
    assert isinstance(why, CallError | LifecycleError | asyncio.CancelledError | None)  # before the first row
    told += [outcome async for outcome in job]
    await client.aclose()
    return told


@pytest.mark.parametrize("vendor", ["jofi", "yardstik"])
@checked_briefly
@given(ends=ends, faults=faults)
def test_nobody_is_invited_twice_or_forgotten(vendor: str, ends: list[tuple[float, str]], faults: list[str]) -> None:
    side = JofiSide() if vendor == "jofi" else YardstikSide()
    addresses = [f"p{number}@example.org" for number in range(PEOPLE)]
    rows, memory = [side.row(number, address, {}) for number, address in enumerate(addresses)], JournalMemory()

    def told_by_a_run(at: float, how: str, *faults: str) -> list[Any]:
        with pytest.MonkeyPatch.context() as patch:  # so that the client closes it
            patch.setattr(
                f"jofi_async.{vendor}.client.AiohttpTransport", lambda: FakeTransport(side.fake, faults=faults)
            )
            kind, key = (JofiClient, LIVE) if vendor == "jofi" else (YardstikClient, KEY)
            client = kind(key, rate_limit=LIMIT, retry=RetryPolicy(attempts=2))
        return run(run_until(client, rows, memory, at, how))

    for at, how in ends:
        told = told_by_a_run(at, how, *faults)
        assert len({outcome.index for outcome in told}) == len(told)
        assert {outcome.kind for outcome in told} <= FATES
    last = {side.address(one.row): one.kind for one in told_by_a_run(10_000, "stop")}
    assert last.keys() == set(addresses)
    contacted = side.contacted()
    assert contacted == Counter(address for address, kind in last.items() if kind is OutcomeKind.CREATED)
    if side.refuses_seconds:
        assert set(last.values()) == {OutcomeKind.CREATED}
    else:
        assert set(last.values()) <= {OutcomeKind.CREATED, OutcomeKind.UNKNOWN}
