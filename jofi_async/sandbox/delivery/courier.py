"""Carries events to endpoints: in order per person, again after a failure, wrongly where a fault says so."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import aiohttp
from attrs import define, field

from jofi_async.fakes.events import Event
from jofi_async.sandbox.delivery.endpoint import Endpoint
from jofi_async.sandbox.delivery.faults import WebhookFaultKind, WebhookFaults
from jofi_async.sandbox.delivery.records import Attempt, Delivery, EventLog, Occurrence, Progress

DELAYS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
"""Seconds before each further attempt; after the last one a delivery is given up."""
LATE = 3.0
"""Seconds that a late delivery is late, and that one out of order waits for the next."""
AT_ONCE = 16


Told = Callable[[Occurrence, Delivery | None], None]


@define(eq=False)
class _Line:
    """What waits for one endpoint about one person.

    Attributes:
        grown: Set whenever something joins.
    """

    endpoint: Endpoint
    waiting: deque[tuple[Occurrence, Delivery]] = field(factory=deque[tuple[Occurrence, Delivery]])
    grown: asyncio.Event = field(factory=asyncio.Event)


class Courier:
    """Delivers what happens while it is open.

    Args:
        endpoints: Where events go.
        faults: What goes wrong.
        told: Called with each event, and with a delivery of it when one was tried.

    Attributes:
        log: The events, with what became of each.
        faults: What goes wrong, which may be changed at any time.
    """

    def __init__(self, endpoints: Sequence[Endpoint], faults: WebhookFaults, told: Told) -> None:
        self.endpoints = endpoints
        self.faults = faults
        self.log = EventLog()
        self._told = told
        self._lines: dict[tuple[str, str, str], _Line] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._session: aiohttp.ClientSession | None = None

    def open(self) -> None:
        """Begin to deliver; events that were taken before are noted only."""
        self._session = aiohttp.ClientSession(auto_decompress=False)

    async def close(self) -> None:
        """Give up what is under way."""
        session, self._session = self._session, None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if session is not None:
            await session.close()

    def take(self, service: str, event: Event) -> None:
        """Note an event of a service, and deliver it to the service's endpoints."""
        body = json.dumps(event.body, separators=(",", ":")).encode()
        self._dispatch(self.log.note(service, event, body), by_hand=False)

    def redeliver(self, number: int) -> Occurrence:
        """Deliver an event once more.

        Raises:
            LookupError: There is no such event, or no longer.
        """
        occurrence = self.log.find(number)
        self._dispatch(occurrence, by_hand=True)
        return occurrence

    def _dispatch(self, occurrence: Occurrence, *, by_hand: bool) -> None:
        for endpoint in self.endpoints if self._session else ():
            if endpoint.service == occurrence.service:
                delivery = Delivery(endpoint=endpoint.place, by_hand=by_hand)
                occurrence.deliveries.append(delivery)
                self._join_line(endpoint, occurrence, delivery)
        self._told(occurrence, None)

    def _join_line(self, endpoint: Endpoint, occurrence: Occurrence, delivery: Delivery) -> None:
        key = (endpoint.url, occurrence.service, occurrence.event.about)
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = _Line(endpoint)
            task = asyncio.get_running_loop().create_task(self._work_off(key, line))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        line.waiting.append((occurrence, delivery))
        line.grown.set()

    async def _work_off(self, key: tuple[str, str, str], line: _Line) -> None:
        await asyncio.sleep(0)  # whoever makes a line then joins it
        while line.waiting:
            struck = self.faults.strike()
            if WebhookFaultKind.OUT_OF_ORDER in struck:
                await self._let_pass(line)
            if WebhookFaultKind.LATE in struck:
                await asyncio.sleep(LATE)
            await self._deliver(line.endpoint, *line.waiting[0], struck)
            line.waiting.popleft()
        del self._lines[key]

    async def _let_pass(self, line: _Line) -> None:
        """Let the next of the line go first, if there is one soon."""
        line.grown.clear()
        if len(line.waiting) == 1:
            try:
                async with asyncio.timeout(LATE):
                    await line.grown.wait()
            except TimeoutError:
                return
        first = line.waiting.popleft()
        line.waiting.insert(1, first)

    async def _deliver(
        self, endpoint: Endpoint, occurrence: Occurrence, delivery: Delivery, struck: frozenset[WebhookFaultKind]
    ) -> None:
        if WebhookFaultKind.BAD_SIGNATURE in struck:
            self._record(occurrence, delivery, await self._push(endpoint, occurrence, WebhookFaultKind.BAD_SIGNATURE))
        for delay in (*DELAYS, None):
            attempt = await self._push(endpoint, occurrence)
            delivery.next_in = None if attempt.taken else delay
            if delivery.next_in is None:
                delivery.progress = Progress.DELIVERED if attempt.taken else Progress.GIVEN_UP
            self._record(occurrence, delivery, attempt)
            if delivery.next_in is None:
                break
            await asyncio.sleep(delivery.next_in)
        if WebhookFaultKind.DUPLICATE in struck and delivery.progress is Progress.DELIVERED:
            self._record(occurrence, delivery, await self._push(endpoint, occurrence, WebhookFaultKind.DUPLICATE))

    def _record(self, occurrence: Occurrence, delivery: Delivery, attempt: Attempt) -> None:
        delivery.attempts.append(attempt)
        self._told(occurrence, delivery)

    async def _push(self, endpoint: Endpoint, occurrence: Occurrence, note: WebhookFaultKind | None = None) -> Attempt:
        assert self._session is not None
        status, trouble = None, ""
        async with self._room:
            at = datetime.now(UTC).isoformat(timespec="milliseconds")
            try:
                forged = note is WebhookFaultKind.BAD_SIGNATURE
                status = await endpoint.push(self._session, occurrence.body, forged=forged)
            except TimeoutError:
                trouble = "no answer came in time"
            except aiohttp.ClientConnectorError:
                trouble = "nobody listens there"
            except (aiohttp.ClientError, OSError):
                trouble = "the connection broke"
        return Attempt(at=at, status=status, trouble=trouble, note=note or "")
