"""Each event to its handler, once, and an answer for its sender."""

import asyncio
import inspect
import logging
import math
import traceback
from collections.abc import Awaitable, Callable, Coroutine
from secrets import token_hex
from typing import Any, Generic, TypeVar, overload

from jofi_async.core.errors import ConfigurationError, JofiAsyncError
from jofi_async.core.masking import mask
from jofi_async.webhooks.answers import Answer, Handling, StatusCodes
from jofi_async.webhooks.delivery import Headers
from jofi_async.webhooks.reader import MAX_BYTES, EventReader, Received, event_id
from jofi_async.webhooks.refusal import DeliveryRefusedError
from jofi_async.webhooks.replays import Claim, MemoryReplays, ReplayStore
from jofi_async.webhooks.schemes import Scheme
from jofi_async.webhooks.vocabulary import E, Event, Vocabulary

S = TypeVar("S")
H = TypeVar("H", bound=Callable[..., Awaitable[Any]])
Handler = Callable[[S], Awaitable[Any]]
Decision = Callable[[S, Exception], Awaitable[bool]]

STEP_SECONDS = 10.0
"""How long the store may take for one step, and deciding on a failure; then it has failed."""

logger = logging.getLogger("jofi_async.webhooks")


class EventRouter(Generic[E]):
    """Reads deliveries, drops what was handled before, and gives each event to the handler of its type.

    A handler runs again when it failed, ran out of time, was cancelled, or died with its process: then the sender is
    told to deliver the event again, or notices by itself. So a handler must bear being run twice, and never runs twice
    at the same time.

    Args:
        vocabulary: The vendor's events.
        scheme: The check that every delivery must pass.
        store: Remembers what was handled; by default in memory, so of this process alone.
        timeout: How many seconds a handler may take; then it is cancelled and has failed.
        status: The status codes of the answers.
        max_bytes: Larger bodies are refused before anything looks at them.
        identify: Gives the id by which deliveries of one event are known, of the event and its body.

    Raises:
        ConfigurationError: The timeout is no time that ends, so a claim could not be made to outlast it.
    """

    def __init__(
        self,
        vocabulary: Vocabulary[E],
        scheme: Scheme,
        *,
        store: ReplayStore | None = None,
        timeout: float = 30.0,
        status: StatusCodes | None = None,
        max_bytes: int = MAX_BYTES,
        identify: Callable[[E, bytes], str] = event_id,
    ) -> None:
        if not 0 < timeout < math.inf:
            raise ConfigurationError(f"A handler may take a finite number of seconds, not {timeout}")
        self._reader = EventReader(vocabulary, scheme, max_bytes, identify)
        self._store = store if store is not None else MemoryReplays()
        self._timeout = timeout
        self._status = status or StatusCodes()
        self._handlers: dict[str | type[Any], Handler[Any]] = {}
        self._otherwise: Handler[E] | None = None
        self._on_failure: Decision[E] | None = None

    @property
    def max_bytes(self) -> int:
        """The largest body that is looked at."""
        return self._reader.max_bytes

    @overload
    def on(self, kind: type[S], /) -> Callable[[Handler[S]], Handler[S]]: ...
    @overload
    def on(self, kind: str, /, *more: str) -> Callable[[H], H]: ...
    def on(self, *kinds: Any) -> Callable[[Any], Any]:
        """Make a function the handler of events.

        Args:
            kinds: Types, for example "invitation.accepted"; or one class of events, which then is the type of the
                handler's argument. A type goes before a class, and a class before its base.

        Raises:
            ConfigurationError: There is a handler already, or it is no `async def`, or no type or class is named.
        """
        if not kinds or not all(isinstance(kind, str | type) for kind in kinds):
            raise ConfigurationError('Name what is handled: @events.on("invitation.accepted")')

        def register(handler: Handler[Any]) -> Handler[Any]:
            _check_async(handler)
            for kind in kinds:
                if kind in self._handlers:
                    raise ConfigurationError(f"There is a handler for {kind} already")
                self._handlers[kind] = handler
            return handler

        return register

    def otherwise(self, handler: Handler[E]) -> Handler[E]:
        """Make a function the handler of all events that have none, types that are not known among them.

        Without one they are answered with `StatusCodes.unhandled`, and not remembered.

        Raises:
            ConfigurationError: It is no `async def`.
        """
        _check_async(handler)
        self._otherwise = handler
        return handler

    def on_failure(
        self, decide: Callable[[E, Exception], Awaitable[bool]]
    ) -> Callable[[E, Exception], Awaitable[bool]]:
        """Make a function decide what becomes of an event whose handler failed.

        It returns True to give the event up, which is then remembered as handled (put it aside first), and False to
        have it delivered again. If it fails itself, the event is delivered again.

        Raises:
            ConfigurationError: It is no `async def`.
        """
        _check_async(decide)
        self._on_failure = decide
        return decide

    async def handle(self, body: bytes | None, headers: Headers) -> Answer:
        """Handle one delivery; what goes wrong is told by the answer and the log, and nothing is raised.

        Args:
            body: The bytes as they came, before anything has parsed them; None if they broke off.
            headers: As they came; a mapping, or pairs where a name may come twice.
        """
        try:
            received = self._reader.read(body, headers)
        except DeliveryRefusedError as error:
            logger.warning("A delivery was refused as %s: %s", error.refusal, error)
            return self._status.refuse(error.refusal)
        handler = self._handler_of(received.event)
        handling = Handling.UNHANDLED if handler is None else await self._handle_once(received, handler)
        logger.info("%s: %s", _name(received.event), handling)
        return self._status.answer(handling)

    def _handler_of(self, event: E) -> Handler[E] | None:
        for kind in (event.type, *type(event).__mro__):
            if kind in self._handlers:
                return self._handlers[kind]
        return self._otherwise

    async def _handle_once(self, received: Received[E], handler: Handler[E]) -> Handling:
        event, key, token = received.event, received.key, token_hex(16)
        may_hold = True
        try:
            claim = await self._ask(event, self._store.claim(key, token, self._timeout + 3 * STEP_SECONDS))
            if claim is not Claim.TAKEN:
                may_hold = claim is None
                return {Claim.DONE: Handling.REPEATED, Claim.BUSY: Handling.BUSY, None: Handling.FAILED}[claim]
            if not await self._succeeds(event, handler):
                return Handling.FAILED
            may_hold = False
            await _see_through(self._ask(event, self._store.finish(key)))
            return Handling.HANDLED
        finally:
            if may_hold:
                await _see_through(self._ask(event, self._store.release(key, token)))

    async def _ask(self, event: E, step: Coroutine[Any, Any, S]) -> S | None:
        """What the store answers, or None when it fails."""
        try:
            async with asyncio.timeout(STEP_SECONDS):
                return await _uncancelled(step)
        except Exception as error:
            logger.error("%s: the store of replays failed: %s", _name(event), _what(error))
            return None

    async def _succeeds(self, event: E, handler: Handler[E]) -> bool:
        """Whether the event was handled, or given up."""
        try:
            async with asyncio.timeout(self._timeout):
                await _uncancelled(handler(event))
        except Exception as error:
            logger.error("%s: the handler failed: %s", _name(event), _what(error))
            return self._on_failure is not None and await self._gives_up(self._on_failure, event, error)
        return True

    async def _gives_up(self, decide: Decision[E], event: E, error: Exception) -> bool:
        try:
            async with asyncio.timeout(STEP_SECONDS):
                return await _uncancelled(decide(event, error))
        except Exception as failure:
            logger.error("%s: what decides on failures failed: %s", _name(event), _what(failure))
            return False


async def _uncancelled(step: Awaitable[S]) -> S:
    """Fail when something that a step waits for was cancelled; only who cancels us cancels the delivery."""
    try:
        return await step
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise RuntimeError("what was waited for was cancelled") from None


async def _see_through(step: Coroutine[Any, Any, Any]) -> None:
    """Wait until a step is done, also when cancelled meanwhile."""
    task = asyncio.ensure_future(step)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


def _check_async(function: Callable[..., Any]) -> None:
    if not (inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)):
        raise ConfigurationError(f"A handler is an async function, which {function!r} is not")


def _name(event: Event) -> str:
    return mask(f"Event {event.id!r} ({event.type!r})")[:300]


def _what(error: Exception) -> str:
    """Its class and where it was raised; its text may hold personal data, unless it is of the SDK's own."""
    (*_, (frame, line)) = traceback.walk_tb(error.__traceback__)
    text = f": {error}" if isinstance(error, JofiAsyncError) else ""
    return f"{type(error).__name__}{text} ({frame.f_code.co_filename}, line {line})"
