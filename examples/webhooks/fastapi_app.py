"""The events behind FastAPI (`pip install fastapi uvicorn`)."""

import uvicorn
from fastapi import FastAPI

from examples.webhooks.events import PATH, PORT, events
from jofi_async.webhooks.adapters.starlette import endpoint

app = FastAPI()
app.post(PATH)(endpoint(events))

if __name__ == "__main__":
    uvicorn.run(app, port=PORT)
