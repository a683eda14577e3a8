"""The benchmarks are found, say what they measure, and have contenders that make real calls."""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import registry
from benchmarks.clients import BY_HAND, CONTENDERS, FLOOR, OURS
from benchmarks.load import call_of, make, rate
from benchmarks.server import serving
from jofi_async import Invitation, InvitationList


@pytest.mark.parametrize("name", registry.names())
def test_a_benchmark_says_what_it_measures_and_runs_by_effort(name: str) -> None:
    assert registry.about(name).endswith(".")
    assert next(iter(inspect.signature(registry.find(name).run).parameters)) == "effort"


def test_the_command_names_them_all() -> None:
    command = [sys.executable, "-m", "benchmarks", "--help"]
    root = Path(__file__).parents[2]
    shown = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    assert all(name in shown for name in registry.names())


async def test_contenders_make_the_calls_that_they_say() -> None:
    async with serving() as url:
        async with CONTENDERS[OURS](url, 2) as calls:
            created, listed = await call_of(calls, "create")(), await call_of(calls, "list")()
            assert isinstance(created, Invitation)
            assert isinstance(listed, InvitationList)
            assert len(listed.data) == 150
        async with CONTENDERS[BY_HAND](url, 2) as calls:
            by_hand = await call_of(calls, "create")()
            assert isinstance(by_hand, dict)
            assert by_hand["id"] == created.id
        async with CONTENDERS[FLOOR](url, 2) as calls:
            await make(call_of(calls, "create"), 2, 5)
            assert await rate(call_of(calls, "list"), 2, 0.0) > 0
