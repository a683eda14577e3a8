"""`jofi sandbox` as a process: what it prints, how it ends, and what survives."""

import signal
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from jofi_async.cli.sandbox import show
from jofi_async.jofi.fake import FakeJofi, JofiMount
from jofi_async.sandbox import Sandbox
from tests.support.sandbox_process import JOFI, curl, served

CREATE = {
    "created_by_user_email": "jane.recruiter@jofiscore.com",
    "first_name": "Linda",
    "last_name": "Sample",
    "email": "linda.sample@jofiscore.com",
}


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


def test_where_events_go_is_told() -> None:
    url = "http://127.0.0.1:1/webhooks"
    with served("--webhook", f"yardstik={url}?token=t", "--webhook-fault", "late:0.5") as sandbox:
        assert f"Events: yardstik to {url}\nDeliveries: late:0.5\n" in sandbox.screen
        assert sandbox.end(signal.SIGINT) == (0, "")


def test_listening_to_nobody_is_one_sentence() -> None:
    assert "No sandbox answers at http://127.0.0.1:1: start it" in fails(
        "--sandbox", "http://127.0.0.1:1", command="listen"
    )


def fails(*options: str, command: str = "sandbox") -> str:
    result = subprocess.run([*JOFI, command, *options], capture_output=True, text=True, timeout=20, check=False)
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
    assert "is no URL that events can be sent to" in fails("--port", "0", "--webhook", "localhost:8000")
    assert "There is no fault 'cut' of deliveries" in fails("--port", "0", "--webhook-fault", "cut")
    assert "cannot be read" in fails(
        "--port", "0", "--webhook-secret-file", str(tmp_path / "none"), "--webhook", "http://x"
    )


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
