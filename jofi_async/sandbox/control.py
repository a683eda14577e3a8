"""The sandbox's own routes, under `/_sandbox`: look at the fakes, play their people, set faults."""

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeGuard, cast

from aiohttp import web

from jofi_async.core.errors import ConfigurationError
from jofi_async.sandbox.delivery.courier import Courier
from jofi_async.sandbox.log import RequestLog
from jofi_async.sandbox.mounts import Json, Mount
from jofi_async.transports.faults import FaultPlan

PATH = "/_sandbox"


class Control:
    """Answers the routes.

    Args:
        mounts: What is served.
        log: The requests.
        courier: The events.
        faults: What goes wrong.
        changed: Called when a fake has changed.
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

    def app(self) -> web.Application:
        """Return the routes, without the path they are at."""
        app = web.Application()
        app.router.add_get("/messages", self._show_messages)
        app.router.add_get("/requests", self._show_requests)
        app.router.add_get("/events", self._show_events)
        app.router.add_post("/events/{number}/redeliver", self._redeliver)
        app.router.add_get("/world", self._show_world)
        app.router.add_get("/faults", self._show_faults)
        app.router.add_post("/faults", self._set_faults)
        app.router.add_post("/invitations/{id}/{step}", self._play)
        return app

    async def _show_messages(self, _: web.Request) -> web.Response:
        return _json([{"service": mount.name, **message} for mount in self._mounts for message in mount.messages()])

    async def _show_requests(self, _: web.Request) -> web.Response:
        return _json(self._log.shown())

    async def _show_events(self, message: web.Request) -> web.Response:
        after = message.query.get("after", "")
        headers = {mount.name: mount.signature_header for mount in self._mounts}
        events = self._courier.log.after(number_of(after))
        return _json([{**one.shown(), "signature_header": headers[one.service]} for one in events])

    async def _redeliver(self, message: web.Request) -> web.Response:
        try:
            return _json(self._courier.redeliver(number_of(message.match_info["number"])).shown())
        except LookupError as error:
            raise _refusal(web.HTTPNotFound, str(error)) from None

    async def _show_world(self, _: web.Request) -> web.Response:
        return _json({mount.name: mount.world() for mount in self._mounts})

    async def _show_faults(self, _: web.Request) -> web.Response:
        return _json({"rules": [str(rule) for rule in self._faults.rules]})

    async def _set_faults(self, message: web.Request) -> web.Response:
        rules: object = (await _read(message)).get("rules")
        if not _is_texts(rules):
            raise _refusal(web.HTTPBadRequest, 'The body must be {"rules": ["drop_after:0.1", ...]}')
        try:
            self._faults.set(*rules)
        except ConfigurationError as error:
            raise _refusal(web.HTTPBadRequest, error.message) from None
        return await self._show_faults(message)

    async def _play(self, message: web.Request) -> web.Response:
        details = await _read(message)
        reasons: list[str] = []
        for mount in self._mounts:
            try:
                invitation = mount.play(message.match_info["step"], message.match_info["id"], details)
            except LookupError as error:
                reasons.append(str(error))
            else:
                self._changed()
                return _json(invitation)
        raise _refusal(web.HTTPNotFound, "; ".join(reasons))


def number_of(text: str) -> int:
    """Read an event's number; what is none is 0, which no event has."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0


async def _read(message: web.Request) -> Json:
    """Read a body that is a JSON object, or empty."""
    body = await message.read()
    try:
        value: object = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise _refusal(web.HTTPBadRequest, "The body must be valid JSON") from None
    if not isinstance(value, dict):
        raise _refusal(web.HTTPBadRequest, "The body must be a JSON object")
    return cast("Json", value)


def _is_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(one, str) for one in cast("list[object]", value))


def _json(value: Any) -> web.Response:
    return web.json_response(text=_text(value))


def _refusal(kind: type[web.HTTPClientError], reason: str) -> web.HTTPClientError:
    return kind(text=_text({"error": reason}), content_type="application/json")


def _text(value: Any) -> str:
    return json.dumps(value, indent=2) + "\n"
