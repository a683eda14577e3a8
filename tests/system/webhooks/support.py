"""A real Redis for a test."""

import asyncio
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

needs_redis = pytest.mark.skipif(
    shutil.which("redis-server") is None, reason="redis-server is missing: install the Debian package redis-server"
)


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
