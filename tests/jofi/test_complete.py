"""All invitations of an account through the client, on the fake JOFI with its documented limits."""

import asyncio
from contextlib import aclosing
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

import pytest
from attrs import evolve

from jofi_async import (
    AuthenticationError,
    FakeJofi,
    IncompleteListingError,
    InvalidInputError,
    InvitationListItem,
    RateLimit,
    RateLimiter,
    Request,
    Response,
)
from jofi_async.testing import run_virtual
from tests.bulk.support import ONCE, client_of, take

FIRST = ("ann", "bob", "cleo", "dan", "eve", "finn", "gus", "hal", "ida", "jo")
LAST = ("ray", "lee", "fox", "day", "kim", "roe", "poe", "may", "orr", "tan")
AT = ("gmail.com", "yahoo.com", "bigco.com", "example.org")


def account(*, group: str | None = None) -> FakeJofi:
    """400 invitations, a second apart; every other one in a group."""
    fake = FakeJofi()
    for first in FIRST:
        for last in LAST:
            for at in AT:
                fake.clock.advance(1)
                fake.invite(f"{first}.{last}@{at}", **({"custom_id": group} if group and last < "lf" else {}))
    return fake


class Slow:
    """A fake whose answers take a second."""

    def __init__(self, fake: FakeJofi) -> None:
        self.fake = fake
        self.flying = self.most_flying = 0

    async def handle(self, request: Request) -> Response:
        self.flying += 1
        self.most_flying = max(self.most_flying, self.flying)
        try:
            await asyncio.sleep(1)
            return await self.fake.handle(request)
        finally:
            self.flying -= 1


def client(server: Any, **options: Any) -> Any:
    return client_of(server, retry=ONCE, **options)


def asked(fake: FakeJofi) -> list[dict[str, str]]:
    return [dict(parse_qsl(urlsplit(one.path).query)) for one in fake.requests]


def test_all_are_read_and_proven_to_be_all() -> None:
    fake = account()
    whole = run_virtual(client(fake).invitations.list_all())
    assert {one.id for one in whole.items} == {one.id for one in fake.invitations}
    assert len(whole.items) == whole.total_count == 400
    assert (whole.complete, whole.missing) == (True, 0)
    assert whole.requests == len(fake.requests) < 60


def test_they_are_yielded_one_by_one_under_the_limiter() -> None:
    server = Slow(account())

    async def main() -> None:
        limiter = RateLimiter(RateLimit(per_second=None, in_flight=4))
        listing = client(server, rate_limit=limiter).invitations.iter_all()
        seen = [item.id async for item in listing]
        assert len(seen) == len(set(seen)) == listing.summary.total_count == 400
        assert listing.summary.complete
        assert limiter.out == limiter.waiting == 0

    with patch("jofi_async.reconcile.descent.FEW", 0):
        run_virtual(main())
    assert server.most_flying == 4


def test_it_can_be_left_early() -> None:
    server = Slow(account())

    async def main() -> None:
        async with aclosing(client(server).invitations.iter_all()) as listing:
            async for _ in listing:
                if len(server.fake.requests) > 5:
                    break
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run_virtual(main())
    assert server.flying == 0


def test_a_group_is_read_within_itself() -> None:
    fake = account(group="REQ-17")
    whole = run_virtual(client(fake).invitations.list_all(custom_id="req-17"))
    assert {one.custom_id for one in whole.items} == {"REQ-17"}
    assert (whole.complete, whole.total_count) == (True, len(whole.items))
    assert len(whole.items) > 150
    assert all(question["custom_id"].startswith("req-17") for question in asked(fake))


def test_a_small_account_takes_two_requests() -> None:
    fake = FakeJofi()
    fake.invite("linda@example.org")
    whole = run_virtual(client(fake).invitations.list_all())
    assert ([one.email for one in whole.items], whole.requests) == (["linda@example.org"], 2)


def test_invitations_of_meanwhile_are_read_too() -> None:
    fake, due = account(), [2, 3, 5]

    class Busy(Slow):
        async def handle(self, request: Request) -> Response:
            if due and len(fake.requests) >= due[0]:
                fake.invite(f"new{due.pop(0)}@new.example.org")
            return await super().handle(request)

    whole = run_virtual(client(Busy(fake)).invitations.list_all())
    assert whole.complete
    assert {one.id for one in whole.items} == {one.id for one in fake.invitations}
    assert whole.total_count > 400


class Changed:
    """A fake whose lists say something else."""

    def __init__(self, fake: FakeJofi, old: bytes, new: bytes) -> None:
        self.fake, self.old, self.new = fake, old, new

    async def handle(self, request: Request) -> Response:
        response = await self.fake.handle(request)
        return evolve(response, body=response.body.replace(self.old, self.new))


def test_more_than_is_counted_is_not_believed_to_be_all() -> None:
    fake = FakeJofi()
    fake.invite("linda@example.org")
    whole = run_virtual(client(Changed(fake, b'"has_more":false', b'"has_more":true')).invitations.list_all())
    assert (len(whole.items), whole.complete, whole.missing) == (1, False, 1)


def test_one_that_is_not_all_raises_at_its_end() -> None:
    async def main() -> None:
        fake = FakeJofi()
        fake.invite("linda@example.org")
        listing = client(Changed(fake, b'"total_count":1', b'"total_count":2')).invitations.iter_all()
        seen: list[InvitationListItem] = []
        with pytest.raises(IncompleteListingError, match="1 of 2 were read") as caught:
            await take(listing, seen)
        assert [one.email for one in seen] == ["linda@example.org"]
        assert caught.value.summary.missing == 1
        assert "linda" not in str(caught.value)

    run_virtual(main())


def test_a_wrong_key_is_raised_at_once() -> None:
    fake = account()
    with pytest.raises(AuthenticationError):
        run_virtual(client_of(fake, "sk_live_wrong", retry=ONCE).invitations.list_all())
    assert len(fake.requests) == 1


@pytest.mark.parametrize("filters", [{"email": ""}, {"custom_id": "x" * 51}])
def test_a_filter_that_cannot_be_right_is_refused_unsent(filters: dict[str, str]) -> None:
    fake = FakeJofi()
    with pytest.raises(InvalidInputError):
        client(fake).invitations.iter_all(**filters)
    assert not fake.requests


def test_what_was_read_shows_nobody() -> None:
    fake = FakeJofi()
    fake.invite("linda@example.org")
    whole = run_virtual(client(fake).invitations.list_all())
    assert repr(whole).startswith("AllInvitations(1 items, ListingSummary(complete=True, total_count=1")
    assert "linda" not in repr(whole)


@pytest.mark.parametrize("said", [b'"total_count":0', b'"total_count":49'])
def test_a_count_that_contradicts_what_is_shown_proves_nothing(said: bytes) -> None:
    fake = FakeJofi()
    for number in range(50):
        fake.invite(f"{number:02}@example.org")
    whole = run_virtual(client(Changed(fake, b'"total_count":50', said)).invitations.list_all())
    assert (len(whole.items), whole.complete) == (50, False)
    assert any("miscounts" in reason for reason in whole.summary.reasons)
