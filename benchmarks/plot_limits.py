"""Draws requests per second over time, as nginx logged them: `python -m benchmarks.plot_limits [FILE]`."""

# pyright: reportUnknownMemberType=false

import argparse
import asyncio
from pathlib import Path

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from benchmarks import limits, nginx
from benchmarks.limits import LIMIT, PAUSE, SET, Recording

PLOT = Path(__file__).parents[1] / "docs" / "limits.svg"

_OURS, _THEIRS, _REFUSED = "#1f5fa8", "#8a8a8a", "#c23b22"


def main() -> None:
    """Record the three jobs and draw them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plot_limits", description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", default=PLOT, help="where to (%(default)s)")
    file = parser.parse_args().file
    if not nginx.is_there():
        parser.error(nginx.MISSING)
    draw(asyncio.run(limits.all_three()), file)


def draw(recordings: tuple[Recording, Recording, Recording], file: Path) -> None:
    """Draw the three jobs below each other.

    Args:
        recordings: Fixed, adaptive, and with a Retry-After.
        file: Where to; its ending says how.
    """
    plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "limits", "font.size": 9})
    figure, axes = plt.subplots(3, 1, figsize=(8, 7.2), layout="constrained")
    titles = (
        f"Fixed: {SET:g} a second, 5 % under the limit",
        "Adaptive: the limit is not known, is halved at 50 s and doubled at 90 s",
        f"Fixed, and one answer asks for a pause (429, Retry-After: {PAUSE:g})",
    )
    for axis, recording, title in zip(axes, recordings, titles, strict=True):
        _draw(axis, recording, title)
    axes[0].legend(loc="lower right", ncols=3, frameon=False)
    axes[-1].set_xlabel("seconds since the first request")
    figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None)


def _draw(axis: Axes, recording: Recording, title: str) -> None:
    seconds = range(int(recording.seconds))
    steps = [*recording.rates.items(), (recording.seconds, list(recording.rates.values())[-1])]
    axis.step(*zip(*steps, strict=True), where="post", color=_THEIRS, linestyle="--", label="nginx's limit")
    axis.step(
        [*seconds, recording.seconds],
        [*(recording.accepted(at, at + 1) for at in seconds), recording.accepted(seconds[-1], seconds[-1] + 1)],
        where="post",
        color=_OURS,
        label="let through, in each second",
    )
    refused = [one.at for one in recording.requests if one.status == 429]
    axis.plot(refused, [1.5] * len(refused), "|", color=_REFUSED, markersize=9, label="refused (429)")
    axis.set_title(title, loc="left", fontsize=10)
    axis.set_xlim(0, recording.seconds)
    axis.set_ylim(0, 1.6 * LIMIT)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.set_ylabel("requests / s")
    axis.spines[["top", "right"]].set_visible(False)


if __name__ == "__main__":
    main()
