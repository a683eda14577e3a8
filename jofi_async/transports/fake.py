"""A transport whose server is an object in memory: a fake service, or a test's own function."""

import asyncio
from collections.abc import Iterable

from jofi_async.core.errors import LifecycleError, UnknownOutcomeError
from jofi_async.core.transport import Transport
from jofi_async.core.wire import Request, Response
from jofi_async.transports._failures import place
from jofi_async.transports.faults import FaultPlan
from jofi_async.transports.unreliable import Delivery, Ending, Handler, Unreliable

__all__ = ["FakeTransport", "Handler"]


class FakeTransport(Transport):
    """Hands each request to `fake.handle`.

    A late effect happens by the event loop's clock, or when the transport is closed, if that comes first.

    Args:
        fake: Any object with `async handle(Request) -> Response`, for example a `FakeJofi`.
        faults: What goes wrong on the way: a rule such as `"drop_after:0.1"`, several, or a plan; see `Fault`.

    Attributes:
        faults: The plan, which may be changed at any time.

    Raises:
        ConfigurationError: A rule cannot be read.
    """

    def __init__(self, fake: Handler, *, faults: FaultPlan | str | Iterable[str] = ()) -> None:
        self.faults = FaultPlan.of(faults)
        self._way = Unreliable(fake, self.faults)
        self._closed = False

    async def send(self, request: Request) -> Response:
        """Have the fake answer; see `Transport.send`.

        Raises:
            UnknownOutcomeError: A fault struck.
            LifecycleError: It was closed.
        """
        if self._closed:
            raise LifecycleError("This transport was closed. Make a new one.")
        delivery = await self._way.deliver(request)
        if delivery.delay:
            await _wait(delivery.delay, request)
        if delivery.ending is Ending.WHOLE and delivery.response is not None:
            return delivery.response
        raise _broken_off(delivery, request)

    async def aclose(self) -> None:
        """Refuse further requests, and let late effects happen now."""
        self._closed = True
        await self._way.settle()


async def _wait(seconds: float, request: Request) -> None:
    """Wait for a slow answer as a socket would: no longer than the request's timeout."""
    await asyncio.sleep(min(seconds, request.timeout.read))
    if seconds > request.timeout.read:
        words = f"Nothing more came from {place(request)} for {request.timeout.read:g} s"
        raise UnknownOutcomeError(words)


def _broken_off(delivery: Delivery, request: Request) -> UnknownOutcomeError:
    part = delivery.part
    if part is None:
        return UnknownOutcomeError(f"The connection to {place(request)} broke off before the answer")
    words = f"The answer of {place(request)} broke off after {len(part.body)} bytes"
    return UnknownOutcomeError(words, response=part)
