"""A web service under a running bulk job, with one client for both."""

import asyncio
from statistics import median

import pytest

from jofi_async import (
    FakeJofi,
    FakeTransport,
    JofiClient,
    ListFilter,
    OutcomeKind,
    Priority,
    QueueTooLongError,
    RateLimit,
    RateLimiter,
)
from jofi_async.testing import run_virtual
from tests.bulk.support import LIVE, people

LIMIT = RateLimit(per_second=10, burst=10, in_flight=16)


def client_with(fake: FakeJofi, limiter: RateLimiter, *, max_wait: float | None = None) -> JofiClient:
    return JofiClient(LIVE, transport=FakeTransport(fake), rate_limit=limiter, max_wait=max_wait)


def test_the_median_interactive_call_waits_for_less_than_two_slots() -> None:
    async def main() -> None:
        loop, fake = asyncio.get_running_loop(), FakeJofi()
        client = client_with(fake, RateLimiter(LIMIT))
        invitation = fake.invite("linda@example.org")
        waits: list[float] = []

        async def visit(at: float) -> None:
            await asyncio.sleep(at)
            await client.invitations.get(invitation.id)
            waits.append(loop.time() - at)

        visits = [asyncio.create_task(visit(2 + 0.37 * number)) for number in range(50)]
        async with client.invitations.create_many(people(400)) as job:
            kinds = [outcome.kind async for outcome in job]
        await asyncio.gather(*visits)
        assert kinds == [OutcomeKind.CREATED] * 400
        assert loop.time() > max(2 + 0.37 * 50, 40), "the job ran all the while"
        assert 0 < median(waits) < 2 / 10

    run_virtual(main())


def test_a_web_request_is_refused_rather_than_queued_for_long_and_the_job_is_not() -> None:
    async def main() -> None:
        limiter = RateLimiter(LIMIT)
        client = client_with(FakeJofi(), limiter, max_wait=0.5)
        lists = await asyncio.gather(*(client.invitations.list() for _ in range(20)), return_exceptions=True)
        refused = [error for error in lists if isinstance(error, QueueTooLongError)]
        assert len(refused) == 5
        assert [error.seconds for error in refused] == pytest.approx([0.6] * 5)
        async with client.invitations.create_many(people(60)) as job:
            assert [outcome.kind async for outcome in job] == [OutcomeKind.CREATED] * 60

    run_virtual(main())


@pytest.mark.parametrize("how", ["create_many", "list_many", "with_options"])
def test_what_runs_in_the_background_is_bulk(how: str) -> None:
    async def main() -> None:
        limiter = RateLimiter(RateLimit(per_second=1, burst=1))
        client = client_with(FakeJofi(), limiter)
        assert client.limiter is limiter

        async def work() -> None:
            if how == "create_many":
                async with client.invitations.create_many(people(5)) as job:
                    _ = [outcome async for outcome in job]
            elif how == "list_many":
                _ = [result async for result in client.invitations.list_many([ListFilter()] * 5)]
            else:
                background = client.with_options(priority=Priority.BULK).invitations
                await asyncio.gather(*(background.list() for _ in range(5)))

        task = asyncio.create_task(work())
        await asyncio.sleep(1.5)
        statistics = limiter.statistics()
        assert statistics.waiting == statistics.waiting_in_bulk > 0
        await client.invitations.list()
        assert asyncio.get_running_loop().time() == 2
        await task

    run_virtual(main())


def test_ensure_is_interactive() -> None:
    async def main() -> None:
        limiter = RateLimiter(RateLimit(per_second=1, burst=1))
        client = client_with(FakeJofi(), limiter, max_wait=0.5)
        (person,) = people(1)
        await client.invitations.list()
        outcome = await client.invitations.ensure(
            first_name=person.first_name,
            last_name=person.last_name,
            email=person.email,
            created_by_user_email=person.created_by_user_email,
        )
        assert outcome.kind is OutcomeKind.NOT_ATTEMPTED
        assert isinstance(outcome.error, QueueTooLongError)
        assert (outcome.attempts, asyncio.get_running_loop().time()) == (0, 0)

    run_virtual(main())
