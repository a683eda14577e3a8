"""The store of replays in a real Redis keeps the contract, and outlives neither more nor less than it says."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from jofi_async.testing import ReplayStoreContract
from jofi_async.webhooks import ReplayStore
from jofi_async.webhooks.redis import RedisReplays

pytestmark = pytest.mark.skipif(
    shutil.which("redis-server") is None, reason="redis-server is missing: install the Debian package redis-server"
)


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


@contextmanager
def redis_server(folder: Path) -> Generator[str]:
    path = str(folder / "redis.sock")
    options = ["--port", "0", "--unixsocket", path, "--save", "", "--dir", str(folder)]
    with subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL) as server:
        try:
            yield path
        finally:
            server.terminate()


async def answering(client: Redis) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                await client.get("anything")
            except RedisConnectionError:
                await asyncio.sleep(0.02)
            else:
                return
