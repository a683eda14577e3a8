"""The transport over aiohttp: real sockets, and a plain word on whether anything was sent."""

import asyncio
import os
import re
import warnings
from collections.abc import Callable
from functools import lru_cache
from http.cookies import BaseCookie, SimpleCookie
from ssl import SSLContext
from typing import Any

import aiohttp
from yarl import URL

from jofi_async.core.deadlines import Deadlines, Scope
from jofi_async.core.errors import ConfigurationError, LifecycleError, UnknownOutcomeError
from jofi_async.core.transport import Transport
from jofi_async.core.wire import Request, Response
from jofi_async.transports._connector import Connector
from jofi_async.transports._exchange import ATTEMPT, Attempt, Departure, Outbox
from jofi_async.transports._failures import cause, failure, place, unknown

_ADDRESS = re.compile(r"https?://[!\"$-~]+", re.IGNORECASE)  # percent-encoded, and without a fragment

_OTHER_LOOP = "This transport belongs to another event loop. Make one for each event loop."
_OTHER_PROCESS = "This transport belongs to the parent process. Make a new one after the fork."


class AiohttpTransport(Transport):
    """Sends over real sockets with aiohttp.

    It belongs to the event loop of its first `send` and may be used from any task of it. A request is sent at most
    once, redirects are not followed, cookies are not kept, and no request waits for another's connection.

    Args:
        keepalive: For how many seconds an idle connection may be used again. Short, since a server that is just
            closing an idle connection turns the request on it into an unknown outcome; 0 never uses one again.
        proxy: The `http://` or `https://` URL of a proxy, with its user and password if it wants them.
        trust_env: Whether `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` choose the proxy where `proxy` is not given.
        ssl: The TLS settings, where the system's certificates are not the right ones.
        max_response_bytes: How many bytes of an answer, unpacked, are read before it counts as broken off.

    Raises:
        ConfigurationError: `proxy` is not such a URL.
    """

    _session: aiohttp.ClientSession | None = None

    def __init__(
        self,
        *,
        keepalive: float = 2.0,
        proxy: str | None = None,
        trust_env: bool = False,
        ssl: SSLContext | None = None,
        max_response_bytes: int = 32 * 1024 * 1024,
    ) -> None:
        self._keepalive = keepalive
        self._proxy = None if proxy is None else _proxy_url(proxy)
        self._trust_env = trust_env
        self._ssl = ssl
        self._max_response_bytes = max_response_bytes
        self._environment: dict[str, URL | None] = {}
        self._outbox = Outbox()
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pid = 0

    async def send(self, request: Request) -> Response:
        """Send one request and read its answer to the end; see `Transport.send`.

        Raises:
            NotSentError: No connection came to stand: refused, no such name, TLS, proxy or timeout.
            UnknownOutcomeError: Anything that failed after that; with `response` set when the answer had begun.
            ConfigurationError: The URL or a header cannot be sent; nothing was.
            LifecycleError: It was closed, or belongs to another event loop or to the parent process.
        """
        request.departed = False
        session = self._bound()
        url = _url(request)
        attempt = Attempt(request, self._waits(request.timeout.read), self._outbox)
        token = ATTEMPT.set(attempt)
        try:
            answer = await session.request(
                request.method,
                url,
                headers=request.headers,
                data=request.body,
                timeout=_client_timeout(request.timeout.connect),
                proxy=self._proxy_for(url),
                allow_redirects=False,
            )
        except (aiohttp.ClientError, OSError, ValueError) as error:
            if attempt.failure is not None:
                raise attempt.failure from attempt.failure.__cause__
            raise failure(error, request) from cause(error)
        finally:
            ATTEMPT.reset(token)
        return await self._read(answer, request)

    async def _read(self, answer: aiohttp.ClientResponse, request: Request) -> Response:
        """Read the body, however it ends."""
        request.departed = True
        response = Response(answer.status, _lower_case(answer))
        content, chunks = answer.content, list[bytes]()
        left = self._max_response_bytes
        try:
            while left >= 0 and not content.is_eof():
                chunks.append(await self._next_bytes(content, request))
                left -= len(chunks[-1])
            if left >= 0:
                chunks.append(content.read_nowait())
        except Exception as error:
            response.body = b"".join(chunks)
            raise unknown(error, request, response) from cause(error)
        finally:
            answer.close()
        response.body = b"".join(chunks)
        if len(response.body) > self._max_response_bytes:
            words = f"The answer of {place(request)} is larger than {self._max_response_bytes} bytes"
            raise UnknownOutcomeError(words, response=response)
        return response

    async def _next_bytes(self, content: aiohttp.StreamReader, request: Request) -> bytes:
        waits = self._waits(request.timeout.read)
        with Scope(waits, waits.loop.time() + request.timeout.read):
            return await content.readany()

    def _bound(self) -> aiohttp.ClientSession:
        """Return the session, which belongs to one event loop of one process."""
        if self._closed:
            raise LifecycleError("This transport was closed. Make a new one.")
        loop = asyncio.get_running_loop()
        if self._session is None:
            self._session, self._loop, self._pid = self._open(), loop, os.getpid()
            self._waits = _waits(loop)
        elif loop is not self._loop:  # nor is a child process on it
            raise LifecycleError(_OTHER_LOOP if os.getpid() == self._pid else _OTHER_PROCESS)
        return self._session

    def _open(self) -> aiohttp.ClientSession:
        keepalive: dict[str, Any] = (
            {"keepalive_timeout": self._keepalive} if self._keepalive > 0 else {"force_close": True}
        )
        connector = Connector(limit=0, ssl=self._ssl or True, **keepalive)
        connector.process = os.getpid()
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=_NoCookies(),
            headers=None if self._keepalive > 0 else {"Connection": "close"},
            request_class=Departure,
        )

    def _proxy_for(self, url: URL) -> URL | None:
        """Return the proxy; aiohttp's own `trust_env` would read `.netrc` too, before each request."""
        if self._proxy or not self._trust_env:
            return self._proxy
        host = url.host or ""
        origin = f"{url.scheme}://{host}"
        if origin not in self._environment:
            from urllib.request import getproxies, proxy_bypass  # slow to import, and few trust the environment

            proxy = None if proxy_bypass(host) else getproxies().get(url.scheme)
            self._environment[origin] = _proxy_url(proxy) if proxy else None
        return self._environment[origin]

    async def aclose(self) -> None:
        """Close every connection at once, requests in flight included, and refuse further requests.

        It waits for no server: a request in flight, or whose body is stuck on its way, ends with `UnknownOutcomeError`,
        and one whose connection is only being made with `NotSentError`.
        """
        self._closed = True
        session, self._session = self._session, None
        if session is None:
            return
        if os.getpid() != self._pid:
            session.detach()  # the sockets are the parent's
        elif self._loop is asyncio.get_running_loop() or self._loop is None or self._loop.is_closed():
            await session.close()
        else:
            closing = asyncio.run_coroutine_threadsafe(session.close(), self._loop)
            if self._loop.is_running():
                await asyncio.wrap_future(closing)

    def __del__(self) -> None:
        if self._session is None:
            return
        self._session.detach()  # or the session would warn as well; the connector closes the connections
        if os.getpid() == self._pid:
            words = "An AiohttpTransport was never closed: use `async with`, or await `aclose()`"
            warnings.warn(words, ResourceWarning, source=self, stacklevel=2)


def _waits(loop: asyncio.AbstractEventLoop) -> Callable[[float], Deadlines]:
    """What bounds all waits of so many seconds; of lengths there may be any number."""

    @lru_cache(maxsize=64)
    def waits(_: float) -> Deadlines:
        return Deadlines(loop)

    return waits


class _NoCookies(aiohttp.DummyCookieJar):
    """Has none, and makes no new empty jar for each request."""

    def filter_cookies(self, request_url: URL) -> "BaseCookie[str]":
        return _EMPTY


_EMPTY = SimpleCookie()


@lru_cache(maxsize=64)
def _client_timeout(connect: float) -> aiohttp.ClientTimeout:
    """Translate; `connect` spans DNS, TCP, TLS and the proxy, and 0 would mean no limit at all."""
    return aiohttp.ClientTimeout(total=None, connect=max(connect, 0.001))


def _url(request: Request) -> URL:
    """Return the URL as it must travel, having looked for what would break the head of the request."""
    headers = request.headers
    if not "".join((*headers, *headers.values())).isprintable():
        name = next(name for name, value in headers.items() if not (name.isprintable() and value.isprintable()))
        raise ConfigurationError(f"The header {name!a} holds a line break or another character no header may hold")
    return _checked_url(request.url)


@lru_cache(maxsize=64)  # every create has the same
def _checked_url(text: str) -> URL:
    if not _ADDRESS.fullmatch(text):
        raise ConfigurationError("A URL must start with http:// or https:// and be percent-encoded")
    try:
        return URL(text, encoded=True)
    except ValueError as error:
        raise ConfigurationError(f"The URL of the request cannot be called: {error}") from None


def _proxy_url(text: str) -> URL:
    try:
        url = URL(text)
    except ValueError:
        url = URL()
    if url.scheme not in ("http", "https") or not url.host:
        raise ConfigurationError("The URL of a proxy must read http://host:port or https://host:port")
    return url


def _lower_case(answer: aiohttp.ClientResponse) -> dict[str, str]:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    if len(headers) < len(answer.headers):  # some came more than once
        headers = {name: ", ".join(answer.headers.getall(name)) for name in headers}
    return headers
