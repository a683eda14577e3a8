"""`jofi invite` as a process beside a sandbox as another, and what the sandbox, the outcomes and the journal say."""

import csv
import json
import os
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

from attrs import frozen

from jofi_async.bulk.journal.file import read_entries
from jofi_async.storage.database import StorageError
from tests.support.sandbox_process import JOFI, KEY, Served

IN_FLIGHT = 32
PACE = ("--rate", "400", "--burst", str(IN_FLIGHT), "--in-flight", str(IN_FLIGHT))
LATENCY = ("--latency", "30")
COMMANDS = {"jofi": ["invite"], "yardstik": ["yardstik", "invite"]}
WITH = {"jofi": ["--inviter", "jane.recruiter@jofiscore.com"], "yardstik": ["--package", "Standard"]}
REFUSED = ("no address", "p0@example.org")
"""What stands for an address in the last rows of the input: one that is none, and one that is there already."""


def people(count: int) -> str:
    """An input of so many persons who can be invited, and of two rows that cannot."""
    rows = [f"P{number},Q,p{number}@example.org,ID{number},REQ-{number % 7}" for number in range(count)]
    rows += [f"X,Y,{address},," for address in REFUSED]
    return "\n".join(["First Name,Last Name,Email,Person Id,Custom Id", *rows, ""])


@frozen
class Job:
    """A job over a file in a folder, against a sandbox.

    Attributes:
        folder: Where the file is, and what a run makes of it.
        sandbox: Whom it invites at.
        count: How many persons can be invited.
    """

    folder: Path
    sandbox: Served
    count: int
    vendor: str = "jofi"

    @classmethod
    def make(cls, folder: Path, sandbox: Served, count: int, vendor: str = "jofi") -> "Job":
        """Write the input."""
        job = cls(folder, sandbox, count, vendor)
        job.input.write_text(people(count))
        return job

    @property
    def input(self) -> Path:
        """The file of people."""
        return self.folder / "people.csv"

    @property
    def journal(self) -> Path:
        """The journal, where it is by default."""
        return self.folder / f"people.csv.{self.vendor}.journal"

    def command(self, *options: str) -> list[str]:
        """The command of a run, after the program's name."""
        return [*COMMANDS[self.vendor], str(self.input), *WITH[self.vendor], *PACE, *options]

    def start(self, *options: str, program: Sequence[str] = JOFI) -> subprocess.Popen[str]:
        """Begin a run."""
        return subprocess.Popen(
            [*program, *self.command(*options)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=self._environment(),
        )

    def run(self, *options: str, program: Sequence[str] = JOFI) -> tuple[int, str]:
        """Run it to the end; the exit code, and what it said."""
        with ended(self.start(*options, program=program)) as process:
            _, said = process.communicate()
            return process.returncode, said

    @property
    def refuses_seconds(self) -> bool:
        """Whether the vendor refuses a second invitation, so that nobody stays in doubt."""
        return self.vendor == "jofi"

    @property
    def codes(self) -> tuple[int, ...]:
        """How a run ends that met with no trouble: two rows are refused, and some may stay in doubt."""
        return (3,) if self.refuses_seconds else (3, 4)

    def finish(self) -> None:
        """Run it until nobody is left who is not in doubt."""
        for _ in range(5):
            code, said = self.run()
            assert code in (3, 4), said
            left = [row for row in self.outcomes() if row["outcome"] == "not_attempted"]
            if code == 3 or (code in self.codes and not left):
                return
        raise AssertionError("it does not come to an end")

    def invited(self) -> dict[str, str]:
        """The ids of all invitations, by the address."""
        found = self.sandbox.shown("world")[self.vendor]["invitations"]
        ids = {one.get("candidate", one)["email"]: str(one["id"]) for one in found}
        assert len(ids) == len(found), "somebody was invited twice"
        return ids

    def recorded(self) -> int:
        """How many persons the journal knows an outcome of."""
        try:
            with closing(sqlite3.connect(f"{self.journal.as_uri()}?mode=ro", uri=True)) as connection:
                found = connection.execute("SELECT count(*) FROM entry WHERE state <> 'intent'").fetchone()
        except sqlite3.OperationalError:  # it is not there, or just being made
            return 0
        return int(found[0])

    def outcomes(self) -> list[dict[str, str]]:
        """The outcome file."""
        text = (self.folder / "people.csv.outcomes.csv").read_text("utf-8-sig")
        return list(csv.DictReader(StringIO(text)))

    def export(self) -> str:
        """All that the journal holds, as `jofi job export` writes it."""
        command = [*JOFI, "job", "export", str(self.journal)]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout.removeprefix(
            "\ufeff"
        )

    def _environment(self) -> dict[str, str]:
        proxies = {name for name in os.environ if name.lower().endswith("_proxy")}
        kept = {name: value for name, value in os.environ.items() if name not in proxies}
        jofi = {"JOFI_API_KEY": KEY, "JOFI_BASE_URL": f"{self.sandbox.url}/api/v2"}
        other = {"YARDSTIK_API_KEY": "yardstik_sandbox", "YARDSTIK_BASE_URL": f"{self.sandbox.url}/yardstik"}
        return {**kept, **jofi, **other}


@contextmanager
def ended(process: subprocess.Popen[str]) -> Generator[subprocess.Popen[str]]:
    """Let no process outlive its test."""
    with process:
        try:
            yield process
        finally:
            process.kill()


def wait_until(holds: Callable[[], bool], process: subprocess.Popen[Any]) -> bool:
    """Wait until something holds; False if the process has ended before."""
    while not holds():
        if process.poll() is not None:
            return False
        time.sleep(0.002)
    return True


def check_end(job: Job) -> None:
    """Whether everybody was invited once, and is told so; or nobody twice, and whoever was not is in doubt."""
    everybody = {f"p{number}@example.org" for number in range(job.count)}
    ids = job.invited()
    assert Counter(message["to"] for message in job.sandbox.shown("messages")) == dict.fromkeys(ids, 1)
    told = {row["email"]: row for row in job.outcomes() if row["outcome"] != "refused"}
    assert told.keys() == everybody
    if job.refuses_seconds:
        assert ids.keys() == everybody
        check_told(job)
    for person, row in told.items():
        assert (row["outcome"], person in ids) in {("created", True), ("unknown", False), ("not_attempted", False)}


def check_nothing_false(job: Job) -> None:
    """Whether the journal knows everybody who was sent, and claims nobody whom the sandbox has not invited."""
    ids = job.invited()
    try:
        entries = {entry.person: entry for entry in read_entries(job.journal)}
    except StorageError:  # it was never made
        entries = {}
    assert ids.keys() <= entries.keys()
    if job.refuses_seconds:
        sent = {json.loads(one["body"])["email"] for one in job.sandbox.shown("requests") if one["method"] == "POST"}
        assert sent <= entries.keys()
    for entry in entries.values():
        if entry.is_settled:
            assert entry.receipt is not None
            assert str(entry.receipt["invitation_id"]) == ids[entry.person]
        else:
            assert entry.in_doubt or entry.person not in ids


def check_told(job: Job) -> None:
    """Whether the outcome file and the journal hold everybody, as the sandbox does."""
    ids = job.invited()
    wanted = [("created", address, ids[address]) for address in ids] + [("refused", address, "") for address in REFUSED]
    assert sorted(map(_told, job.outcomes())) == sorted(wanted)
    lines = sorted(int(row["line"]) for row in job.outcomes())
    assert lines == list(range(2, job.count + len(REFUSED) + 2))
    exported = list(csv.DictReader(StringIO(job.export())))
    assert sorted(map(_told, exported)) == sorted(("created", address, ids[address]) for address in ids)
    assert all(row["evidence"] in ("answered", "found") for row in exported)


def _told(row: dict[str, str]) -> tuple[str, str, str]:
    return row["outcome"], row["email"], row["invitation_id"]
