"""Two receivers that share a file are killed again and again: each event is handled, and never twice at once."""

import asyncio
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import aiohttp
import pytest

from tests.webhooks.support import body_of
from tests.webhooks.vendor import SCHEME

KILLS, EVENTS, SENDERS = 3, 40, 8
"""The kills of a round, the events for each kill, and how many deliveries are under way."""


class Receiver:
    """A process that serves, and is killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        self.process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def start(self) -> None:
        files = [str(self.folder / "events.db"), str(self.log)]
        command = [sys.executable, "-m", "tests.system.webhooks.receiver", *files]
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
    chance = random.Random(seed)
    receivers = [Receiver(tmp_path), Receiver(tmp_path)]
    events = [f"evt_{number}" for number in range(KILLS * EVENTS * rounds)]
    left = [event for event in events for _ in range(2)]
    chance.shuffle(left)

    async def send() -> int:
        deliveries = 0
        while left:
            deliveries += await deliver(http, left.pop(), receivers, chance)
        return deliveries

    async def kill() -> int:
        kills = 0
        while left:
            await asyncio.sleep(chance.uniform(0.05, 0.6))
            victim = chance.choice(receivers)
            await asyncio.to_thread(victim.kill)
            await asyncio.to_thread(victim.start)
            kills += 1
        return kills

    for receiver in receivers:
        receiver.start()
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http:
            kills, *deliveries = await asyncio.gather(kill(), *(send() for _ in range(SENDERS)))
            before = read(receivers[0].log)
            again = [await deliver(http, event, receivers, chance) for event in events]
    finally:
        for receiver in receivers:
            receiver.kill()
    completed = read(receivers[0].log)
    twice = sum(count > 1 for count in completed.values())
    print(f"{os.getpid()}: {len(events)} events, {sum(deliveries)} deliveries, {kills} kills, {twice} handled again")
    assert kills > 1
    assert completed.keys() == set(events)
    assert completed == before
    assert set(again) == {1}
    assert twice <= kills * SENDERS
