"""A job that is killed again and again while it sends, and run again each time: everybody is invited once.

No run is told to take the journal over: whoever was killed holds it no longer.
"""

import random
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.support.sandbox_process import served
from tests.system.journal.support import LATENCY, Job, check_end, ended, wait_until

KILLS, ROWS = 5, 40
"""The kills of a round, and the rows for each kill."""

FAULTS = (
    "POST drop_after:0.03",
    "POST drop_before:0.02",
    "POST late=1.5:0.02",
    "POST reset:0.02",
    "POST cut:0.02",
    "POST 503+:0.02",
    "POST html:0.01",
    "GET drop_before:0.02",
    "GET 503:0.02",
)


@pytest.mark.timeout(900)
def test_everybody_is_invited_once(tmp_path: Path, rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    kills = KILLS * rounds
    faults = [word for fault in FAULTS for word in ("--fault", fault)]
    with served(*LATENCY, "--seed", str(seed), *faults) as sandbox:
        job = Job.make(tmp_path, sandbox, ROWS * kills)
        for number in range(kills):
            kill_in_the_midst(job, chance, early=number % 5 == 4)
        job.finish()
        check_end(job)


@pytest.mark.timeout(900)
def test_nobody_is_invited_twice_where_the_vendor_refuses_nothing(tmp_path: Path, rounds: int, seed: int) -> None:
    """Who was sent and never arrived stays in doubt, since nothing is sent again; nobody else does."""
    chance = random.Random(seed)
    kills = 2 * rounds
    faults = [word for fault in FAULTS for word in ("--fault", fault)]
    with served(*LATENCY, "--seed", str(seed), *faults) as sandbox:
        job = Job.make(tmp_path, sandbox, ROWS * kills, "yardstik")
        for number in range(kills):
            kill_in_the_midst(job, chance, early=number % 5 == 4)
        for _ in range(3):
            code, said = job.run()
            assert code in (3, 4), said
        invited = Counter(message["to"] for message in sandbox.shown("messages"))
        assert set(invited.values()) == {1}
        told = {row["email"]: row["outcome"] for row in job.outcomes() if row["outcome"] != "refused"}
        assert told.keys() == everybody(job)
        for person, outcome in told.items():
            assert outcome in ("created", "unknown", "not_attempted")
            assert outcome == "unknown" or (outcome == "created") == (person in invited)


def everybody(job: Job) -> set[str]:
    """Who can be invited."""
    return {f"p{number}@example.org" for number in range(job.count)}


def kill_in_the_midst(job: Job, chance: random.Random, *, early: bool) -> None:
    """Begin a run, and kill it once it has got on by some rows and a moment more, or at any moment of its start."""
    wanted = 0 if early else job.recorded() + chance.randrange(ROWS // 2)
    with ended(job.start()) as process:
        assert wait_until(lambda: job.recorded() >= wanted, process), "it has ended, and was to be killed"
        time.sleep(chance.uniform(0, 0.8 if early else 0.03))
        assert process.poll() is None, "it has ended, and was to be killed"
        process.kill()
