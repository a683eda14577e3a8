"""The server has a core of its own, so that what it does is not taken for a client's time."""

import os
from collections.abc import Iterator

import pytest

from benchmarks import machine
from benchmarks.server import serving

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2, reason="needs two cores on Linux"
)


@pytest.fixture
def pinned(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Which processes were pinned; this one is set free again."""
    cores, processes, set_affinity = os.sched_getaffinity(0), list[int](), os.sched_setaffinity

    def noted(process: int, mask: set[int]) -> None:
        processes.append(process)
        set_affinity(process, mask)

    monkeypatch.setattr(os, "sched_setaffinity", noted)
    yield processes
    set_affinity(0, cores)


async def test_a_server_that_a_pinned_client_starts_is_on_another_core(pinned: list[int]) -> None:
    machine.pin(machine.CLIENT)
    async with serving():
        this, server = pinned
        assert len(os.sched_getaffinity(this)) == len(os.sched_getaffinity(server)) == 1
        assert os.sched_getaffinity(this) != os.sched_getaffinity(server)
