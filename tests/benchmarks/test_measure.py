"""The statistics of the benchmarks, and that every contender gets its turn in every round."""

from collections.abc import Awaitable, Callable

import pytest

from benchmarks.measure import Spread, interleave, ratios


def test_quartiles_are_of_what_was_measured() -> None:
    assert Spread.of([5.0, 1.0, 2.0, 4.0, 3.0]) == Spread(median=3.0, low=2.0, high=4.0)
    assert Spread.of([7.0]) == Spread(7.0, 7.0, 7.0)


def test_a_ratio_is_taken_within_its_round() -> None:
    assert ratios([10.0, 100.0, 1000.0], [5.0, 50.0, 500.0]) == Spread(2.0, 2.0, 2.0)


def test_rounds_that_do_not_match_have_no_ratio() -> None:
    with pytest.raises(ValueError, match="longer"):
        ratios([1.0], [1.0, 2.0])


async def test_every_contender_is_warmed_up_and_then_runs_once_a_round(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the garbage of the one before collected, which in a process that holds much takes long."""
    ran: list[str] = []
    collected_after: list[int] = []
    monkeypatch.setattr("gc.collect", lambda: collected_after.append(len(ran)))

    def block(name: str) -> Callable[[], Awaitable[float]]:
        async def run() -> float:
            ran.append(name)
            return float(len(ran))

        return run

    measured = await interleave({name: block(name) for name in "abc"}, rounds=20)
    assert ran[:3] == ["a", "b", "c"]
    rounds = [ran[start : start + 3] for start in range(3, len(ran), 3)]
    assert len(rounds) == 20
    assert all(sorted(names) == ["a", "b", "c"] for names in rounds)
    assert len({tuple(names) for names in rounds}) > 1
    assert {name: len(values) for name, values in measured.items()} == {"a": 20, "b": 20, "c": 20}
    assert all(ran[int(value) - 1] == name for name, values in measured.items() for value in values)
    assert collected_after == list(range(3, 63))
