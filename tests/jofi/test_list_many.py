import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from jofi_async import (
    ConfigurationError,
    FakeJofi,
    InvalidInputError,
    ListFilter,
    ListResult,
    RateLimit,
    RateLimiter,
    Request,
    Response,
    ServerError,
)
from tests.bulk.support import ONCE, Pulls, client_of, run


class Slow:
    """A fake whose lists take as many seconds as the filter's custom_id says; "13" is a failure."""

    def __init__(self) -> None:
        self.fake = FakeJofi()
        self.flying = self.most_flying = 0

    async def handle(self, request: Request) -> Response:
        self.flying += 1
        self.most_flying = max(self.most_flying, self.flying)
        try:
            seconds = int(dict(parse_qsl(urlsplit(request.url).query))["custom_id"])
            await asyncio.sleep(seconds)
            return Response(500) if seconds == 13 else await self.fake.handle(request)
        finally:
            self.flying -= 1


def filters(*seconds: int) -> list[ListFilter]:
    return [ListFilter(custom_id=str(one)) for one in seconds]


async def listed(source: Any, server: Slow | None = None, **options: Any) -> list[ListResult]:
    client = client_of(server or Slow(), retry=ONCE)
    return [result async for result in client.invitations.list_many(source, **options)]


def asked(results: list[ListResult]) -> list[str | None]:
    return [result.filter.custom_id for result in results]


def test_each_list_comes_as_it_is_ready_with_its_filter() -> None:
    results = run(listed(filters(3, 1, 2, 4)))
    assert asked(results) == ["1", "2", "3", "4"]
    assert all(result.page is not None and result.error is None for result in results)


def test_a_list_that_fails_brings_its_error_and_cancels_no_other() -> None:
    results = run(listed(filters(20, 13, 15)))
    assert asked(results) == ["13", "15", "20"]
    assert isinstance(results[0].error, ServerError)
    assert results[0].page is None
    assert all(result.page is not None and result.error is None for result in results[1:])


def test_a_filter_that_cannot_be_right_is_its_own_error() -> None:
    results = run(listed([ListFilter(email=""), *filters(1)]))
    assert isinstance(results[0].error, InvalidInputError)
    assert asked(results[1:]) == ["1"]


def test_each_gets_its_own_answer() -> None:
    fake = FakeJofi()
    for number in range(5):
        fake.invite(f"linda{number}@example.org")

    async def main() -> None:
        wanted = [ListFilter(email=f"linda{number}@") for number in range(5)]
        async for result in client_of(fake).invitations.list_many(wanted):
            assert result.page is not None
            (item,) = result.page.data
            assert result.filter.email is not None
            assert item.email.startswith(result.filter.email)

    run(main())


@pytest.mark.parametrize(("option", "at_once"), [(None, 4), (2, 2), (9, 4)])
def test_as_many_run_at_once_as_wanted_and_the_limiter_allows(option: int | None, at_once: int) -> None:
    server = Slow()
    assert len(run(listed(filters(*[1] * 12), server, max_in_flight=option))) == 12
    assert server.most_flying == at_once


@pytest.mark.parametrize("workers", [0, -1])
def test_nothing_at_once_is_an_error(workers: int) -> None:
    with pytest.raises(ConfigurationError, match="max_in_flight"):
        run(listed(filters(1), max_in_flight=workers))


def test_any_source_will_do() -> None:
    async def later() -> AsyncIterator[ListFilter]:
        for one in filters(1, 2):
            await asyncio.sleep(1)
            yield one

    assert asked(run(listed(later()))) == ["1", "2"]
    assert asked(run(listed(iter(filters(1, 2))))) == ["1", "2"]
    assert run(listed([])) == []


def test_leaving_early_leaves_no_task_and_no_slot() -> None:
    async def main() -> None:
        limiter = RateLimiter(RateLimit(per_second=None, in_flight=4))
        source = Pulls(filters(*range(1, 12)))
        invitations = client_of(Slow(), rate_limit=limiter).invitations
        async with aclosing(invitations.list_many(source, max_in_flight=2)) as results:
            async for result in results:
                assert result.filter.custom_id == "1"
                break
        assert limiter.out == limiter.waiting == 0
        assert source.count == 3

    run(main())


def test_a_cancelled_taker_leaves_no_task_and_no_slot() -> None:
    async def main() -> None:
        limiter = RateLimiter(RateLimit(per_second=None, in_flight=4))
        results = client_of(Slow(), rate_limit=limiter).invitations.list_many(filters(*[9] * 9))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(results), 2)
        assert limiter.out == limiter.waiting == 0

    run(main())


def test_a_source_that_raises_reaches_the_taker() -> None:
    def failing() -> Any:
        yield from filters(1)
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        run(listed(failing()))


def test_results_show_no_address() -> None:
    result = run(listed([ListFilter(custom_id="1", email="linda@example.org")]))[0]
    assert "linda" not in repr(result) + repr(result.filter)
