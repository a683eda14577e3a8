"""Connections are reset, cut, half-open or not read, at any byte: nobody is invited twice, and nobody is forgotten."""

from collections import Counter
from typing import Literal

import pytest

from jofi_async import OutcomeKind
from tests.proxy.support import check_promise, invite, no_pauses, people
from tests.support.tcp_proxy import Harm, Trouble

ROWS = 40


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    no_pauses(monkeypatch)


@pytest.mark.parametrize("after", [0, 1, 100, 700, 2000, 3000])
@pytest.mark.parametrize("way", ["up", "down"])
@pytest.mark.parametrize("harm", [Harm.RESET, Harm.CUT])
async def test_a_few_broken_connections_leave_nobody_in_doubt(
    harm: Harm, way: Literal["up", "down"], after: int
) -> None:
    ran = await invite(people(ROWS), [Trouble(harm, way, after)] * 3)
    check_promise(ran)
    assert ran.kinds == Counter({OutcomeKind.CREATED: ROWS})
    assert ran.proxy.struck > 0


@pytest.mark.parametrize("way", ["up", "down"])
@pytest.mark.parametrize("harm", [Harm.LOSE, Harm.STOP])
async def test_silent_connections_leave_nobody_in_doubt(harm: Harm, way: Literal["up", "down"]) -> None:
    ran = await invite(people(ROWS), [Trouble(harm, way, 700)] * 3, read=0.05)
    check_promise(ran)
    assert ran.proxy.struck > 0


async def test_where_not_even_a_list_can_be_read_nobody_is_invited() -> None:
    ran = await invite(people(ROWS), otherwise=Trouble(Harm.RESET, "down", 60))
    check_promise(ran)
    assert ran.kinds.keys() == {OutcomeKind.NOT_ATTEMPTED}
    assert ran.summary.stopped
