"""What a store does at a visit, for any course of visits: slots, late starts, slots given back, pauses, outages."""

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from jofi_async.core.limits.shared.ledger import Ledger
from jofi_async.core.limits.shared.pace import LEAST_GRACE, Pace
from tests.core.limits.shared.support import Start, check_windows, visit
from tests.core.support import checked

rates = st.sampled_from([0.2, 1.0, 3.0, 10.0, 50.0, 400.0])
bursts = st.integers(1, 12)


@frozen
class Step:
    """One visit.

    Attributes:
        after: How many grains of time after the last.
        count: How many slots are asked for.
        cost: What each takes.
        late: How much of the grace each is started late.
        used: Which of the slots are started in; the others are given back at the next visit.
        pause: For how many seconds.
    """

    after: float
    count: int
    cost: float
    late: float
    used: frozenset[int]
    pause: float


steps = st.lists(
    st.builds(
        Step,
        after=st.sampled_from([0.0, 0.001, 0.01, 0.1, 0.5, 3.0]),
        count=st.integers(0, 6),
        cost=st.sampled_from([1.0, 1.0, 1.0, 0.5, 2.0]),
        late=st.sampled_from([0.0, 0.0, 0.5, 1.0]),
        used=st.frozensets(st.integers(0, 6)),
        pause=st.sampled_from([0.0] * 8 + [0.3, 2.0]),
    ),
    max_size=40,
)


@checked
@given(rates, bursts, steps)
def test_no_window_sees_more_than_the_limit_whoever_is_late(rate: float, burst: int, course: list[Step]) -> None:
    pace = Pace.of(rate, burst)
    now = 1000.0
    ledger = Ledger.begin(now, visit(pace))
    starts: list[Start] = []
    unused: list[tuple[float, float]] = []
    pauses: list[tuple[float, float]] = []
    for step in course:
        now += step.after
        cost = min(step.cost, burst)
        booked = ledger.visit(
            now,
            visit(
                pace,
                count=step.count,
                cost=cost,
                returned=tuple(unused),
                pause=step.pause,
            ),
        )
        assert len(booked.starts) == step.count
        assert booked.starts == tuple(sorted(booked.starts))
        assert min(booked.starts, default=now) >= max(now, booked.paused_until if step.count else 0.0)
        if step.pause:
            pauses.append((now, now + step.pause))
        used = set(step.used)
        starts += [Start(at + step.late * pace.grace, cost) for place, at in enumerate(booked.starts) if place in used]
        unused = [(at, cost) for place, at in enumerate(booked.starts) if place not in used]
    kept = [start for start in starts if not any(began <= start.at - pace.grace < ended for began, ended in pauses)]
    check_windows(kept, rate, burst, least=max(1.0, 1 / rate))


@checked
@given(rates, bursts, st.integers(1, 60))
def test_the_rate_is_reached(rate: float, burst: int, count: int) -> None:
    pace = Pace.of(rate, burst)
    ledger = Ledger.begin(0.0, visit(pace))
    starts = ledger.visit(0.0, visit(pace, count=count)).starts
    assert starts[0] == pytest.approx(0)
    assert starts[-1] == pytest.approx((count - 1) * pace.interval)
    assert pace.interval <= (1 + LEAST_GRACE) / rate + 1e-9


@given(rates, bursts)
def test_after_a_lull_there_is_a_burst_less_the_grace(rate: float, burst: int) -> None:
    pace = Pace.of(rate, burst)
    ledger = Ledger.begin(0.0, visit(pace))
    starts = ledger.visit(1000.0, visit(pace, count=burst + 1)).starts
    at_once = sum(start < 1000.0 + 1e-6 for start in starts)
    assert burst - pace.grace * rate - 1 <= at_once - 1e-9 <= burst


def test_first_come_first_served_over_all() -> None:
    pace = Pace.of(10.0, 1)
    ledger = Ledger.begin(0.0, visit(pace))
    one = ledger.visit(0.0, visit(pace, visitor="a", count=2)).starts
    two = ledger.visit(0.001, visit(pace, visitor="b", count=1)).starts
    three = ledger.visit(0.002, visit(pace, visitor="a", count=1)).starts
    assert [*one, *two, *three] == sorted([*one, *two, *three])


def test_a_pause_ends_without_a_burst_and_a_shorter_one_does_not_shorten_it() -> None:
    pace = Pace.of(10.0, 10)
    ledger = Ledger.begin(0.0, visit(pace))
    ledger.visit(100.0, visit(pace, pause=5.0))
    assert ledger.visit(101.0, visit(pace, pause=1.0)).paused_until == 105.0
    starts = ledger.visit(102.0, visit(pace, count=3)).starts
    assert starts == pytest.approx((105.0, 105.1, 105.2))


def test_a_slot_that_is_given_back_goes_to_the_next() -> None:
    pace = Pace.of(10.0, 1)
    ledger = Ledger.begin(0.0, visit(pace))
    booked = ledger.visit(0.0, visit(pace, count=6)).starts
    ledger.visit(0.1, visit(pace, returned=((booked[3], 1.0), (booked[4], 1.0))))
    again = ledger.visit(0.2, visit(pace, count=3)).starts
    assert again == pytest.approx((booked[3], booked[4], booked[5] + pace.interval))


def test_slots_that_are_given_back_are_lost_in_a_pause_or_when_they_pass() -> None:
    pace = Pace.of(10.0, 1)
    ledger = Ledger.begin(0.0, visit(pace))
    booked = ledger.visit(0.0, visit(pace, count=3)).starts
    ledger.visit(0.0, visit(pace, returned=((booked[1], 1.0),)))
    assert ledger.visit(0.15, visit(pace, count=1)).starts[0] > booked[2]
    ledger.visit(0.16, visit(pace, pause=1.0))
    ledger.visit(0.17, visit(pace, returned=((booked[2], 1.0),)))
    assert ledger.visit(0.18, visit(pace, count=1)).starts == pytest.approx((1.16,))


def test_visitors_are_counted_for_a_minute() -> None:
    pace = Pace.of(10.0, 1)
    ledger = Ledger.begin(0.0, visit(pace))
    ledger.visit(0.0, visit(pace, visitor="a"))
    assert ledger.visit(50.0, visit(pace, visitor="b")).processes == 2
    assert ledger.visit(61.0, visit(pace, visitor="c")).processes == 2


def test_another_rate_takes_the_missing_tokens_along() -> None:
    slow, quick = Pace(1.0, 3.0, 0.1), Pace(0.5, 1.5, 0.1)
    ledger = Ledger.begin(0.0, visit(slow))
    ledger.visit(100.0, visit(slow, count=4))
    assert ledger.visit(100.0, visit(quick, count=1)).starts == pytest.approx((100.5,))


class TestOutage:
    pace = Pace.of(10.0, 5)

    def test_who_comes_back_first_says_when_all_will_be_back(self) -> None:
        ledger = Ledger.begin(0.0, visit(self.pace))
        ledger.visit(10.0, visit(self.pace))
        first = ledger.visit(20.0, visit(self.pace, visitor="a", last=10.0, away=True, settling=1.2))
        second = ledger.visit(20.9, visit(self.pace, visitor="b", last=9.0, away=True, settling=1.2, count=2))
        assert first.settled_at == second.settled_at == 21.2
        assert second.starts == pytest.approx((21.2, 21.3))

    def test_who_alone_was_away_comes_back_at_once(self) -> None:
        ledger = Ledger.begin(0.0, visit(self.pace))
        ledger.visit(19.9, visit(self.pace, visitor="b"))
        back = ledger.visit(20.0, visit(self.pace, visitor="a", last=10.0, away=True, settling=1.2))
        assert back.settled_at <= back.now

    def test_a_store_that_was_emptied_says_so_to_all_and_settles_once(self) -> None:
        ledger = Ledger.begin(50.0, visit(self.pace))
        first = ledger.visit(50.0, visit(self.pace, visitor="a", last=49.9, settling=1.2))
        second = ledger.visit(51.9, visit(self.pace, visitor="b", last=49.8, settling=1.2))
        third = ledger.visit(52.0, visit(self.pace, visitor="a", last=50.0, settling=1.2))
        assert [first.is_lost, second.is_lost, third.is_lost] == [True, True, False]
        assert first.settled_at == second.settled_at == 51.2

    def test_an_old_copy_of_the_store_is_found_out(self) -> None:
        ledger = Ledger.begin(0.0, visit(self.pace))
        ledger.visit(10.0, visit(self.pace))
        assert ledger.visit(20.0, visit(self.pace, last=15.0, settling=1.2)).is_lost

    def test_visits_of_long_ago_do_nothing_and_do_not_hide_that_all_were_away(self) -> None:
        ledger = Ledger.begin(0.0, visit(self.pace))
        ledger.visit(10.0, visit(self.pace))
        stale = ledger.visit(20.0, visit(self.pace, visitor="a", count=3, last=9.9, expires=10.3))
        assert stale.has_expired
        assert not stale.starts
        back = ledger.visit(20.0, visit(self.pace, visitor="b", last=10.0, away=True, settling=1.2, expires=20.3))
        assert back.settled_at == 21.2

    def test_a_new_limit_begins_with_one_token_and_nobody_settles(self) -> None:
        ledger = Ledger.begin(0.0, visit(self.pace))
        booked = ledger.visit(0.0, visit(self.pace, count=3))
        assert booked.starts == pytest.approx((0.0, 0.1, 0.2))
        assert (booked.settled_at, booked.is_lost) == (0.0, False)

    def test_a_clock_that_is_set_back_takes_all_along(self) -> None:
        ledger = Ledger.begin(1000.0, visit(self.pace))
        ledger.visit(1000.0, visit(self.pace, count=9))
        assert ledger.visit(0.0, visit(self.pace, count=1)).starts == pytest.approx((0.9,))
