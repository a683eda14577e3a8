"""The routes of the pages: look, and press a button."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from urllib.parse import parse_qsl, urlencode, urlsplit

from aiohttp import web

from jofi_async.core.errors import ConfigurationError
from jofi_async.fakes.people import Person
from jofi_async.sandbox.console.drawing import Drawing
from jofi_async.sandbox.console.live import Changes
from jofi_async.sandbox.console.view import Query, View
from jofi_async.sandbox.control import number_of
from jofi_async.sandbox.delivery.courier import Courier
from jofi_async.sandbox.log import RequestLog
from jofi_async.sandbox.mounts import Mount
from jofi_async.transports.faults import FaultPlan

PATH = "/_console"
ASSETS = {"console.css": "text/css", "console.js": "text/javascript", "icon.svg": "image/svg+xml"}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Console:
    """Answers the routes.

    Args:
        mounts: What is served.
        log: The requests.
        courier: The events.
        faults: What goes wrong.
        changed: Called when a fake or the faults have changed.
    """

    def __init__(
        self,
        mounts: Sequence[Mount],
        log: RequestLog,
        courier: Courier,
        faults: FaultPlan,
        changed: Callable[[], None],
    ) -> None:
        self._mounts = mounts
        self._log = log
        self._courier = courier
        self._faults = faults
        self._changed = changed
        self._drawing = Drawing()
        self.changes = Changes()

    def add_to(self, app: web.Application) -> None:
        """Add the routes to a sandbox's."""
        app.router.add_get("/", self._show)
        app.router.add_get(f"{PATH}/assets/{{name}}", self._asset)
        app.router.add_get(f"{PATH}/changes", self.changes.stream)
        app.router.add_post(f"{PATH}/play", self._play)
        app.router.add_post(f"{PATH}/faults", self._set_faults)
        app.router.add_post(f"{PATH}/webhook-faults", self._set_webhook_faults)
        app.router.add_post(f"{PATH}/redeliver", self._redeliver)
        for pages in {mount.pages for mount in self._mounts}:
            app.router.add_get(f"{pages}/{{token}}", self._welcome)
            app.router.add_post(f"{pages}/{{token}}", self._take_step)
        app.on_shutdown.append(self.changes.close)

    async def _show(self, message: web.Request) -> web.Response:
        return self._console(message, message.query)

    def _console(self, message: web.Request, query: Mapping[str, str], problem: str = "") -> web.Response:
        view = View.of(Query.of(query, self._mounts), self._mounts, self._log, self._courier, self._faults)
        page = self._drawing.console(view, self._mounts, f"{message.scheme}://{message.host}", problem)
        return _html(page, 400 if problem else 200)

    async def _asset(self, message: web.Request) -> web.Response:
        name = message.match_info["name"]
        if name not in ASSETS:
            raise web.HTTPNotFound
        text = files("jofi_async.sandbox.console").joinpath("assets", name).read_text("utf-8")
        return web.Response(text=text, content_type=ASSETS[name], headers=HEADERS)

    async def _play(self, message: web.Request) -> web.Response:
        form = await _form(message)
        for mount in self._mounts:
            if mount.name == form.get("service"):
                person = next((one for one in mount.people() if one.id == form.get("person")), None)
                if person is not None:
                    self._take(mount, person, form)
                    raise web.HTTPSeeOther(_back(message))
        raise web.HTTPNotFound(text="There is no such person here.\n")

    async def _set_faults(self, message: web.Request) -> web.Response:
        return await self._switch(message, self._faults.rules, self._faults.set)

    async def _set_webhook_faults(self, message: web.Request) -> web.Response:
        return await self._switch(message, self._courier.faults.rules, self._courier.faults.set)

    async def _switch(
        self, message: web.Request, rules: Sequence[object], replace: Callable[..., None]
    ) -> web.Response:
        form = await _form(message)
        wanted = [str(rule) for rule in rules]
        if "remove" in form:
            wanted = [rule for rule in wanted if rule != form["remove"]]
        else:
            parts = form.get("method", ""), form.get("kind", "") + form.get("share", "")
            wanted.append(form.get("add", " ".join(parts).strip()))
        try:
            replace(*wanted)
        except ConfigurationError as error:
            return self._console(message, {"panel": "faults"} | _asked(message), error.message)
        self._changed()
        raise web.HTTPSeeOther(_back(message))

    async def _redeliver(self, message: web.Request) -> web.Response:
        number = number_of((await _form(message)).get("number", ""))
        try:
            self._courier.redeliver(number)
        except LookupError as error:
            raise web.HTTPNotFound(text=f"This cannot be done: {error}.\n") from None
        raise web.HTTPSeeOther(_back(message))

    async def _welcome(self, message: web.Request) -> web.Response:
        return _html(self._drawing.welcome(*self._visitor(message)), 200)

    async def _take_step(self, message: web.Request) -> web.Response:
        mount, person = self._visitor(message)
        self._take(mount, person, await _form(message))
        raise web.HTTPSeeOther(message.path)

    def _visitor(self, message: web.Request) -> tuple[Mount, Person]:
        for mount in self._mounts:
            if message.path.startswith(f"{mount.pages}/"):
                with contextlib.suppress(LookupError):
                    return mount, mount.visitor(message.match_info["token"])
        raise web.HTTPNotFound(text="There is no invitation with this link here.\n")

    def _take(self, mount: Mount, person: Person, form: Mapping[str, str]) -> None:
        try:
            step = person.step(form.get("step", ""))
            mount.play(step.name, person.id, step.details)
        except LookupError as error:
            raise web.HTTPNotFound(text=f"This cannot be done: {error}.\n") from None
        self._changed()


async def _form(message: web.Request) -> dict[str, str]:
    """Read a form; files are none of its fields."""
    return {name: value for name, value in (await message.post()).items() if isinstance(value, str)}


def _asked(message: web.Request) -> dict[str, str]:
    """What the console showed whose button was pressed."""
    place = urlsplit(message.headers.get("Referer", ""))
    return dict(parse_qsl(place.query)) if place.netloc == message.host else {}


def _back(message: web.Request) -> str:
    return f"/?{urlencode(_asked(message))}"


def _html(page: str, status: int) -> web.Response:
    return web.Response(text=page, status=status, content_type="text/html", headers=HEADERS)
