"""`jofi invitations list --all`: every invitation in each form, with progress, and honest when some are missing."""

import csv
import io
import json

import pytest
from rich.console import Console

from jofi_async import FakeJofi
from jofi_async.cli.counted import Counted
from tests.cli.support import Command, Live, said
from tests.jofi.test_complete import Changed

ALL = ("invitations", "list", "--all")


@pytest.fixture
def fake(jofi: Command, live: Live) -> FakeJofi:
    """200 invitations, every other one in a group."""
    assert jofi.out == ""  # its environment is clean before a key is put there
    fake = FakeJofi()
    for number in range(200):
        fake.clock.advance(1)
        fake.invite(f"{number:03}@example.org", custom_id="REQ-17" if number % 2 else None)
    live(fake)
    return fake


def test_a_table(jofi: Command, fake: FakeJofi) -> None:
    assert jofi(*ALL) == 0
    assert len(jofi.out.splitlines()) == 201
    assert jofi.err.splitlines()[-1] == f"All 200 read, with {len(fake.requests)} requests."


def test_one_line_of_json_for_each(jofi: Command, fake: FakeJofi) -> None:
    assert jofi(*ALL, "--json") == 0
    items = [json.loads(line) for line in jofi.out.splitlines()]
    assert {item["id"] for item in items} == {one.id for one in fake.invitations}
    assert len(items) == 200


@pytest.mark.usefixtures("fake")
def test_csv(jofi: Command) -> None:
    assert jofi(*ALL, "--csv", "--custom-id", "req-17") == 0
    rows = list(csv.DictReader(io.StringIO(jofi.out, newline="")))
    assert len(rows) == 100
    assert {row["custom_id"] for row in rows} == {"REQ-17"}


def test_an_account_without_any(jofi: Command) -> None:
    assert jofi(*ALL, "--sandbox") == 0
    assert (jofi.out, jofi.err) == ("There are none.\n", "All 0 read, with 2 requests.\n")


def test_what_is_missing_is_said(jofi: Command, live: Live) -> None:
    fake = FakeJofi()
    fake.invite("linda@example.org")
    live(Changed(fake, b'"total_count":1', b'"total_count":2'))
    assert jofi(*ALL, "--json") == 4
    assert len(jofi.out.splitlines()) == 1
    assert "1 of 2 were read" in said(jofi)


def test_a_wrong_key(jofi: Command, live: Live) -> None:
    live(FakeJofi(), "sk_live_wrong")
    assert jofi(*ALL, "--csv") == 5
    assert jofi.out == ""


def test_plain_lines_come_every_tenth_or_five_seconds() -> None:
    console, now = Console(file=io.StringIO(), width=80), 0.0
    with Counted(console, lambda: now) as counted:
        for known in range(7):
            now += 0.5
            counted.step(known, 40, 1)
        now += 5
        counted.step(7, 40, 2)
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().splitlines() == [
        "4 of 40 read (10%): 1 request",
        "7 of 40 read (18%): 2 requests",
    ]


def test_a_bar_on_a_terminal() -> None:
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    with Counted(console) as counted:
        counted.step(30, 40, 12)
    assert isinstance(console.file, io.StringIO)
    assert "30/40 12 requests" in console.file.getvalue()
