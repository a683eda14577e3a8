"""The contenders: the same two calls by the SDK, by hand, and by clients that people know.

A contender is a context manager over a server's URL; it imports its library only when it is entered.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.util import find_spec

from attrs import frozen

from benchmarks.people import Person

KEY = "sk_live_sandbox"
GROUP = "REQ"
HEADERS = {"Authorization": f"Bearer {KEY}"}

BY_HAND = "aiohttp by hand"
OURS = "jofi_async"
FLOOR = "raw sockets"


@frozen
class Calls:
    """What a contender can do.

    Attributes:
        create: Invites one person.
        list: Lists the invitations of a group: 150 items.
    """

    create: Callable[[Person], Awaitable[object]]
    list: Callable[[], Awaitable[object]]


Contender = Callable[[str, int], AbstractAsyncContextManager[Calls]]
"""Takes the server's URL and how many calls are in flight."""


@asynccontextmanager
async def by_hand(url: str, in_flight: int) -> AsyncGenerator[Calls, None]:
    """What people write: aiohttp with `json=` and `await r.json()`; the base."""
    import aiohttp

    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(headers=HEADERS, connector=connector) as session:

        async def create(person: Person) -> object:
            async with session.post(f"{url}/invitations", json=person) as answer:
                return await answer.json()

        async def list_() -> object:
            async with session.get(f"{url}/invitations", params={"custom_id": GROUP}) as answer:
                return await answer.json()

        yield Calls(create, list_)


@asynccontextmanager
async def ours(url: str, in_flight: int) -> AsyncGenerator[Calls, None]:
    """The SDK as it comes: limiter on, retry ready, deadline set, rows checked, answers decoded to attrs."""
    from jofi_async import JofiClient, RateLimit

    limit = RateLimit(per_second=1e6, burst=1000, in_flight=in_flight)
    async with JofiClient(KEY, base_url=url, rate_limit=limit, deadline=60) as client:

        async def create(person: Person) -> object:
            return await client.invitations.create(**person)

        async def list_() -> object:
            return await client.invitations.list(custom_id=GROUP)

        yield Calls(create, list_)


@asynccontextmanager
async def over_httpx(url: str, in_flight: int) -> AsyncGenerator[Calls, None]:
    """What people write with httpx: `json=` and `r.json()`."""
    import httpx

    limits = httpx.Limits(max_connections=in_flight, max_keepalive_connections=in_flight)
    async with httpx.AsyncClient(headers=HEADERS, limits=limits, timeout=60) as client:

        async def create(person: Person) -> object:
            return (await client.post(f"{url}/invitations", json=person)).json()

        async def list_() -> object:
            return (await client.get(f"{url}/invitations", params={"custom_id": GROUP})).json()

        yield Calls(create, list_)


@asynccontextmanager
async def over_openai(url: str, in_flight: int) -> AsyncGenerator[Calls, None]:
    """A full SDK that everybody knows, openai-python, making the same calls by its generic methods."""
    import openai

    async with openai.AsyncOpenAI(api_key=KEY, base_url=url, timeout=60) as client:

        async def create(person: Person) -> object:
            return await client.post("/invitations", cast_to=openai.BaseModel, body=person)

        async def list_() -> object:
            return await client.get("/invitations", cast_to=openai.BaseModel, options={"params": {"custom_id": GROUP}})

        yield Calls(create, list_)


@asynccontextmanager
async def raw_sockets(url: str, in_flight: int) -> AsyncGenerator[Calls, None]:
    """Ready-made bytes out, counted bytes in, nothing read: what the server and the event loop alone can bear."""
    host, port = url.removeprefix("http://").split(":")
    loop = asyncio.get_running_loop()
    idle: deque[_Exchange] = deque()
    for _ in range(in_flight):
        idle.append((await loop.create_connection(_Exchange, host, int(port)))[1])

    async def ask(request: bytes) -> object:
        exchange = idle.popleft()
        try:
            return await exchange.ask(request)
        finally:
            idle.append(exchange)

    body = b'{"first_name":"Linda"}'
    post = b"POST /invitations HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    get = b"GET /invitations HTTP/1.1\r\nHost: localhost\r\n\r\n"
    yield Calls(lambda _: ask(post), lambda: ask(get))
    for exchange in idle:
        exchange.close()


class _Exchange(asyncio.Protocol):
    """One connection with one question on it at a time."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def ask(self, request: bytes) -> "asyncio.Future[bytes]":
        self._received = b""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, _, body = self._received.partition(b"\r\n\r\n")
        if len(body) >= int(head.rpartition(b" ")[2] or 0):
            self._answer.set_result(body)

    def close(self) -> None:
        self._transport.close()


CONTENDERS: Mapping[str, Contender] = {
    BY_HAND: by_hand,
    OURS: ours,
    "httpx": over_httpx,
    "openai-python": over_openai,
    FLOOR: raw_sockets,
}

_PACKAGES = {"httpx": "httpx", "openai-python": "openai"}


def present() -> list[str]:
    """The contenders whose library is installed."""
    return [name for name in CONTENDERS if name not in _PACKAGES or find_spec(_PACKAGES[name])]


def missing_words() -> tuple[str, ...]:
    """A plain word about each contender whose library is not installed."""
    return tuple(f"{name} is not installed and so not shown." for name in CONTENDERS if name not in present())
