"""A router as a view of Django, under ASGI and under WSGI."""

from collections.abc import Callable, Coroutine
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from jofi_async.webhooks.adapters.body import read_stream
from jofi_async.webhooks.answers import Answer
from jofi_async.webhooks.background import BackgroundLoop
from jofi_async.webhooks.router import EventRouter


def view(router: EventRouter[Any]) -> Callable[[HttpRequest], Coroutine[Any, Any, HttpResponse]]:
    """What `path("webhooks", ...)` takes under ASGI; the handlers run on the server's loop."""

    @csrf_exempt
    @require_POST
    async def handle(request: HttpRequest) -> HttpResponse:
        return _response(await router.handle(_body(request, router), list(request.headers.items())))

    return handle


def sync_view(router: EventRouter[Any], loop: BackgroundLoop) -> Callable[[HttpRequest], HttpResponse]:
    """What `path("webhooks", ...)` takes under WSGI; the handlers run on that loop."""

    @csrf_exempt
    @require_POST
    def handle(request: HttpRequest) -> HttpResponse:
        return _response(loop.run(router.handle(_body(request, router), list(request.headers.items()))))

    return handle


def _body(request: HttpRequest, router: EventRouter[Any]) -> bytes | None:
    return read_stream(_reader(request), router.max_bytes)


def _reader(request: HttpRequest) -> Callable[[int], bytes]:
    """What reads the body; Django under WSGI takes one without a `Content-Length` for empty."""
    ends_by_itself = request.META.get("wsgi.input_terminated") and not request.META.get("CONTENT_LENGTH")
    read: Callable[[int], bytes] = request.META["wsgi.input"].read if ends_by_itself else request.read
    return read


def _response(answer: Answer) -> HttpResponse:
    return HttpResponse(status=answer.status, headers=dict(answer.headers))
