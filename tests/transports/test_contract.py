"""Every transport keeps the contract."""

import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from jofi_async.core.errors import NotSentError, UnknownOutcomeError
from jofi_async.core.transport import Transport
from jofi_async.core.wire import Request, Response
from jofi_async.testing import FakeTransport, Handler, TransportContract
from jofi_async.transports.aiohttp import AiohttpTransport
from tests.support.server import serve
from tests.support.tls import client_side, server_side


class TestFakeTransport(TransportContract):
    @asynccontextmanager
    async def transport_for(self, handler: Handler) -> AsyncGenerator[tuple[Transport, str], None]:
        async with FakeTransport(handler) as transport:
            yield transport, "https://fake.example.org"

    def refused_url(self) -> None:
        return None


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


class Denying(FakeTransport):
    """Believes of every failure that nothing was sent."""

    async def send(self, request: Request) -> Response:
        try:
            return await super().send(request)
        except UnknownOutcomeError as error:
            raise NotSentError(error.message) from None


class Insisting(FakeTransport):
    """Sends again."""

    async def send(self, request: Request) -> Response:
        try:
            return await super().send(request)
        except UnknownOutcomeError:
            return await super().send(request)


class Forgetful(FakeTransport):
    """Keeps nothing of an answer that broke off, and takes nothing for an answer."""

    async def send(self, request: Request) -> Response:
        try:
            return await super().send(request)
        except UnknownOutcomeError as error:
            if error.response is None:
                return Response(200)
            raise UnknownOutcomeError(error.message) from None


@pytest.mark.parametrize("kind", [Denying, Insisting, Forgetful])
@pytest.mark.parametrize(
    "name",
    [
        "test_a_dropped_connection_leaves_the_outcome_unknown",
        "test_an_answer_cut_short_leaves_the_outcome_unknown_and_its_status_known",
        "test_silence_leaves_the_outcome_unknown",
    ],
)
async def test_a_transport_that_fails_wrongly_does_not_pass(kind: type[FakeTransport], name: str) -> None:
    class Contract(TransportContract):
        @asynccontextmanager
        async def transport_for(self, handler: Handler) -> AsyncGenerator[tuple[Transport, str], None]:
            async with kind(handler) as transport:
                yield transport, "https://fake.example.org"

    with pytest.raises(AssertionError):
        await getattr(Contract(), name)()


async def test_a_transport_that_reaches_nobody_without_saying_so_does_not_pass() -> None:
    with pytest.raises(AssertionError, match="to nobody"):
        await Unrefused().test_a_refused_connection_is_known_to_be_not_sent()


class Unrefused(TransportContract):
    @asynccontextmanager
    async def transport_for(self, handler: Handler) -> AsyncGenerator[tuple[Transport, str], None]:
        async with FakeTransport(handler) as transport:
            yield transport, "https://fake.example.org"
