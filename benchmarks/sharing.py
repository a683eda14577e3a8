"""Several processes under one shared limit: what each started, and when, on the store's clock.

As a program it is one of the processes: it says that it is ready, reads when to begin, starts calls as fast as the
limit lets it, and prints when it did.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from itertools import pairwise
from typing import Any

from attrs import asdict, define, field, frozen

from benchmarks.redis_server import hurry
from jofi_async import Priority, RateLimit, SharedLimitLostError
from jofi_async.core.limits.shared.limiter import SharedLimiter
from jofi_async.sharing.stores import shared_limiter
from jofi_async.storage.clock import seconds_awake_or_not


@frozen(kw_only=True)
class Work:
    """What one process does.

    Attributes:
        url: The store.
        key: The key whose limit it is.
        seconds: For how long.
        per_second: The rate of all.
        burst: The burst of all.
        tasks: How many calls it has under way.
        pause_after: After how many seconds a server asks it for a pause, or None.
        pause: For how many seconds.
        when_lost: "share" or "stop".
        priority: "interactive" or "bulk".
    """

    url: str
    key: str
    seconds: float
    per_second: float = 50.0
    burst: int = 10
    tasks: int = 20
    pause_after: float | None = None
    pause: float = 2.0
    when_lost: Any = "share"
    priority: str = "interactive"


@define
class Done:
    """What one process did; instants are of the store's clock.

    Attributes:
        begin: When it was let begin.
        starts: When each call started.
        lost: When each call was refused, since the store was lost.
        paused: When the pause began, and when it was over.
    """

    begin: float
    starts: list[float] = field(factory=list[float])
    lost: list[float] = field(factory=list[float])
    paused: list[float] = field(factory=list[float])


def clock_of(url: str) -> Callable[[], float]:
    """The clock of a store on this machine."""
    return seconds_awake_or_not if url.startswith("file:") else time.time


def limiter_for(doing: Work) -> SharedLimiter:
    """The limiter of one process."""
    limit = RateLimit(doing.per_second, doing.burst, in_flight=None, shared=doing.url, when_lost=doing.when_lost)
    return shared_limiter(limit, base_url="https://api.example.org", key=doing.key)


async def work(doing: Work, limiter: SharedLimiter, begin: float) -> Done:
    """Be one of the processes, from some instant of the store's clock on."""
    done, clock = Done(begin), clock_of(doing.url)
    loop = asyncio.get_running_loop()

    async def call() -> None:
        while (left := begin + doing.seconds - clock()) > 0:
            try:
                async with asyncio.timeout(left):
                    await limiter.acquire(priority=Priority(doing.priority))
            except SharedLimitLostError:
                done.lost.append(clock())
                await asyncio.sleep(0.05)
                continue
            except TimeoutError:
                return
            done.starts.append(clock())
            limiter.release()

    def be_told() -> None:
        done.paused.append(clock())
        done.paused.append(clock() + limiter.throttled(loop.time(), doing.pause))

    await asyncio.sleep(max(0.0, begin - clock()))
    if doing.pause_after is not None:
        loop.call_later(doing.pause_after, be_told)
    await asyncio.gather(*(call() for _ in range(doing.tasks)))
    await limiter.aclose()
    return done


def run_all(works: Sequence[Work], changes: Mapping[float, Callable[[], object]] | None = None) -> list[Done]:
    """Run each in a process of its own, all at once, and do some things so many seconds after they began."""
    with ExitStack() as stack:
        processes = [stack.enter_context(_begin(one)) for one in works]
        for process in processes:
            stack.callback(process.kill)
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        clock = clock_of(works[0].url)
        begin = clock() + 0.2
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(f"{begin}\n")
            process.stdin.flush()
        for at, change in sorted((changes or {}).items()):
            time.sleep(max(0.0, begin + at - clock()))
            change()
        said = [process.communicate(timeout=works[0].seconds + 60)[0] for process in processes]
    return [Done(**json.loads(text)) for text in said]


def _begin(work: Work) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", "-m", "benchmarks.sharing", json.dumps(asdict(work))]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def most_in_a_second(starts: Sequence[float]) -> int:
    """The most calls that started in any second, its end not included."""
    ordered = sorted(starts)
    most = first = 0
    for last, start in enumerate(ordered):
        while start - ordered[first] >= 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most


def pace(starts: Sequence[float]) -> float:
    """Calls per second, from the first to the last."""
    ordered = sorted(starts)
    return (len(ordered) - 1) / (ordered[-1] - ordered[0])


def longest_gap(starts: Sequence[float]) -> float:
    """The longest time in which no call started, in seconds."""
    return max(later - earlier for earlier, later in pairwise(sorted(starts)))


def main(doing: Work) -> None:
    """Be one of the processes as a program."""
    hurry(os.getpid())
    limiter = limiter_for(doing)  # imports what the store needs
    print("ready", flush=True)
    print(json.dumps(asdict(asyncio.run(work(doing, limiter, float(sys.stdin.readline()))))))


if __name__ == "__main__":
    main(Work(**json.loads(sys.argv[1])))
