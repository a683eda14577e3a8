"""Pages as HTML; whatever comes from data is escaped."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from jofi_async.fakes.people import Person
from jofi_async.sandbox.console.view import PANELS, View
from jofi_async.sandbox.delivery.faults import WebhookFaultKind
from jofi_async.sandbox.mounts import Mount
from jofi_async.transports.faults import FaultKind

KINDS = {
    FaultKind.DROP_BEFORE: "The connection breaks, and nothing has happened",
    FaultKind.DROP_AFTER: "It took effect, and no answer comes",
    FaultKind.LATE: "No answer, and it takes effect a second later",
    FaultKind.SLOW: "The answer takes a second",
    FaultKind.RESET: "The connection is reset inside the answer",
    FaultKind.CUT: "The answer ends too early",
    FaultKind.TOO_MANY: "429, too many requests",
    FaultKind.UNAVAILABLE: "503, unavailable",
    FaultKind.BROKEN: "500, broken",
    FaultKind.HTML: "502, with a gateway's page",
}
WEBHOOK_KINDS = {
    WebhookFaultKind.DUPLICATE: "An event comes twice",
    WebhookFaultKind.OUT_OF_ORDER: "An event comes after the next one of its person",
    WebhookFaultKind.LATE: "An event comes three seconds late",
    WebhookFaultKind.BAD_SIGNATURE: "A forged copy comes first",
}
METHODS = {"": "every request", "POST": "creates (POST)", "GET": "reads (GET)", "PUT": "updates (PUT)"}
SHARES = {"": "always", ":0.5": "one in two", ":0.1": "one in ten", "@1": "once, the next time"}
WEBHOOK_SHARES = {"": "always", ":0.5": "one in two", ":0.1": "one in ten"}


class Drawing:
    """Draws the pages."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=PackageLoader("jofi_async.sandbox.console"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(clock=_clock, day=_day, iso=_iso, pretty=_pretty)

    def console(self, view: View, mounts: Sequence[Mount], origin: str, problem: str) -> str:
        """Draw the console.

        Args:
            view: What is shown.
            mounts: All that is served.
            origin: Where the sandbox is, as the browser calls it.
            problem: Why what was asked for is not done; "" if nothing was refused.
        """
        return self._templates.get_template("console.html").render(
            view=view,
            query=view.query,
            mounts=mounts,
            problem=problem,
            kinds=KINDS,
            methods=METHODS,
            shares=SHARES,
            webhook_kinds=WEBHOOK_KINDS,
            webhook_shares=WEBHOOK_SHARES,
            panels=PANELS,
            base_url=origin + view.mount.path,
        )

    def welcome(self, mount: Mount, person: Person) -> str:
        """Draw a participant's own page."""
        return self._templates.get_template("welcome.html").render(mount=mount, person=person)


def _pretty(body: Mapping[str, object]) -> str:
    return json.dumps(body, indent=2, ensure_ascii=False)


def _instant(at: datetime | str) -> datetime:
    return (at if isinstance(at, datetime) else datetime.fromisoformat(at)).astimezone()


def _clock(at: datetime | str) -> str:
    """The time of day, where the sandbox runs."""
    return _instant(at).strftime("%H:%M:%S")


def _day(at: datetime | str) -> str:
    """Day and time, where the sandbox runs."""
    instant = _instant(at)
    return f"{instant.day} {instant:%b, %H:%M}"


def _iso(at: datetime | str) -> str:
    return _instant(at).isoformat(timespec="milliseconds")
