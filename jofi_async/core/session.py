"""Where a vendor's resources make their calls: requests are built here and sent on one call's way.

::

    Session.call -> [ limiter slot -> transport.send -> classify ] x attempts -> decode -> model
"""

import asyncio
import math
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from attrs import evolve

from jofi_async.core import codec
from jofi_async.core.answers import Classify
from jofi_async.core.call import Call, CallRecord, Means, Options
from jofi_async.core.errors import InvalidInputError, Problem
from jofi_async.core.limits import Limiter, Priority
from jofi_async.core.operation import Operation
from jofi_async.core.retry import RetryBudget
from jofi_async.core.transport import Transport
from jofi_async.core.wire import Request, Response

T = TypeVar("T")


class Session:
    """Makes calls over one transport, limiter and retry budget.

    Args:
        transport: Moves the bytes.
        limiter: Gives a slot per attempt.
        classify: The vendor's reading of a refusal.
        options: What the client sets.
    """

    def __init__(self, transport: Transport, limiter: Limiter, classify: Classify, options: Options) -> None:
        self._means = Means(transport, limiter, RetryBudget(options.retry.budget), classify, options)
        self._json_headers = {**options.headers, "Content-Type": "application/json"}

    @property
    def options(self) -> Options:
        """What the client sets."""
        return self._means.options

    @property
    def limiter(self) -> Limiter:
        """What gives the slots."""
        return self._means.limiter

    @property
    def transport(self) -> Transport:
        """What moves the bytes."""
        return self._means.transport

    def with_options(self, options: Options) -> "Session":
        """A session over the same transport, limiter and, unless the retry policy changes, budget; closed with it."""
        other = Session(self.transport, self.limiter, self._means.classify, options)
        budget = self._means.budget if options.retry == self.options.retry else other._means.budget
        other._means = evolve(other._means, budget=budget, lifetime=self._means.lifetime)
        return other

    def close(self) -> None:
        """Make no more calls, and tell those that wait to be sent; it is for whoever closes the transport."""
        self._means.lifetime.end()

    def patient(self) -> "Session":
        """The same without a `max_wait`, for what must follow once something was sent."""
        return self.with_options(evolve(self.options, max_wait=math.inf))

    def in_bulk(self) -> "Session":
        """The same for work in the background: interactive calls overtake it, and it waits as long as it must."""
        return self.with_options(evolve(self.options, max_wait=math.inf, priority=Priority.BULK))

    def spend_repeat(self) -> bool:
        """Take one repeat of the client's budget for a send outside of a call's own; False when none is left."""
        return self._means.budget.spend()

    def until(self) -> float:
        """The instant, on the running loop's clock, at which what begins now must have ended, or infinity."""
        seconds = self.options.deadline
        return math.inf if seconds is None else asyncio.get_running_loop().time() + seconds

    def call(
        self,
        operation: Operation,
        decode: Callable[[Response], T],
        *,
        object_id: object = None,
        query: Mapping[str, str | Sequence[str]] | None = None,
        payload: Mapping[str, object] | None = None,
        record: CallRecord | None = None,
        until: float = math.inf,
    ) -> Coroutine[Any, Any, T]:
        """Make one call, once it is awaited.

        Args:
            operation: The route.
            decode: Makes the model of an answer; raises `codec.DecodeError` when it does not fit.
            object_id: What stands for `{id}` in the path.
            query: Query parameters, not yet escaped; one with several values is repeated.
            payload: The JSON body.
            record: Filled in while the call runs.
            until: An instant of the running loop's clock by which it must have ended, if before the deadline.

        Raises:
            InvalidInputError: `object_id` would name another route; nothing was sent.
            CallError: See `jofi_async.core.errors`.
        """
        path = operation.path
        if object_id is not None:
            path = path.replace("{id}", _segment(object_id))
        request = self._request(operation.method, path, query, payload)
        return Call(self._means, operation, path, request, record or CallRecord(), until).run(decode)

    def _request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str | Sequence[str]] | None,
        payload: Mapping[str, object] | None,
    ) -> Request:
        options = self._means.options
        url = options.base_url + path
        if query:
            url = f"{url}?{urlencode(query, doseq=True, quote_via=quote, safe='')}"
        if payload is None:
            return Request(method, url, options.headers, None, options.timeout)
        return Request(method, url, self._json_headers, codec.encode(payload), options.timeout)


def _segment(object_id: object) -> str:
    """One segment of a path; an id that would name another route is refused."""
    text = str(object_id)
    if text in ("", ".", ".."):
        raise InvalidInputError([Problem("id", f'must not be "{text}"')])
    return quote(text, safe="")
