"""A vendor that delivers until it is told that it may stop, and a handler that knows what became of each event."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from attrs import define, field

from jofi_async.jofi.events import JOFI_EVENTS, JofiEvent
from jofi_async.webhooks import Answer, Claim, EventRouter, MemoryReplays, ReplayStore
from tests.webhooks.support import body_of, plain_signature

SCHEME = plain_signature()
Step = Callable[[], Awaitable[None]]


class Clock:
    """The virtual time of the running loop."""

    def __call__(self) -> float:
        return asyncio.get_running_loop().time()


@define
class SteppingReplays:
    """A store that waits before and after what it does, so that anything can come between."""

    step: Step
    store: ReplayStore = field(factory=lambda: MemoryReplays(clock=Clock()))

    async def claim(self, key: str, token: str, seconds: float) -> Claim:
        await self.step()
        claim = await self.store.claim(key, token, seconds)
        await self.step()
        return claim

    async def finish(self, key: str) -> None:
        await self.step()
        await self.store.finish(key)
        await self.step()

    async def release(self, key: str, token: str) -> None:
        await self.step()
        await self.store.release(key, token)
        await self.step()


@define
class Handled:
    """What the handler has done.

    Attributes:
        step: What it awaits, three times.
        completed: How often it came to its end, by event.
        running: The events that it is working on.
        overlaps: The events that it worked on twice at once.
    """

    step: Step
    completed: Counter[str | None] = field(factory=Counter[str | None])
    running: Counter[str | None] = field(factory=Counter[str | None])
    overlaps: list[str | None] = field(factory=list[str | None])

    async def __call__(self, event: JofiEvent) -> None:
        self.running[event.id] += 1
        if self.running[event.id] > 1:
            self.overlaps.append(event.id)
        try:
            await self.step()
            await self.step()
            await self.step()
        finally:
            self.running[event.id] -= 1
        self.completed[event.id] += 1


def router_of(
    store: ReplayStore, handler: Callable[[JofiEvent], Awaitable[None]], **options: Any
) -> EventRouter[JofiEvent]:
    """A router of JOFI's events with one handler for all."""
    router = EventRouter(JOFI_EVENTS, SCHEME, store=store, **options)
    router.otherwise(handler)
    return router


async def deliver(router: EventRouter[Any], event: str = "evt_1") -> Answer:
    """Deliver an event once."""
    body = body_of(id=event)
    return await router.handle(body, SCHEME.sign(body))


async def deliver_until_accepted(router: EventRouter[Any], event: str = "evt_1", wait: float = 30.0) -> int:
    """Deliver an event as a vendor does, again after everything but a success; how often it took."""
    for count in range(1, 20):
        if (await deliver(router, event)).status < 300:
            return count
        await asyncio.sleep(wait)
    raise AssertionError("it is never accepted")
