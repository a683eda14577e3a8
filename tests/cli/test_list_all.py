"""`jofi invitations list --all`: every invitation in each form, with progress, and honest when some are missing."""

import asyncio
import csv
import io
import json
import os
import re
import signal
from typing import Any

import pytest
from attrs import evolve
from rich.console import Console

from jofi_async import FakeJofi
from jofi_async.cli.counted import Counted
from jofi_async.core.wire import Request, Response
from tests.cli.support import Command, Live, said
from tests.jofi.test_complete import Changed

ALL = ("invitations", "list", "--all")


class At:
    """A fake to which something happens at a request."""

    def __init__(self, fake: FakeJofi, number: int) -> None:
        self.fake, self.number = fake, number

    async def handle(self, request: Request) -> Response:
        if len(self.fake.requests) >= self.number:
            request = await self.happen(request)
        return await self.fake.handle(request)

    async def happen(self, request: Request) -> Request:
        raise NotImplementedError


class Stopped(At):
    """A signal comes while it is asked."""

    signal = signal.SIGINT

    async def happen(self, request: Request) -> Request:
        os.kill(os.getpid(), self.signal)
        while True:  # noqa: ASYNC110 (a signal comes with the loop's turns)
            await asyncio.sleep(0)


class KeyRevoked(At):
    """From then on the key is not valid."""

    async def happen(self, request: Request) -> Request:
        return evolve(request, headers={**request.headers, "Authorization": "Bearer sk_live_revoked"})


class Busy(At):
    """Many are invited before one request."""

    async def happen(self, request: Request) -> Request:
        if len(self.fake.requests) == self.number:
            for number in range(60):
                self.fake.clock.advance(1)
                self.fake.invite(f"{number:03}@late.example.org")
        return request


class NotCombined(At):
    """From then on two filters are taken for one, and each one alone ends in an error where `fails` says so."""

    fails = False

    async def handle(self, request: Request) -> Response:
        if "custom_id=" not in request.url and self.fails:
            return Response(500, {}, b"")
        return await super().handle(request)

    async def happen(self, request: Request) -> Request:
        return evolve(request, url=re.sub(r"custom_id=[^&]*&?", "", request.url))


def newest_first(fake: FakeJofi) -> list[Any]:
    return sorted(fake.invitations, key=lambda one: (one.created_at, one.id), reverse=True)


def rows_of(jofi: Command) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(jofi.out, newline="")))


def test_a_table_has_the_newest_first(jofi: Command, fake: FakeJofi) -> None:
    assert jofi(*ALL) == 0
    assert [line.split()[0] for line in jofi.out.splitlines()[1:]] == [str(one.id) for one in newest_first(fake)]
    assert jofi.err.splitlines()[-1] == f"All 200 read, with {len(fake.requests)} requests."


def test_one_line_of_json_for_each(jofi: Command, fake: FakeJofi) -> None:
    assert jofi(*ALL, "--json") == 0
    items = [json.loads(line) for line in jofi.out.splitlines()]
    assert {item["id"] for item in items} == {one.id for one in fake.invitations}
    assert len(items) == 200


def test_csv_has_the_newest_first(jofi: Command, fake: FakeJofi) -> None:
    assert jofi(*ALL, "--csv", "--custom-id", "req-17") == 0
    rows = rows_of(jofi)
    assert [row["id"] for row in rows] == [str(one.id) for one in newest_first(fake) if one.custom_id]
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


def test_a_key_that_is_refused_on_the_way_is_no_reason_to_run_again(jofi: Command, fake: FakeJofi, live: Live) -> None:
    live(KeyRevoked(fake, 1))
    assert jofi(*ALL, "--csv") == 5
    assert len(rows_of(jofi)) == 150
    assert said(jofi).startswith("Error: Account not found for API key")
    assert said(jofi).endswith("belongs to. 150 of 200 were read, and the list is not complete.")


@pytest.mark.parametrize(("form", "lines"), [((), 151), (("--csv",), 151), (("--json",), 150)])
def test_what_was_read_until_ctrl_c_is_written(
    jofi: Command, fake: FakeJofi, live: Live, form: tuple[str, ...], lines: int
) -> None:
    live(Stopped(fake, 1))
    assert jofi(*ALL, *form) == 130
    assert len(jofi.out.splitlines()) == lines
    assert said(jofi) == (
        "Error: Stopped. 150 of 200 were read, and the list is not complete. "
        "Run it again; with --mirror FILE what is read is remembered, and only the rest is asked for."
    )


def test_a_stop_before_anything_was_read(
    jofi: Command, fake: FakeJofi, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Stopped, "signal", signal.SIGTERM)
    live(Stopped(fake, 0))
    assert jofi(*ALL, "--csv") == 143
    assert (jofi.out, jofi.err) == ("", "Error: Stopped before anything was read.\n")


@pytest.mark.parametrize(
    ("code", "count", "end"),
    [
        (0, 200, "All 300 read, with {} requests; 200 shown."),
        (4, 150, "150 of 200 were read, and the listing is not complete: the rest could not be read: "),
    ],
)
def test_a_listing_that_has_to_begin_again(
    jofi: Command,
    fake: FakeJofi,
    live: Live,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    count: int,
    end: str,
) -> None:
    monkeypatch.setattr(NotCombined, "fails", code != 0)
    for number in range(100):
        fake.invite(f"{number:03}@example.net", custom_id="REQ-17")
    live(NotCombined(fake, 1))
    assert jofi(*ALL, "--csv", "--custom-id", "REQ-17", "--email", "example") == code
    assert len(rows_of(jofi)) == count
    assert end.format(len(fake.requests)) in jofi.err.splitlines()[-1]


def test_more_is_never_read_than_there_is(jofi: Command, fake: FakeJofi, live: Live) -> None:
    live(Busy(fake, 1))
    assert jofi(*ALL, "--json") == 0
    told = re.findall(r"^([\d,]+) of ([\d,]+) read \((\d+)%\)", jofi.err, re.MULTILINE)
    assert any(int(known) > 200 for known, _, _ in told)
    assert all(int(known) <= int(total) and int(share) <= 100 for known, total, share in told)


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
        counted.step(3000, 4000, 12)
    assert isinstance(console.file, io.StringIO)
    assert "3,000 of 4,000 read: 12 requests" in console.file.getvalue()
