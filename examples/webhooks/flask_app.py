"""The events behind Flask (`pip install flask`): the handlers run on a loop of their own."""

from flask import Flask

from examples.webhooks.events import PATH, PORT, events
from jofi_async.webhooks import BackgroundLoop
from jofi_async.webhooks.adapters.flask import view

app = Flask(__name__)
loop = BackgroundLoop()
app.post(PATH)(view(events, loop))

if __name__ == "__main__":
    app.run(port=PORT)
