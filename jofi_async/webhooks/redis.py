"""Which events were handled, in a Redis that machines share (`pip install 'jofi-async[redis]'`)."""

from typing import TYPE_CHECKING, Any

from redis.exceptions import WatchError

from jofi_async.webhooks.replays import KEEP, Claim

if TYPE_CHECKING:
    from redis.asyncio import Redis

_DONE = b"done"


class RedisReplays:
    """Implements `ReplayStore` in Redis 7 or later, for all processes that share it; it holds digests, and no event.

    A Redis that loses its data (no persistence, an eviction, a failover) forgets events, and their next delivery is
    handled again.

    Args:
        client: Yours to open and to close; used on its own event loop only.
        prefix: Begins every key.
        keep: For how many seconds an event is remembered; None: for good.
    """

    def __init__(self, client: "Redis", *, prefix: str = "jofi_async:event:", keep: float | None = KEEP) -> None:
        self._client: Any = client
        self._prefix = prefix
        self._keep = keep

    async def claim(self, key: str, token: str, seconds: float) -> Claim:
        """Take an event; see `ReplayStore.claim`.

        Raises:
            redis.exceptions.RedisError: Redis does not answer, or not well.
        """
        held = await self._client.set(self._prefix + key, token, nx=True, get=True, px=_milliseconds(seconds))
        if _bytes(held) in (None, token.encode()):  # the latter when an answer was lost and the client asked again
            return Claim.TAKEN
        return Claim.DONE if _bytes(held) == _DONE else Claim.BUSY

    async def finish(self, key: str) -> None:
        """Remember an event; see `ReplayStore.finish`.

        Raises:
            redis.exceptions.RedisError: Redis does not answer, or not well.
        """
        lasting = None if self._keep is None else _milliseconds(self._keep)
        await self._client.set(self._prefix + key, _DONE, px=lasting)

    async def release(self, key: str, token: str) -> None:
        """Let go; see `ReplayStore.release`.

        Raises:
            redis.exceptions.RedisError: Redis does not answer, or not well.
        """
        name = self._prefix + key
        async with self._client.pipeline() as pipeline:
            await pipeline.watch(name)
            if _bytes(await pipeline.get(name)) != token.encode():
                return
            pipeline.multi()
            pipeline.delete(name)
            try:
                await pipeline.execute()
            except WatchError:  # it has just become somebody else's
                return


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))


def _bytes(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value  # as the client decodes
