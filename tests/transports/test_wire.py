"""How a request leaves: head and body at once, and only if it still may."""

import asyncio
from unittest.mock import Mock

import pytest

from jofi_async.core.deadlines import Deadlines
from jofi_async.core.errors import NotSentError
from jofi_async.core.wire import Request
from jofi_async.transports._wire import Attempt, Outbox, Wire
from jofi_async.transports.aiohttp import AiohttpTransport
from tests.support.raw import OK, RawServer, raw_server
from tests.support.raw import Wire as ServerSide


async def _answer_for_ever(wire: ServerSide) -> None:
    while await wire.request():
        await wire.send(OK)


def _to(server: RawServer, method: str = "POST") -> Request:
    return Request(method, f"http://{server.place}/", body=b"{}")


async def test_requests_of_one_iteration_leave_each_on_its_own_connection() -> None:
    async with raw_server(_answer_for_ever) as server, AiohttpTransport() as transport:
        for _ in range(2):
            answers = await asyncio.gather(*(transport.send(_to(server)) for _ in range(20)))
            assert [answer.status for answer in answers] == [200] * 20
    assert len(server.requests) == 40
    assert server.connections == 20


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
async def test_transport_that_is_closed_before_it_leaves(method: str) -> None:
    async with raw_server(_answer_for_ever) as server, AiohttpTransport() as transport:
        await transport.send(_to(server))
        request = _to(server, method)
        sending = asyncio.create_task(transport.send(request))
        await asyncio.sleep(0)  # it is written now, and the outbox not emptied
        await transport.aclose()
        with pytest.raises(NotSentError):
            await sending
        await server.all_closed()
    assert not request.departed
    assert len(server.requests) == 1


async def _leave(transport: Mock, request: Request) -> Attempt:
    transport.get_extra_info.return_value = None
    request.departed = False
    attempt = Attempt(request, Deadlines().scope(asyncio.get_running_loop()))
    wire = Wire(transport, Outbox())
    wire.carry(attempt, b"body")
    wire.write(b"head ")
    transport.write.assert_not_called()
    await asyncio.sleep(0)
    return attempt


async def test_head_and_body_leave_in_one_write() -> None:
    transport = Mock(spec=asyncio.Transport, is_closing=lambda: False)
    request = Request("POST", "http://127.0.0.1/")
    attempt = await _leave(transport, request)
    transport.write.assert_called_once_with(b"head body")
    assert request.departed
    assert attempt.refusal is None


async def test_nothing_leaves_on_a_connection_that_is_closing() -> None:
    transport = Mock(spec=asyncio.Transport, is_closing=lambda: True)
    request = Request("POST", "http://127.0.0.1/")
    attempt = await _leave(transport, request)
    transport.write.assert_not_called()
    assert not request.departed
    assert isinstance(attempt.refusal, NotSentError)


def test_a_plain_connection_is_read_in_smaller_parts() -> None:
    transport = Mock(max_size=256 * 1024)
    transport.get_extra_info.return_value = None
    Wire(transport, Outbox())
    assert transport.max_size == 64 * 1024
