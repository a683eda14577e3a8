"""The sandbox as a server: when it listens, what it holds meanwhile, and how it ends."""

import errno
import logging
import os
import socket
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from jofi_async.core.errors import ConfigurationError
from jofi_async.sandbox import openapi
from jofi_async.sandbox.console.pages import Console
from jofi_async.sandbox.control import PATH, Control
from jofi_async.sandbox.delivery.courier import Courier
from jofi_async.sandbox.delivery.endpoint import Endpoint
from jofi_async.sandbox.delivery.faults import WebhookFaults
from jofi_async.sandbox.delivery.records import Delivery, Occurrence
from jofi_async.sandbox.guard import guard, is_loopback
from jofi_async.sandbox.log import RequestLog
from jofi_async.sandbox.mounts import Mount, fresh_mounts
from jofi_async.sandbox.state import StateFile
from jofi_async.sandbox.wire import Mounts, Wire
from jofi_async.transports.faults import FaultPlan
from jofi_async.transports.unreliable import Unreliable

BODY_LIMIT = 1024 * 1024
GRACE = 1.0
"""How many seconds the requests under way have once it is told to end."""


class _OursAlone(logging.Filter):
    """Keeps a client's mistakes and disconnections from filling the terminal with tracebacks."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        return not isinstance(error, HttpProcessingError | ConnectionError)


_LOG = logging.getLogger("jofi_async.sandbox.http")
_LOG.addFilter(_OursAlone())


class Sandbox:
    """Serves fakes over HTTP, as an async context manager.

    On leaving, late effects happen and slow answers are sent at once, and the state is saved.

    Args:
        *mounts: What to serve; by default every vendor's fake on the wall's clock.
        faults: What goes wrong with requests to them: a rule, several, or a plan; see `Fault`.
        latency: Seconds between a request's arrival and its effect.
        state: A file that keeps the fakes across restarts. What it holds takes the place of what the mounts hold,
            clock and seed included.
        host: Where to listen. Anything but this machine itself lets everyone there read and change the fakes.
        port: Which port; 0 for any that is free.
        webhooks: Where events are pushed to.
        webhook_faults: What goes wrong with pushes, as rules; see `WebhookFaultKind`.

    Attributes:
        mounts: What is served.
        faults: The plan of what goes wrong, which may be changed at any time.
        courier: Pushes events, and knows what became of them.

    Raises:
        ConfigurationError: A rule cannot be read. On entering: the port or the address cannot be had, or the state
            file cannot be read or written.
    """

    def __init__(
        self,
        *mounts: Mount,
        faults: FaultPlan | str | Iterable[str] = (),
        latency: float = 0.0,
        state: str | os.PathLike[str] | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        webhooks: Sequence[Endpoint] = (),
        webhook_faults: Iterable[str] = (),
    ) -> None:
        self.mounts = mounts or tuple(fresh_mounts())
        self.faults = FaultPlan.of(faults)
        self._state = None if state is None else StateFile(Path(state), self.mounts)
        self._host = host
        self._port = port
        self._way = Unreliable(Mounts(self.mounts, self._changed), self.faults)
        self._log = RequestLog()
        self.courier = Courier(webhooks, WebhookFaults.of(webhook_faults), self._told)
        self._console = Console(self.mounts, self._log, self.courier, self.faults, self._changed)
        self._subscriptions = ExitStack()
        self._runner = self._make_runner(latency)

    @property
    def url(self) -> str:
        """Where it listens, without a slash at its end."""
        port = self._runner.addresses[0][1] if self._runner.addresses else self._port
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._host, self._host)
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    @property
    def base_url(self) -> str:
        """The base URL of what is served first: JOFI's, unless told otherwise."""
        return self.base_url_of(self.mounts[0])

    def base_url_of(self, mount: Mount) -> str:
        """Return the base URL of one of the mounts."""
        return self.url + mount.path

    async def __aenter__(self) -> Self:
        if self._state is not None:
            self._state.load()
        await self._runner.setup()
        try:
            await self._listen()
            for mount in self.mounts:
                self._publish(mount)
            self.courier.open()
            if self._state is not None:
                self._state.save()
        except BaseException:
            await self._stop_pushing()
            await self._runner.cleanup()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._way.settle()
        await self._runner.cleanup()
        await self._way.settle()
        await self._stop_pushing()
        if self._state is not None:
            self._state.save()

    async def _stop_pushing(self) -> None:
        self._subscriptions.close()
        await self.courier.close()

    def _publish(self, mount: Mount) -> None:
        mount.publish_at(self.url)
        self._subscriptions.callback(mount.subscribe(partial(self.courier.take, mount.name)))
        for endpoint in self.courier.endpoints:
            if endpoint.service == mount.name:
                mount.push_to(endpoint.place)

    def _make_runner(self, latency: float) -> web.AppRunner:
        app = web.Application(middlewares=[guard(loopback=is_loopback(self._host))], client_max_size=BODY_LIMIT)
        app.add_subapp(PATH, Control(self.mounts, self._log, self.courier, self.faults, self._changed).app())
        self._console.add_to(app)
        app.router.add_get(openapi.PATH, self._describe)
        app.router.add_route("*", "/{path:.*}", Wire(self._way, self._log, latency, self._console.changes.tell).answer)
        return web.AppRunner(app, access_log=None, logger=_LOG, auto_decompress=False, shutdown_timeout=GRACE)

    async def _describe(self, _: web.Request) -> web.Response:
        return web.json_response(openapi.document(self.mounts, self.url))

    async def _listen(self) -> None:
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                words = f"Port {self._port} of {self._host} is taken: end what listens there, or choose another port"
            elif isinstance(error, socket.gaierror):
                words = f"There is no address {self._host!r} to listen on"
            else:
                reason = os.strerror(error.errno).lower() if error.errno else "the system does not say why"
                words = f"It cannot listen on port {self._port} of {self._host}: {reason}"
            raise ConfigurationError(words) from None

    def _told(self, _: Occurrence, __: Delivery | None) -> None:
        self._console.changes.tell()

    def _changed(self) -> None:
        self._console.changes.tell()
        if self._state is not None:
            self._state.changed()
