"""A router as a view of Flask."""

from collections.abc import Callable
from typing import Any

from flask import Response, request

from jofi_async.webhooks.adapters.body import read_stream
from jofi_async.webhooks.background import BackgroundLoop
from jofi_async.webhooks.router import EventRouter


def view(router: EventRouter[Any], loop: BackgroundLoop) -> Callable[[], Response]:
    """What `app.post("/webhooks")(...)` takes; the handlers run on that loop."""

    def handle_webhook() -> Response:
        body = read_stream(request.stream.read, router.max_bytes)
        answer = loop.run(router.handle(body, list(request.headers.items())))
        return Response(status=answer.status, headers=dict(answer.headers))

    return handle_webhook
