"""Bulk jobs through nginx with a `limit_req` of its own: everybody is invited once, and few requests are refused.

How much of nginx's rate is reached is measured by `python -m benchmarks nginx`.
"""

from urllib.parse import urlsplit

import pytest

from benchmarks import nginx
from jofi_async import FakeJofi, JofiClient, OutcomeKind, RateLimit, RateLimiter
from jofi_async.jofi.fake.mount import JofiMount
from jofi_async.sandbox import Sandbox
from tests.bulk.support import LIVE, people

pytestmark = pytest.mark.skipif(not nginx.is_there(), reason=nginx.MISSING)

RATE, BURST = 100, 20


async def invite(count: int, limiter: RateLimiter) -> int:
    """Invite so many, and return how many requests nginx refused."""
    fake = FakeJofi()
    async with (
        Sandbox(JofiMount(fake)) as sandbox,
        nginx.Nginx(urlsplit(sandbox.url).netloc, rate=RATE, burst=BURST) as proxy,
        JofiClient(LIVE, base_url=f"{proxy.url}/api/v2", rate_limit=limiter) as client,
    ):
        async with client.invitations.create_many(people(count)) as job:
            kinds = [outcome.kind async for outcome in job]
        assert kinds == [OutcomeKind.CREATED] * count
        addresses = [one.email for one in fake.invitations]
        assert len(set(addresses)) == len(addresses) == count
        return sum(one.status == 429 for one in proxy.log())


async def test_a_rate_just_under_nginx_s_is_never_refused() -> None:
    assert await invite(300, RateLimiter(RateLimit(per_second=0.95 * RATE, burst=10))) == 0


async def test_a_rate_that_finds_nginx_s_is_refused_a_few_times() -> None:
    limiter = RateLimiter(RateLimit.adaptive())
    refused = await invite(400, limiter)
    assert refused == limiter.statistics().throttled < 20
