"""`jofi listen`: the events of a running sandbox as they come, forwarded to a handler on this machine."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import click
from rich.console import Console
from rich.text import Text

from jofi_async.cli.secret import read_secret, secret_options
from jofi_async.cli.signals import Signals
from jofi_async.core.errors import ConfigurationError
from jofi_async.fakes.events import Event
from jofi_async.sandbox.delivery.courier import Courier
from jofi_async.sandbox.delivery.endpoint import Endpoint
from jofi_async.sandbox.delivery.faults import WebhookFaults
from jofi_async.sandbox.delivery.records import Delivery, Occurrence

DEFAULT_URL = "http://127.0.0.1:8075"
WAITS_FOR_EVER = aiohttp.ClientTimeout(total=None, sock_connect=10)


@click.command()
@click.option("--sandbox", "url", default=DEFAULT_URL, metavar="URL", help=f"Where it is.  [{DEFAULT_URL}]")
@click.option("--forward", metavar="URL", help="Push the events there, signed.")
@click.option("--webhook-fault", "faults", multiple=True, metavar="RULE", help="Let pushes go wrong.")
@secret_options
@click.option("--json", "as_json", is_flag=True, help="One event a line, whole.")
def listen(
    url: str,
    forward: str | None,
    faults: tuple[str, ...],
    secret_file: Path | None,
    user: str | None,
    as_json: bool,
) -> int:
    """Show the events of a running sandbox as they come.

    With --forward they are pushed to a handler on this machine as `jofi sandbox --webhook` would push them: signed, in
    order per person, and again until they are answered with 2xx.
    """
    screen = Screen(Console(highlight=False, soft_wrap=True), as_json)
    listener = Listener(url.rstrip("/"), forward, read_secret(secret_file), user, WebhookFaults.of(faults), screen)
    asyncio.run(_listen(listener))
    return 0


async def _listen(listener: "Listener") -> None:
    work = asyncio.ensure_future(listener.run())

    def stop(_: object) -> None:
        work.cancel()

    with Signals(stop):
        try:
            await work
        except asyncio.CancelledError:
            return


class Screen:
    """Prints events, and what became of their pushes.

    Args:
        console: Where to.
        as_json: Whole events alone, one a line.
    """

    def __init__(self, console: Console, as_json: bool) -> None:
        self._console = console
        self._as_json = as_json

    def say(self, text: str) -> None:
        """Print a sentence."""
        if not self._as_json:
            self._console.print(text)

    def show(self, told: Mapping[str, Any]) -> None:
        """Print an event as the sandbox tells it."""
        event = told["event"]
        if self._as_json:
            print(json.dumps(event), flush=True)
            return
        about = f"{told['service']} {told['about']}"
        self._console.print(Text.assemble((_now(), "dim"), "  ", (_kind(event), "bold"), "  ", (about, "dim")))

    def show_push(self, occurrence: Occurrence, delivery: Delivery | None) -> None:
        """Print the last attempt of a push, if there was one."""
        if delivery is None or self._as_json:
            return
        attempt = delivery.attempts[-1]
        what = str(attempt.status or attempt.trouble)
        again = f", again in {delivery.next_in:g} s" if delivery.next_in else ""
        note = f"  ({attempt.note})" if attempt.note else ""
        style = "green" if attempt.taken else "red"
        line = (f"  -> {occurrence.event.type}  ", (what, style), again, note)
        self._console.print(Text.assemble((_now(), "dim"), *line))


class Listener:
    """Follows a sandbox.

    Args:
        url: Where it is.
        forward: Where its events are pushed to, or None.
        secret: What pushes are signed with.
        user: Who signs, by Basic Auth; None for HMAC.
        faults: What goes wrong with pushes.
        screen: Where events are shown.
    """

    def __init__(
        self, url: str, forward: str | None, secret: str, user: str | None, faults: WebhookFaults, screen: Screen
    ) -> None:
        self._url = url
        self._forward = forward
        self._secret = secret
        self._user = user
        self._screen = screen
        self._endpoints: list[Endpoint] = []
        self._courier = Courier(self._endpoints, faults, screen.show_push)

    async def run(self) -> None:
        """Follow it until it ends.

        Raises:
            ConfigurationError: Nothing answers there, or what answers is no sandbox; or the events cannot be pushed.
        """
        self._courier.open()
        try:
            await self._follow()
        finally:
            await self._courier.close()

    async def _follow(self) -> None:
        async with aiohttp.ClientSession(timeout=WAITS_FOR_EVER) as session:
            known = max((told["number"] for told in await self._ask(session, 0)), default=0)
            self._screen.say(f"Listening to {self._url}. Ctrl-C ends it.")
            async for _ in self._changes(session):
                for told in await self._ask(session, known):
                    known = told["number"]
                    self._screen.show(told)
                    self._push(told)
        self._screen.say("The sandbox has ended.")

    async def _ask(self, session: aiohttp.ClientSession, after: int) -> list[Any]:
        try:
            async with session.get(f"{self._url}/_sandbox/events?after={after}") as answer:
                events: list[Any] = await answer.json()
                return events
        except (aiohttp.ClientError, ValueError):
            raise ConfigurationError(f"No sandbox answers at {self._url}: start it with jofi sandbox") from None

    async def _changes(self, session: aiohttp.ClientSession) -> AsyncIterator[None]:
        """Yield whenever something has changed there."""
        try:
            async with session.get(f"{self._url}/_console/changes") as answer:
                async for line in answer.content:
                    if line.startswith(b"data:"):
                        yield
        except aiohttp.ClientError:
            return

    def _push(self, told: Mapping[str, Any]) -> None:
        if self._forward is None:
            return
        service, body = told["service"], told["event"]
        if all(one.service != service for one in self._endpoints):
            self._endpoints.append(self._endpoint(service, told["signature_header"]))
        at = datetime.now().astimezone()
        self._courier.take(service, Event(id="", type=_kind(body), about=told["about"], at=at, body=body))

    def _endpoint(self, service: str, header: str) -> Endpoint:
        assert self._forward is not None
        if self._user is not None:
            return Endpoint.with_basic_auth(self._forward, service, self._user, self._secret)
        return Endpoint.with_hmac(self._forward, service, self._secret, header)


def _kind(event: Mapping[str, Any]) -> str:
    return str(event.get("type") or event.get("event") or "event")


def _now() -> str:
    return datetime.now().strftime("%H:%M:%S")
