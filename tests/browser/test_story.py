"""The whole story: invite, click, handle once, although deliveries come twice and services are killed meanwhile."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from tests.browser.chromium import Chromium
from tests.support.sandbox_process import JOFI, KEY, Served, served

ROOT = Path(__file__).parents[2]
SECRET = "whsec_of_the_story"
APPS = ("aiohttp_app", "starlette_app", "fastapi_app", "flask_app", "django_app")
PEOPLE = """first_name,last_name,email
Linda,Sample,linda.sample@jofiscore.com
<script>alert(1)</script>,<b>Bold</b>,script@example.org
"""
EVENTS = 12  # of two people: created, accepted, test taker, two assessments, profile
HANDLED = re.compile(r"INFO:jofi_async\.webhooks:(\S+ .*): (handled|repeated)$", re.MULTILINE)


class Service:
    """One of the example services, which may be killed and started again.

    Args:
        app: Its module.
        folder: Where its log and its memory of events are.
    """

    def __init__(self, app: str, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.port: int = listening.getsockname()[1]
        self._app = app
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where its handler is."""
        return f"http://127.0.0.1:{self.port}/webhooks"

    @property
    def log(self) -> str:
        """What it has printed in all its lives."""
        return (self._folder / f"{self._app}.log").read_text()

    def start(self) -> None:
        """Start it, and wait until it listens."""
        environment = {"PORT": str(self.port), "WEBHOOK_SECRET": SECRET}
        environment["WEBHOOK_DATABASE"] = str(self._folder / f"{self._app}.db")
        with (self._folder / f"{self._app}.log").open("ab") as log:
            command = [sys.executable, "-u", "-m", f"examples.webhooks.{self._app}"]
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=ROOT, env={**os.environ, **environment}
            )
        wait_for(self._listens, self._app)

    def kill(self) -> None:
        """End it without a warning."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def wait_for(condition: Any, what: str, seconds: float = 60) -> None:
    end = monotonic() + seconds
    while not condition():
        assert monotonic() < end, f"in vain: {what}"
        sleep(0.05)


@contextmanager
def running(services: list[Service]) -> Generator[None, None, None]:
    with ExitStack() as stack:
        for service in services:
            stack.callback(service.kill)
            service.start()
        yield


def invite(sandbox: Served, folder: Path) -> None:
    people = folder / "people.csv"
    people.write_text(PEOPLE)
    environment = {"JOFI_BASE_URL": f"{sandbox.url}/api/v2", "JOFI_API_KEY": KEY}
    command = [*JOFI, "invite", str(people), "--inviter", "jane.recruiter@jofiscore.com", "--yes"]
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def taken(sandbox: Served) -> int:
    """How many deliveries were taken, of all services."""
    return sum(push["progress"] == "delivered" for one in sandbox.shown("events") for push in one["deliveries"])


@pytest.mark.timeout(300)
def test_the_whole_story(chromium: Chromium, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOFI_WEBHOOK_SECRET", SECRET)
    services = [Service(app, tmp_path) for app in APPS]
    pushes = [option for service in services for option in ("--webhook", service.url)]
    faults = ("--webhook-fault", "duplicate", "--webhook-fault", "bad_signature:0.3")
    with served(*pushes, *faults) as sandbox:
        with running(services):
            invite(sandbox, tmp_path)
            wait_for(lambda: taken(sandbox) == 2 * len(APPS), "both invitations are told")
        chromium.do(lambda: accept_from_the_console(chromium, sandbox))  # the services were killed
        with running(services):
            chromium.do(lambda: complete_on_the_page(chromium, sandbox))
            wait_for(lambda: taken(sandbox) == EVENTS * len(APPS), "everything is told")
            events = sandbox.shown("events")
            wait_for(lambda: all(len(HANDLED.findall(one.log)) >= 2 * EVENTS for one in services), "twice")
        assert chromium.complaints() == []
    names = Counter(one["event"]["type"] for one in events)
    assert names["test_taker.assessment_completed"] == 4
    for service in services:
        became = HANDLED.findall(service.log)
        once = [name for name, what in became if what == "handled"]
        assert len(once) == len(set(once)) == EVENTS, service.url
        assert {name for name, what in became if what == "repeated"} == set(once)
        assert service.log.count("was accepted") == 2
        assert "alert" not in service.log


def accept_from_the_console(chromium: Chromium, sandbox: Served) -> None:
    chromium.page.goto(sandbox.url)
    for accepted in (1, 2):
        chromium.find(".act button", "Accept").click()
        chromium.shows(".person .state.active", accepted)
    chromium.page.goto(f"{sandbox.url}/?panel=events")
    chromium.find(".push", "waiting")


def complete_on_the_page(chromium: Chromium, sandbox: Served) -> None:
    for invitation in sandbox.shown("world")["jofi"]["invitations"]:
        chromium.page.goto(invitation["assessment_url"])
        chromium.find("h1", invitation["first_name"])
        for done in (2, 3):
            chromium.find(".next button", "Complete").click()
            chromium.shows(".journey .done", done)
        chromium.find(".lead", "Everything is done")
