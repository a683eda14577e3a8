"""Tells open pages that something has changed, by server-sent events; what has changed they ask for themselves."""

import asyncio
import contextlib

from aiohttp import web

PAUSE = 0.2
"""Seconds between two events of one page, so that a bulk job does not redraw it a thousand times."""
BEAT = 15.0
"""Seconds of silence after which a page that has gone is noticed."""


class Changes:
    """The pages that are open."""

    def __init__(self) -> None:
        self._pages: set[asyncio.Event] = set()
        self._closed = False

    def tell(self) -> None:
        """Tell all of them."""
        for page in self._pages:
            page.set()

    async def close(self, _: web.Application) -> None:
        """End all streams."""
        self._closed = True
        self.tell()

    async def stream(self, message: web.Request) -> web.StreamResponse:
        """Answer one page, for as long as it is open."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(message)
        page = asyncio.Event()
        page.set()  # what changed while a page connected is not lost
        self._pages.add(page)
        try:
            with contextlib.suppress(ConnectionError):
                await self._feed(page, response)
        finally:
            self._pages.discard(page)
        return response

    async def _feed(self, page: asyncio.Event, response: web.StreamResponse) -> None:
        while not self._closed:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BEAT):
                    await page.wait()
            await response.write(b"data: changed\n\n" if page.is_set() else b": still here\n\n")
            page.clear()
            await asyncio.sleep(PAUSE)
