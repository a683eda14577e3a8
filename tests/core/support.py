"""What the tests of core share: virtual time, a transport that follows a script, and a session over it."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from attrs import define, field, frozen
from hypothesis import settings

from jofi_async.core import codec
from jofi_async.core.call import CallRecord, Options
from jofi_async.core.errors import ApiError, RefusedError
from jofi_async.core.events import Event, Hook
from jofi_async.core.limits import RateLimit, RateLimiter
from jofi_async.core.operation import Operation
from jofi_async.core.retry import RetryPolicy
from jofi_async.core.session import Session
from jofi_async.core.transport import Transport
from jofi_async.core.wire import Request, Response, Timeout
from jofi_async.testing import run_virtual

P = ParamSpec("P")
E = TypeVar("E", bound=Event)

checked = settings(max_examples=200, deadline=None, derandomize=True)
"""How hypothesis runs here: the same examples each time."""
checked_briefly = settings(checked, max_examples=40)
"""The same, where one example is large."""

GET = Operation("things.get", "GET", "/things/{id}", repeatable=True)
CREATE = Operation("things.create", "POST", "/things")
KEY = "sk_live_abcDEF123"
AT_ONCE = RetryPolicy(first_wait=0)
ONE_AT_A_TIME = RateLimit(per_second=None, in_flight=1)


def virtual(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run a coroutine test in virtual time, and fail it when it leaves a task behind."""

    @wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        async def main() -> None:
            await test(*args, **kwargs)
            left = asyncio.all_tasks() - {asyncio.current_task()}
            assert not left, f"the test left tasks running: {left}"

        run_virtual(main())

    return run


@define
class Thing:
    """What the scripted server answers with."""

    id: int


@frozen
class Step:
    """What happens to one request: `after` seconds it ends in `then`.

    Attributes:
        then: The answer, or what is raised.
        after: Seconds until then.
        departs: What the transport says of a byte having left, or None when it says nothing.
    """

    then: Response | BaseException
    after: float = 0.0
    departs: bool | None = True


def answers(
    status: int = 200, body: bytes = b'{"id":7}', headers: Mapping[str, str] | None = None, *, after: float = 0.0
) -> Step:
    headers = {"content-type": "application/json"} if headers is None else headers
    return Step(Response(status, headers, body), after)


def fails(error: BaseException, *, after: float = 0.0, departs: bool = True) -> Step:
    return Step(error, after, departs)


@define(eq=False)
class ScriptedTransport(Transport):
    """Takes one step per request, and the last one for ever."""

    steps: Sequence[Step]
    requests: list[Request] = field(factory=list[Request])
    sent_at: list[float] = field(factory=list[float])
    under_way: int = 0

    async def send(self, request: Request) -> Response:
        step = self.steps[min(len(self.requests), len(self.steps) - 1)]
        self.requests.append(request)
        self.sent_at.append(asyncio.get_running_loop().time())
        if step.departs is not None:
            request.departed = step.departs
        self.under_way += 1
        try:
            if step.after:
                await asyncio.sleep(step.after)
        finally:
            self.under_way -= 1
        if isinstance(step.then, BaseException):
            raise step.then
        return step.then


def refused(_: Operation, response: Response) -> ApiError:
    """What a vendor's `classify` would make of a refusal."""
    return RefusedError("refused", problems=[], recognised=True, response=response)


def thing(response: Response) -> Thing:
    return codec.decode(Thing, response.body)


class Bench:
    """A session over a scripted transport, with what happened on it."""

    def __init__(
        self,
        *steps: Step,
        limit: RateLimit = RateLimit(per_second=None, in_flight=None),  # noqa: B008  (it is frozen)
        retry: RetryPolicy = AT_ONCE,
        deadline: float | None = None,
        hooks: Sequence[Hook] = (),
    ) -> None:
        self.transport = ScriptedTransport(steps)
        self.limiter = RateLimiter(limit)
        self.events: list[Event] = []
        self.record = CallRecord()
        headers = {"Authorization": f"Bearer {KEY}"}
        watched = (self.events.append, *hooks)
        options = Options("https://api.example.org/v1", headers, Timeout(), deadline, retry, watched)
        self.session = Session(self.transport, self.limiter, refused, options)

    async def call(self, operation: Operation = GET, **arguments: Any) -> Thing:
        if operation is GET:
            arguments.setdefault("object_id", 7)
        arguments.setdefault("record", self.record)
        return await self.session.call(operation, thing, **arguments)

    async def failure(self, operation: Operation = GET, **arguments: Any) -> Exception:
        """The error that a call ends with, once no slot is held."""
        try:
            result = await self.call(operation, **arguments)
        except Exception as error:
            assert self.limiter.out == 0
            assert self.limiter.waiting == 0
            return error
        raise AssertionError(f"the call worked: {result}")

    def told(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]
