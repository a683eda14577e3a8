"""`jofi invitations list --mirror FILE`: only what is new is asked for, and each invitation says when it was read."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from jofi_async import FakeJofi
from jofi_async.reconcile.mirror import Mirror, Remembered
from jofi_async.storage.database import StorageError
from tests.cli.support import Command, Live, said
from tests.cli.test_list_all import ALL, Stopped, newest_first, rows_of
from tests.jofi.test_complete import Changed


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "acme.mirror"


@pytest.fixture
def mirror(jofi: Command, fake: FakeJofi, path: Path) -> tuple[object, ...]:
    """A mirror that knows everybody, and the words of the command that uses it."""
    words = ("invitations", "list", "--mirror", path)
    assert jofi(*words, "--json") == 0
    fake.requests.clear()
    return words


def test_what_is_known_is_not_read_again(jofi: Command, fake: FakeJofi, mirror: tuple[object, ...]) -> None:
    fake.clock.advance(1)
    fake.invite("new@example.org")
    assert jofi(*mirror, "--csv") == 0
    assert [row["id"] for row in rows_of(jofi)] == [str(one.id) for one in newest_first(fake)]
    assert all(datetime.fromisoformat(row["read_at"]).tzinfo for row in rows_of(jofi))
    assert len(fake.requests) == 3
    end = jofi.err.splitlines()[-1]
    assert end.startswith("All 201 known, with 3 requests. 51 as read before, the oldest at ")
    assert end.endswith(" UTC; --fresh reads all again.")


def test_lines_of_json_say_when_each_was_read(jofi: Command, mirror: tuple[object, ...]) -> None:
    assert jofi(*mirror, "--all", "--json") == 0
    assert len(jofi.out.splitlines()) == 200
    assert all("read_at" in json.loads(line) for line in jofi.out.splitlines())


def test_a_table_says_on_which_day(jofi: Command, mirror: tuple[object, ...]) -> None:
    assert jofi(*mirror) == 0
    head, first, *_ = jofi.out.splitlines()
    assert head.split()[-1] == "Read"
    assert datetime.fromisoformat(first.split()[-1])


def test_since_and_filters_choose_what_is_shown(jofi: Command, fake: FakeJofi, mirror: tuple[object, ...]) -> None:
    since = newest_first(fake)[9].created_at
    assert jofi(*mirror, "--csv", "--since", since.isoformat()) == 0
    assert len(rows_of(jofi)) == 10
    assert "All 200 known, with 3 requests; 10 shown." in jofi.err
    assert jofi(*mirror, "--csv", "--since", since.replace(tzinfo=None).isoformat(), "--custom-id", "req-17") == 0
    assert len(rows_of(jofi)) == 5
    assert jofi(*mirror, "--csv", "--since", (since.date() + timedelta(days=1)).isoformat()) == 0
    assert jofi.out.startswith("object,id,")
    assert "read_at" in jofi.out
    assert not rows_of(jofi)


def test_fresh_reads_all_again(jofi: Command, fake: FakeJofi, mirror: tuple[object, ...]) -> None:
    assert jofi(*mirror, "--fresh", "--json") == 0
    assert len(fake.requests) > 3
    assert jofi.err.splitlines()[-1] == f"All 200 known, with {len(fake.requests)} requests."


@pytest.mark.parametrize("option", [("--since", "2026-12-11"), ("--fresh",)])
def test_what_needs_a_mirror_says_so(jofi: Command, fake: FakeJofi, option: tuple[str, ...]) -> None:
    assert jofi(*ALL, *option) == 2
    assert said(jofi) == "Error: --since and --fresh need a mirror: give --mirror FILE"
    assert jofi("invitations", "list", *option) == 2
    assert not fake.requests


def test_a_time_that_is_none(jofi: Command, path: Path) -> None:
    assert jofi("invitations", "list", "--mirror", path, "--since", "yesterday") == 2
    assert "2026-12-11T22:23:05Z" in jofi.err
    assert not path.exists()


@pytest.mark.usefixtures("fake")
def test_a_file_that_is_no_mirror(jofi: Command, path: Path) -> None:
    path.write_text("something else\n" * 100)
    assert jofi(*ALL, "--mirror", path, "--csv") == 5
    assert "is no mirror" in said(jofi)
    assert jofi.out == ""
    assert path.read_text() == "something else\n" * 100


def test_the_mirror_of_another_account(jofi: Command, mirror: tuple[object, ...], live: Live) -> None:
    live(FakeJofi(), "sk_live_other")
    assert jofi(*mirror) == 5
    assert "take another file" in said(jofi)
    assert jofi.out == ""


def test_a_mirror_that_cannot_be_written_on_the_way(
    jofi: Command, fake: FakeJofi, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember = Mirror.remember

    async def remember_little(mirror: Mirror, items: list[Remembered]) -> None:
        if len(fake.requests) > 2:
            raise StorageError("The mirror cannot be written: database or disk is full")
        await remember(mirror, items)

    monkeypatch.setattr(Mirror, "remember", remember_little)
    assert jofi(*ALL, "--mirror", path, "--csv") == 5
    assert len(rows_of(jofi)) == 150
    assert said(jofi) == (
        "Error: The mirror cannot be written: database or disk is full. "
        "150 of 200 were read, and the list is not complete."
    )


def test_a_stop_leaves_what_was_read_in_the_mirror(jofi: Command, fake: FakeJofi, live: Live, path: Path) -> None:
    live(Stopped(fake, 2))
    assert jofi(*ALL, "--mirror", path, "--csv") == 130
    assert len(rows_of(jofi)) == 150
    assert said(jofi) == (
        "Error: Stopped. 150 of 200 were read, and the list is not complete. "
        "Run it again: what was read is remembered, and only the rest is asked for."
    )
    live(Stopped(fake, 4))
    fake.requests.clear()
    assert jofi(*ALL, "--mirror", path, "--csv") == 130
    assert f"{len(rows_of(jofi))} of them are shown, and nobody whom only the mirror remembers." in said(jofi)
    live(fake)
    assert jofi(*ALL, "--mirror", path, "--csv") == 0
    assert len(rows_of(jofi)) == 200


def test_fresh_can_be_stopped(jofi: Command, fake: FakeJofi, live: Live, mirror: tuple[object, ...]) -> None:
    live(Stopped(fake, 2))
    assert jofi(*mirror, "--fresh", "--csv") == 130
    assert said(jofi).endswith(
        "150 of 200 were read, and the list is not complete. Run it again; --fresh reads all again."
    )


def test_what_is_missing_is_said(jofi: Command, fake: FakeJofi, live: Live, mirror: tuple[object, ...]) -> None:
    live(Changed(fake, b'"total_count":200', b'"total_count":201'))
    assert jofi(*mirror, "--csv") == 4
    assert len(rows_of(jofi)) == 200
    assert "200 of 201 were read" in said(jofi)
