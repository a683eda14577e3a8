"""The adaptive rate that processes share: one rate for all, however the copies meet, and it finds the server's."""

import asyncio
import math
from itertools import chain

import pytest

from jofi_async.core.limits import RateLimit
from jofi_async.core.limits.adaptive import AdaptiveRate
from jofi_async.core.limits.shared.law import SharedLaw
from jofi_async.core.limits.shared.limiter import SharedLimiter
from jofi_async.core.limits.shared.store import Law
from tests.core.limits.server import Server as Vendor
from tests.core.limits.shared.stores import Server, Way
from tests.core.limits.support import now
from tests.core.support import virtual

START = 5.0
LIMIT = RateLimit.adaptive(start=START)


def busy(law: SharedLaw, begin: float, count: int, pace: float = 0.1) -> float:
    """So many good answers in a row, while the rate holds calls back; when the last came."""
    for _ in range(count):
        begin += pace
        law.answered(begin, pressed=pace, busy=True, sent=begin - 0.01, seconds=0.01)
    return begin


class Kept:
    """What a store keeps, and the rule by which it takes another."""

    law: Law | None = None

    def visit(self, law: SharedLaw, at: float) -> None:
        offered = law.offer()
        if offered is not None and offered.version == (self.law.version if self.law else 0) + 1:
            self.law = offered
        law.adopt(offered, self.law, at)


def test_who_comes_late_goes_by_the_same_rate() -> None:
    one, store = SharedLaw(LIMIT, 100.0), Kept()
    at = busy(one, 100.0, 20)
    store.visit(one, at)
    other = SharedLaw(LIMIT, at)
    store.visit(other, at)
    assert other.rate.rate == one.rate.rate > START


def test_what_happened_in_two_processes_at_once_is_not_lost() -> None:
    one, other, store = SharedLaw(LIMIT, 100.0), SharedLaw(LIMIT, 100.0), Kept()
    busy(one, 100.0, 10)
    busy(other, 101.0, 10)
    store.visit(one, 102.0)
    store.visit(other, 102.0)
    store.visit(other, 102.1)
    store.visit(one, 102.2)
    assert store.law is not None
    assert store.law.version == 2
    alone = SharedLaw(LIMIT, 100.0)
    busy(alone, 100.0, 20)
    assert one.rate.rate == other.rate.rate == pytest.approx(alone.rate.rate)


def test_time_in_which_several_were_held_back_counts_once() -> None:
    one, other, store = SharedLaw(LIMIT, 100.0), SharedLaw(LIMIT, 100.0), Kept()
    for begin in range(100, 103):
        for law in (one, other):
            busy(law, begin, 10)
            store.visit(law, begin + 1)
            store.visit(law, begin + 1)
    store.visit(one, 104.0)
    assert one.rate.rate == pytest.approx(START * 2**3, rel=0.1)  # it doubles each second, and not twice


def test_refusals_of_one_moment_are_one_whoever_was_told() -> None:
    one, other, store = SharedLaw(LIMIT, 100.0), SharedLaw(LIMIT, 100.0), Kept()
    at = busy(one, 100.0, 30)
    store.visit(one, at)
    store.visit(other, at)
    one.throttled(at, pressed=0.0, paused=0.25, sent=at - 0.01)
    store.visit(one, at)
    fallen = one.rate.rate
    other.throttled(at + 0.02, pressed=0.0, paused=0.25, sent=at + 0.01)
    store.visit(other, at + 0.03)
    store.visit(other, at + 0.04)
    assert other.rate.rate == fallen < START * 2**3


def test_a_store_that_has_forgotten_is_told_again() -> None:
    law, store = SharedLaw(LIMIT, 100.0), Kept()
    at = busy(law, 100.0, 20)
    store.visit(law, at)
    rate = law.rate.rate
    store.law = None
    store.visit(law, at)
    busy(law, at, 1)
    store.visit(law, at)
    assert law.rate.rate >= rate
    assert store.law is not None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"rate": {"rate": "quick"}}', "null"])
def test_a_law_that_cannot_be_read_is_begun_anew(text: str) -> None:
    law = SharedLaw(LIMIT, 100.0)
    busy(law, 100.0, 20)
    law.offer()
    law.adopt(None, Law(9, text), 110.0)
    assert math.isfinite(law.rate.rate)


def test_all_that_a_rate_knows_can_be_kept() -> None:
    one = AdaptiveRate(LIMIT, 0.0)
    for at in range(1, 200):
        one.answered(at / 10, pressed=at / 10, busy=True, sent=at / 10 - 0.05, seconds=0.05 if at < 90 else 2.0)
    one.throttled(20.0, pressed=20.0)
    other = AdaptiveRate(LIMIT, 0.0)
    other.learn_from(one.kept())
    assert other.kept() == one.kept()
    for rate in (one, other):
        rate.answered(21.0, pressed=21.0, busy=True, sent=20.9, seconds=0.1)
    assert other.kept() == one.kept()


async def drive(vendor: Vendor, limiters: list[SharedLimiter], seconds: float) -> None:
    async def call(limiter: SharedLimiter) -> None:
        while now() < seconds:
            await limiter.acquire()
            try:
                sent = now()
                if await vendor.handle():
                    limiter.answered(sent, now() - sent)
                else:
                    limiter.throttled(sent, vendor.retry_after)
            finally:
                limiter.release()

    await asyncio.gather(*(call(limiter) for limiter in limiters for _ in range(8)))


@virtual
async def test_four_processes_find_the_rate_of_a_server_together() -> None:
    vendor, store = Vendor(40.0, burst=10), Server()
    limiters = [SharedLimiter(RateLimit.adaptive(), Way(store), "name") for _ in range(4)]
    await drive(vendor, limiters, 40.0)
    assert vendor.rate(20, 40) >= 0.9 * 40
    assert vendor.share_refused(20, 40) < 0.02
    rates = {limiter.statistics().per_second for limiter in limiters}
    assert max(rates, key=lambda rate: rate or 0) == pytest.approx(min(rates, key=lambda rate: rate or 0), rel=0.02)
    for limiter in limiters:
        await limiter.aclose()


@virtual
async def test_a_fixed_rate_that_is_refused_falls_for_all() -> None:
    vendor, store = Vendor(20.0, burst=5), Server()
    limiters = [SharedLimiter(RateLimit(50.0, 5), Way(store), "name") for _ in range(3)]
    await drive(vendor, limiters, 55.0)
    assert vendor.share_refused(5, 55) < 0.02
    assert vendor.rate(40, 55) >= 0.9 * 20
    assert all((limiter.statistics().per_second or 0) < 25 for limiter in limiters)
    assert len(list(chain(vendor.accepted, vendor.refused))) < 25 * 55
    for limiter in limiters:
        await limiter.aclose()
