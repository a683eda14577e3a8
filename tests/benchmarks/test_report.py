"""Reports as tables and as JSON, and the verdict on a reach."""

from pathlib import Path

import pytest

from benchmarks.measure import Spread
from benchmarks.report import Reach, Report, Row, as_text, load, number, save

ONE = Spread(1.0, 1.0, 1.0)
REPORT = Report(
    "speed",
    "how fast it is",
    (
        Row("base", Spread(2000.0, 1900.0, 2100.0), "calls/s", ONE),
        Row("ours", Spread(2200.0, 2150.0, 2250.0), "calls/s", Spread(1.1, 1.08, 1.12), Reach("at least", 1.05)),
    ),
    ("A note.",),
    {"Python": "3.11"},
)


def test_a_report_reads_back(tmp_path: Path) -> None:
    save(REPORT, tmp_path / "results")
    assert load("speed", tmp_path / "results") == REPORT


def test_a_table_shows_median_quartiles_ratio_and_verdict() -> None:
    assert as_text(REPORT).splitlines() == [
        "speed: how fast it is",
        "",
        "      median    quartiles  unit     to base  quartiles  reach",
        "base   2,000  1,900-2,100  calls/s     1.00  1.00-1.00",
        "ours   2,200  2,150-2,250  calls/s     1.10  1.08-1.12  at least 1.05  met",
        "",
        "A note.",
        "Python 3.11",
    ]


@pytest.mark.parametrize(
    ("reach", "to_base", "verdict"),
    [
        (None, 1.0, ""),
        (Reach("at least", 1.05), 1.05, "met"),
        (Reach("at least", 1.05), 1.04, "not met"),
        (Reach("at most", 0.9), 0.9, "met"),
        (Reach("at most", 0.9), 0.91, "not met"),
    ],
)
def test_a_reach_speaks_of_the_ratio(reach: Reach | None, to_base: float, verdict: str) -> None:
    ratio = Spread(to_base, to_base, to_base)
    assert Row("x", Spread(100.0, 100.0, 100.0), "calls/s", ratio, reach).verdict == verdict


def test_a_reach_without_a_base_speaks_of_the_value() -> None:
    assert Row("x", Spread(4.0, 4.0, 4.0), "MB", reach=Reach("at most", 5.0)).verdict == "met"


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (0.01234, "0.0123"), (1.0, "1.00"), (12.345, "12.35"), (1234.5, "1,234")]
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert number(value) == text
