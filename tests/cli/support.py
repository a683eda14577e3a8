"""What the tests of the command line share: a file of people, a server on a thread, and outcomes as read back."""

import asyncio
import csv
import threading
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from jofi_async.cli.app import main
from jofi_async.transports.fake import Handler
from tests.support.server import serve

INVITER = "jane.recruiter@jofiscore.com"
EXAMPLE = Path("examples/candidates.csv")
PEOPLE = "First Name,Last Name,Email,Phone\nAda,Lovelace,ada@example.org,+15551234567\nAlan,Turing,alan@example.org,\n"

Live = Callable[..., None]
At = Callable[[Handler], None]


class Command:
    """Runs `jofi` in a folder of its own, and keeps what it said.

    Attributes:
        out: What the last run wrote to stdout.
        err: What the last run wrote to stderr.
    """

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.out = self.err = ""
        self._capsys = capsys

    def __call__(self, *args: object) -> int:
        code = main([str(arg) for arg in args])
        self.out, self.err = self._capsys.readouterr()
        return code

    def invite(self, content: str | bytes, *args: object, sandbox: bool = True, inviter: str = INVITER) -> int:
        """Run `jofi invite` on a file with this content."""
        path = self.write(content)
        return self("invite", path, *(["--sandbox"] if sandbox else []), "--inviter", inviter, *args)

    def write(self, content: str | bytes) -> Path:
        """Make the file of people."""
        path = self.folder / "people.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    @property
    def outcomes(self) -> Path:
        """Where outcomes go by default."""
        return self.folder / "people.csv.outcomes.csv"

    def rows(self, path: Path | None = None) -> list[dict[str, str]]:
        """The outcome file, by line."""
        return sorted(read(path or self.outcomes), key=lambda row: int(row["line"]))


def read(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    """Read a CSV file as any program would."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def kinds(rows: Sequence[dict[str, str]]) -> dict[str, int]:
    """How many rows ended in each way."""
    return dict(Counter(row["outcome"] for row in rows))


def said(jofi: Command) -> str:
    """The one sentence that told what went wrong."""
    lines = [line for line in jofi.err.splitlines() if line.startswith("Error: ")]
    assert len(lines) == 1
    assert "Traceback" not in jofi.err
    return lines[0]


@contextmanager
def served(handler: Handler) -> Generator[str]:
    """Serve a handler from a thread of its own, so that a command may have the main one; yields JOFI's base URL."""
    loop, ready, url = asyncio.new_event_loop(), threading.Event(), list[str]()
    over = asyncio.Event()

    async def run() -> None:
        async with serve(handler) as base:
            url.append(f"{base}/api/v2")
            ready.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
    thread.start()
    try:
        assert ready.wait(30)
        yield url[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()
