"""`jofi sandbox` as a process: what it prints, how it ends, and what survives."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from jofi_async.cli.sandbox import show
from jofi_async.jofi.fake import FakeJofi, JofiMount
from jofi_async.sandbox import Sandbox

COMMAND = (sys.executable, "-W", "error", "-m", "jofi_async.cli.app", "sandbox")
CREATE = {
    "created_by_user_email": "jane.recruiter@jofiscore.com",
    "first_name": "Linda",
    "last_name": "Sample",
    "email": "linda.sample@jofiscore.com",
}


class Served:
    """A sandbox in a process of its own, and what it printed before it was ready."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.screen = ""
        assert process.stdout is not None
        for line in process.stdout:
            self.screen += line
            if "_sandbox/messages" in line:
                break
        found = re.search(r"http://127\.0\.0\.1:\d+", self.screen)
        assert found, self.screen
        self.url = found[0]

    def end(self, number: signal.Signals) -> tuple[int, str]:
        """Send a signal; return the exit code and what it printed as an error."""
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=20)
        return self.process.returncode, errors


@contextmanager
def served(*options: str) -> Generator[Served, None, None]:
    environment = {**os.environ, "COLUMNS": "80"}
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    with process:
        try:
            yield Served(process)
        finally:
            process.kill()


def curl(url: str, body: object = None) -> tuple[int, Any]:
    headers = {"Authorization": "Bearer sk_live_sandbox"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_in_order_and_keeps_the_world(tmp_path: Path, number: signal.Signals) -> None:
    options = ("--state", str(tmp_path / "w.json"), "--clock", "2026-12-11T22:23:05.312696Z", "--seed", "3")
    with served(*options) as sandbox:
        status, created = curl(f"{sandbox.url}/api/v2/invitations", CREATE)
        assert (status, created["created_at"]) == (201, "2026-12-11T22:23:05.312696+00:00")
        assert sandbox.end(number) == (0, "")
    with served(*options) as sandbox:
        assert curl(f"{sandbox.url}/api/v2/invitations/12345") == (200, created)
        assert curl(f"{sandbox.url}/api/v2/invitations", CREATE)[0] == 400


def test_a_killed_one_loses_little(tmp_path: Path) -> None:
    path = tmp_path / "w.json"
    with served("--state", str(path)) as sandbox:
        before = path.read_bytes()
        curl(f"{sandbox.url}/api/v2/invitations", CREATE)
        while path.read_bytes() == before:
            assert sandbox.process.poll() is None
        assert sandbox.end(signal.SIGKILL)[0] == -signal.SIGKILL
    with served("--state", str(path)) as sandbox:
        assert curl(f"{sandbox.url}/api/v2/invitations/12345")[0] == 200


def test_options_reach_it() -> None:
    with served("--fault", "POST 429=2@1", "--fault", "html", "--latency", "1") as sandbox:
        assert "Faults: POST 429=2@1, html" in sandbox.screen
        assert curl(f"{sandbox.url}/api/v2/invitations", CREATE)[0] == 429
        assert curl(f"{sandbox.url}/_sandbox/faults") == (200, {"rules": ["POST 429=2@1", "html"]})


def fails(*options: str) -> str:
    result = subprocess.run([*COMMAND, *options], capture_output=True, text=True, timeout=20, check=False)
    assert result.returncode == 2
    assert result.stdout == ""
    return result.stderr.splitlines()[-1]


def test_what_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.json"
    foreign.write_text("{}")
    with served() as sandbox:
        taken = sandbox.url.rpartition(":")[2]
        assert f"Port {taken} of 127.0.0.1 is taken" in fails("--port", taken)
    assert "no such file or directory" in fails("--port", "0", "--state", str(tmp_path / "none" / "w.json"))
    assert "something else wrote it" in fails("--port", "0", "--state", str(foreign))
    assert "There is no fault 'nonsense'" in fails("--fault", "nonsense")
    assert "is no instant such as" in fails("--clock", "tomorrow")


async def test_the_screen_fits_80_columns_and_can_be_pasted() -> None:
    screen = StringIO()
    async with Sandbox(JofiMount(FakeJofi()), faults="/[a-z] cut", host="::1") as sandbox:
        url = sandbox.url
        show(Console(width=80, file=screen, highlight=False), sandbox, {"Faults": "/[a-z] cut"})
    lines = [line.rstrip() for line in screen.getvalue().splitlines()]
    assert all(len(line) <= 80 for line in lines)
    for line in (
        "Faults: /[a-z] cut",
        "noassessments.recruiter@jofiscore.com  200      100   none         1000",
        f"export JOFI_BASE_URL={url}/api/v2",
        "export JOFI_API_KEY=sk_live_sandbox",
        f"curl {url}/_sandbox/messages",
    ):
        assert line in lines
