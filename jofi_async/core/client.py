"""What every vendor's client shares: options to a session, and who closes what."""

import asyncio
import math
import re
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Protocol, Self, TypedDict
from urllib.parse import urlsplit

from attrs import evolve

from jofi_async._version import __version__
from jofi_async.core.answers import Classify
from jofi_async.core.call import Options
from jofi_async.core.errors import ConfigurationError
from jofi_async.core.events import Hook
from jofi_async.core.limits import UNLIMITED, Limiter, Priority, RateLimit, RateLimiter
from jofi_async.core.retry import RetryPolicy
from jofi_async.core.session import Session
from jofi_async.core.transport import Transport
from jofi_async.core.unset import UNSET, Unset
from jofi_async.core.wire import Timeout

DEFAULT_RATE_LIMIT = RateLimit()
DEFAULT_RETRY = RetryPolicy()

_WORKERS = 16
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")


class ClientOptions(TypedDict, total=False):
    """The keyword arguments that clients of all vendors take."""

    transport: Transport | None
    rate_limit: RateLimit | Limiter | None
    retry: RetryPolicy
    timeout: float | Timeout
    deadline: float | None
    headers: Mapping[str, str] | None
    hooks: Sequence[Hook]
    max_wait: float | None


class Closable(Protocol):
    """What a client may own."""

    async def aclose(self) -> None:
        """Close it; calling it again does nothing."""
        ...


class Client:
    """An async context manager around one session.

    Args:
        session: Makes the calls.
        owned: What is to be closed with the client: a transport, a limiter, or None.
    """

    def __init__(self, session: Session, *owned: Closable | None) -> None:
        self._session = session
        self._owned = [one for one in owned if one is not None]

    @property
    def limiter(self) -> Limiter:
        """What gives the slots; all clients made of this one by `with_options` share it."""
        return self._session.limiter

    async def aclose(self) -> None:
        """Close the transport, unless it was given or is shared; calling it again does nothing.

        If it is closed, calls that wait for a slot, or to be sent again, end at once with a `LifecycleError`, and those
        that are under way end as the transport tells: see `AiohttpTransport.aclose`.
        """
        if any(one is self._session.transport for one in self._owned):
            self._session.close()
        try:
            await asyncio.sleep(0)  # so that those have left the limiter before it is closed
        finally:
            for one in self._owned:
                await one.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._session.options.base_url})"


def make_session(
    *,
    base_url: str,
    authorization: str,
    classify: Classify,
    transport: Transport,
    rate_limit: RateLimit | Limiter | None,
    retry: RetryPolicy,
    timeout: float | Timeout,
    deadline: float | None,
    headers: Mapping[str, str] | None,
    hooks: Sequence[Hook],
    max_wait: float | None,
) -> Session:
    """Make a session of a client's options.

    Raises:
        ConfigurationError: An option cannot be right.
    """
    if rate_limit is None or isinstance(rate_limit, RateLimit):
        rate_limit = RateLimiter(rate_limit or UNLIMITED)
    options = Options(
        base_url=_checked_url(base_url),
        headers=_all_headers(headers or {}, authorization),
        timeout=_timeout(timeout),
        deadline=_checked_deadline(deadline),
        retry=retry,
        hooks=tuple(hooks),
        max_wait=_checked_max_wait(max_wait),
    )
    return Session(transport, rate_limit, classify, options)


def change_session(
    session: Session,
    *,
    retry: RetryPolicy | Unset = UNSET,
    timeout: float | Timeout | Unset = UNSET,
    deadline: float | Unset | None = UNSET,
    headers: Mapping[str, str] | Unset = UNSET,
    hooks: Sequence[Hook] | Unset = UNSET,
    max_wait: float | Unset | None = UNSET,
    priority: Priority | Unset = UNSET,
) -> Session:
    """A session over the same transport and limiter, with some options changed; headers are added."""
    options = session.options
    if retry is not UNSET:
        options = evolve(options, retry=retry)
    if timeout is not UNSET:
        options = evolve(options, timeout=_timeout(timeout))
    if deadline is not UNSET:
        options = evolve(options, deadline=_checked_deadline(deadline))
    if headers is not UNSET:
        options = evolve(options, headers=_all_headers(headers, "", options.headers))
    if hooks is not UNSET:
        options = evolve(options, hooks=tuple(hooks))
    if max_wait is not UNSET:
        options = evolve(options, max_wait=_checked_max_wait(max_wait))
    if priority is not UNSET:
        options = evolve(options, priority=Priority(priority))
    return session.with_options(options)


def check_key(api_key: str) -> str:
    """Return a key without the blanks around it.

    Raises:
        ConfigurationError: It is empty, or holds what no key holds.
    """
    key = api_key.strip() if isinstance(api_key, str) else ""  # pyright: ignore[reportUnnecessaryIsInstance]
    if not key:
        raise ConfigurationError("The API key is empty, or no text")
    if not re.fullmatch(r"[\x21-\x7e]+", key):
        raise ConfigurationError("The API key holds blanks or characters that no key has: was it copied whole?")
    return key


def workers_of(rate_limit: RateLimit | Limiter | None) -> int:
    """How many calls are worked on at once where there are many, unless the caller says otherwise."""
    limit = rate_limit.limit if isinstance(rate_limit, RateLimiter) else rate_limit
    if isinstance(limit, RateLimit) and limit.in_flight is not None:
        return limit.in_flight
    return _WORKERS


def _all_headers(
    extra: Mapping[str, str], authorization: str, base: Mapping[str, str] | None = None
) -> Mapping[str, str]:
    """The base's headers and the caller's, who may change any but the authorization."""
    headers = dict(base or {"Accept": "application/json", "User-Agent": f"jofi-async/{__version__}"})
    if authorization:
        headers["Authorization"] = authorization
    ours = {name.lower(): name for name in (*headers, "Content-Type")}
    for name, value in extra.items():
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise ConfigurationError(f"The header {name!r} cannot be sent as it is")
        if name.lower() == "authorization":
            raise ConfigurationError("The authorization is made of the key and cannot be given as a header")
        if name.lower() in ("content-length", "transfer-encoding"):
            raise ConfigurationError(f"The header {name!r} says where a request ends, which is the transport's to say")
        headers[ours.setdefault(name.lower(), name)] = value
    return headers


def _checked_url(url: str) -> str:
    url = url.strip()
    try:
        parts = urlsplit(url)
        named = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that do not match, or a port that is no port
        named = False
    if not named or re.search(r"[\s\x00-\x1f]", url):
        raise ConfigurationError("The base URL must begin with https:// (or http://) and name a host")
    if set("?#@") & set(url):
        raise ConfigurationError("The base URL must not hold a user, a query or a fragment")
    return url.rstrip("/")


def _timeout(timeout: float | Timeout) -> Timeout:
    if not isinstance(timeout, Timeout):
        timeout = Timeout(connect=min(timeout, Timeout().connect), read=timeout)
    if not (timeout.connect > 0 and timeout.read > 0):
        raise ConfigurationError("A timeout must be positive")
    return timeout


def _checked_deadline(deadline: float | None) -> float | None:
    if deadline is not None and not deadline > 0:
        raise ConfigurationError(f"deadline must be positive, not {deadline}")
    return deadline


def _checked_max_wait(max_wait: float | None) -> float:
    if max_wait is not None and not max_wait >= 0:
        raise ConfigurationError(f"max_wait must not be negative, not {max_wait}")
    return math.inf if max_wait is None else max_wait
