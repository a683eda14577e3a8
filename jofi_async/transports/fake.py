"""A transport whose server is an object in memory: a fake service, or a test's own function."""

import asyncio
import math
from collections.abc import Iterable

from jofi_async.core.errors import LifecycleError, UnknownOutcomeError
from jofi_async.core.transport import Transport
from jofi_async.core.wire import Request, Response
from jofi_async.transports._failures import place
from jofi_async.transports.faults import FaultPlan
from jofi_async.transports.unreliable import Delivery, Ending, Handler, Unreliable

__all__ = ["Breakdown", "Cut", "Drop", "FakeTransport", "Handler", "Silence"]


class Breakdown(Exception):  # noqa: N818  (an instruction to whoever carries the answer)
    """What a handler raises instead of answering, so that the exchange ends badly: `Drop`, `Cut` or `Silence`.

    Attributes:
        delivery: What is to reach the client.
    """

    delivery: Delivery


class Drop(Breakdown):
    """The connection is closed without an answer."""

    delivery = Delivery(ending=Ending.DROPPED)


class Cut(Breakdown):
    """Status and headers of an answer arrive, and the connection is closed inside its body.

    Args:
        response: The whole answer.
    """

    def __init__(self, response: Response) -> None:
        super().__init__(response)
        self.response = response
        self.delivery = Delivery(response, Ending.CUT)


class Silence(Breakdown):
    """The connection stays open, and nothing comes."""

    delivery = Delivery(delay=math.inf)


class FakeTransport(Transport):
    """Hands each request to `fake.handle`.

    A late effect happens by the event loop's clock, or when the transport is closed, if that comes first.

    Args:
        fake: Any object with `async handle(Request) -> Response`, for example a `FakeJofi`. It may raise a `Breakdown`.
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
            UnknownOutcomeError: A fault struck, or the handler raised a `Breakdown`.
            LifecycleError: It was closed.
        """
        if self._closed:
            raise LifecycleError("This transport was closed. Make a new one.")
        try:
            delivery = await self._way.deliver(request)
        except Breakdown as breakdown:
            delivery = breakdown.delivery
        if delivery.delay:
            await _wait(delivery.delay, request)
        if delivery.ending is Ending.WHOLE and delivery.response is not None:
            return _lower_case(delivery.response)
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
    return UnknownOutcomeError(words, response=_lower_case(part))


def _lower_case(response: Response) -> Response:
    """Return the answer with header names in lower case; most have them so already."""
    if all(map(str.islower, response.headers)):
        return response
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Response(response.status, headers, response.body)
