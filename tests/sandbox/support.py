"""What the sandbox's tests share: requests as the documentation shows them, sent as other programs send them."""

import asyncio
import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from attrs import frozen

from jofi_async.core.wire import Request
from jofi_async.sandbox import Sandbox

Json = dict[str, Any]

LINDA: Json = {
    "created_by_user_email": "jane.recruiter@jofiscore.com",
    "first_name": "Linda",
    "last_name": "Sample",
    "email": "linda.sample@jofiscore.com",
}
HEADERS = {"Authorization": "Bearer sk_live_sandbox", "Content-Type": "application/json"}


@frozen
class Answer:
    """An answer as `http.client` reads it."""

    status: int
    kind: str
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def create_request(base_url: str, **changes: object) -> Request:
    """The documented create."""
    return Request("POST", f"{base_url}/invitations", HEADERS, json.dumps({**LINDA, **changes}).encode())


async def ask(
    sandbox: Sandbox,
    method: str,
    path: str,
    body: object = None,
    *,
    key: str | None = "sk_live_sandbox",
    headers: dict[str, str] | None = None,
) -> Answer:
    """Ask as any program would, with the standard library; a body that is no bytes is sent as JSON."""
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    sent = {"Authorization": f"Bearer {key}"} if key else {}
    return await asyncio.to_thread(_ask, sandbox.url, method, path, data, {**sent, **(headers or {})})


def _ask(url: str, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers.get("Content-Type", ""), answer.read())
    finally:
        connection.close()


async def shown(sandbox: Sandbox, what: str) -> Any:
    """Return what `/_sandbox` shows."""
    answer = await ask(sandbox, "GET", f"/_sandbox/{what}")
    assert answer.status == 200
    assert answer.kind.startswith("application/json")
    return answer.json


async def raw(sandbox: Sandbox, data: bytes, *, hang_up: bool = False) -> bytes:
    """Send bytes, hang up if so told, and return all that comes back until the connection is closed."""
    place = urlsplit(sandbox.url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        writer.write(data)
        if hang_up:
            writer.write_eof()
        async with asyncio.timeout(10):
            return await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()
