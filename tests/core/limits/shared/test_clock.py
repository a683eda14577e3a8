"""Where the store's clock is, for any course of visits: the bounds hold, and a clock that was set is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jofi_async.core.limits.shared.clock import DRIFT, StoreClock
from tests.core.support import checked

delays = st.sampled_from([0.0, 0.0002, 0.01, 0.3])
SLACK = 5e-4  # how far the clocks drift apart during one visit
visits = st.lists(st.tuples(st.sampled_from([0.01, 1.0, 60.0]), delays, delays), min_size=1, max_size=30)


@checked
@given(visits, st.floats(-1e9, 1e9), st.sampled_from([-DRIFT, 0.0, DRIFT / 2]))
def test_the_truth_lies_between_the_bounds(
    course: list[tuple[float, float, float]], offset: float, drift: float
) -> None:
    clock, ours = StoreClock(), 5.0

    def there(instant: float) -> float:
        return offset + instant * (1 + drift)

    for pause, going, coming in course:
        ours += pause
        clock.learn(ours, there(ours + going), ours + going + coming)
        ours += going + coming
        assert clock.earliest(there(ours)) - SLACK <= ours <= clock.latest(there(ours)) + SLACK


def test_a_quick_visit_tells_more_than_slow_ones() -> None:
    clock = StoreClock()
    clock.learn(10.0, 110.001, 10.002)
    clock.learn(11.0, 111.2, 11.4)
    assert clock.latest(112.0) - clock.earliest(112.0) < 0.006
    assert clock.there(12.0) == pytest.approx(112.0, abs=0.003)


def test_a_clock_that_was_set_is_believed() -> None:
    clock = StoreClock()
    clock.learn(10.0, 110.0, 10.001)
    clock.learn(11.0, 50.0, 11.001)
    assert clock.latest(51.0) == pytest.approx(12.001)


def test_how_long_a_visit_takes() -> None:
    clock = StoreClock()
    clock.learn(10.0, 0.0, 10.2)
    assert clock.round_trip == pytest.approx(0.2)
    for _ in range(50):
        clock.learn(11.0, 1.0, 11.001)
    assert clock.round_trip == pytest.approx(0.001, abs=0.001)
