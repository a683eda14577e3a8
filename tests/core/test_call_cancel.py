"""A call cancelled anywhere: the slot comes back, and the record says whether a byte may have left."""

import asyncio
from itertools import product

import pytest

from jofi_async.core.errors import NotSentError
from jofi_async.core.limits import RateLimit
from jofi_async.core.operation import Operation
from tests.core.support import CREATE, GET, Bench, Thing, answers, fails, virtual

LIMIT = RateLimit(per_second=1, burst=1, in_flight=1)
STEPS = (
    answers(429, headers={"retry-after": "2"}, after=1),
    fails(NotSentError("no connection"), after=1),
    answers(after=1),
)


@pytest.mark.parametrize("operation", [GET, CREATE], ids=["get", "create"])
@pytest.mark.parametrize("deadline", [None, 100.0], ids=["endless", "deadline"])
@virtual
async def test_at_every_moment_and_in_every_tick(operation: Operation, deadline: float | None) -> None:
    """The call queues for 1.5 s, is answered at 2.5 s, backs off until 4.5 s, fails, and is answered at 6.5 s."""
    seen: set[tuple[bool, int]] = set()
    for quarter, ticks in product(range(29), range(8)):
        bench = Bench(*STEPS, limit=LIMIT, deadline=deadline)
        await bench.limiter.acquire()
        began = asyncio.get_running_loop().time()
        asyncio.get_running_loop().call_later(1.5, bench.limiter.release)
        task = asyncio.create_task(bench.call(operation))
        await asyncio.sleep(quarter / 4)
        for _ in range(ticks):
            await asyncio.sleep(0)
        flew, attempts = bench.transport.under_way == 1, len(bench.transport.requests)
        task.cancel()
        await asyncio.wait([task])
        seen.add((flew, attempts))
        if task.cancelled():
            assert bench.record.in_doubt == flew, f"cancelled at {quarter / 4} s, tick {ticks}"
        else:
            assert task.result() == Thing(7)
            assert not bench.record.in_doubt
        assert len(bench.transport.requests) == bench.record.attempts == attempts
        assert bench.limiter.out == (1 if quarter / 4 < 1.5 and bench.limiter.out else 0)
        await asyncio.sleep(max(0.0, 1.5 - (asyncio.get_running_loop().time() - began)))
        await asyncio.sleep(0)
        assert (bench.limiter.out, bench.limiter.waiting, bench.transport.under_way) == (0, 0, 0)
        bench.transport.steps = [answers()]
        assert await bench.call(operation, record=None) == Thing(7)
    assert {(False, 0), (True, 1), (False, 1), (True, 2), (True, 3)} <= seen


@virtual
async def test_those_behind_a_cancelled_call_go_on() -> None:
    bench = Bench(answers(after=1), limit=LIMIT)
    tasks = [asyncio.create_task(bench.call(CREATE, record=None)) for _ in range(6)]
    await asyncio.sleep(0.5)
    for index in (0, 2, 3):
        tasks[index].cancel()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(ended) for ended in done if not isinstance(ended, asyncio.CancelledError)] == [Thing] * 3
    assert bench.transport.sent_at == [0, 1, 2, 3]
    assert bench.limiter.out == 0
