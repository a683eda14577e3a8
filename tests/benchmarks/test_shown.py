"""What the documents show is what the committed figures say."""

from pathlib import Path

import pytest

from benchmarks.measure import Spread
from benchmarks.report import Reach, Report, Row
from benchmarks.shown import CHART, DOCUMENTS, detail, filled


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_shows_the_committed_figures(document: Path) -> None:
    text = document.read_text("utf-8")
    assert "<!-- figures: " in text
    assert filled(text) == text, "run `python -m benchmarks.shown`"


def test_the_chart_is_there_and_shown() -> None:
    assert CHART.exists()
    assert f"docs/{CHART.name}" in DOCUMENTS[0].read_text("utf-8")


def test_only_what_stands_between_the_marks_changes() -> None:
    text = "Before.\n\n<!-- figures: costs -->\nold\n<!-- end -->\n\nAfter.\n"
    changed = filled(text)
    assert changed.startswith("Before.\n\n<!-- figures: costs -->\n|")
    assert changed.endswith("|\n<!-- end -->\n\nAfter.\n")
    assert "old" not in changed


def test_every_row_of_a_report_is_told_with_its_verdict() -> None:
    rows = (
        Row("ours", Spread(2200.0, 2150.0, 2250.0), "calls/s", Spread(1.1, 1.08, 1.12), Reach("at least", 1.05)),
        Row("peak", Spread(6.0, 6.0, 6.0), "MB", reach=Reach("at most", 5)),
    )
    assert detail(Report("x", "y", rows)).splitlines()[2:] == [
        "| ours | 2,200 calls/s | 2,150 to 2,250 | 1.10 | 1.08 to 1.12 | at least 1.05 | met |",
        "| peak | 6.00 MB |  |  |  | at most 5 | not met |",
    ]
