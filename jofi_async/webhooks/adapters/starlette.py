"""A router as an endpoint of Starlette and FastAPI."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from jofi_async.webhooks.adapters.body import read_chunks
from jofi_async.webhooks.router import EventRouter


def endpoint(router: EventRouter[Any]) -> Callable[[Request], Awaitable[Response]]:
    """What Starlette's `Route("/webhooks", ..., methods=["POST"])` and FastAPI's `app.post("/webhooks")(...)` take."""

    async def handle(request: Request) -> Response:
        body = await read_chunks(request.stream(), router.max_bytes, (ClientDisconnect,))
        answer = await router.handle(body, request.headers.items())
        return Response(status_code=answer.status, headers=answer.headers)

    return handle
