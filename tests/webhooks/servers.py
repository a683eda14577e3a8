"""A router behind the real server of each web framework, on loopback."""

import asyncio
import socket
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from types import ModuleType
from typing import Any

import uvicorn
from aiohttp import web
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.urls import path
from fastapi import FastAPI
from flask import Flask
from starlette.applications import Starlette
from starlette.routing import Route
from werkzeug.serving import make_server

from jofi_async.webhooks import BackgroundLoop, EventRouter
from jofi_async.webhooks.adapters import aiohttp as for_aiohttp
from jofi_async.webhooks.adapters import django as for_django
from jofi_async.webhooks.adapters import flask as for_flask
from jofi_async.webhooks.adapters import starlette as for_starlette

Serve = Callable[[EventRouter[Any]], AbstractAsyncContextManager[str]]
PATH = "/webhooks"

settings.configure(
    ROOT_URLCONF=None,
    ALLOWED_HOSTS=["127.0.0.1"],
    SECRET_KEY="tests",
    LOGGING_CONFIG=None,
    MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"],
)
"""Django is configured once for a process; the middleware against CSRF is on, since a webhook must pass it."""


def mount_in_django(view: Any) -> None:
    """Let Django serve a view, in place of an earlier one."""
    urls = ModuleType("urls")
    vars(urls)["urlpatterns"] = [path(PATH.removeprefix("/"), view)]
    settings.ROOT_URLCONF = urls


@asynccontextmanager
async def aiohttp(router: EventRouter[Any]) -> AsyncGenerator[str, None]:
    app = web.Application()
    app.router.add_post(PATH, for_aiohttp.handler(router))
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield _url(runner.addresses[0])
    finally:
        await runner.cleanup()


def _url(address: Any) -> str:
    return f"http://127.0.0.1:{address[1]}"


@asynccontextmanager
async def _asgi(app: Any) -> AsyncGenerator[str, None]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, ws="none", lifespan="off", log_config=None))
        serving = asyncio.create_task(server.serve([listening]))
        try:
            yield _url(listening.getsockname())
        finally:
            server.should_exit = True
            await serving


@asynccontextmanager
async def _wsgi(app: Any) -> AsyncGenerator[str, None]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield _url(server.server_address)
    finally:
        await asyncio.to_thread(server.shutdown)
        serving.join()
        server.server_close()


def starlette(router: EventRouter[Any]) -> AbstractAsyncContextManager[str]:
    return _asgi(Starlette(routes=[Route(PATH, for_starlette.endpoint(router), methods=["POST"])]))


def fastapi(router: EventRouter[Any]) -> AbstractAsyncContextManager[str]:
    app = FastAPI()
    app.post(PATH)(for_starlette.endpoint(router))
    return _asgi(app)


@asynccontextmanager
async def flask(router: EventRouter[Any]) -> AsyncGenerator[str, None]:
    app = Flask("webhooks")
    with closing(BackgroundLoop()) as loop:
        app.post(PATH)(for_flask.view(router, loop))
        async with _wsgi(app) as url:
            yield url


@asynccontextmanager
async def django_asgi(router: EventRouter[Any]) -> AsyncGenerator[str, None]:
    mount_in_django(for_django.view(router))
    async with _asgi(get_asgi_application()) as url:
        yield url


@asynccontextmanager
async def django_wsgi(router: EventRouter[Any]) -> AsyncGenerator[str, None]:
    with closing(BackgroundLoop()) as loop:
        mount_in_django(for_django.sync_view(router, loop))
        async with _wsgi(get_wsgi_application()) as url:
            yield url


SERVERS: dict[str, Serve] = {
    "aiohttp": aiohttp,
    "starlette": starlette,
    "fastapi": fastapi,
    "flask": flask,
    "django under asgi": django_asgi,
    "django under wsgi": django_wsgi,
}
