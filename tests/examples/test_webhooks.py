"""Each example of webhooks is run as its reader would run it, and gets what the reader would send."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from asyncio.subprocess import PIPE, STDOUT
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from jofi_async.webhooks import HmacSignature
from tests.webhooks.support import body_of

ROOT = Path(__file__).parents[2]
SCHEME = HmacSignature(secrets="old", header="x-signature")
APPS = ["aiohttp_app", "starlette_app", "fastapi_app", "flask_app", "django_app"]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


async def post(http: aiohttp.ClientSession, url: str, body: bytes, headers: dict[str, str]) -> int:
    while True:
        try:
            async with http.post(url, data=body, headers=headers) as answer:
                return answer.status
        except aiohttp.ClientConnectorError:  # it is not yet there
            await asyncio.sleep(0.05)


def listen_to_interrupts() -> None:
    """Undo what a shell does to what it runs in the background, and Python then leaves so: `SIGINT` is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


async def stopped(process: asyncio.subprocess.Process) -> bytes:
    """What a process wrote until it was interrupted; once more where the interpreter lost an interrupt."""
    ending = asyncio.ensure_future(process.communicate())
    while not ending.done():
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        await asyncio.wait([ending], timeout=5)
    return ending.result()[0]


@pytest.mark.parametrize("name", APPS)
async def test_an_example_handles_events_until_it_is_told_to_stop(name: str, tmp_path: Path) -> None:
    port, database = free_port(), tmp_path / "events.db"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"examples.webhooks.{name}",
        stdout=PIPE,
        stderr=STDOUT,
        cwd=ROOT,
        preexec_fn=listen_to_interrupts,
        env={**os.environ, "PORT": str(port), "WEBHOOK_SECRET": "new old", "WEBHOOK_DATABASE": str(database)},
    )
    url, body = f"http://127.0.0.1:{port}/webhooks", body_of()
    try:
        async with aiohttp.ClientSession() as http, asyncio.timeout(30):
            headers = [SCHEME.sign(body), {}, SCHEME.sign(body)]
            assert [await post(http, url, body, each) for each in headers] == [200, 401, 200]
    finally:
        output = await stopped(process)
    assert output.count(b"invitation 12345 was accepted") == 1
    assert b": repeated" in output
    assert b"Linda" not in output
    assert b"Traceback (most recent call last):\n  File" not in output.partition(b"KeyboardInterrupt")[0]


def test_without_a_secret_an_example_says_what_is_missing() -> None:
    command = [sys.executable, "-m", "examples.webhooks.aiohttp_app"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WEBHOOK_")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert "WEBHOOK_SECRET is not set" in done.stderr
