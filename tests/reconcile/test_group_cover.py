"""One answer may tell of several groups, and nothing is concluded from one that was cut."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jofi_async import CallError, How, Request, StepKind
from jofi_async.reconcile.group_cover import GroupCover
from tests.reconcile.account import Account, row
from tests.reconcile.test_survey import an_account
from tests.reconcile.test_truth import FAULTS, check

UNEXPECTED = StepKind.UNEXPECTED
NAMES = ("R1", "r1", "R10", "R11", "R2", "R21", "REQ 1", "REQ 12", "ÄR1", "ÄR2", "S_1", "S-1")


@contextmanager
def sampling(count: int) -> Generator[None]:
    """So many groups are asked for by themselves before texts are."""
    with patch("jofi_async.reconcile.group_cover._SAMPLE", count):
        yield


def test_groups_that_fit_an_answer_together_are_asked_for_together() -> None:
    account = an_account(600, (5, 20))
    groups = [f"REQ-{number:03}" for number in range(60)]
    for group in groups:
        for name in ("ann", "bob"):
            account.invite(f"{name}@{group}.org", custom_id=group)
    plan = account.plan([row(email=f"ann@{group}.org", custom_id=group) for group in groups])
    assert plan.reading.requests[How.GROUPS] < 30
    assert plan.counts[StepKind.UNCHANGED] == plan.counts[UNEXPECTED] == 60
    assert not plan.reading.gaps


def test_groups_that_fit_no_answer_together_are_asked_for_one_by_one() -> None:
    account = Account(limits=(5, 20))
    groups = [f"REQ-{number:03}" for number in range(30)]
    for group in groups:
        for number in range(15):
            account.invite(f"p{number}@{group}.org", custom_id=group)
    plan = account.plan([row(email=f"p{number}@{group}.org", custom_id=group) for group in groups for number in (0, 1)])
    assert plan.reading.requests[How.GROUPS] == 30
    assert plan.counts[UNEXPECTED] == 30 * 13


def test_how_many_items_a_text_has_is_foretold_from_the_rows_that_are_wanted() -> None:
    rows = {f"a{number}": number for number in range(1, 8)} | {"b10": 10, "b11": 11, "c2": 2, "c22": 2}
    cover = GroupCover(rows, limit=50, longest=50)
    for group in ("a1", "a3", "a5", "a7"):
        cover.counted(group, 5 * rows[group], is_whole=True)
    assert cover.pick(9) == ["c2"]  # and neither b1 with 105 nor a with 140


def test_the_groups_of_the_sample_are_those_that_go_together_with_most() -> None:
    cover = GroupCover(dict.fromkeys(["ab1", "ab2", "cd1x", "cd2", "cd3"], 1), limit=9, longest=50)
    with sampling(3):
        assert cover.sample() == ["cd1x", "cd2", "cd3"]


def test_an_answer_that_was_cut_settles_no_group_and_its_text_is_not_asked_for_again() -> None:
    cover = GroupCover({"ab1": 1, "ab2": 1, "x": 1}, limit=9, longest=50)
    cover.counted("x", 4, is_whole=True)
    assert cover.pick(9) == ["ab"]
    cover.counted("ab", 12, is_whole=False)
    assert cover.left() == ["ab1", "ab2"]
    assert cover.pick(9) == []


def test_where_nothing_was_counted_nothing_is_foretold() -> None:
    assert GroupCover({"ab1": 1, "ab2": 1}, limit=9, longest=50).pick(9) == []


def test_texts_are_of_letters_that_servers_compare_alike() -> None:
    cover = GroupCover({"äbc1": 1, "äbc2": 1, "x": 1}, limit=9, longest=50)
    cover.counted("x", 1, is_whole=True)
    assert cover.pick(9) == []


def test_groups_that_only_a_folding_server_compares_alike_are_two() -> None:
    account = an_account(60, (2, 6))
    for group in ("groß", "gross"):
        account.invite(f"somebody@{len(group)}.org", custom_id=group)
    plan = account.plan([row("ann", custom_id="groß"), row("bob", custom_id="gross")])
    assert plan.counts[UNEXPECTED] == 2
    assert {"GET /invitations?custom_id=gross", "GET /invitations?custom_id=gro%C3%9F"} <= set(account.requests)


def test_a_text_that_could_not_be_asked_for_leaves_no_gap_where_its_groups_were_asked_for() -> None:
    account = Account(limits=(1, 20))
    for number in range(20):
        account.invite(f"p{number}@example.org", custom_id=f"REQ-{number:02}")
        account.invite(f"q{number}@example.org", custom_id=f"REQ-{number:02}")

    def fail(request: Request) -> None:
        if "custom_id=req" in request.url:
            raise ConnectionError

    account.before = fail
    plan = account.plan([row(f"p{number}", custom_id=f"REQ-{number:02}") for number in range(20)])
    assert plan.counts[UNEXPECTED] == 20
    assert not plan.reading.gaps


def test_texts_that_fail_are_not_tried_for_ever() -> None:
    cover = GroupCover(
        dict.fromkeys([f"{letter}-{number}" for letter in "abcdefgh" for number in range(3)], 1), limit=9, longest=50
    )
    cover.counted("a-0", 2, is_whole=True)
    texts = cover.pick(99)
    assert len(texts) == 4
    for text in texts:
        cover.counted(text, 10, is_whole=False)
    assert cover.pick(99) == []


@pytest.mark.parametrize("late", ["REQ-05", "REQ-050"])
def test_whoever_comes_into_a_group_meanwhile_hides_nobody(late: str) -> None:
    account = Account(limits=(1, 4))
    for number in range(20):
        account.invite(f"p{number}@example.org", custom_id=f"REQ-{number:02}")

    def somebody_comes(request: Request) -> None:
        if "custom_id" in request.url and len(account.fake.invitations) < 30:
            account.invite(f"late{len(account.fake.invitations)}@example.org", custom_id=late)

    account.before = somebody_comes
    plan = account.plan([row(f"q{number}", custom_id=f"REQ-{number:02}") for number in range(20)])
    found = {step.card.email for step in plan.of(UNEXPECTED)}
    assert found >= {f"p{number}@example.org" for number in range(20)}


@settings(deadline=None, max_examples=settings().max_examples // 4)
@given(
    st.dictionaries(st.sampled_from(NAMES), st.integers(0, 4), min_size=4),
    st.sampled_from([(1, 3), (2, 5), (3, 8)]),
    st.integers(1, 3),
    st.lists(st.sampled_from(FAULTS), max_size=1),
)
def test_everybody_who_is_unexpected_in_a_group_is_told(
    sizes: dict[str, int], limits: tuple[int, int], sample: int, faults: list[Any]
) -> None:
    account = Account(limits=limits)
    for name, size in sizes.items():
        for number in range(size):
            account.invite(f"{number}@{NAMES.index(name)}.org", custom_id=name)
    for number in range(60):  # so that not all is read anyway
        account.invite(f"other{number}@example.com")
    rows = [row(email=f"0@{NAMES.index(name)}.org", custom_id=name) for name in sizes]
    with sampling(sample):
        try:
            plan = account.plan(rows, *faults)
        except CallError:
            return
    check(plan, rows, account)
