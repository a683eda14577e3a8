"""Every transport keeps the contract."""

import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from jofi_async.core.transport import Transport
from jofi_async.testing import FakeTransport, Handler, TransportContract
from jofi_async.transports.aiohttp import AiohttpTransport
from tests.support.server import serve
from tests.support.tls import client_side, server_side


class TestFakeTransport(TransportContract):
    @asynccontextmanager
    async def transport_for(self, handler: Handler) -> AsyncGenerator[tuple[Transport, str], None]:
        async with FakeTransport(handler) as transport:
            yield transport, "https://fake.example.org"


class TestAiohttpTransport(TransportContract):
    server: ssl.SSLContext | None = None
    client: ssl.SSLContext | None = None

    @asynccontextmanager
    async def transport_for(self, handler: Handler) -> AsyncGenerator[tuple[Transport, str], None]:
        async with serve(handler, tls=self.server) as base_url, AiohttpTransport(ssl=self.client) as transport:
            yield transport, base_url


class TestAiohttpTransportOverTls(TestAiohttpTransport):
    server = server_side()
    client = client_side()


class TestAiohttpTransportWithoutKeepalive(TransportContract):
    @asynccontextmanager
    async def transport_for(self, handler: Handler) -> AsyncGenerator[tuple[Transport, str], None]:
        async with serve(handler) as base_url, AiohttpTransport(keepalive=0) as transport:
            yield transport, base_url
