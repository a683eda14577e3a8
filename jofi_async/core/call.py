"""One call under way: an operation, its record, and its attempts within one deadline."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from attrs import define, field, frozen

from jofi_async.core import codec, events
from jofi_async.core.answers import Classify, error_of
from jofi_async.core.deadlines import DeadlinesByLoop, OwnDeadline, Scope
from jofi_async.core.errors import (
    ApiError,
    CallError,
    DeadlineNotSentError,
    DeadlineUnknownError,
    Effect,
    JofiAsyncError,
    LifecycleError,
    NotSentError,
    QueueTooLongError,
    RateLimitedError,
    RetryAfterTooLongError,
    ServerError,
    UnknownOutcomeError,
    UnreadableAnswerError,
)
from jofi_async.core.lifetime import Lifetime
from jofi_async.core.limits import Limiter, Priority
from jofi_async.core.operation import Operation
from jofi_async.core.retry import RetryBudget, RetryPolicy, may_repeat
from jofi_async.core.transport import Transport
from jofi_async.core.wire import Request, Response, Timeout

T = TypeVar("T")


@define(eq=False)
class CallRecord:
    """How one call goes, filled in while it runs; the caller may watch it and halt it.

    Attributes:
        attempts: How many times the request was handed to the transport.
        flying: The request that is under way now, or None.
        halted: Set it, and nothing more is sent.
        clearance: Awaited with a slot in hand, right before each send; what it raises ends the call, unsent.
        still_clear: Asked once more when a connection stands; it raises a `NotSentError` if that took too long.
        queued: Seconds spent waiting for others.
        limited: Seconds held back by the rate alone.
        answering: Seconds between sending and the last byte of the answers.
        backing_off: Seconds between attempts.
    """

    attempts: int = 0
    flying: Request | None = None
    halted: bool = False
    clearance: Callable[[], Awaitable[None]] | None = None
    still_clear: Callable[[], None] | None = None
    queued: float = 0.0
    limited: float = 0.0
    answering: float = 0.0
    backing_off: float = 0.0

    def begin_anew(self) -> None:
        """Forget the calls that were made, so that the next is told of alone."""
        self.attempts, self.flying = 0, None
        self.queued = self.limited = self.answering = self.backing_off = 0.0

    @property
    def in_doubt(self) -> bool:
        """Whether a request is under way of which a byte may have left."""
        return self.flying is not None and self.flying.departed


@frozen
class Options:
    """What a client sets for its calls; `with_options` of a client changes some of it.

    Attributes:
        base_url: Where the API lives, without a slash at its end.
        headers: Sent with every request, the key included.
        timeout: How long one attempt may wait.
        deadline: Seconds for one call: queue, limit, attempts and backoff together; None for no end.
        retry: How a call is repeated.
        hooks: Told of what happens.
        max_wait: Seconds that a call may wait for its first slot; if it would take longer, it is refused at once.
        priority: Who goes first when calls wait for a slot.
    """

    base_url: str
    headers: Mapping[str, str] = field(repr=False)
    timeout: Timeout
    deadline: float | None
    retry: RetryPolicy
    hooks: tuple[events.Hook, ...]
    max_wait: float = math.inf
    priority: Priority = Priority.INTERACTIVE


@frozen(eq=False, repr=False)
class Means:
    """What a session's calls share.

    Attributes:
        transport: Moves the bytes.
        limiter: Gives a slot per attempt.
        budget: How many repeats are left.
        classify: The vendor's reading of a refusal.
        options: What the client sets.
        lifetime: Until when calls are made.
        deadlines: Bounds the calls, in each loop.
    """

    transport: Transport
    limiter: Limiter
    budget: RetryBudget
    classify: Classify
    options: Options
    lifetime: Lifetime = field(factory=Lifetime)
    deadlines: DeadlinesByLoop = field(factory=DeadlinesByLoop)


class Call(Scope):
    """One call under way.

    Args:
        means: What the session's calls share.
        operation: The route.
        path: The route's path, with the object's id in it.
        request: What is sent with each attempt.
        record: Filled in on the way.
        until: The instant, on the running loop's clock, by which it must have ended at the latest.
    """

    __slots__ = (
        "_hooks",
        "_loop",
        "_means",
        "_operation",
        "_path",
        "_pause",
        "_record",
        "_request",
        "_waiting",
    )

    def __init__(
        self, means: Means, operation: Operation, path: str, request: Request, record: CallRecord, until: float
    ) -> None:
        self._loop = loop = asyncio.get_running_loop()
        seconds = means.options.deadline
        watch = means.deadlines.of(loop) if until == math.inf else OwnDeadline(loop)
        super().__init__(watch, until if seconds is None else min(until, loop.time() + seconds))
        self._means = means
        self._operation = operation
        self._path = path
        self._request = request
        self._record = record
        self._waiting = means.lifetime.waiting
        self._pause: float | None = None
        self._hooks = means.options.hooks
        if events.is_logged():
            self._hooks = (*self._hooks, events.log)

    async def run(self, decode: Callable[[Response], T]) -> T:
        """Make the call and decode its answer; see `Session.call`."""
        try:
            with self:
                try:
                    response = await self._attempt()
                except CallError as error:
                    if not self._repeats(error):
                        raise
                    response = await self._repeat(error)
            result = self._decode(decode, response)
        except BaseException as error:
            self._waiting.discard(self)
            if isinstance(error, CallError):
                error.during(self._operation.method, self._path, self._record.attempts)
            self._end(error)
            raise
        self._means.budget.earn()
        self._end(None)
        return result

    def dismiss(self) -> None:
        """Its client is closed: end it, unless it is under way by then; see `Waits.dismiss`."""
        if self._loop is asyncio.get_running_loop():
            self._end_waiting()
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end_waiting)

    def _end_waiting(self) -> None:
        if self in self._waiting:
            self._waiting.discard(self)
            self.expire()

    def reason(self) -> JofiAsyncError:
        """What it ends with that was ended early; see `Scope.reason`."""
        return self._closed() if self._means.lifetime.is_over and not self._record.in_doubt else self._past_deadline()

    def _closed(self) -> LifecycleError:
        what = " again" if self._record.attempts else "; nothing was sent"
        return LifecycleError(f"The client was closed before it could send {self._operation.name}{what}")

    def _past_deadline(self) -> CallError:
        seconds = self._means.options.deadline or 0
        if not self._record.in_doubt:
            return DeadlineNotSentError(f"The deadline of {seconds:g} s passed before it could be sent")
        effect = Effect.NONE if self._operation.repeatable else Effect.UNKNOWN
        return DeadlineUnknownError(f"No answer came within the deadline of {seconds:g} s", effect=effect)

    async def _repeat(self, first: CallError) -> Response:
        """Replay the first failure as tenacity's first attempt, and let it decide from there."""
        from jofi_async.core.repeating import retrying  # slow to import, and most calls work at once

        pending: CallError | None = first

        async def attempt() -> Response:
            nonlocal pending
            if pending is not None:
                error, pending = pending, None
                raise error
            return await self._attempt()

        means = self._means
        return await retrying(
            means.options.retry,
            means.budget,
            repeats=self._repeats,
            deadline=self.deadline,
            pause=lambda: self._pause,
            before_sleep=self._back_off,
        )(attempt)

    def _repeats(self, error: BaseException) -> bool:
        if self._record.halted or self._means.lifetime.is_over:
            return False
        return may_repeat(error, repeatable=self._operation.repeatable)

    def _back_off(self, error: CallError, seconds: float) -> None:
        self._record.backing_off += seconds
        self._waiting.add(self)
        if self._hooks:
            self._tell(events.BackingOff, error=error, seconds=seconds)

    async def _attempt(self) -> Response:
        record, limiter, options = self._record, self._means.limiter, self._means.options
        asked = self._loop.time()
        left = self.deadline - asked
        max_wait = math.inf if record.attempts else options.max_wait  # what was begun is not given up for a queue
        if self._hooks:
            self._tell(events.Queued, ahead=1)
        if self._means.lifetime.is_over:
            raise self._closed()
        self._waiting.add(self)
        try:
            limited = await limiter.acquire(
                priority=options.priority,
                max_wait=min(max_wait, left),
                longest_pause=options.retry.retry_after_ceiling,
            )
        except QueueTooLongError as error:
            raise (error if max_wait <= left else self._too_late(error, left)) from None
        try:
            self._waiting.discard(self)
            queued = self._loop.time() - asked - limited
            record.limited += limited
            record.queued += queued
            if self._hooks:
                self._tell(events.Limited, ahead=1, queued=queued, limited=limited)
            if record.clearance is not None:
                await record.clearance()
            if record.halted:
                raise NotSentError("It was stopped before it was sent")
            started = self._depart()
            try:
                response = await self._means.transport.send(self._request)
            except (NotSentError, UnknownOutcomeError) as error:
                record.flying = None
                response = self._what_came(error, self._loop.time() - started)
            self._arrive(response, started)
            return response
        finally:
            limiter.release()

    def _too_late(self, error: QueueTooLongError, left: float) -> CallError:
        if self._loop.time() >= self.deadline:
            return self._past_deadline()
        text = f"It would have waited {error.seconds:.4g} s for a slot, and the deadline leaves {left:.4g} s"
        return DeadlineNotSentError(text)

    def _depart(self) -> float:
        """Note that the request is about to be sent, and when."""
        record, request = self._record, self._request
        request.departed, request.still_clear = True, record.still_clear
        self._pause = None
        record.attempts += 1
        record.flying = request
        if self._hooks:
            self._tell(events.Sent)
        return self._loop.time()

    def _arrive(self, response: Response, started: float) -> None:
        """Note an answer, and raise what is wrong with it."""
        record, limiter = self._record, self._means.limiter
        seconds = self._loop.time() - started
        record.flying = None
        record.answering += seconds
        if self._hooks:
            self._tell(events.Answered, status=response.status, seconds=seconds)
        refusal = error_of(self._operation, response, self._means.classify)
        if refusal is not None and _asks_for_fewer(refusal):
            self._pause = limiter.throttled(started, refusal.retry_after)
        else:
            limiter.answered(started, seconds)
        if refusal is not None:
            raise self._weighed(refusal)

    def _what_came(self, error: NotSentError | UnknownOutcomeError, seconds: float) -> Response:
        """Take an answer that broke off for the answer, where asking again is not safe; else raise the error."""
        if isinstance(error, UnknownOutcomeError):
            if self._operation.repeatable:
                error.effect = Effect.NONE
            elif error.response is not None:
                return error.response
            if error.response is not None:
                error.response.body = error.body  # bounded, now that nobody reads it any more
        self._record.answering += seconds
        if self._hooks:
            self._tell(events.Failed, error=error, seconds=seconds)
        raise error

    def _weighed(self, error: ApiError) -> CallError:
        """Say whether the operation may have taken effect, and whether the server's wish to wait is too long."""
        if isinstance(error, ServerError) and not self._operation.repeatable:
            error.effect = Effect.UNKNOWN
        ceiling = self._means.options.retry.retry_after_ceiling
        waiting_helps = isinstance(error, RateLimitedError | ServerError)
        if not waiting_helps or error.retry_after is None or error.retry_after <= ceiling:
            return error
        too_long = RetryAfterTooLongError(
            f"The server asks to wait {error.retry_after:g} s, more than the {ceiling:g} s allowed",
            effect=error.effect,
            retry_after=error.retry_after,
        )
        too_long.status, too_long.body, too_long.__cause__ = error.status, error.body, error
        return too_long

    def _decode(self, decode: Callable[[Response], T], response: Response) -> T:
        try:
            return decode(response)
        except codec.DecodeError as error:
            effect = Effect.NONE if self._operation.repeatable else Effect.DONE
            text = f"The answer cannot be read: {error}"
            raise UnreadableAnswerError(text, response=response, effect=effect) from None

    def _tell(self, kind: "Callable[..., events.Event]", *, ahead: int = 0, **details: object) -> None:
        operation = self._operation
        attempt = self._record.attempts + ahead
        events.tell(self._hooks, kind(operation.name, operation.method, self._path, attempt, **details))

    def _end(self, error: BaseException | None) -> None:
        if not self._hooks:
            return
        record = self._record
        self._tell(
            events.CallEnded,
            queued=record.queued,
            limited=record.limited,
            answering=record.answering,
            backing_off=record.backing_off,
            error=error,
        )


def _asks_for_fewer(error: ApiError) -> bool:
    return isinstance(error, RateLimitedError) or (isinstance(error, ServerError) and error.retry_after is not None)
