"""An unreliable way to a handler: what a fault does to a request and to its answer, whatever carries them."""

import asyncio
from contextlib import suppress
from enum import Enum
from typing import Protocol
from urllib.parse import urlsplit

from attrs import frozen

from jofi_async.core.wire import Request, Response
from jofi_async.transports.faults import Fault, FaultKind, FaultPlan

PART_LIMIT = 16_384
"""How much of a body arrives at most before it breaks off: so little that a socket takes it at once."""

PAGE = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"
)


class Handler(Protocol):
    """Anything that answers a request."""

    async def handle(self, request: Request) -> Response:
        """Answer one request."""
        ...


class Ending(Enum):
    """How the connection ends."""

    WHOLE = "the answer arrives"
    DROPPED = "closed without an answer"
    RESET = "reset inside the body"
    CUT = "closed inside the body"


_ENDINGS = {
    FaultKind.DROP_AFTER: Ending.DROPPED,
    FaultKind.RESET: Ending.RESET,
    FaultKind.CUT: Ending.CUT,
}


@frozen
class Delivery:
    """What is to reach the client.

    Attributes:
        response: The answer; None when none is on its way.
        ending: How the connection ends.
        delay: Seconds until then.
        fault: The fault that made it so, or None.
    """

    response: Response | None = None
    ending: Ending = Ending.WHOLE
    delay: float = 0.0
    fault: Fault | None = None

    @property
    def part(self) -> Response | None:
        """What of the answer arrives before it breaks off."""
        if self.response is None or self.ending is Ending.DROPPED:
            return None
        body = self.response.body
        return Response(self.response.status, self.response.headers, body[: min(len(body) // 2, PART_LIMIT)])


class Unreliable:
    """Hands requests to a handler and does what a plan of faults says.

    Args:
        handler: Who answers.
        plan: What goes wrong; it may change at any time.
    """

    def __init__(self, handler: Handler, plan: FaultPlan) -> None:
        self._handler = handler
        self._plan = plan
        self._late: set[asyncio.Task[Response]] = set()
        self._settled = asyncio.Event()

    async def deliver(self, request: Request) -> Delivery:
        """Let the request take effect, or not, and say what is to reach the client."""
        fault = None
        if self._plan.rules:
            fault = self._plan.decide(request.method, urlsplit(request.url).path)
        if fault is None:
            return Delivery(await self._handler.handle(request))
        match fault.kind:
            case FaultKind.DROP_BEFORE:
                return Delivery(None, Ending.DROPPED, fault=fault)
            case FaultKind.LATE:
                self._take_effect_late(request, fault.wait)
                return Delivery(None, Ending.DROPPED, fault=fault)
            case FaultKind.SLOW:
                return Delivery(await self._handler.handle(request), delay=fault.wait, fault=fault)
            case FaultKind.DROP_AFTER | FaultKind.RESET | FaultKind.CUT as kind:
                return Delivery(await self._handler.handle(request), _ENDINGS[kind], fault=fault)
            case _:
                if fault.after:
                    await self._handler.handle(request)
                return Delivery(_answer(fault), fault=fault)

    async def pause(self, seconds: float) -> None:
        """Wait, but no longer than until it is settled."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._settled.wait()

    async def settle(self) -> None:
        """Let every late effect happen now and every pause end: a service does not forget what it was sent.

        From now on nothing is late. Calling it again settles what has come since.
        """
        self._settled.set()
        await asyncio.gather(*self._late)

    def _take_effect_late(self, request: Request, seconds: float) -> None:
        task = asyncio.create_task(self._handle_later(request, seconds))
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def _handle_later(self, request: Request, seconds: float) -> Response:
        await self.pause(seconds)
        return await self._handler.handle(request)


_ANSWERS = {
    FaultKind.TOO_MANY: (429, "application/json", b'{"error": "Too many requests"}'),
    FaultKind.UNAVAILABLE: (503, "application/json", b'{"error": "Service unavailable"}'),
    FaultKind.BROKEN: (500, "application/json", b'{"error": "Internal server error"}'),
    FaultKind.HTML: (502, "text/html", PAGE),
}


def _answer(fault: Fault) -> Response:
    """Return what a gateway, or the service in distress, answers in the place of the service."""
    status, kind, body = _ANSWERS[fault.kind]
    retry_after = {} if fault.seconds is None else {"retry-after": f"{fault.seconds:.0f}"}
    return Response(status, {"content-type": kind, **retry_after}, body)
