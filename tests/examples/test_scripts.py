"""Each example is run as its reader would run it, in a process of its own, with every warning an error."""

import asyncio
import json
import os
import re
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from pathlib import Path
from typing import Any

import aiohttp
import pytest

ROOT = Path(__file__).parents[2]
LINDA = {"first_name": "Linda", "last_name": "Sample", "email": "linda@example.org"}


async def start(name: str, *arguments: str, **environment: str) -> Process:
    """Start an example; nothing of the environment may point it to a real JOFI."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("JOFI_")}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        "error",
        str(ROOT / "examples" / f"{name}.py"),
        *arguments,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
        env={**kept, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **environment},
    )


async def run(name: str, *arguments: str) -> tuple[int | None, str]:
    process = await start(name, *arguments)
    output, _ = await process.communicate()
    return process.returncode, output.decode()


async def test_the_bulk_job_invites_and_says_how_it_went() -> None:
    code, output = await run("bulk_job", "--sandbox")
    assert code == 0, output
    lines = output.splitlines()
    assert re.fullmatch(r"1000 candidates in [0-9.]+ s", lines[0])
    counts = {kind: int(count) for count, kind in map(str.split, lines[1:])}
    assert counts == {"created": 980, "existed": 0, "updated": 0, "refused": 20, "unknown": 0, "not_attempted": 0}


async def test_the_reconcile_task_says_what_differs_and_makes_it_so() -> None:
    code, output = await run("reconcile_task", "--sandbox")
    assert code == 0, output
    assert "Plan(create=5, update=1, unchanged=34, conflict=0, unexpected=1, refused=0)" in output
    assert "Applied(created=5, existed=34, updated=1)" in output


@pytest.mark.parametrize("name", ["bulk_job", "reconcile_task", "web_service"])
async def test_without_a_key_an_example_says_what_is_missing(name: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    code, output = await run(name, str(path))
    assert code == 1
    assert "JOFI_API_KEY is not set" in output


async def test_the_web_service_serves_until_it_is_told_to_stop() -> None:
    process = await start("web_service", "--sandbox", PORT="0")
    assert process.stdout is not None
    seen = b""
    while not (place := re.search(rb"running on (http://\S+)", seen)):
        line = await process.stdout.readline()
        assert line, seen
        seen += line
    answer = await _post(f"{place[1].decode()}/invite", LINDA)
    process.send_signal(signal.SIGTERM)
    rest, _ = await process.communicate()
    assert answer["outcome"] == "created"
    assert b"created Invitation(id=" in rest
    assert b"linda@" not in seen + rest
    assert b"Traceback" not in rest
    assert process.returncode in (0, -signal.SIGTERM)


async def _post(url: str, body: object) -> Any:
    async with aiohttp.ClientSession() as http, http.post(url, data=json.dumps(body)) as answer:
        return await answer.json()
