"""Any account on the fake JOFI, its lists cut short: the complete listing equals it, or says what is missing."""

import re
from collections.abc import Mapping
from typing import Any
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jofi_async import AllInvitations, InvitationListItem, Request
from jofi_async.reconcile.neighbours import ALPHABET
from jofi_async.testing import run_virtual
from tests.bulk.support import client_of
from tests.reconcile.account import SHORT, Account

# the list shows what was stored at any time, so no rule of a create is held against these
ODD = st.text(st.sampled_from("aAbB.@_%+ \u00e9\u00c9\u00df\u0130\u0131'"), max_size=7)
PLAIN = st.builds(
    "{}@{}".format, st.text("abc._", min_size=1, max_size=4), st.sampled_from(["x.org", "X.org", "xx.org"])
)
GROUPS = st.sampled_from([None, None, "j1", "J12", "j_1", "j%"])
PEOPLE = st.lists(st.tuples(PLAIN | ODD, GROUPS), max_size=30)
CHANGES = st.dictionaries(
    st.integers(0, 40), st.lists(st.tuples(PLAIN | ODD, GROUPS), min_size=1, max_size=8), max_size=4
)
LIMITS = (3, 5)
GENTLY = settings(max_examples=settings().max_examples // 8, suppress_health_check=[HealthCheck.too_slow])

Read = AllInvitations[InvitationListItem]


def store(account: Account, email: str, group: str | None) -> None:
    """Store an invitation with any address."""
    one = account.invite("someone@x.org", **({} if group is None else {"custom_id": group}))
    one.email = email


def account_of(people: list[tuple[str, str | None]]) -> Account:
    account = Account(limits=LIMITS)
    for email, group in people:
        store(account, email, group)
    return account


def read(account: Account, *, covered: int, **filters: str) -> Read:
    """Read all; a cover is guessed, of a few values, when so many are missing; a walk gives up sooner than it does."""
    with (
        patch("jofi_async.reconcile.descent.COVERED", covered),
        patch("jofi_async.reconcile.cover.cover._FEWEST", 50),
        patch("jofi_async.reconcile.descent.PATIENCE", 120),
    ):
        return run_virtual(client_of(account, retry=SHORT).invitations.list_all(**filters))


def check(found: Read, ids: set[int]) -> None:
    """What must hold however the account is and whatever happens to it."""
    seen = [one.id for one in found.items]
    assert len(seen) == len(set(seen))
    assert set(seen) <= ids
    assert found.missing == max(0, found.total_count - len(seen))
    assert found.complete == (found.missing == 0 and not found.summary.reasons)
    assert found.requests < 2000


def hidden(account: Account, found: Read) -> bool:
    """Whether no filter need show some address, since each text that is tried stands in more than an answer holds.

    Tried are the characters of the alphabet and of the addresses that were found, and what is made up of them.
    """
    tried = {*ALPHABET, *"".join(one.email.lower() for one in found.items)}
    emails = [one.email.lower() for one in account.fake.invitations]
    texts = (re.sub(f"[^{re.escape(''.join(tried))}]", "\n", email).splitlines() for email in emails)
    return any(
        all(sum(text.strip() in one for one in emails) > LIMITS[1] for text in its if text.strip()) for its in texts
    )


@GENTLY
@given(PEOPLE, st.sampled_from([0, 999]))
def test_the_listing_equals_any_account_or_says_what_is_missing(
    people: list[tuple[str, str | None]], covered: int
) -> None:
    account = account_of(people)
    found = read(account, covered=covered)
    check(found, {one.id for one in account.fake.invitations})
    assert found.total_count == len(people)
    assert found.complete or hidden(account, found)


@GENTLY
@given(PEOPLE, st.sampled_from([{"email": "a"}, {"email": "@"}, {"custom_id": "j"}, {"custom_id": "J1", "email": "b"}]))
def test_a_narrowed_listing_equals_what_matches_or_says_what_is_missing(
    people: list[tuple[str, str | None]], filters: Mapping[str, str]
) -> None:
    account = account_of(people)
    found = read(account, covered=0, **filters)
    wanted = {
        one.id
        for one in account.fake.invitations
        if filters.get("email", "").lower() in one.email.lower()
        and filters.get("custom_id", "").lower() in (one.custom_id or "").lower()
    }
    check(found, wanted)
    assert found.total_count == len(wanted)
    assert found.complete or hidden(account, found)


@GENTLY
@given(PEOPLE, CHANGES, CHANGES, st.sampled_from([0, 999]))
def test_creates_and_changes_meanwhile_break_nothing(
    people: list[tuple[str, str | None]], created: Mapping[int, Any], changed: Mapping[int, Any], covered: int
) -> None:
    account = account_of(people)
    at_last_look: set[int] = set()

    def meanwhile(request: Request) -> None:
        number = len(account.requests)
        for email, group in created.get(number, ()):
            store(account, email, group)
        for one, (email, group) in zip(account.fake.invitations, changed.get(number, ()), strict=False):
            one.email, one.custom_id = email, group
        if "?" not in request.url:
            at_last_look.clear()
            at_last_look.update(one.id for one in account.fake.invitations)

    account.before = meanwhile
    found = read(account, covered=covered)
    check(found, {one.id for one in account.fake.invitations})
    assert found.total_count == len(at_last_look)
    assert not found.complete or {one.id for one in found.items} == at_last_look
