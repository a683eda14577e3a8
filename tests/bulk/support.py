"""What the tests of bulk and of JOFI's client share: virtual time, and a vendor in front of which things go wrong."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterable, Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from attrs import define, field

from jofi_async import (
    BulkJob,
    FakeJofi,
    FakeTransport,
    Invited,
    JofiClient,
    NewInvitation,
    NotSentError,
    Outcome,
    OutcomeKind,
    RateLimit,
    RateLimiter,
    Request,
    Response,
    RetryPolicy,
    UnknownOutcomeError,
)
from jofi_async.testing import run_virtual

T = TypeVar("T")

INVITER = "jane.recruiter@jofiscore.com"
LIVE, TEST = "sk_live_sandbox", "sk_test_sandbox"
ONCE = RetryPolicy(attempts=1)

Job = BulkJob[NewInvitation, Invited]
RowOutcome = Outcome[NewInvitation, Invited]
Fault = Callable[["Vendor", Request], Awaitable[Response]]


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run in virtual time; no task may be left, and no exception unheard."""
    unheard: list[dict[str, Any]] = []

    async def checked() -> T:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: unheard.append(context))
        result = await main
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left, f"tasks were left running: {left}"
        return result

    result = run_virtual(checked())
    assert not unheard, unheard
    return result


async def take(results: AsyncIterable[T], into: list[T] | None = None) -> list[T]:
    """Take what comes; what was taken before it failed is in `into`."""
    taken: list[T] = [] if into is None else into
    async for result in results:
        taken.append(result)
    return taken


def new(number: int = 0, **changes: Any) -> NewInvitation:
    """A row that can be sent; each number is another person."""
    fields: dict[str, Any] = {
        "first_name": "Linda",
        "last_name": f"Sample {number}",
        "email": f"linda{number}@example.org",
        "created_by_user_email": INVITER,
    }
    return NewInvitation(**{**fields, **changes})


def people(count: int) -> list[NewInvitation]:
    return [new(number) for number in range(count)]


class Pulls:
    """A source that counts how many of its rows were pulled."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._rows = iter(rows)
        self.count = 0

    def __iter__(self) -> Iterator[Any]:
        for row in self._rows:
            self.count += 1
            yield row


# What can go wrong with one request, as seen from its sender.


async def well(vendor: "Vendor", request: Request) -> Response:
    return await vendor.fake.handle(request)


async def drop_before(vendor: "Vendor", request: Request) -> Response:
    raise NotSentError("the connection was refused")


async def drop_after(vendor: "Vendor", request: Request) -> Response:
    await vendor.fake.handle(request)
    raise UnknownOutcomeError("the connection was reset")


async def cut(vendor: "Vendor", request: Request) -> Response:
    answer = await vendor.fake.handle(request)
    broken = Response(answer.status, answer.headers, answer.body[:40])
    raise UnknownOutcomeError("the answer broke off", response=broken)


async def unfit(vendor: "Vendor", request: Request) -> Response:
    """It worked, and the answer lacks fields."""
    answer = await vendor.fake.handle(request)
    return Response(answer.status, answer.headers, b'{"mode":"live","object":"invitation"}')


async def no_json(vendor: "Vendor", request: Request) -> Response:
    answer = await vendor.fake.handle(request)
    return Response(answer.status, {"content-type": "text/plain"}, b"Created.")


async def as_test(vendor: "Vendor", request: Request) -> Response:
    """It worked, and says that it did so in test mode."""
    answer = await vendor.fake.handle(request)
    return Response(answer.status, answer.headers, json.dumps({**json.loads(answer.body), "mode": "test"}).encode())


async def crash(vendor: "Vendor", request: Request) -> Response:
    raise RuntimeError("a bug in somebody's transport")


async def stuck(vendor: "Vendor", request: Request) -> Response:
    """It worked, and no answer comes until the transport gives up."""
    await vendor.fake.handle(request)
    await asyncio.sleep(1000)
    raise UnknownOutcomeError("no answer came in time")


async def connecting(vendor: "Vendor", request: Request) -> Response:
    """No connection stands until the transport gives up."""
    request.departed = False
    await asyncio.sleep(1000)
    raise NotSentError("no connection stood in time")


def answer(status: int, body: bytes = b"", **headers: str) -> Fault:
    """An answer given before anything happened."""

    async def fault(vendor: "Vendor", request: Request) -> Response:
        return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)

    return fault


def refuse(error: object, status: int = 400) -> Fault:
    return answer(status, json.dumps({"error": error}).encode(), content_type="application/json")


def late(seconds: float, then: Fault = well) -> Fault:
    async def fault(vendor: "Vendor", request: Request) -> Response:
        await asyncio.sleep(seconds)
        return await then(vendor, request)

    return fault


def done_then(status: int, body: bytes = b"", **headers: str) -> Fault:
    """It worked, and something else is answered."""

    async def fault(vendor: "Vendor", request: Request) -> Response:
        await vendor.fake.handle(request)
        return await answer(status, body, **headers)(vendor, request)

    return fault


def _nothing() -> Iterator[Fault]:
    return iter(())


def _script(faults: Iterable[Fault]) -> Iterator[Fault]:
    return iter(faults)


@define
class Vendor:
    """A fake JOFI in front of which things go wrong.

    Attributes:
        fake: What answers when nothing goes wrong.
        creates: What becomes of each create, in the order in which they come; then `otherwise`.
        by_email: What becomes of every create for an address; it comes first.
        looks: What becomes of each list, in the order in which they come; then all is well.
        otherwise: What becomes of the creates that nothing is said about.
        sent: How many creates were handed over for each address.
    """

    fake: FakeJofi = field(factory=FakeJofi)
    creates: Iterator[Fault] = field(factory=_nothing, converter=_script)
    by_email: Mapping[str, Fault] = field(factory=dict[str, Fault])
    looks: Iterator[Fault] = field(factory=_nothing, converter=_script)
    otherwise: Fault = well
    sent: Counter[str] = field(factory=Counter[str])
    lists: int = 0
    flying: int = 0
    most_flying: int = 0

    async def handle(self, request: Request) -> Response:
        fault = self._fault(request)
        self.flying += 1
        self.most_flying = max(self.most_flying, self.flying)
        try:
            return await fault(self, request)
        finally:
            self.flying -= 1

    def _fault(self, request: Request) -> Fault:
        if request.method != "POST":
            self.lists += 1
            return next(self.looks, well)
        email: str = json.loads(request.body or b"{}").get("email", "")
        self.sent[email] += 1
        return self.by_email.get(email) or next(self.creates, self.otherwise)

    def invited(self, row: NewInvitation) -> int:
        """How many invitations there are for a row's person."""
        wanted = row.email.strip().casefold()
        return sum(one.email.casefold() == wanted for one in self.fake.invitations)


def client_of(vendor: Any, key: str = LIVE, **options: Any) -> JofiClient:
    """A client whose server is in memory, without a rate and with a few workers."""
    options.setdefault("rate_limit", RateLimit(per_second=None, in_flight=4))
    return JofiClient(key, transport=FakeTransport(vendor), **options)


async def invite(
    vendor: Vendor, source: Any, *, key: str = LIVE, retry: RetryPolicy = ONCE, **options: Any
) -> tuple[list[RowOutcome], Job]:
    """Run a job to its end; all slots of the limiter must be back."""
    limiter = RateLimiter(RateLimit(per_second=None, in_flight=4))
    client = client_of(vendor, key, rate_limit=limiter, retry=retry)
    options.setdefault("max_in_flight", 4)
    job = client.invitations.create_many(source, **options)
    async with job:
        outcomes = [outcome async for outcome in job]
    assert limiter.out == limiter.waiting == 0
    assert job.in_flight == 0
    return outcomes, job


def invite_all(vendor: Vendor, source: Any, **options: Any) -> tuple[list[RowOutcome], Job]:
    return run(invite(vendor, source, **options))


def invite_one(fault: Fault, row: NewInvitation | None = None, **options: Any) -> tuple[RowOutcome, Job, Vendor]:
    """Send one row, whose create goes as `fault` says."""
    vendor = Vendor(creates=[fault])
    outcomes, job = invite_all(vendor, [row or new()], **options)
    assert len(outcomes) == 1
    return outcomes[0], job, vendor


def kinds(outcomes: Iterable[RowOutcome]) -> Counter[OutcomeKind]:
    return Counter(outcome.kind for outcome in outcomes)
