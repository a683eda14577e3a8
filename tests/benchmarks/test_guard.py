"""The guard lets 5 % pass and no more, and says what was measured with another version."""

import pytest

from benchmarks.clients import OURS
from benchmarks.guard import changes, differences
from benchmarks.measure import Spread
from benchmarks.report import Report, Row, load


def report(**ratios: float) -> Report:
    rows = (
        Row(f"{what}, {who}", Spread.of([1.0]), "thousand", Spread.of([ratio]))
        for what, ratio in ratios.items()
        for who in (OURS, "httpx")
    )
    return Report("instructions", "counted", tuple(rows))


@pytest.mark.parametrize(("now", "is_too_much"), [(0.5, False), (1.0, False), (1.049, False), (1.051, True)])
def test_five_per_cent_pass(now: float, is_too_much: bool) -> None:
    (change,) = changes(report(create=1.0), report(create=now))
    assert change.is_too_much == is_too_much
    assert ("MORE THAN ALLOWED" in str(change)) == is_too_much


def test_each_of_our_calls_is_compared_and_no_other_s() -> None:
    found = changes(report(create=1.0, list=0.5), report(create=1.02, list=0.6))
    assert [str(change) for change in found] == [
        f"create, {OURS}: 1.000 -> 1.020 of the base, +2.0%, well",
        f"list, {OURS}: 0.500 -> 0.600 of the base, +20.0%, MORE THAN ALLOWED",
    ]


def test_a_call_that_is_measured_no_more_is_no_pass() -> None:
    with pytest.raises(StopIteration):
        changes(report(create=1.0), report(list=1.0))


def test_what_differs_is_named() -> None:
    before = {"Python": "3.11.7", "aiohttp": "3.14.5", "httpx": "0.28"}
    assert differences(before, {"Python": "3.12.1", "aiohttp": "3.14.5"}) == ["Python was 3.11.7 and is 3.12.1"]


def test_there_are_figures_to_compare_with() -> None:
    assert {change.what for change in changes(load("instructions"), load("instructions"))} == {
        f"create, {OURS}",
        f"list, {OURS}",
    }
