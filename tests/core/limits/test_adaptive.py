"""The adaptive limit against a server that does not say what its limit is, in virtual time."""

import asyncio
import math
from collections.abc import Callable
from statistics import median
from typing import Any

import pytest

from jofi_async.core.errors import ConfigurationError
from jofi_async.core.limits import AdaptiveRateLimit, RateLimit, RateLimiter
from jofi_async.core.limits.adaptive import DEEPEST_FALL, DOUBLING, PROBE, AdaptiveRate
from tests.core.limits.server import Server, drive
from tests.core.limits.support import granted_at, now
from tests.core.support import virtual

LIMIT = RateLimit.adaptive(in_flight=64)


@pytest.mark.parametrize(
    "options",
    [
        {"start": 0.0},
        {"start": math.nan},
        {"least": 0.0},
        {"least": 6.0},
        {"most": 4.0},
        {"most": math.inf},
        {"burst": 0},
        {"in_flight": 0},
    ],
)
def test_bounds_that_hold_nothing_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        RateLimit.adaptive(**options)


def test_an_adaptive_limit_is_a_rate_limit() -> None:
    limit = RateLimit.adaptive(start=3, least=1, most=9, burst=4, in_flight=None)
    assert limit == AdaptiveRateLimit(per_second=3, burst=4, in_flight=None, least=1, most=9)
    assert RateLimiter(limit).statistics().per_second == 3


@pytest.mark.parametrize("burst", [5, 20, 100])
@pytest.mark.parametrize("answer_time", [0.005, 0.2])
@pytest.mark.parametrize("per_second", [10.0, 50.0, 200.0])
@virtual
async def test_it_settles_just_under_an_unknown_limit_and_follows_it(
    per_second: float, answer_time: float, burst: int
) -> None:
    limiter, server = RateLimiter(LIMIT), Server(per_second, burst, answer_time)

    def halve() -> None:
        server.per_second = per_second / 2

    def double() -> None:
        server.per_second = per_second

    await drive(limiter, server, 420, callers=64, changes={120: halve, 240: double})
    assert 0.9 < server.rate(10, 120) / per_second < 1.05
    assert server.share_refused(10, 120) < 0.01
    assert 0.9 < server.rate(130, 240) / (per_second / 2) < 1.05
    assert server.share_refused(130, 240) < 0.01
    assert server.rate(360, 420) / per_second > 0.9
    assert server.share_refused(10, 420) < 0.01


@virtual
async def test_a_limit_that_doubles_is_found_within_half_a_minute() -> None:
    limiter, server = RateLimiter(LIMIT), Server(25, 20, 0.05)

    def double() -> None:
        server.per_second = 50

    await drive(limiter, server, 100, changes={60: double})
    assert server.rate(90, 100) > 45


@virtual
async def test_a_server_without_refusals_that_slows_down_is_not_drowned() -> None:
    """It works on four at once for 0.1 s each, so on 40 a second; all 64 slots would make answers take 1.6 s."""
    limiter, server = RateLimiter(LIMIT), Server(1e9, 1e9, 0.1, capacity=4)
    answer_times: list[float] = []
    watch(limiter, lambda seconds: answer_times.append(seconds))
    await drive(limiter, server, 120, callers=64)
    assert server.rate(20, 120) > 0.8 * 40
    assert median(answer_times) < 0.2


@virtual
async def test_a_server_that_is_slower_for_reasons_of_its_own_is_not_starved() -> None:
    limiter, server = RateLimiter(LIMIT), Server(50, 20, 0.05)

    def slow_down() -> None:
        server.answer_time = 0.5

    await drive(limiter, server, 240, callers=64, changes={60: slow_down})
    assert server.rate(120, 240) > 0.9 * 50


@virtual
async def test_a_rate_that_nobody_uses_does_not_climb() -> None:
    limiter, server = RateLimiter(LIMIT), Server(1e9, 1e9)

    async def call() -> None:
        sent = await granted_at(limiter)
        await server.handle()
        limiter.answered(sent, now() - sent)

    for _ in range(200):
        await call()
        await asyncio.sleep(0.5)
    assert limiter.statistics().per_second == LIMIT.per_second


@virtual
async def test_an_outage_lowers_the_rate_once_at_most() -> None:
    limiter, server = RateLimiter(LIMIT), Server(50, 20, 0.05)

    def down() -> None:
        server.per_second = 1e-9

    def up() -> None:
        server.per_second = 50
        pauses.append(limiter.statistics().pauses)

    pauses: list[int] = []
    await drive(limiter, server, 300, changes={60: down, 180: up})
    assert pauses[0] < 30, "it knocks ever more rarely"
    assert server.rate(250, 300) > 0.9 * 50


@virtual
async def test_a_fixed_rate_above_the_server_s_falls_too_and_climbs_back_to_what_was_set() -> None:
    limiter, server = RateLimiter(RateLimit(per_second=20, burst=5)), Server(5, 5, 0.1)

    def raise_limit() -> None:
        server.per_second = 100

    await drive(limiter, server, 240, changes={120: raise_limit})
    assert server.rate(10, 120) > 0.9 * 5
    assert server.share_refused(10, 120) < 0.02
    assert limiter.statistics().per_second == 20
    assert server.rate(230, 240) == pytest.approx(20, rel=0.05)


@virtual
async def test_a_server_that_says_when_to_come_back_leaves_a_fixed_rate_as_it_is() -> None:
    limiter = RateLimiter(RateLimit(per_second=20))
    limiter.throttled(await granted_at(limiter), 1.0)
    assert limiter.statistics().per_second == 20


@virtual
async def test_it_stays_within_its_bounds() -> None:
    limiter, server = RateLimiter(RateLimit.adaptive(start=8, least=4, most=16)), Server(1e9, 1e9)
    await drive(limiter, server, 30)
    assert limiter.statistics().per_second == 16
    server.per_second, server.burst = 0.5, 5
    await drive(limiter, server, 60)
    assert limiter.statistics().per_second == pytest.approx(4, rel=0.1)


@virtual
async def test_what_was_learned_is_forgotten_by_a_resize_and_kept_otherwise() -> None:
    limiter, server = RateLimiter(LIMIT), Server(1e9, 1e9)
    await drive(limiter, server, 3)
    learned = limiter.statistics().per_second
    assert learned is not None
    assert learned > 5
    limiter.resize(RateLimit(per_second=7))
    assert limiter.statistics().per_second == 7
    limiter.resize(LIMIT)
    assert limiter.statistics().per_second == 5


# the law alone


def climbed(law: AdaptiveRate, seconds: float, *, since: float = 0.0) -> float:
    """Good answers, ten a second, in spite of which the rate always held calls back."""
    for tick in range(round(seconds * 10)):
        at = since + tick / 10
        law.answered(at, pressed=at, busy=True, sent=at - 0.01, seconds=0.01)
    return since + seconds


def test_the_start_doubles_each_second() -> None:
    law = AdaptiveRate(RateLimit.adaptive(start=5), 0.0)
    climbed(law, 3.1 * DOUBLING)
    assert law.rate == pytest.approx(5 * 2**3)


def test_the_climb_after_a_fall_is_quick_then_flat_then_quicker_and_quicker() -> None:
    law = AdaptiveRate(RateLimit.adaptive(start=10), 0.0)
    at = climbed(law, 2.1)
    law.throttled(at, pressed=at)
    low = law.rate
    horizon = 8.0
    rates: list[float] = []
    for _ in range(4):
        at = climbed(law, horizon, since=at)
        rates.append(law.rate)
    assert rates == pytest.approx([low / (1 - PROBE) * (1 + PROBE * x**3) for x in (0, 1, 2, 3)], rel=0.02)


def test_a_fall_is_to_just_under_what_was_accepted_but_at_most_by_half() -> None:
    for start, expected in ((12.0, 10.0), (40.0, 40.0 * DEEPEST_FALL)):
        law = AdaptiveRate(RateLimit.adaptive(start=start), 0.0)
        for tick in range(100):
            law.answered(tick / 10, pressed=0.0, busy=False, sent=tick / 10, seconds=0.0)
        law.throttled(10.0, pressed=0.0)
        assert law.rate == pytest.approx(expected * (1 - PROBE), rel=0.02)


def test_a_refusal_before_anything_was_accepted_ends_no_search() -> None:
    law = AdaptiveRate(RateLimit.adaptive(start=8), 0.0)
    law.throttled(0.0, pressed=0.0)
    assert law.rate == 4
    climbed(law, 2.1)
    assert law.rate == pytest.approx(16)


def watch(limiter: RateLimiter, note: Callable[[float], None]) -> None:
    """Be told how long each answer took."""
    answered = limiter.answered

    def noted(sent: float, seconds: float) -> None:
        note(seconds)
        answered(sent, seconds)

    limiter.answered = noted  # type: ignore[method-assign]
