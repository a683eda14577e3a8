"""What the tests of the examples share: the web service on a real server, before a sandbox that can be held up."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import uvicorn
from attrs import define, field, frozen
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from examples.web_service import Service
from jofi_async import FakeJofi, JofiClient, Request, Response
from jofi_async.jofi.fake import JofiMount
from jofi_async.sandbox import Sandbox
from tests.support.tcp_proxy import tcp_proxy


class HeldJofi(JofiMount):
    """A JOFI that answers no create for an address at held.example.org until it is let go."""

    def __init__(self) -> None:
        super().__init__(FakeJofi())
        self.arrived = asyncio.Event()
        self.let_go = asyncio.Event()

    async def handle(self, request: Request) -> Response:
        if b"@held.example.org" in (request.body or b""):
            self.arrived.set()
            await self.let_go.wait()
        return await super().handle(request)


@define
class HangUps:
    """A server that cancels a handler whose caller has hung up, as some do and uvicorn does not."""

    app: ASGIApp
    cancels: bool
    heard: asyncio.Event = field(factory=asyncio.Event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._handle(scope, await _body(receive), receive, send)
        else:
            await self.app(scope, receive, send)

    async def _handle(self, scope: Scope, body: Message, receive: Receive, send: Send) -> None:
        async def read() -> Message:
            return body

        async def listen() -> None:
            await receive()
            self.heard.set()
            if self.cancels:
                handling.cancel()

        async def handle() -> None:
            await self.app(scope, read, send)
            listening.cancel()

        handling, listening = asyncio.create_task(handle()), asyncio.create_task(listen())
        await asyncio.wait({handling, listening})


async def _body(receive: Receive) -> Message:
    body = b""
    while (message := await receive()).get("more_body"):
        body += message["body"]
    return {**message, "body": body + message["body"]}


@frozen
class Stage:
    """A service that runs, and what is around it."""

    url: str
    service: Service
    client: JofiClient
    jofi: HeldJofi
    hang_ups: HangUps
    server: uvicorn.Server
    http: aiohttp.ClientSession

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Ask the service; the status and the JSON or the text that it answers with."""
        async with self.http.request(method, self.url + path, json=body) as answer:
            return answer.status, await (answer.json() if answer.content_type == "application/json" else answer.text())


@asynccontextmanager
async def web_service(*, cancels: bool = False) -> AsyncGenerator[Stage, None]:
    """Serve the example on loopback; on leaving, every connection to the sandbox must be closed with the service."""
    jofi = HeldJofi()
    async with Sandbox(jofi) as sandbox, tcp_proxy(sandbox.base_url) as proxy:
        client = JofiClient("sk_live_sandbox", base_url=proxy.url, rate_limit=None)
        service = Service(client)
        hang_ups = HangUps(service.app, cancels)
        with socket.create_server(("127.0.0.1", 0)) as listening:
            config = uvicorn.Config(hang_ups, ws="none", lifespan="on", log_config=None)
            server = uvicorn.Server(config)
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            serving = asyncio.create_task(server.serve([listening]))
            try:
                async with aiohttp.ClientSession() as http:
                    yield Stage(url, service, client, jofi, hang_ups, server, http)
            finally:
                jofi.let_go.set()
                server.should_exit = True
                await serving
