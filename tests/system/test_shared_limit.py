"""Four processes of twenty tasks under one limit, through a real Redis and through a file, in fair weather and foul.

What is counted is when calls started, on the store's clock.
"""

import sqlite3
import time
from collections.abc import Callable, Generator, Sequence
from itertools import chain
from pathlib import Path
from uuid import uuid4

import pytest
from redis import Redis

from benchmarks import redis_server
from benchmarks.redis_server import RedisServer
from benchmarks.sharing import Done, Work, most_in_a_second, run_all

RATE, BURST = 50.0, 10
PROCESSES = 4
SETTLED = 4.0
"""Seconds after trouble in which all are back at the store: patience, a probe and settling, on a busy machine."""

needs_redis = pytest.mark.skipif(not redis_server.is_there(), reason=redis_server.MISSING)
pytestmark = pytest.mark.timeout(120)


@pytest.fixture(autouse=True)
def _at_length(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--at-length"):
        pytest.skip("it takes minutes: nox -s system, or --at-length")


@pytest.fixture
def server(tmp_path: Path) -> Generator[RedisServer]:
    with RedisServer(tmp_path) as server:
        yield server


@pytest.fixture(params=[pytest.param("redis", marks=needs_redis), "file"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "file":
        return f"file:{tmp_path}/limit"
    server: RedisServer = request.getfixturevalue("server")
    return server.url


def works(url: str, seconds: float, when_lost: str = "share", priority: str = "interactive") -> list[Work]:
    key = uuid4().hex
    return [
        Work(url=url, key=key, seconds=seconds, when_lost=when_lost, priority=priority, per_second=RATE, burst=BURST)
        for _ in range(PROCESSES)
    ]


def starts_of(done: Sequence[Done]) -> list[float]:
    return sorted(chain.from_iterable(one.starts for one in done))


def within(done: Sequence[Done], begin: float, end: float) -> int:
    """How many calls started in a span, in seconds after all were let begin."""
    return sum(begin <= at - one.begin < end for one in done for at in one.starts)


def check_never_over(starts: Sequence[float]) -> None:
    assert most_in_a_second(starts) <= RATE + BURST


@pytest.mark.parametrize(("priority", "least"), [("interactive", 0.97), ("bulk", 0.93)])  # bulk books late, by design
def test_the_rate_is_reached_and_never_exceeded_and_shared_equally(url: str, priority: str, least: float) -> None:
    done = run_all(works(url, 20.0, priority=priority))
    starts = starts_of(done)
    check_never_over(starts)
    assert within(done, 2, 18) >= least * RATE * 16
    shares = [within([one], 2, 18) for one in done]
    assert max(shares) <= 1.2 * min(shares), shares


def test_a_pause_is_kept_by_all_and_ends_without_a_burst(url: str) -> None:
    first, *others = works(url, 8.0)
    told = Work(url=first.url, key=first.key, seconds=first.seconds, pause_after=3.0, pause=2.0)
    done = run_all([told, *others])
    starts, (began, over) = starts_of(done), done[0].paused
    check_never_over(starts)
    assert over - began == pytest.approx(2.0, abs=0.1)
    assert not [at - began for at in starts if began + 0.1 < at < over]  # who was just starting has not heard of it
    assert len([at for at in starts if over <= at < over + 1]) <= RATE + 1
    assert all(any(at > over for at in one.starts) for one in done)


def trouble(server: RedisServer, kind: str) -> dict[float, Callable[[], None]]:
    """What happens to the server, and when."""
    match kind:
        case "stopped":
            return {3.0: server.stop, 7.0: server.start}
        case "frozen":
            return {3.0: server.freeze, 7.0: server.thaw}
        case _:
            return {3.0: server.restart}


@needs_redis
@pytest.mark.parametrize("kind", ["stopped", "frozen", "restarted"])
def test_with_a_share_all_go_on_and_come_back_without_a_burst(server: RedisServer, kind: str) -> None:
    done = run_all(works(server.url, 15.0), trouble(server, kind))
    starts = starts_of(done)
    check_never_over(starts)
    assert not list(chain.from_iterable(one.lost for one in done))
    if kind != "restarted":
        assert 0.7 * RATE * 2 <= within(done, 4.5, 6.5) <= 1.05 * RATE * 2
    assert within(done, 7 + SETTLED, 14) >= 0.95 * RATE * (14 - 7 - SETTLED)


@needs_redis
@pytest.mark.parametrize("kind", ["stopped", "frozen"])
def test_or_all_stop_and_say_so_and_go_on_without_a_burst(server: RedisServer, kind: str) -> None:
    done = run_all(works(server.url, 15.0, when_lost="stop"), trouble(server, kind))
    starts = starts_of(done)
    check_never_over(starts)
    assert all(one.lost for one in done)
    assert not within(done, 4.5, 6.5)
    assert within(done, 7 + SETTLED, 14) >= 0.95 * RATE * (14 - 7 - SETTLED)


@needs_redis
def test_nothing_in_the_server_shows_the_key(server: RedisServer) -> None:
    (work, *_) = works(server.url, 3.0)
    run_all([work])
    with Redis(port=server.port, decode_responses=True) as client:
        names: list[str] = sorted(client.scan_iter())  # pyright: ignore
        kept = str([names, client.hgetall(names[0]), client.zrange(names[1], 0, -1)])  # pyright: ignore
    assert len(names) == 2
    assert work.key not in kept
    assert "example.org" not in kept


def test_who_stands_still_with_the_file_in_hand_stops_nobody_for_good(tmp_path: Path) -> None:
    url = f"file:{tmp_path}/limit"
    held: list[sqlite3.Connection] = []

    def hold() -> None:
        held.append(sqlite3.connect(tmp_path / "limit", isolation_level=None))
        held[0].execute("BEGIN IMMEDIATE")

    def let_go() -> None:
        held[0].close()

    began = time.monotonic()
    done = run_all(works(url, 12.0), {3.0: hold, 6.0: let_go})
    assert time.monotonic() - began < 60
    starts = starts_of(done)
    check_never_over(starts)
    assert within(done, 4.5, 5.5)
    assert within(done, 6 + SETTLED, 11.5) >= 0.9 * RATE * (11.5 - 6 - SETTLED)
