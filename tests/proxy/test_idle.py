"""A server that closes idle connections causes no unknown and no second send."""

from collections import Counter
from itertools import count

import aiohttp.connector
import pytest

from jofi_async import OutcomeKind
from tests.proxy.support import Ran, check_promise, invite, no_pauses, people
from tests.support.tcp_proxy import Idle

KEEPALIVES = [0, 2.0]


def check_each_was_sent_once(ran: Ran) -> None:
    check_promise(ran)
    assert ran.kinds == Counter({OutcomeKind.CREATED: len(ran.rows)})
    assert {outcome.attempts for outcome in ran.outcomes} == {1}


@pytest.mark.parametrize("in_flight", [1, 4, 32])
@pytest.mark.parametrize("keepalive", KEEPALIVES)
async def test_a_connection_closed_right_behind_its_answer_is_not_used_again(keepalive: float, in_flight: int) -> None:
    ran = await invite(people(100), otherwise=Idle.AT_ONCE, keepalive=keepalive, in_flight=in_flight)
    check_each_was_sent_once(ran)
    assert ran.proxy.struck == ran.proxy.connections > 100


@pytest.mark.parametrize("keepalive", KEEPALIVES)
async def test_a_connection_that_was_idle_is_not_used_when_the_server_may_just_close_it(
    keepalive: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    instants = count(0.0, 2.5)  # each look at the clock is 2.5 s after the last
    monkeypatch.setattr(aiohttp.connector, "monotonic", lambda: next(instants))
    ran = await invite(people(50), otherwise=Idle.TOO_LATE, keepalive=keepalive)
    check_each_was_sent_once(ran)
    assert ran.proxy.struck == 0


async def test_a_server_that_closes_what_is_in_use_makes_work_and_no_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    no_pauses(monkeypatch)
    ran = await invite(people(50), [Idle.TOO_LATE] * 3)
    check_promise(ran)
    assert ran.kinds == Counter({OutcomeKind.CREATED: 50})
    assert ran.proxy.struck > 0


async def test_a_server_that_closes_whatever_is_used_again_gets_nobody_invited_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    no_pauses(monkeypatch)
    check_promise(await invite(people(50), otherwise=Idle.TOO_LATE))
