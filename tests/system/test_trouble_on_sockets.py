"""Whatever happens to the connections, at any byte: one outcome per row that is true, and nobody is invited twice."""

import asyncio

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.proxy.support import check_promise, invite, no_pauses, people
from tests.support.tcp_proxy import Harm, Idle, Script, Trouble

BYTES = st.sampled_from([0, 1, 20, 200, 400, 450, 500, 900, 1500, 4000]) | st.integers(0, 5000)
TROUBLES = st.builds(Trouble, st.sampled_from(Harm), st.sampled_from(["up", "down"]), BYTES)
SCRIPTS = TROUBLES | st.none() | st.sampled_from(Idle)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    no_pauses(monkeypatch)


@settings(max_examples=40, deadline=None)
@given(st.lists(SCRIPTS, min_size=1, max_size=20), SCRIPTS, st.sampled_from([1, 4, 16]), st.sampled_from([0, 2.0]))
def test_whatever_happens_to_the_connections(
    scripts: list[Script], otherwise: Script, in_flight: int, keepalive: float
) -> None:
    ran = asyncio.run(
        invite(people(40), scripts, otherwise=otherwise, read=0.05, keepalive=keepalive, in_flight=in_flight)
    )
    check_promise(ran)
    for kind in ran.kinds:
        event(kind)
