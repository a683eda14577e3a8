"""Two receivers that share a store are killed again and again: each event is handled, and never twice at once."""

import asyncio
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import aiohttp
import pytest
from redis.asyncio import Redis

from tests.system.webhooks.support import answering, needs_redis, redis_server
from tests.webhooks.support import body_of
from tests.webhooks.vendor import SCHEME

KILLS, EVENTS, SENDERS = 2, 40, 8
"""The kills of a round, the events for each kill, and how many deliveries are under way."""


class Receiver:
    """A process that serves, and is killed and started again."""

    def __init__(self, database: Path) -> None:
        self.database = database
        self.log = database.with_name("log")
        self.process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.system.webhooks.receiver", str(self.database), str(self.log)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}/"

    def kill(self) -> None:
        """Kill it, and note it in the log after the last line that it can have written."""
        assert self.process is not None
        with self.process:
            self.process.kill()
        with self.log.open("a") as log:
            log.write(f"killed - {self.process.pid}\n")


async def deliver(http: aiohttp.ClientSession, event: str, receivers: list[Receiver], chance: random.Random) -> int:
    """Deliver an event until it is accepted, now here and now there; how often it took."""
    body = body_of(id=event)
    for count in range(1, 1000):
        try:
            async with http.post(chance.choice(receivers).url, data=body, headers=SCHEME.sign(body)) as answer:
                if answer.status == 200:
                    return count
        except (aiohttp.ClientError, TimeoutError):  # it was killed
            pass
        await asyncio.sleep(chance.uniform(0, 0.2))
    raise AssertionError("it is never accepted")


def read(log: Path) -> Counter[str]:
    """How often each event was handled to the end; fails if one was handled twice at once."""
    running: dict[str, set[str]] = {}
    completed: Counter[str] = Counter()
    for what, event, process in map(str.split, log.read_text().splitlines()):
        if what == "start":
            assert not running.setdefault(event, set()), f"{event} is handled twice at once"
            running[event].add(process)
        elif what == "end":
            running[event].remove(process)
            completed[event] += 1
        else:
            for processes in running.values():
                processes.discard(process)
    return completed


@pytest.mark.timeout(900)
async def test_each_event_is_handled(tmp_path: Path, rounds: int, seed: int) -> None:
    await check_each_is_handled(tmp_path / "events.db", rounds, random.Random(seed))


@needs_redis
@pytest.mark.timeout(900)
async def test_each_event_is_handled_by_a_shared_redis(tmp_path: Path, rounds: int, seed: int) -> None:
    if rounds == 1:
        pytest.skip("it is tried with more --rounds")
    with redis_server(tmp_path) as path:
        async with Redis(unix_socket_path=path) as client:
            await answering(client)
        await check_each_is_handled(Path(path), rounds, random.Random(seed))


async def check_each_is_handled(database: Path, rounds: int, chance: random.Random) -> None:
    """Deliver each event several times over to two receivers that share a database, and kill them meanwhile."""
    receivers = [Receiver(database), Receiver(database)]
    kills = KILLS * rounds
    events = [f"evt_{number}" for number in range(EVENTS * kills)]
    left = [event for event in events for _ in range(2)]
    chance.shuffle(left)
    moments, killing = set(chance.sample(range(len(left)), kills)), asyncio.Lock()

    async def send() -> int:
        deliveries = 0
        while left:
            event = left.pop()
            if len(left) in moments:
                await kill_one()
            deliveries += await deliver(http, event, receivers, chance)
        return deliveries

    async def kill_one() -> None:
        async with killing:
            victim = chance.choice(receivers)
            await asyncio.to_thread(victim.kill)
            await asyncio.to_thread(victim.start)

    for receiver in receivers:
        receiver.start()
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http:
            deliveries = await asyncio.gather(*(send() for _ in range(SENDERS)))
            before = read(receivers[0].log)
            again = [await deliver(http, event, receivers, chance) for event in events]
    finally:
        for receiver in receivers:
            receiver.kill()
    completed = read(receivers[0].log)
    twice = sum(count > 1 for count in completed.values())
    print(f"{len(events)} events, {sum(deliveries)} deliveries, {kills} kills, {twice} handled again")
    assert completed.keys() == set(events)
    assert completed == before
    assert set(again) == {1}
    assert twice <= kills * SENDERS
