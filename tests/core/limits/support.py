"""What the tests of the limiter share."""

import asyncio
from typing import Any

from jofi_async.core.limits import RateLimiter
from jofi_async.testing import VirtualLoop


def now() -> float:
    return asyncio.get_running_loop().time()


async def granted_at(limiter: RateLimiter, *, hold: float = 0.0, **terms: Any) -> float:
    """Take a slot, keep it for a while, and say when it was granted."""
    await limiter.acquire(**terms)
    at = now()
    try:
        await asyncio.sleep(hold)
    finally:
        limiter.release()
    return at


class StallingLoop(VirtualLoop):
    """A loop that a callback may block for a while."""

    stalled = 0.0

    def time(self) -> float:
        return super().time() + self.stalled


def stall(seconds: float) -> None:
    """Block the running loop."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, StallingLoop)
    loop.stalled += seconds
