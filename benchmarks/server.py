"""A server that answers at once, in a process and on a core of its own: `python -m benchmarks.server`.

It answers a POST with the invitation that a create makes, and a GET with a list of 150.
"""

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks import machine
from benchmarks.people import people
from jofi_async import FakeJofi, FakeTransport, Request
from jofi_async.core import codec

KEY = "sk_live_sandbox"
URL = "http://jofi.example/api/v2/invitations"

_HEADERS = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


async def answers() -> tuple[bytes, bytes]:
    """What JOFI answers, by its fake: a create, and a list of 150."""
    transport = FakeTransport(FakeJofi())
    created = b""
    for person in people(150):
        created = (await transport.send(Request("POST", URL, _HEADERS, codec.encode(person)))).body
    listed = await transport.send(Request("GET", f"{URL}?custom_id=REQ", _HEADERS))
    return created, listed.body


class Connection(asyncio.Protocol):
    """One client's connection."""

    def __init__(self, created: bytes, listed: bytes) -> None:
        self._created = _message(b"201 Created", created)
        self._listed = _message(b"200 OK", listed)
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what is written to."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is there whole."""
        received = self._received + data
        while (end := received.find(b"\r\n\r\n") + 4) > 3:
            length = _LENGTH.search(received, 0, end)
            whole = end + (int(length[1]) if length else 0)
            if len(received) < whole:
                break
            self._transport.write(self._created if received.startswith(b"POST") else self._listed)
            received = received[whole:]
        self._received = received


def _message(status: bytes, body: bytes) -> bytes:
    return b"HTTP/1.1 %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (status, len(body), body)


async def _serve() -> None:
    created, listed = await answers()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(created, listed), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@asynccontextmanager
async def serving() -> AsyncGenerator[str, None]:
    """Start the server, and yield its base URL."""
    command = [sys.executable, "-m", "benchmarks.server"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parent.parent)  # noqa: ASYNC220
    try:
        machine.pin(machine.SERVER, process.pid)
        assert process.stdout is not None
        port = int(process.stdout.readline())
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.communicate()


if __name__ == "__main__":
    asyncio.run(_serve())
