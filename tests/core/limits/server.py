"""A server with a limit of its own, in virtual time, and many callers that a limiter holds back."""

import asyncio
from collections.abc import Callable

from attrs import define, field

from jofi_async.core.limits import RateLimiter
from tests.core.limits.support import now


@define
class Server:
    """Refuses what is above its rate, as nginx's `limit_req ... nodelay` does, and answers the rest after a while.

    Attributes:
        per_second: The rate, which may be changed.
        burst: How many more it takes at once.
        answer_time: Seconds.
        capacity: How many it works on at once; the others wait inside, as in a server that is drowning.
        retry_after: What it says with a refusal, in seconds.
    """

    per_second: float
    burst: float = 20
    answer_time: float = 0.05
    capacity: int = 1000
    retry_after: float | None = None
    accepted: list[float] = field(factory=list[float])
    refused: list[float] = field(factory=list[float])
    _excess: float = 0.0
    _last: float = 0.0
    _inside: asyncio.Semaphore = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._inside = asyncio.Semaphore(self.capacity)

    async def handle(self) -> bool:
        """Answer one request; False refuses it."""
        excess = max(0.0, self._excess - (now() - self._last) * self.per_second) + 1
        if excess > self.burst + 1:
            self.refused.append(now())
            await asyncio.sleep(0.002)
            return False
        self._excess, self._last = excess, now()
        self.accepted.append(now())
        async with self._inside:
            await asyncio.sleep(self.answer_time)
        return True

    def rate(self, begin: float, end: float) -> float:
        """Requests accepted per second in a span."""
        return sum(begin <= at < end for at in self.accepted) / (end - begin)

    def share_refused(self, begin: float, end: float) -> float:
        """What share of the requests in a span was refused."""
        refused = sum(begin <= at < end for at in self.refused)
        return refused / max(1, refused + sum(begin <= at < end for at in self.accepted))


async def drive(
    limiter: RateLimiter,
    server: Server,
    seconds: float,
    *,
    callers: int = 16,
    changes: dict[float, Callable[[], None]] | None = None,
) -> None:
    """Let callers send as fast as the limiter lets them, and do some things at some instants."""
    loop, ends = asyncio.get_running_loop(), now() + seconds

    async def call() -> None:
        while now() < ends:
            await limiter.acquire()
            try:
                sent = now()
                if await server.handle():
                    limiter.answered(sent, now() - sent)
                else:
                    limiter.throttled(sent, server.retry_after)
            finally:
                limiter.release()

    for at, change in (changes or {}).items():
        loop.call_later(at, change)
    async with asyncio.TaskGroup() as group:
        for _ in range(callers):
            group.create_task(call())
