"""What is shown of a run: progress on a terminal and elsewhere, and the tally."""

import io

import pytest
from rich.console import Console

from jofi_async import Outcome, OutcomeKind, Problem, SourceRow
from jofi_async.cli.progress import Bar, Lines, Pace, duration
from jofi_async.cli.tally import SHOWN, Tally


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def _outcome(line: int, kind: OutcomeKind, reason: str = "") -> Outcome[None, None]:
    return Outcome(line, SourceRow(None, line), kind, problems=(Problem("email", reason),))


def test_plain_lines_come_every_tenth_or_five_seconds() -> None:
    clock, console = Clock(), Console(file=io.StringIO(), width=80)
    pace = Pace(Tally(), 40, lambda: 3, clock)
    with Lines(pace, console) as lines:
        for line in range(6):
            clock.now += 0.5
            pace.tally.add(_outcome(line, OutcomeKind.CREATED))
            lines.step()
        clock.now += 5
        lines.step()
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().splitlines() == [
        "0 of 40 rows (0%): no outcome yet | 3 in flight",
        "4 of 40 rows (10%): 4 created | 2.0 rows/s | 3 in flight | 18 s left",
        "6 of 40 rows (15%): 6 created | 0.8 rows/s | 3 in flight | 45 s left",
    ]


def test_a_bar_on_a_terminal() -> None:
    clock, console = Clock(), Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    pace = Pace(Tally(), 4, lambda: 1, clock)
    with Bar(pace, console) as bar:
        clock.now = 1
        pace.tally.add(_outcome(2, OutcomeKind.CREATED))
        bar.step()
        bar.refresh()
    assert isinstance(console.file, io.StringIO)
    drawn = console.file.getvalue()
    assert "25%" in drawn
    assert "1 created | 1.0 rows/s | 1 in flight | 3.0 s left" in drawn


@pytest.mark.parametrize(
    ("seconds", "words"), [(3.21, "3.2 s"), (59.2, "59 s"), (61, "1 min 01 s"), (3725, "1 h 02 min")]
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_tally_shows_the_unknown_first_and_forgets_none() -> None:
    tally = Tally()
    for line in range(100):
        tally.add(_outcome(line, OutcomeKind.REFUSED, "wrong"))
    tally.add(_outcome(200, OutcomeKind.UNKNOWN, "no answer"))
    for line in range(300, 310):
        tally.add(_outcome(line, OutcomeKind.NOT_ATTEMPTED, "stopped"))
    findings = tally.findings()
    assert len(findings) == SHOWN
    assert (findings[0].kind, findings[0].first) == (OutcomeKind.UNKNOWN, 200)
    assert [found.first for found in findings[1:]] == list(range(39))
    assert tally.missing() == 100 - 39 + 10


def test_a_dry_run_shows_what_is_refused() -> None:
    tally = Tally(plans=True)
    tally.add(_outcome(2, OutcomeKind.NOT_ATTEMPTED, "dry run"))
    tally.add(_outcome(3, OutcomeKind.REFUSED, "wrong"))
    assert [found.first for found in tally.findings()] == [3]
    assert tally.missing() == 0
