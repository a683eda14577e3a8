"""The events behind aiohttp.web."""

from aiohttp import web

from examples.webhooks.events import PATH, PORT, events
from jofi_async.webhooks.adapters.aiohttp import handler

app = web.Application()
app.router.add_post(PATH, handler(events))

if __name__ == "__main__":
    web.run_app(app, port=PORT)
