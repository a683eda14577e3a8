"""A real process on a disk that is full or fails at random, to read, write and sync, and then on one that is well."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.support.sandbox_process import JOFI, served
from tests.system.journal.support import LATENCY, Job, check_end, check_nothing_false

ROWS = 200
FULL = (
    "import resource, sys\n"
    "from jofi_async.cli.app import main\n"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2)\n"
    "sys.exit(main())\n"
)
"""The command, in a process whose files cannot grow beyond so many bytes."""

RUNS = 3
"""The runs of a round on a disk that fails."""


@pytest.mark.parametrize("size", [0, 60_000])
def test_a_full_disk(tmp_path: Path, vendor: str, size: int) -> None:
    with served(*LATENCY) as sandbox:
        job = Job.make(tmp_path, sandbox, ROWS, vendor)
        code, said = job.run(program=(sys.executable, "-c", FULL, str(size)))
        assert code == 5
        assert str(job.journal) in said
        assert "Traceback" not in said
        check_nothing_false(job)
        job.finish()
        check_end(job)


@pytest.mark.skipif(shutil.which("fiu-run") is None, reason="fiu-run is missing: install the Debian package fiu-utils")
@pytest.mark.timeout(900)
def test_reads_writes_and_syncs_that_fail_at_random(tmp_path: Path, vendor: str, rounds: int, seed: int) -> None:
    with served(*LATENCY) as sandbox:
        job = Job.make(tmp_path, sandbox, ROWS * rounds, vendor)
        for number in range(RUNS * rounds):
            code, said = job.run(program=failing(seed + number))
            print(code, said.splitlines()[-1])
            assert code in (2, 5, *job.codes), said
            assert "Traceback" not in said
            assert "damaged" not in said
            check_nothing_false(job)
        job.finish()
        check_end(job)


def failing(seed: int) -> tuple[str, ...]:
    """The command, with a share of what SQLite asks of its files failing."""
    share = (0.002, 0.01, 0.05)[seed % 3]
    names = ("posix/io/rw/pwrite", "posix/io/sync/fdatasync", "posix/io/rw/pread", "posix/io/oc/ftruncate")
    rules = [word for name in names for word in ("-c", f"enable_random name={name},probability={share}")]
    return ("fiu-run", "-x", *rules, *JOFI)
