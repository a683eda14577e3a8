"""A local mirror of all invitations: few requests, each item as it was read, and no file that is not one's own."""

import asyncio
import sqlite3
import stat
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jofi_async import (
    FakeJofi,
    IncompleteListingError,
    InvitationListItem,
    JofiAsyncError,
    Request,
    Response,
    UnknownOutcomeError,
)
from jofi_async.jofi.mirror import MirroredInvitation
from jofi_async.testing import run_virtual
from tests.bulk.support import ONCE, client_of
from tests.jofi.test_complete import Changed, account, client

NAMES = (
    "ann",
    "bob",
    "cleo",
    "dan",
    "eve",
    "finn",
    "gus",
    "hal",
    "ida",
    "jo",
    "kay",
    "lou",
    "max",
    "nell",
    "ole",
    "pia",
)
AT = ("gmail.com", "gmail.com", "gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "bigco.com", "example.org")


def crowd(fake: FakeJofi, numbers: Iterable[int]) -> None:
    """Invite people with addresses as people have them, a second apart."""
    for number in numbers:
        fake.clock.advance(1)
        first, last = NAMES[number % 16], NAMES[number // 16 % 16]
        fake.invite(f"{first}.{last}{number // 256}@{AT[number * 7 // 3 % 8]}")


async def read(server: Any, path: Path, **options: Any) -> tuple[list[MirroredInvitation], Any]:
    async with client(server).invitations.mirror(path) as mirror:
        whole = await mirror.list_all(**options)
    return whole.items, whole


def ids(items: Iterable[Any]) -> list[int]:
    return sorted(item.id for item in items)


def test_the_first_listing_reads_all_and_the_second_remembers_them(tmp_path: Path) -> None:
    fake, path = account(), tmp_path / "mirror"
    items, whole = run_virtual(read(fake, path))
    assert whole.complete
    assert ids(items) == ids(fake.invitations)
    before = len(fake.requests)
    again, whole = run_virtual(read(fake, path))
    assert whole.complete
    assert ids(again) == ids(items)
    assert len(fake.requests) - before == whole.requests + 1 == 3  # the account's id as well


@pytest.mark.parametrize("new", [1, 50, 51, 150])
def test_up_to_150_new_ones_take_three_requests(tmp_path: Path, new: int) -> None:
    fake, path = account(), tmp_path / "mirror"
    run_virtual(read(fake, path))
    crowd(fake, range(new))
    before = len(fake.requests)
    items, whole = run_virtual(read(fake, path))
    assert whole.complete
    assert ids(items) == ids(fake.invitations)
    assert len(fake.requests) - before <= 3


def test_one_per_cent_of_20_000_take_ten_requests(tmp_path: Path) -> None:
    fake = FakeJofi()
    crowd(fake, range(20_000))

    async def main() -> None:
        async with client(fake).invitations.mirror(tmp_path / "mirror") as mirror:
            now = datetime.now(UTC)
            await asyncio.gather(*(mirror.remember(one, now) for one in fake.invitations))
            crowd(fake, range(20_000, 20_200))
            listing = mirror.iter_all()
            seen = [item.id async for item in listing]
        assert sorted(seen) == ids(fake.invitations)
        assert listing.summary.complete
        assert len(fake.requests) <= 10

    run_virtual(main())


def test_every_item_tells_when_it_was_read(tmp_path: Path) -> None:
    fake, path = account(), tmp_path / "mirror"
    begun = datetime.now(UTC)
    first, _ = run_virtual(read(fake, path))
    between = datetime.now(UTC)
    again, _ = run_virtual(read(fake, path))
    assert all(begun <= item.read_at <= between for item in first)
    assert sum(item.read_at > between for item in again) == 150
    fresh, whole = run_virtual(read(fake, path, fresh=True))
    assert whole.complete
    assert all(item.read_at > between for item in fresh)


def test_what_is_remembered_may_be_old_and_is_read_again_when_fresh(tmp_path: Path) -> None:
    fake, path = account(), tmp_path / "mirror"
    run_virtual(read(fake, path))
    [oldest] = [one for one in fake.invitations if one.email == "ann.ray@gmail.com"]
    run_virtual(client(fake).invitations.update(oldest.id, first_name="Renamed"))
    items, _ = run_virtual(read(fake, path, email="ann.ray@gmail"))
    assert [item.first_name for item in items] != ["Renamed"]
    items, _ = run_virtual(read(fake, path, email="ann.ray@gmail", fresh=True))
    assert [item.first_name for item in items] == ["Renamed"]


def test_filters_and_the_newest(tmp_path: Path) -> None:
    fake, path = account(group="REQ-17"), tmp_path / "mirror"
    since = sorted(one.created_at for one in fake.invitations)[-10]
    items, whole = run_virtual(read(fake, path, custom_id="req-17"))
    assert {item.custom_id for item in items} == {"REQ-17"}
    assert whole.total_count == 400
    items, _ = run_virtual(read(fake, path, since=since))
    assert ids(items) == ids(fake.invitations)[-10:]
    items, _ = run_virtual(read(fake, path, since=since.replace(tzinfo=None), email="gmail"))
    assert 0 < len(items) < 5


def test_what_comes_by_an_event_needs_no_request(tmp_path: Path) -> None:
    fake, path = account(), tmp_path / "mirror"
    run_virtual(read(fake, path))
    crowd(fake, range(400))

    async def main() -> None:
        now = datetime.now(UTC)
        async with client(fake).invitations.mirror(path) as mirror:
            for one in fake.invitations[-400:]:
                await mirror.remember(await client(fake).invitations.get(one.id), now)
                await mirror.remember(await client(fake).invitations.get(one.id), now - timedelta(days=1))
            listing = mirror.iter_all()
            items = [item async for item in listing]
        assert ids(items) == ids(fake.invitations)
        assert listing.summary.requests == 2
        assert {item.read_at for item in items if item.read_at < now} == {
            item.read_at for item in items if item.id < fake.invitations[-400].id
        }

    run_virtual(main())


def test_changes_that_counts_do_not_fit_lead_to_a_whole_listing(tmp_path: Path) -> None:
    fake, path = account(), tmp_path / "mirror"
    run_virtual(read(fake, path))
    for number, one in enumerate(list(fake.invitations)[:120]):
        run_virtual(client(fake).invitations.update(one.id, email=f"moved{number}@gmail.com"))
    crowd(fake, range(300))
    items, whole = run_virtual(read(fake, path))
    assert whole.complete
    assert ids(items) == ids(fake.invitations)


async def _haunt(server: Any, path: Path) -> None:
    """Let a mirror remember somebody who is not there any more."""
    then = datetime(2020, 1, 1, tzinfo=UTC)
    ghost = InvitationListItem(id=1, created_at=then, first_name="", last_name="", email="g@x")
    async with client(server).invitations.mirror(path) as mirror:
        await mirror.remember(ghost, datetime.now(UTC))


def test_whoever_is_gone_is_forgotten(tmp_path: Path) -> None:
    fake, path = account(), tmp_path / "mirror"
    run_virtual(read(fake, path))
    run_virtual(_haunt(fake, path))
    items, whole = run_virtual(read(fake, path))
    assert whole.complete
    assert ids(items) == ids(fake.invitations)
    _, whole = run_virtual(read(fake, path))
    assert whole.requests == 2


class Failing:
    """A fake of which some requests for lists fail, by their number."""

    def __init__(self, fake: FakeJofi) -> None:
        self.fake, self.lists, self.failing = fake, 0, range(0)

    async def handle(self, request: Request) -> Response:
        if "/invitations" in request.url:
            self.lists += 1
            if self.lists in self.failing:
                raise UnknownOutcomeError("cut off")
        return await self.fake.handle(request)


@pytest.mark.parametrize(("failing", "lists"), [(range(2, 3), 2), (range(2, 999), 2)])
def test_a_failed_look_is_no_reason_to_read_all_again(tmp_path: Path, failing: range, lists: int) -> None:
    server, path = Failing(account()), tmp_path / "mirror"
    run_virtual(read(server, path))
    crowd(server.fake, range(20))
    server.lists, server.failing = 0, failing
    items, whole = run_virtual(read(server, path))
    assert (len(items), whole.complete, server.lists) == (20, False, lists)
    assert any("closing look failed: cut off" in reason for reason in whole.summary.reasons)
    server.failing = range(0)
    _, whole = run_virtual(read(server, path))
    assert whole.complete


def test_all_that_cannot_be_read_again_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    server, path = Failing(account()), tmp_path / "mirror"
    run_virtual(read(server, path))
    run_virtual(_haunt(server, path))
    crowd(server.fake, range(20))
    server.lists, server.failing = 0, range(3, 999)
    items, whole = run_virtual(read(server, path))
    assert (len(items), whole.complete, whole.requests) == (20, False, 4)
    assert any("deleted" in reason for reason in whole.summary.reasons)


def test_who_comes_by_an_event_at_the_end_of_the_first_listing_is_not_forgotten(tmp_path: Path) -> None:
    fake = account()

    async def main() -> None:
        async with client(fake).invitations.mirror(tmp_path / "mirror") as mirror:
            listing = mirror.iter_all()
            for _ in range(400):
                await anext(listing)
            crowd(fake, [1])
            assert (await anext(listing)).email == fake.invitations[-1].email  # by the closing look
            crowd(fake, [2])
            newest = fake.invitations[-1]
            await mirror.remember(await client(fake).invitations.get(newest.id), datetime.now(UTC))
            assert newest.id in [item.id async for item in listing]

    run_virtual(main())


def test_a_mirror_of_what_is_gone_altogether(tmp_path: Path) -> None:
    fake, path = account(), tmp_path / "mirror"
    run_virtual(read(fake, path))
    items, whole = run_virtual(read(FakeJofi(), path))
    assert (items, whole.complete, whole.total_count) == ([], True, 0)


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    fake = FakeJofi()
    fake.invite("linda@example.org")
    liar = Changed(fake, b'"total_count":1', b'"total_count":2')

    async def main() -> None:
        async with client(liar).invitations.mirror(tmp_path / "mirror") as mirror:
            for _ in range(2):
                listing = mirror.iter_all()
                with pytest.raises(IncompleteListingError, match="1 of 2"):
                    [item async for item in listing]

    run_virtual(main())


def test_it_is_private_and_bound_to_an_account(tmp_path: Path) -> None:
    fake, path = account(), tmp_path / "mirror"
    run_virtual(read(fake, path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(JofiAsyncError, match=r"of vendor jofi, .*account 200, and this is .*account 201"):
        run_virtual(_open(fake, path, "sk_live_other"))
    with pytest.raises(JofiAsyncError, match="mode test"):
        run_virtual(_open(fake, path, "sk_test_sandbox"))


async def _open(fake: FakeJofi, path: Path, key: str = "sk_live_sandbox") -> None:
    async with client_of(fake, key, retry=ONCE).invitations.mirror(path):
        pass


def test_a_file_that_is_no_mirror_is_left_as_it_is(tmp_path: Path) -> None:
    fake = FakeJofi()
    foreign, damaged, newer = tmp_path / "foreign", tmp_path / "damaged", tmp_path / "newer"
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE other (x)")
    connection.close()
    damaged.write_bytes(b"no database at all" * 99)
    run_virtual(_open(fake, newer))
    with sqlite3.connect(newer) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()
    for path, words in (
        (foreign, "another SQLite file"),
        (damaged, "is damaged"),
        (newer, "newer jofi-async"),
        (tmp_path, "is a folder"),
        (tmp_path / "no" / "folder", "cannot be opened"),
    ):
        with pytest.raises(JofiAsyncError, match=words):
            run_virtual(_open(fake, path))


def test_a_closed_mirror_is_not_used(tmp_path: Path) -> None:
    async def main() -> None:
        mirror = client(FakeJofi()).invitations.mirror(tmp_path / "mirror")
        with pytest.raises(JofiAsyncError, match="is not open"):
            await mirror.list_all()
        async with mirror:
            pass
        with pytest.raises(JofiAsyncError, match="is not open"):
            await mirror.list_all()

    run_virtual(main())


@settings(deadline=None, max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 260), min_size=1, max_size=2), st.booleans())
def test_any_number_of_new_ones_is_found(tmp_path: Path, steps: list[int], fresh: bool) -> None:
    fake, path = account(), tmp_path / "any"
    path.unlink(missing_ok=True)
    done = 0
    for step in steps:
        crowd(fake, range(done, done + step))
        done += step
        items, whole = run_virtual(read(fake, path, fresh=fresh))
        assert whole.complete
        assert ids(items) == ids(fake.invitations)
