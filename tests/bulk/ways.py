"""The two ways to one server, in memory and over a socket: the same rules of faults, and no waiting."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from jofi_async import (
    FakeJofi,
    FakeTransport,
    JofiClient,
    NotSentError,
    OutcomeKind,
    RateLimit,
    Request,
    Response,
    RetryPolicy,
)
from jofi_async.core.transport import Transport
from jofi_async.jofi.fake import JofiMount
from jofi_async.sandbox import Sandbox
from jofi_async.transports.aiohttp import AiohttpTransport
from tests.bulk.sides import JofiSide
from tests.bulk.support import LIVE, Job, RowOutcome, new
from tests.bulk.truth import check_world

Way = Callable[[FakeJofi, Sequence[str]], AbstractAsyncContextManager[tuple[Transport, str]]]
LOOK = "GET?email=linda0%40example.org 200"
Around = Callable[["OddJofi", Request], Awaitable[Response]]


class OddJofi(FakeJofi):
    """A fake that answers by `around`, which may call `plainly`."""

    def __init__(self, around: Around) -> None:
        super().__init__()
        self._around = around

    async def handle(self, request: Request) -> Response:
        """Answer one request."""
        return await self._around(self, request)

    async def plainly(self, request: Request) -> Response:
        """Answer as any fake does."""
        return await super().handle(request)


@asynccontextmanager
async def in_memory(fake: FakeJofi, rules: Sequence[str]) -> AsyncGenerator[tuple[Transport, str], None]:
    async with FakeTransport(fake, faults=rules) as transport:
        yield transport, "http://fake.example.org/api/v2"


@asynccontextmanager
async def over_http(fake: FakeJofi, rules: Sequence[str]) -> AsyncGenerator[tuple[Transport, str], None]:
    async with Sandbox(JofiMount(fake), faults=rules) as sandbox, AiohttpTransport() as transport:
        yield transport, sandbox.base_url


class _Nobody:
    async def handle(self, request: Request) -> Response:
        raise NotSentError("The connection was refused")


@asynccontextmanager
async def to_nobody(way: Way) -> AsyncGenerator[tuple[Transport, str], None]:
    """A way at whose end nobody listens."""
    if way is in_memory:
        yield FakeTransport(_Nobody()), "http://fake.example.org/api/v2"
        return
    async with Sandbox(JofiMount()) as sandbox:
        base_url = sandbox.base_url
    async with AiohttpTransport() as transport:
        yield transport, base_url


async def invite(
    place: AbstractAsyncContextManager[tuple[Transport, str]],
    rows: Any,
    *,
    key: str = LIVE,
    retry: RetryPolicy | None = None,
    timeout: float = 30.0,
    in_flight: int = 4,
    **options: Any,
) -> tuple[list[RowOutcome], Job]:
    """Run a job to its end, in the source's order; what is late has happened by then."""
    async with place as (transport, base_url):
        client = JofiClient(
            key,
            base_url=base_url,
            transport=transport,
            rate_limit=RateLimit(per_second=None, in_flight=in_flight),
            retry=retry or RetryPolicy(attempts=1),
            timeout=timeout,
        )
        async with client.invitations.create_many(rows, order="input", **options) as job:
            return [outcome async for outcome in job], job


def calls(fake: FakeJofi) -> list[str]:
    """The requests that reached the fake, in order, each by its method, its filter and its status."""
    return [f"{one.method}{'?' + q if (q := one.path.partition('?')[2]) else ''} {one.status}" for one in fake.requests]


async def one_of(way: Way, fake: FakeJofi, *rules: str, row: object = None, key: str = LIVE) -> tuple[RowOutcome, Job]:
    """Send one row, and see what becomes of it."""
    (outcome,), job = await invite(way(fake, rules), [row or new()], key=key)
    check_world(JofiSide(fake))
    assert outcome.attempts <= 4
    return outcome, job


def check_created(outcome: RowOutcome, fake: FakeJofi, *, attempts: int = 1) -> None:
    """Ours, found or answered, and nothing to complain of."""
    assert (outcome.kind, outcome.error, outcome.reason) == (OutcomeKind.CREATED, None, "")
    assert outcome.item is not None
    assert [outcome.item.id] == [one.id for one in fake.invitations]
    assert outcome.attempts == attempts
