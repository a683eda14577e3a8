import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jofi_async.bulk.pool import Line, Pool
from jofi_async.bulk.source import Feed
from tests.bulk.support import Pulls, run, take

Work = Callable[[int], Awaitable[int]]


async def echo(item: int) -> int:
    return item


async def nap(item: int) -> int:
    """The later an item comes, the sooner it is ready."""
    await asyncio.sleep(100 - item)
    return item


async def forever(item: int) -> int:
    await asyncio.Event().wait()
    return item


async def slowly(items: Iterable[int]) -> AsyncIterator[int]:
    for item in items:
        await asyncio.sleep(1)
        yield item


def pool_of(source: Any, work: Work = echo, *, workers: int = 3, in_order: bool = False) -> Pool[int, int]:
    feed: Feed[int] = Feed(source)
    return Pool(feed.pull, work, workers=workers, in_order=in_order)


@pytest.mark.parametrize("length", [0, 1, 2, 3, 50])
@pytest.mark.parametrize("in_order", [False, True])
@pytest.mark.parametrize("make", [list, iter, slowly])
def test_every_item_gives_one_result(length: int, in_order: bool, make: Callable[[Iterable[int]], Any]) -> None:
    async def main() -> list[int]:
        pool = pool_of(make(range(length)), in_order=in_order)
        results = [result async for result in pool]
        assert pool.is_done
        return results

    assert sorted(run(main())) == list(range(length))


@settings(deadline=None)
@given(st.lists(st.booleans(), max_size=40), st.integers(1, 5), st.booleans())
def test_what_takes_no_wait_is_pulled_without_one(at_once: list[bool], workers: int, in_order: bool) -> None:
    items = deque(enumerate(at_once))
    waited: list[int] = []

    def pull_now() -> int | None:
        return items.popleft()[0] + 1 if items and items[0][1] else None

    async def pull() -> int:
        await asyncio.sleep(1)
        if not items:
            raise StopAsyncIteration
        waited.append(items[0][0])
        return items.popleft()[0] + 1

    async def main() -> list[int]:
        pool = Pool(pull, nap, pull_now=pull_now, workers=workers, in_order=in_order)
        return [result async for result in pool]

    results = run(main())
    assert (results if in_order else sorted(results)) == list(range(1, len(at_once) + 1))
    assert waited == [place for place, is_at_once in enumerate(at_once) if not is_at_once]


@pytest.mark.parametrize("in_order", [False, True])
def test_the_rest_comes_once_all_workers_have_ended(in_order: bool) -> None:
    async def main() -> list[int]:
        feed: Feed[int] = Feed(range(9))
        pool = Pool[int, int](feed.pull, nap, workers=4, in_order=in_order, rest=lambda: [98, 99])
        asyncio.get_running_loop().call_later(1, pool.stop_pulling)
        return [result async for result in pool]

    assert run(main()) == ([0, 1, 2, 3, 98, 99] if in_order else [3, 2, 1, 0, 98, 99])


def test_completion_order_hands_over_what_is_ready_first() -> None:
    async def main() -> list[int]:
        return [result async for result in pool_of(range(6), nap, workers=6)]

    assert run(main()) == [5, 4, 3, 2, 1, 0]


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), max_size=30), st.integers(1, 5))
def test_input_order_is_the_sources_whatever_takes_how_long(naps: list[int], workers: int) -> None:
    async def work(item: int) -> int:
        await asyncio.sleep(naps[item])
        return item

    async def main() -> list[int]:
        return [result async for result in pool_of(range(len(naps)), work, workers=workers, in_order=True)]

    assert run(main()) == list(range(len(naps)))


def test_as_many_are_worked_on_at_once_as_there_are_workers() -> None:
    working = most = 0

    async def work(item: int) -> int:
        nonlocal working, most
        working += 1
        most = max(most, working)
        await asyncio.sleep(1)
        working -= 1
        return item

    async def main() -> float:
        assert len([result async for result in pool_of(range(30), work, workers=5)]) == 30
        return asyncio.get_running_loop().time()

    assert run(main()) == 6.0
    assert most == 5


@pytest.mark.parametrize("in_order", [False, True])
@pytest.mark.parametrize("workers", [1, 2, 7])
def test_at_most_twice_the_workers_are_pulled_and_not_taken(in_order: bool, workers: int) -> None:
    source = Pulls(iter(int, 1))  # never ends

    async def main() -> None:
        pool = pool_of(source, workers=workers, in_order=in_order)
        for taken in range(1, 20):
            await anext(pool)
            await asyncio.sleep(1)
            assert source.count == taken + 2 * workers
        await pool.aclose()

    run(main())


def test_a_slow_first_item_holds_an_ordered_pool_within_its_memory() -> None:
    source = Pulls(range(100))

    async def work(item: int) -> int:
        await asyncio.sleep(50 if item == 0 else 0)
        return item

    async def main() -> list[int]:
        pool = pool_of(source, work, workers=4, in_order=True)
        first = asyncio.create_task(anext(pool))  # pyright: ignore
        await asyncio.sleep(10)
        assert source.count == 8
        return [await first] + [result async for result in pool]

    assert run(main()) == list(range(100))


@pytest.mark.parametrize("in_order", [False, True])
def test_an_exception_in_work_ends_the_pool_and_reaches_the_taker(in_order: bool) -> None:
    source = Pulls(range(100))

    async def work(item: int) -> int:
        await asyncio.sleep(item)
        if item >= 2:
            raise ValueError("work")
        return item

    async def main() -> list[int]:
        pool = pool_of(source, work, in_order=in_order)
        results: list[int] = []
        with pytest.raises(ValueError, match="work"):
            await take(pool, results)
        assert pool.is_done
        assert [result async for result in pool] == []
        return results

    assert run(main()) == [0, 1]
    assert source.count < 10


@pytest.mark.parametrize("is_async", [False, True])
def test_an_exception_in_the_source_ends_the_pool_and_reaches_the_taker(is_async: bool) -> None:
    def failing() -> Any:
        yield from range(5)
        raise ValueError("source")

    async def main() -> list[int]:
        pool = pool_of(slowly(failing()) if is_async else failing())
        results: list[int] = []
        with pytest.raises(ValueError, match="source"):
            await take(pool, results)
        return results

    assert sorted(run(main())) == list(range(5))


def test_every_worker_failing_raises_once_and_leaves_nothing_unheard() -> None:
    async def work(item: int) -> int:
        await asyncio.sleep(1)
        raise ValueError(str(item))

    async def main() -> None:
        pool = pool_of(range(3), work)
        with pytest.raises(ValueError, match=r"\d"):
            await anext(pool)
        with pytest.raises(StopAsyncIteration):
            await anext(pool)

    run(main())


@settings(deadline=None)
@given(at=st.integers(0, 12), in_order=st.booleans(), workers=st.integers(1, 4), is_async=st.booleans())
def test_stop_pulling_at_any_time_finishes_what_was_pulled(
    at: int, in_order: bool, workers: int, is_async: bool
) -> None:
    source = Pulls(range(20))
    worked: list[int] = []

    async def work(item: int) -> int:
        await asyncio.sleep(0.7)
        worked.append(item)
        return item

    async def main() -> list[int]:
        pool = pool_of(slowly(source) if is_async else source, work, workers=workers, in_order=in_order)
        asyncio.get_running_loop().call_later(at / 2, pool.stop_pulling)
        return [result async for result in pool]

    results = run(main())
    assert sorted(results) == sorted(worked)
    assert results == sorted(results) or not in_order
    assert len(results) in (source.count, source.count - 1)  # one may have been pulled inside the slow source


def test_stop_pulling_before_the_start_pulls_nothing() -> None:
    source = Pulls(range(5))

    async def main() -> None:
        pool = pool_of(source)
        pool.stop_pulling()
        assert [result async for result in pool] == []

    run(main())
    assert source.count == 0


def test_aclose_cancels_the_workers_and_is_repeatable() -> None:
    async def main() -> None:
        pool = pool_of(range(9), forever)
        taker = asyncio.create_task(anext(pool))  # pyright: ignore
        await asyncio.sleep(1)
        await pool.aclose()
        await pool.aclose()
        with pytest.raises(StopAsyncIteration):
            await taker
        assert pool.is_done

    run(main())


def test_aclose_before_the_start_leaves_the_source_alone() -> None:
    source = Pulls(range(5))

    async def main() -> None:
        pool = pool_of(source)
        await pool.aclose()
        assert [result async for result in pool] == []

    run(main())
    assert source.count == 0


def test_a_cancelled_taker_loses_nothing() -> None:
    async def main() -> list[int]:
        pool = pool_of(range(20), nap)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(50):
                await anext(pool)
        return [result async for result in pool]

    assert sorted(run(main())) == list(range(20))


def test_two_takers_share_the_results() -> None:
    async def main() -> list[int]:
        pool = pool_of(range(40), nap)

        async def take() -> list[int]:
            return [result async for result in pool]

        first, second = await asyncio.gather(take(), take())
        return first + second

    assert sorted(run(main())) == list(range(40))


def test_a_source_is_pulled_by_one_worker_at_a_time() -> None:
    pulling = 0

    async def alone() -> AsyncIterator[int]:
        nonlocal pulling
        for item in range(20):
            pulling += 1
            await asyncio.sleep(1)
            assert pulling == 1
            pulling -= 1
            yield item

    async def main() -> int:
        return len([result async for result in pool_of(alone(), workers=5)])

    assert run(main()) == 20


@pytest.mark.parametrize("in_order", [False, True])
def test_a_worker_goes_on_while_its_result_is_finished(in_order: bool) -> None:
    finished: list[int] = []

    async def finish(item: int) -> None:
        await asyncio.sleep(10)
        finished.append(item)

    async def main() -> None:
        feed: Feed[int] = Feed(range(4))
        pool = Pool[int, int](feed.pull, echo, workers=1, in_order=in_order, finish=finish)
        taken: list[int] = []
        async for item in pool:
            assert item in finished
            taken.append(item)
        assert taken == [0, 1, 2, 3]
        assert asyncio.get_running_loop().time() == 20  # two are pulled and not yet taken at any time

    run(main())


def test_what_fails_when_a_result_is_finished_ends_the_pool() -> None:
    async def finish(item: int) -> None:
        if item == 2:
            raise ZeroDivisionError

    async def main() -> None:
        feed: Feed[int] = Feed(range(100))
        pool = Pool[int, int](feed.pull, echo, workers=2, finish=finish)
        with pytest.raises(ZeroDivisionError):
            await take(pool)
        assert pool.is_done

    run(main())


@pytest.mark.parametrize("woken", [False, True])
def test_a_waiter_who_is_cancelled_keeps_nobody_waiting(woken: bool) -> None:
    async def main() -> None:
        line = Line()
        first, second = (asyncio.create_task(line.wait()) for _ in range(2))
        await asyncio.sleep(0)
        if woken:
            line.wake()
        first.cancel()
        if not woken:
            await asyncio.wait([first])
            line.wake()
        async with asyncio.timeout(1):
            await second
        assert first.cancelled()

    run(main())


@settings(deadline=None)
@given(st.lists(st.integers(0, 6), max_size=12), st.booleans(), st.integers(1, 3))
def test_takers_who_give_up_lose_nothing_and_keep_nobody_waiting(
    patience: list[int], in_order: bool, workers: int
) -> None:
    """Each waits for one result for so many seconds; whoever comes last takes the rest."""

    async def work(item: int) -> int:
        await asyncio.sleep(1 + item % 3)
        return item

    async def main() -> list[int]:
        pool = pool_of(range(10), work, workers=workers, in_order=in_order)
        taken: list[int] = []

        async def take_one(seconds: int) -> None:
            with suppress(TimeoutError, StopAsyncIteration):
                async with asyncio.timeout(seconds):
                    taken.append(await anext(pool))

        await asyncio.gather(*map(take_one, patience))
        return taken + [result async for result in pool]

    assert sorted(run(main())) == list(range(10))


class Unmeasurable(list[int]):
    def __len__(self) -> int:
        raise RuntimeError("not now")


async def test_a_length_that_cannot_be_told_is_no_reason_to_fail() -> None:
    feed: Feed[int] = Feed(Unmeasurable([1, 2]))
    assert feed.rows is None
    assert [await feed.pull(), await feed.pull()] == [1, 2]
