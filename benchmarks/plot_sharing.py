"""Draws four processes that share one limit through Redis: `python -m benchmarks.plot_sharing [FOLDER]`.

What was counted is written next to the plot, as JSON.
"""

# pyright: reportUnknownMemberType=false

import argparse
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from uuid import uuid4

from attrs import asdict, frozen
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from benchmarks import redis_server
from benchmarks.redis_server import RedisServer
from benchmarks.sharing import Done, Work, most_in_a_second, run_all

FOLDER = Path(__file__).parents[1] / "docs"
RATE, BURST, PROCESSES, TASKS = 50.0, 10, 4, 20
STEP = 0.5
"""Seconds in which starts are counted."""

_COLOURS = ("#1f5fa8", "#6ba3d6", "#d08c2b", "#0b6e4f")
_THEIRS = "#8a8a8a"


@frozen
class Recording:
    """One run.

    Attributes:
        title: What happened.
        seconds: For how long it ran.
        starts: How many calls each process started, in each step.
        in_all: How many each started.
        most: The most that all started in any second.
        grey: From when until when the store was lost or all were paused, in seconds.
    """

    title: str
    seconds: float
    starts: list[list[int]]
    in_all: list[int]
    most: int
    grey: tuple[float, float] | None


def record(
    server: RedisServer,
    title: str,
    seconds: float,
    *,
    pause_after: float | None = None,
    changes: Mapping[float, Callable[[], None]] | None = None,
    grey: tuple[float, float] | None = None,
) -> Recording:
    """Let the processes run."""
    key = uuid4().hex
    works = [
        Work(url=server.url, key=key, seconds=seconds, per_second=RATE, burst=BURST, tasks=TASKS, pause_after=after)
        for after in (pause_after, *(None for _ in range(PROCESSES - 1)))
    ]
    done = run_all(works, changes)
    every = [at for one in done for at in one.starts]
    counts = [_counts(one, seconds) for one in done]
    return Recording(title, seconds, counts, [len(one.starts) for one in done], most_in_a_second(every), grey)


def record_all(folder: Path) -> list[Recording]:
    """Fair weather, a pause, and a server that stands still."""
    with RedisServer(folder) as server:
        return [
            record(server, "Four processes of twenty tasks", 12.0),
            record(server, "One of them is asked for a pause of 2 s", 12.0, pause_after=4.0, grey=(4.0, 6.0)),
            record(
                server,
                "Redis stands still: each goes on with its share",
                12.0,
                changes={4.0: server.freeze, 7.0: server.thaw},
                grey=(4.0, 7.0),
            ),
        ]


def draw(recordings: Sequence[Recording], file: Path) -> None:
    """Draw the runs below each other, the processes on top of each other."""
    plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "sharing", "font.size": 9})
    figure, axes = plt.subplots(len(recordings), 1, figsize=(8, 7.2), layout="constrained")
    for axis, recording in zip(axes, recordings, strict=True):
        _draw(axis, recording)
    axes[0].legend(loc="upper right", ncols=PROCESSES + 1, frameon=False)
    axes[-1].set_xlabel("seconds")
    figure.savefig(file, facecolor="white", metadata={"Date": None})


def _draw(axis: Axes, recording: Recording) -> None:
    edges = [step * STEP for step in range(len(recording.starts[0]) + 1)]
    below = [0.0] * len(recording.starts[0])
    for number, (counts, colour) in enumerate(zip(recording.starts, _COLOURS, strict=True), 1):
        above = [low + count / STEP for low, count in zip(below, counts, strict=True)]
        axis.stairs(above, edges, baseline=below, fill=True, color=colour, label=f"process {number}")
        below = above
    axis.axhline(RATE, color=_THEIRS, linestyle="--", label="the limit")
    if recording.grey is not None:
        axis.axvspan(*recording.grey, color=_THEIRS, alpha=0.15, linewidth=0)
    shares = " / ".join(map(str, recording.in_all))
    axis.set_title(
        f"{recording.title}   ({shares} calls, at most {recording.most} in a second)", loc="left", fontsize=9
    )
    axis.set_xlim(0, recording.seconds)
    axis.set_ylim(0, 1.6 * RATE)
    axis.set_ylabel("calls / s")
    axis.spines[["top", "right"]].set_visible(False)


def _counts(done: Done, seconds: float) -> list[int]:
    counts = [0] * round(seconds / STEP)
    for at in done.starts:
        counts[min(len(counts) - 1, max(0, int((at - done.begin) / STEP)))] += 1
    return counts


def main() -> None:
    """Record and draw."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plot_sharing", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER, help="where to (%(default)s)")
    folder: Path = parser.parse_args().folder
    if not redis_server.is_there():
        parser.error(redis_server.MISSING)
    with tempfile.TemporaryDirectory() as data:
        recordings = record_all(Path(data))
    kept = {"limit": {"per_second": RATE, "burst": BURST}, "step": STEP, "runs": [asdict(one) for one in recordings]}
    (folder / "shared-limit.json").write_text(json.dumps(kept) + "\n")
    draw(recordings, folder / "shared-limit.svg")


if __name__ == "__main__":
    main()
