"""HTTP to a handler and back, and the harm that faults do to the socket."""

import asyncio
import socket
import struct
from collections.abc import Callable, Sequence
from http import HTTPStatus

from aiohttp import web

from jofi_async.core.wire import Request, Response
from jofi_async.sandbox.log import BODY_LIMIT, Entry, RequestLog
from jofi_async.sandbox.mounts import Mount
from jofi_async.transports.unreliable import Delivery, Ending, Unreliable

ORIGIN = "http://sandbox"
LINGER_NOT = struct.pack("ii", 1, 0)
"""With it, closing a socket resets the connection."""


class Mounts:
    """A handler that hands each request to the fake at whose path it points.

    Args:
        mounts: The fakes.
        changed: Called when one may have changed.
    """

    def __init__(self, mounts: Sequence[Mount], changed: Callable[[], None]) -> None:
        self._mounts = mounts
        self._changed = changed

    async def handle(self, request: Request) -> Response:
        """Answer one request."""
        path = request.url.removeprefix(ORIGIN).partition("?")[0]
        for mount in self._mounts:
            if path == mount.path or path.startswith(mount.path + "/"):
                response = await mount.handle(request)
                if request.method != "GET":
                    self._changed()
                return response
        places = ", ".join(f"{mount.title} is at {mount.path}" for mount in self._mounts)
        text = f"Nothing is here: {places}, the sandbox's own control at /_sandbox.\n"
        return Response(404, {"content-type": "text/plain; charset=utf-8"}, text.encode())


class Wire:
    """The route for everything that is not the sandbox's own.

    Args:
        way: Leads to the fakes.
        log: Notes each request.
        latency: Seconds between a request's arrival and its effect.
        told: Called when a request has come, and when it was dealt with.
    """

    def __init__(self, way: Unreliable, log: RequestLog, latency: float, told: Callable[[], None]) -> None:
        self._way = way
        self._log = log
        self._latency = latency
        self._told = told

    async def answer(self, message: web.Request) -> web.StreamResponse:
        """Answer one request, or harm its connection."""
        entry = self._log.note(message.method, message.raw_path)
        self._told()
        try:
            return await self._answer(message, entry)
        finally:
            self._told()

    async def _answer(self, message: web.Request, entry: Entry) -> web.StreamResponse:
        try:
            body = await message.read()
        except web.HTTPRequestEntityTooLarge as refused:
            entry.status = refused.status
            raise
        entry.body = body[:BODY_LIMIT].decode(errors="replace")
        request = Request(message.method, _url(message), dict(message.headers), body or None)
        if self._latency:
            await self._way.pause(self._latency)
        delivery = await self._way.deliver(request)
        entry.fault = str(delivery.fault) if delivery.fault else None
        if delivery.delay:
            await self._way.pause(delivery.delay)
        if delivery.response is not None and delivery.ending is not Ending.DROPPED:
            entry.status = delivery.response.status
        return await _carry_out(delivery, message)


def _url(message: web.Request) -> str:
    """Return a URL with path and query as they were sent; a fake does not care for the host."""
    return f"{ORIGIN}{'' if message.raw_path.startswith('/') else '/'}{message.raw_path}"


async def _carry_out(delivery: Delivery, message: web.Request) -> web.StreamResponse:
    response = delivery.response
    if response is not None and delivery.ending is Ending.WHOLE:
        return web.Response(status=response.status, headers=response.headers, body=response.body)
    if message.transport is not None:
        await _break_off(delivery, message, message.transport)
    return web.Response()  # goes nowhere: the connection is closed


async def _break_off(delivery: Delivery, message: web.Request, transport: asyncio.Transport) -> None:
    if delivery.part is not None and delivery.response is not None:
        transport.set_write_buffer_limits(0)
        transport.write(_head(delivery.response) + delivery.part.body)
        await message.writer.drain()
    if delivery.ending is Ending.RESET:
        peer: socket.socket = transport.get_extra_info("socket")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        transport.abort()
    else:
        transport.close()


def _head(response: Response) -> bytes:
    """Return the head of an answer that announces more than will come."""
    length = max(len(response.body), 1)
    lines = [f"{name}: {value}" for name, value in {**response.headers, "content-length": str(length)}.items()]
    status = HTTPStatus(response.status)
    return "\r\n".join([f"HTTP/1.1 {status.value} {status.phrase}", *lines, "\r\n"]).encode()
