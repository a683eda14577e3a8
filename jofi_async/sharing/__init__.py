"""Where a limit is shared by the processes that use one key.

::

    stores     which store a URL names, and the name of a key's limit
    memory     within one process
    file       within one machine: a SQLite file
    redis      anywhere: Redis or Valkey, by the script in visit.lua
"""

from typing import TYPE_CHECKING

from attrs import evolve

from jofi_async.core.limits import Limiter, RateLimit

if TYPE_CHECKING:
    from jofi_async.core.limits.shared.limiter import SharedLimiter


def limiter_of(limit: RateLimit | Limiter | None, *, base_url: str, key: str) -> "SharedLimiter | None":
    """Make a limiter of a limit that is to be shared, or None of any other.

    Args:
        limit: What a client was given.
        base_url: Where the API lives.
        key: The API key, whose limit it is.

    Raises:
        ConfigurationError: There is no such store, or what it needs is not installed.
    """
    if not isinstance(limit, RateLimit) or limit.shared is None:
        return None
    from jofi_async.sharing.stores import shared_limiter  # asked for by few, and slow to import

    return shared_limiter(limit, base_url=base_url, key=key)


def shared_by(limit: RateLimit | Limiter | None, url: str | None) -> RateLimit | Limiter | None:
    """A limit that is shared by a URL, unless it has no rate, says itself where it is shared, or the URL is empty."""
    if url and isinstance(limit, RateLimit) and limit.per_second is not None and limit.shared is None:
        return evolve(limit, shared=url)
    return limit
