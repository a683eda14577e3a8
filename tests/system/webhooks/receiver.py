"""A service that handles events, as a process that can be killed: `python -m ... DATABASE LOG`; prints its port.

The database is a SQLite file, or the socket of a Redis.
"""

import asyncio
import os
import sys
from pathlib import Path

from aiohttp import web
from redis.asyncio import Redis

from jofi_async.jofi.events import JOFI_EVENTS, JofiEvent
from jofi_async.webhooks import EventRouter, router
from jofi_async.webhooks.adapters.aiohttp import handler
from jofi_async.webhooks.redis import RedisReplays
from jofi_async.webhooks.sqlite import SqliteReplays
from tests.webhooks.vendor import SCHEME


async def serve(database: Path, log: Path) -> None:
    """Serve until killed; a claim lasts 2.5 s, so that a test need not wait long for the dead."""
    router.STEP_SECONDS = 0.5
    shared = database.suffix == ".sock"
    store = RedisReplays(Redis(unix_socket_path=str(database))) if shared else SqliteReplays(database)
    events = EventRouter(JOFI_EVENTS, SCHEME, store=store, timeout=1.0)
    written = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    @events.otherwise
    async def note(event: JofiEvent) -> None:
        os.write(written, f"start {event.id} {os.getpid()}\n".encode())
        await asyncio.sleep(0.01)
        os.write(written, f"end {event.id} {os.getpid()}\n".encode())

    app = web.Application()
    app.router.add_post("/", handler(events))
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), Path(sys.argv[2])))
