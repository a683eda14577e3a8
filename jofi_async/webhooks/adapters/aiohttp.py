"""A router as a handler of aiohttp.web."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from jofi_async.webhooks.adapters.body import read_chunks
from jofi_async.webhooks.router import EventRouter


def handler(router: EventRouter[Any]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """What `app.router.add_post("/webhooks", ...)` takes."""

    async def handle(request: web.Request) -> web.Response:
        body = await read_chunks(request.content.iter_any(), router.max_bytes, (OSError, web.RequestPayloadError))
        answer = await router.handle(body, request.headers.items())
        return web.Response(status=answer.status, headers=answer.headers)

    return handle
