"""The events behind Starlette (`pip install starlette uvicorn`)."""

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from examples.webhooks.events import PATH, PORT, events
from jofi_async.webhooks.adapters.starlette import endpoint

app = Starlette(routes=[Route(PATH, endpoint(events), methods=["POST"])])

if __name__ == "__main__":
    uvicorn.run(app, port=PORT)
