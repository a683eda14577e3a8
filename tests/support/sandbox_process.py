"""`jofi sandbox` as a process, and its routes asked with the standard library."""

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
from typing import Any

JOFI = (sys.executable, "-W", "error", "-m", "jofi_async.cli.app")
KEY = "sk_live_sandbox"


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

    def shown(self, what: str) -> Any:
        """What `/_sandbox` shows."""
        status, content = curl(f"{self.url}/_sandbox/{what}")
        assert status == 200
        return content

    def end(self, number: signal.Signals) -> tuple[int, str]:
        """Send a signal; return the exit code and what it printed as an error."""
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=20)
        return self.process.returncode, errors


@contextmanager
def served(*options: str) -> Generator[Served, None, None]:
    environment = {**os.environ, "COLUMNS": "80"}
    process = subprocess.Popen(
        [*JOFI, "sandbox", "--port", "0", *options],
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
    headers = {"Authorization": f"Bearer {KEY}"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)
