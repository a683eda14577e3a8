"""Journals that cannot be used: one clear sentence, before anything is sent, and the file as it was."""

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from jofi_async import FakeJofi
from jofi_async.bulk.journal.file import read_entries
from jofi_async.storage.database import StorageError
from tests.cli.support import INVITER, Command, Live, said

COUNT = 30
PEOPLE = "First Name,Last Name,Email\n" + "".join(f"P,Q,p{number}@example.org\n" for number in range(COUNT))


class Site:
    """A JOFI, and how the command is run against it."""

    def __init__(self, jofi: Command, live: Live) -> None:
        self.jofi = jofi
        self.live = live
        self.fake = FakeJofi()
        self.journal = jofi.folder / "people.csv.jofi.journal"
        jofi.write(PEOPLE)

    def invite(self, *args: object, key: str = "sk_live_sandbox") -> int:
        self.live(self.fake, key)
        path = self.jofi.folder / "people.csv"
        return self.jofi("invite", path, "--inviter", INVITER, "--rate", "1000", *args)

    def creates(self) -> int:
        """How many invitations JOFI was asked to make."""
        return sum(one.method == "POST" for one in self.fake.requests)

    def refuses(self, *args: object, key: str = "sk_live_sandbox") -> str:
        """The one sentence of a run that cannot begin: nobody is invited, and no file touched."""
        before = self._files()
        sent = self.creates()
        assert self.invite(*args, key=key) == 5
        assert self._files() == before
        assert self.creates() == sent
        return said(self.jofi)

    def _files(self) -> dict[str, tuple[int, object]]:
        """The files of the folder, but for those that SQLite makes for who would write."""
        kept = (path for path in self.jofi.folder.iterdir() if not path.name.endswith(("-shm", "-wal")))
        return {path.name: _state(path) for path in kept}


def _state(path: Path) -> tuple[int, object]:
    """What must not change in a file: of a journal that is one, who is in it; of anything else, each byte."""
    with suppress(StorageError):
        return path.stat().st_mode, list(read_entries(path))
    return path.stat().st_mode, path.read_bytes() if path.is_file() else b""


@pytest.fixture
def site(jofi: Command, live: Live) -> Site:
    return Site(jofi, live)


@pytest.fixture
def done(site: Site) -> Site:
    """A site whose job is done."""
    assert site.invite() == 0
    return site


def _is_text(path: Path) -> None:
    path.write_text(PEOPLE)


def _is_foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE notes (text)")


def _is_newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        connection.execute(f"PRAGMA user_version = {version + 1}")


def _is_truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def _is_garbled(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xaa" * 4096 + whole[8192:])


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_is_text, "is no journal, or is damaged"),
        (_is_foreign, "is no journal but another SQLite file"),
        (_is_newer, "was written by a newer jofi-async"),
        (_is_truncated, "is damaged"),
        (_is_garbled, "is damaged"),
    ],
)
def test_what_is_no_journal_is_left_as_it_is(done: Site, spoil: Callable[[Path], None], words: str) -> None:
    if spoil is _is_foreign:
        done.journal.unlink()
    spoil(done.journal)
    done.journal.chmod(0o644)
    sentence = done.refuses()
    assert words in sentence
    assert str(done.journal) in sentence


def test_an_empty_file_is_a_new_journal(site: Site) -> None:
    site.journal.touch()
    assert site.invite() == 0
    assert site.invite() == 0
    assert len(site.fake.invitations) == COUNT


@pytest.mark.parametrize("place", ["nowhere/j", "people.csv/j"])
def test_a_place_where_no_file_can_be(site: Site, place: str) -> None:
    assert "cannot be opened" in site.refuses("--journal", site.jofi.folder / place)


def test_another_account_mode_or_server(done: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    other = done.refuses("--inviter", "other.recruiter@example.org", key="sk_live_other")
    assert "its account is 200, and this is 201" in other
    assert "its mode is live, and this is test" in done.refuses("--journal", done.journal, key="sk_test_sandbox")
    monkeypatch.setenv("JOFI_BASE_URL", "https://jofi.example.org/api/v2")
    assert "its base url is https://www.jofiscore.com/" in done.refuses()


def test_a_server_that_was_restored(done: Site) -> None:
    done.fake = FakeJofi()
    assert "of those invitations the server knows none" in done.refuses()
    assert done.invite("--start-over") == 0
    assert len(done.fake.invitations) == COUNT


@settings(max_examples=settings().max_examples // 4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 7)), min_size=1, max_size=20))
def test_a_flipped_bit_is_found_or_harms_nobody(done: Site, flips: list[tuple[float, int]]) -> None:
    whole, sent = done.journal.read_bytes(), done.creates()
    spoiled = bytearray(whole)
    for place, bit in flips:
        spoiled[int(place * len(whole))] ^= 1 << bit
    done.journal.write_bytes(spoiled)
    try:
        code = done.invite()
        event(str(code))
        assert code in (0, 5), done.jofi.err
        assert done.creates() == sent
        if code == 5:
            assert "@example.org" not in said(done.jofi)
            assert "assessment_url" not in said(done.jofi)
    finally:
        for path in done.jofi.folder.glob(f"{done.journal.name}*"):
            path.unlink()
        done.journal.write_bytes(whole)
