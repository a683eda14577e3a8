"""The store of replays in a real Redis keeps the contract."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis

from jofi_async.testing import ReplayStoreContract
from jofi_async.webhooks import ReplayStore
from jofi_async.webhooks.redis import RedisReplays
from tests.system.webhooks.support import answering, needs_redis, redis_server

pytestmark = needs_redis


class TestRedis(ReplayStoreContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    @asynccontextmanager
    async def stores(self) -> AsyncGenerator[Callable[[], ReplayStore], None]:
        with redis_server(self.folder) as path:
            async with Redis(unix_socket_path=path) as client:
                await answering(client)
                yield lambda: RedisReplays(client)

    async def wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
