"""One client on each transport over the same fake (no tests)."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from jofi_async import FakeTransport, FakeYardstik, RateLimit, RetryPolicy, YardstikClient
from jofi_async.sandbox import Sandbox
from jofi_async.yardstik.fake import YardstikMount

KEY = "yardstik_sandbox"
STANDARD = next(iter(FakeYardstik().world.packages))
"""The id of the package "Standard"."""

JOE: dict[str, Any] = {"first_name": "Joe", "last_name": "Clean", "email": "joe.clean@example.com"}
ONCE = RetryPolicy(attempts=1)


def client_of(server: Any, key: str = KEY, **options: Any) -> YardstikClient:
    """A client over a fake, or over anything that answers, in memory."""
    options.setdefault("rate_limit", RateLimit(per_second=None, in_flight=4))
    return YardstikClient(key, transport=FakeTransport(server), **options)


@asynccontextmanager
async def over(way: str, fake: FakeYardstik, key: str = KEY) -> AsyncGenerator[YardstikClient]:
    """A client over the fake, in memory or over HTTP."""
    if way == "memory":
        async with client_of(fake, key) as client:
            yield client
    else:
        async with (
            Sandbox(YardstikMount(fake)) as sandbox,
            YardstikClient(key, base_url=sandbox.base_url, rate_limit=None) as client,
        ):
            yield client
