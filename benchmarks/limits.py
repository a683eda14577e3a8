"""Bulk jobs against the sandbox behind nginx's `limit_req`: what nginx logged of each, second by second."""

import asyncio
from collections.abc import Iterator
from urllib.parse import urlsplit

from attrs import frozen

from benchmarks.nginx import Logged, Nginx
from benchmarks.people import people
from jofi_async import JofiClient, NewInvitation, RateLimit, RateLimiter
from jofi_async.sandbox import Sandbox

LIMIT, BURST = 50, 20
"""What nginx lets through: requests per second, and how many more at once."""

SET = 0.95 * LIMIT
"""The fixed rate, 5 % under nginx's."""

PAUSE = 5.0
"""Seconds that the server asks to wait in the midst of one job."""

KEY = "sk_live_sandbox"


@frozen
class Recording:
    """One job as nginx saw it.

    Attributes:
        requests: When each was answered, in seconds since the first, and its status.
        rates: nginx's rate, from when on.
        seconds: How long the job was let run.
    """

    requests: list[Logged]
    rates: dict[float, int]
    seconds: float

    def refused(self, begin: float = 0.0, end: float = 1e9) -> int:
        """How many were refused in a span."""
        return sum(one.status == 429 for one in self._within(begin, end))

    def accepted(self, begin: float = 0.0, end: float = 1e9) -> int:
        """How many were let through in a span."""
        return sum(one.status != 429 for one in self._within(begin, end))

    def rate(self, begin: float, end: float) -> float:
        """Requests let through per second in a span."""
        return self.accepted(begin, end) / (end - begin)

    def pace(self) -> float:
        """Requests let through per second, from the first to the last."""
        return (self.accepted() - 1) / self.requests[-1].at

    def _within(self, begin: float, end: float) -> Iterator[Logged]:
        return (one for one in self.requests if begin <= one.at < end)


async def fixed() -> Recording:
    """A rate of `SET`, for half a minute."""
    return await _record(RateLimit(per_second=SET, burst=2), 30.0)


async def adaptive() -> Recording:
    """A rate that does not know nginx's, which is halved and doubled meanwhile."""
    return await _record(RateLimit.adaptive(), 150.0, {50.0: LIMIT // 2, 90.0: LIMIT})


async def paused() -> Recording:
    """A rate of `SET`, and the server asks once to wait for `PAUSE` seconds, in the midst of many answers."""
    return await _record(RateLimit(per_second=SET, burst=10), 20.0, faults=(f"POST 429={PAUSE:g}@{LIMIT * 6}",))


async def all_three() -> tuple[Recording, Recording, Recording]:
    """One after the other."""
    return await fixed(), await adaptive(), await paused()


async def _record(
    limit: RateLimit, seconds: float, rates: dict[float, int] | None = None, faults: tuple[str, ...] = ()
) -> Recording:
    rates = rates or {}
    loop = asyncio.get_running_loop()
    async with (
        Sandbox(faults=faults) as sandbox,
        Nginx(urlsplit(sandbox.url).netloc, rate=LIMIT, burst=BURST) as nginx,
        JofiClient(KEY, base_url=f"{nginx.url}/api/v2", rate_limit=RateLimiter(limit)) as client,
    ):
        timers = [loop.call_later(at, nginx.set_rate, rate) for at, rate in rates.items()]
        rows = (NewInvitation(**person) for person in people(10**9))
        async with client.invitations.create_many(rows) as job:
            timers.append(loop.call_later(seconds, job.stop))
            async for _ in job:
                pass
        for timer in timers:
            timer.cancel()
        log = nginx.log()
    began = log[0].at
    return Recording([Logged(one.at - began, one.status) for one in log], {0.0: LIMIT, **rates}, seconds)
