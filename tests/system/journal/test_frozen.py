"""A process that is stopped in the midst of sending, taken over from, and wakes up again."""

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.sandbox_process import JOFI, Served, served
from tests.system.journal.support import LATENCY, Job, check_end, ended, wait_until

ROWS = 200
STOPS_IN_A_TRANSACTION = (
    "import signal, sys, threading\n"
    "from jofi_async.bulk.journal import tables\n"
    "from jofi_async.cli.app import main\n"
    "put = tables.put_entry\n"
    "def stop_and_put(connection, entry):\n"
    "    put(connection, entry)\n"
    "    if entry.person.startswith('p50@'):\n"
    "        signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)\n"
    "tables.put_entry = stop_and_put\n"
    "sys.exit(main())\n"
)
"""The thread that writes stops itself: a signal to the whole process may reach it only once it has committed."""

STOPS_BETWEEN_CONNECTING_AND_SENDING = (
    "import asyncio, os, signal, sys\n"
    "from jofi_async.cli.app import main\n"
    "from jofi_async.storage.writer import Writer\n"
    "connect, begin, connections, idle = asyncio.BaseEventLoop.create_connection, Writer.__init__, [], []\n"
    "def begin_and_note(self, *args):\n"
    "    begin(self, *args)\n"
    "    idle.append(self._idle)\n"
    "async def connect_and_stop(self, *args, **options):\n"
    "    connection = await connect(self, *args, **options)\n"
    "    connections.append(connection)\n"
    "    if len(connections) == 10:\n"
    "        while not idle[0].is_set():\n"
    "            await idle[0].wait()\n"
    "        os.kill(os.getpid(), signal.SIGSTOP)\n"
    "    return connection\n"
    "Writer.__init__, asyncio.BaseEventLoop.create_connection = begin_and_note, connect_and_stop\n"
    "sys.exit(main())\n"
)


@pytest.mark.timeout(120)
def test_it_sends_and_records_nothing_once_it_wakes(tmp_path: Path, vendor: str) -> None:
    with served(*LATENCY) as sandbox:
        job = Job.make(tmp_path, sandbox, ROWS, vendor)
        with ended(job.start()) as frozen:
            assert wait_until(lambda: job.recorded() > ROWS // 4, frozen)
            freeze(frozen, job)
            before = files(tmp_path)
            code, said = job.run()
            assert code == 5
            assert f"is held by process {frozen.pid} on " in said
            assert "--take-over" in said
            assert files(tmp_path) == before
            code, said = job.run("--take-over")
            assert code in job.codes, said
            wakes_in_vain(frozen, job)
        check_end(job)


@pytest.mark.timeout(120)
def test_one_that_was_connecting_sends_nothing_either(tmp_path: Path, vendor: str) -> None:
    with served(*LATENCY) as sandbox:
        job = Job.make(tmp_path, sandbox, ROWS, vendor)
        program = (JOFI[0], "-c", STOPS_BETWEEN_CONNECTING_AND_SENDING)
        with ended(job.start(program=program)) as frozen:
            assert wait_until(lambda: is_stopped(frozen), frozen)
            code, said = job.run("--take-over")
            assert code in job.codes, said
            wakes_in_vain(frozen, job)
        check_end(job)


@pytest.mark.timeout(120)
def test_one_that_is_stopped_while_it_writes_must_be_ended_first(tmp_path: Path, vendor: str) -> None:
    with served(*LATENCY) as sandbox:
        job = Job.make(tmp_path, sandbox, ROWS, vendor)
        program = (JOFI[0], "-c", STOPS_IN_A_TRANSACTION)
        with ended(job.start(program=program)) as frozen:
            assert wait_until(lambda: is_stopped(frozen), frozen)
            sent, before = creates_at_rest(sandbox), files(tmp_path)
            for options in ((), ("--take-over",)):
                code, said = job.run(*options)
                assert code == 5, (options, said)
                assert f"process {frozen.pid} on " in said
                assert "Traceback" not in said
            assert (creates(sandbox), files(tmp_path)) == (sent, before)
        job.finish()
        check_end(job)


def wakes_in_vain(frozen: subprocess.Popen[str], job: Job) -> None:
    """Let a process that was taken over from go on: it ends with one sentence, and sends and records nothing."""
    sent, recorded = creates(job.sandbox), job.export()
    frozen.send_signal(signal.SIGCONT)
    _, said = frozen.communicate(timeout=60)
    assert frozen.returncode == 5
    assert "was taken over by another process; this one stops" in said
    assert creates(job.sandbox) == sent
    assert job.export() == recorded


def freeze(process: subprocess.Popen[str], job: Job) -> None:
    """Stop a process between two writes to its journal."""
    while True:
        process.send_signal(signal.SIGSTOP)
        assert wait_until(lambda: is_stopped(process), process)
        if not is_writing(job):
            return
        process.send_signal(signal.SIGCONT)


def is_stopped(process: subprocess.Popen[str]) -> bool:
    """Whether a process is stopped by a signal."""
    return os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOHANG) is not None


def is_writing(job: Job) -> bool:
    """Whether somebody is in the midst of a transaction."""
    with closing(sqlite3.connect(job.journal, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        connection.execute("ROLLBACK")
    return False


def files(folder: Path) -> Mapping[str, bytes]:
    """What is in the files of a folder, but for the shared memory of SQLite's readers."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith("-shm")}


def creates(sandbox: Served) -> int:
    """How many invitations the sandbox was asked to make."""
    return sum(one["method"] == "POST" for one in sandbox.shown("requests"))


def creates_at_rest(sandbox: Served) -> int:
    """The same, once what had left before has arrived: it takes the sandbox's latency until it shows."""
    count = creates(sandbox)
    while True:
        time.sleep(0.5)
        if (later := creates(sandbox)) == count:
            return count
        count = later
