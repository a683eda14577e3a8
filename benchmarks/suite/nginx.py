"""nginx's `limit_req` in front of the sandbox: a rate just under it, and one that does not know it."""

import asyncio
from collections.abc import Iterator

from benchmarks import limits, machine, nginx
from benchmarks.limits import BURST, LIMIT, PAUSE, SET, Recording
from benchmarks.measure import Effort, Spread
from benchmarks.report import Reach, Report, Row


def run(effort: Effort) -> Report:
    """Measure; it takes some minutes whatever the effort, since the limits are in requests per second."""
    del effort
    title = f"bulk jobs through nginx that lets {LIMIT} a second through, and {BURST} more at once"
    if not nginx.is_there():
        return Report("nginx", title, (), (nginx.MISSING,), machine.describe())
    fixed, adaptive, paused = asyncio.run(limits.all_three())
    return Report(
        "nginx",
        title,
        (*_of_fixed(fixed), *_of_adaptive(adaptive), *_of_paused(paused)),
        (
            "All figures are counted in nginx's own log.",
            f"The fixed rate is {SET:g} a second, 5 % under nginx's. The adaptive one is told nothing of nginx's, which"
            f" is {LIMIT} for 50 s, {LIMIT // 2} for 40 s, and {LIMIT} again for 60 s.",
            f"In the third job the server answers one request by 429 and Retry-After: {PAUSE:g}.",
        ),
        machine.describe(),
    )


def _of_fixed(job: Recording) -> Iterator[Row]:
    yield _row("fixed: requests", job.accepted(), "")
    yield _row("fixed: refused", job.refused(), "", Reach("at most", 0))
    yield _row("fixed: of its rate, first to last", 100 * job.pace() / SET, "%", Reach("at least", 97))


def _of_adaptive(job: Recording) -> Iterator[Row]:
    halved, doubled, end = 50.0, 90.0, job.seconds
    yield _row("adaptive: requests", job.accepted(), "")
    share = 100 * job.refused(10) / (job.refused(10) + job.accepted(10))
    yield _row("adaptive: refused after 10 s", job.refused(10), "")
    yield _row("adaptive: refused after 10 s", share, "%", Reach("at most", 1))
    for name, begin, until, rate in (
        ("after the first 10 s", 10.0, halved, LIMIT),
        ("after it was halved, and 10 s", halved + 10, doubled, LIMIT // 2),
        ("after it was doubled, and 30 s", doubled + 30, end, LIMIT),
    ):
        reached = 100 * job.rate(begin, until) / rate
        yield _row(f"adaptive: of the limit {name}", reached, "%", Reach("at least", 90))


def _of_paused(job: Recording) -> Iterator[Row]:
    (asked,) = (one.at for one in job.requests if one.status == 429)
    resumed = asked + PAUSE
    yield _row("Retry-After: requests meanwhile", job.accepted(asked + 0.1, resumed - 0.05), "", Reach("at most", 0))
    first = job.accepted(resumed - 0.05, resumed + 1)
    yield _row("Retry-After: in the first second afterwards", first, "", Reach("at most", SET + 3))


def _row(what: str, value: float, unit: str, reach: Reach | None = None) -> Row:
    return Row(what, Spread.of([float(value)]), unit, reach=reach)
