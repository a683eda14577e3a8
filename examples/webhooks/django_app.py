"""The events behind Django under ASGI, in one file (`pip install django uvicorn`)."""

import os

import uvicorn
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.urls import path

from examples.webhooks.events import PATH, PORT, events
from jofi_async.webhooks.adapters.django import view

settings.configure(
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["localhost", "127.0.0.1"],
    SECRET_KEY=os.environ.get("DJANGO_SECRET_KEY", "for trying it out"),
)
urlpatterns = [path(PATH.removeprefix("/"), view(events))]
app = get_asgi_application()

if __name__ == "__main__":
    uvicorn.run(app, port=PORT)
