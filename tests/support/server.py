"""Put any handler on a real socket."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from ssl import SSLContext

from aiohttp import web

from jofi_async.core.wire import Request, Response
from jofi_async.transports.fake import Handler


@asynccontextmanager
async def serve(handler: Handler, *, tls: SSLContext | None = None) -> AsyncGenerator[str, None]:
    """Serve `handler` on 127.0.0.1 and yield its base URL, without a trailing slash."""
    base_url = ""

    async def answer(message: web.BaseRequest) -> web.Response:
        body = await message.content.read()
        request = Request(message.method, base_url + message.raw_path, dict(message.headers), body or None)
        return _on_the_wire(await handler.handle(request))

    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        base_url = f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
        yield base_url
    finally:
        await runner.cleanup()


def _on_the_wire(response: Response) -> web.Response:
    """Write names as most servers do, so that a transport must turn them into lower case."""
    headers = {name.title(): value for name, value in response.headers.items()}
    return web.Response(status=response.status, headers=headers, body=response.body)
