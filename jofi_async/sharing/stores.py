"""Which store a limit is shared in, and under which name: what turns a `RateLimit` into a limiter."""

import hashlib
import hmac
from pathlib import Path
from urllib.parse import unquote, urlsplit

from jofi_async.core.errors import ConfigurationError
from jofi_async.core.limits import RateLimit
from jofi_async.core.limits.shared.limiter import SharedLimiter
from jofi_async.core.limits.shared.store import LimitStore

_REDIS = {"redis", "rediss", "unix", "valkey", "valkeys"}


def shared_limiter(limit: RateLimit, *, base_url: str, key: str) -> SharedLimiter:
    """Make a limiter of a limit that is to be shared.

    Args:
        limit: The limit, with a store.
        base_url: Where the API lives.
        key: The API key, whose limit it is.

    Raises:
        ConfigurationError: There is no such store, or the limit has no rate.
    """
    assert limit.shared is not None
    is_ours = isinstance(limit.shared, str)
    store = open_store(limit.shared) if isinstance(limit.shared, str) else limit.shared
    return SharedLimiter(limit, store, name_of(base_url, key), owns_store=is_ours)


def open_store(url: str) -> LimitStore:
    """The store of a URL; nothing is connected to or opened yet.

    Args:
        url: `redis://`, `rediss://`, `unix://`, `valkey://`, `valkeys://`, or `file:PATH` for one machine.

    Raises:
        ConfigurationError: It is none of these; its text is not repeated, since it may hold a password.
    """
    try:
        scheme = urlsplit(url.strip()).scheme
    except ValueError:
        raise ConfigurationError("The URL by which a limit is shared cannot be read") from None
    if scheme in _REDIS:
        from jofi_async.sharing.redis import RedisLimitStore

        return RedisLimitStore(url.strip())
    if scheme == "file":
        from jofi_async.sharing.file import FileLimitStore

        return FileLimitStore(_path_of(url.strip()))
    raise ConfigurationError(
        f"A limit is shared by a URL that begins with redis://, rediss://, unix://, valkey:// or file:, not {scheme!r}"
    )


def name_of(base_url: str, key: str) -> str:
    """The name under which all clients of a key share a limit; the key cannot be found from it.

    Args:
        base_url: Where the API lives.
        key: The API key.
    """
    return hmac.new(key.encode(), base_url.strip().rstrip("/").encode(), hashlib.sha256).hexdigest()[:32]


def _path_of(url: str) -> Path:
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost") or not parts.path:
        raise ConfigurationError("A limit is shared by a file of this machine: file:/path or file:path")
    return Path(unquote(parts.path))
