"""A limit shared through Redis or Valkey: a visit is one script, on the server and on its clock."""

import asyncio
from importlib.resources import files
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

from jofi_async.core.errors import ConfigurationError
from jofi_async.core.limits.shared.store import Booked, Law, LimitStoreError, Visit

try:
    from redis.asyncio import Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff
    from redis.exceptions import RedisError
except ImportError as error:
    raise ConfigurationError("A limit shared through Redis needs the extra: pip install 'jofi-async[redis]'") from error

_SECONDS = 2.0  # the limiter is less patient; this is for whatever has no other bound
SCRIPT = files("jofi_async.sharing").joinpath("visit.lua").read_text("utf-8")
_UNREADABLE = "The URL of the Redis that shares the limit cannot be read"
_SCHEMES = {"valkey": "redis", "valkeys": "rediss"}


class RedisLimitStore:
    """Keeps limits in Redis or Valkey, under names that begin with `jofi_async:limit:`.

    The server must keep its keys: `maxmemory-policy` is `noeviction`, or a `volatile` one with memory to spare. A
    replica that takes over may have forgotten the last instants; it is then treated as an outage.

    Args:
        url: `redis://`, `rediss://`, `unix://`, or the same with `valkey://` and `valkeys://`.

    Raises:
        ConfigurationError: The URL cannot be right, or the extra is not installed.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._url = urlunsplit(parts._replace(scheme=_SCHEMES.get(parts.scheme, parts.scheme)))
        self._where = _where(parts)
        self._client: Any = None
        self._script: Any = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connect()

    async def visit(self, name: str, visit: Visit) -> Booked:
        """See `LimitStore.visit`."""
        if self._loop is not asyncio.get_running_loop():
            self._connect()
            self._loop = asyncio.get_running_loop()
        keys = [f"jofi_async:limit:{{{name}}}", f"jofi_async:limit:{{{name}}}:seen"]
        try:
            return booked(await self._script(keys=keys, args=arguments(visit)))
        except (RedisError, OSError) as error:
            raise LimitStoreError(f"Redis at {self._where}: {error}") from None

    async def aclose(self) -> None:
        """Close the connections of the running loop."""
        if self._loop is asyncio.get_running_loop():
            await self._client.aclose()

    def __repr__(self) -> str:
        return f"RedisLimitStore({self._where})"

    def _connect(self) -> None:
        """Make a client, which connects when it is used first and again after a failure."""
        try:
            self._client = Redis.from_url(  # pyright: ignore[reportUnknownMemberType]
                self._url,
                socket_timeout=_SECONDS,
                socket_connect_timeout=_SECONDS,
                retry=Retry(NoBackoff(), 0),
                decode_responses=True,
            )
        except ValueError:
            raise ConfigurationError(_UNREADABLE) from None
        self._script = self._client.register_script(SCRIPT)


def _where(parts: SplitResult) -> str:
    """What of a URL may be shown."""
    try:
        return parts.path if parts.scheme == "unix" else f"{parts.hostname}:{parts.port or 6379}"
    except ValueError:
        raise ConfigurationError(_UNREADABLE) from None


def arguments(visit: Visit) -> list[str | float]:
    """A visit as the script takes it."""
    return [
        visit.visitor,
        "" if visit.last is None else f"{visit.last:.6f}",
        visit.interval,
        visit.tolerance,
        visit.count,
        visit.cost,
        visit.lead,
        visit.pause,
        int(visit.away),
        0 if visit.expires is None else f"{visit.expires:.6f}",
        visit.silence,
        visit.settling,
        " ".join(f"{start:.6f}:{cost!r}" for start, cost in visit.returned),
        "" if visit.law is None else visit.law.version,
        "" if visit.law is None else visit.law.text,
    ]


def booked(answer: Any) -> Booked:
    """What the script answers."""
    instants, processes, is_lost, version, text, starts, has_expired = answer
    now, full_at, paused_until, settled_at = map(float, instants)
    return Booked(
        now=now,
        starts=tuple(map(float, starts)),
        full_at=full_at,
        paused_until=paused_until,
        settled_at=settled_at,
        processes=int(processes),
        is_lost=bool(is_lost),
        law=Law(int(version), text) if version else None,
        has_expired=bool(has_expired),
    )
