"""Put any handler on a real socket."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from ssl import SSLContext

from aiohttp import web

from jofi_async.core.wire import Request, Response
from jofi_async.transports.fake import Cut, Drop, Handler, Silence


@asynccontextmanager
async def serve(handler: Handler, *, tls: SSLContext | None = None) -> AsyncGenerator[str, None]:
    """Serve `handler` on 127.0.0.1 and yield its base URL, without a trailing slash."""
    base_url = ""
    over = asyncio.Event()

    async def answer(message: web.BaseRequest) -> web.StreamResponse:
        body = await message.content.read()
        request = Request(message.method, base_url + message.raw_path, dict(message.headers), body or None)
        try:
            return _on_the_wire(await handler.handle(request))
        except Drop:
            return _hang_up(message)
        except Cut as cut:
            await _begin(cut, message)
            return _hang_up(message)
        except Silence:
            await over.wait()
            return _hang_up(message)

    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        base_url = f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
        yield base_url
    finally:
        over.set()
        await runner.cleanup()


def _on_the_wire(response: Response) -> web.Response:
    return web.Response(status=response.status, headers=_titled(response), body=response.body)


def _titled(response: Response) -> dict[str, str]:
    """Write names as most servers do, so that a transport must turn them into lower case."""
    return {name.title(): value for name, value in response.headers.items()}


async def _begin(cut: Cut, message: web.BaseRequest) -> None:
    """Send the head and half of the body."""
    whole = cut.response
    answer = web.StreamResponse(status=whole.status, headers=_titled(whole))
    answer.content_length = len(whole.body)
    await answer.prepare(message)
    await answer.write(whole.body[: len(whole.body) // 2])


def _hang_up(message: web.BaseRequest) -> web.Response:
    if message.transport is not None:
        message.transport.close()
    return web.Response()  # goes nowhere
