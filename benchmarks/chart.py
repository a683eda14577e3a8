"""The chart of creates per second, by client and by calls in flight."""

from pathlib import Path
from typing import Any

from benchmarks.clients import BY_HAND, OURS
from benchmarks.report import Report, number
from benchmarks.suite.create import REACHES

CLIENTS = (OURS, BY_HAND, "httpx", "openai-python")
"""Who is shown, in this order."""


def draw(report: Report, path: Path) -> None:
    """Draw calls per second by calls in flight; the ground is opaque, so that it can be read on any page."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot

    mpl.rcParams["svg.hashsalt"] = "performance"
    mpl.rcParams["svg.fonttype"] = "path"
    figure: Any
    axes: Any
    figure, axes = pyplot.subplots(figsize=(8, 3.6), layout="constrained")
    colours = ("#0b6e4f", "#7a8794", "#d08c2b", "#a34a5e")
    flights = tuple(REACHES)
    width = 0.8 / len(CLIENTS)
    for place, (client, colour) in enumerate(zip(CLIENTS, colours, strict=True)):
        rows = [report.row(f"{client}, {flying} in flight").value for flying in flights]
        spots = [index + (place - (len(CLIENTS) - 1) / 2) * width for index in range(len(flights))]
        errors = [[row.median - row.low for row in rows], [row.high - row.median for row in rows]]
        bars = axes.bar(spots, [row.median for row in rows], width, yerr=errors, label=client, color=colour)
        axes.bar_label(bars, [number(row.median) for row in rows], fontsize=7, padding=2)
    axes.set_xticks(range(len(flights)), [f"{flying} in flight" for flying in flights])
    axes.set_ylabel("creates per second")
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, ncols=len(CLIENTS), loc="upper center", bbox_to_anchor=(0.5, 1.16))
    figure.savefig(path, facecolor="white", metadata={"Date": None})
