"""A store that refuses, is slow, stands still or forgets, in virtual time, for any schedule of that."""

import asyncio
from collections.abc import Callable

import pytest
from attrs import evolve, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from jofi_async.core.errors import Effect, SharedLimitLostError
from jofi_async.core.limits import RateLimit
from jofi_async.core.limits.shared.limiter import SharedLimiter
from jofi_async.core.limits.shared.store import Booked, Visit
from jofi_async.core.limits.shared.tokens import PATIENCE, PROBE, SETTLING
from tests.core.limits.shared.stores import Server, Way
from tests.core.limits.shared.support import Start, check_windows
from tests.core.limits.support import now
from tests.core.support import checked_briefly, virtual

RATE, BURST = 40.0, 10
SHARE = RateLimit(RATE, BURST, in_flight=None)
STOP = RateLimit(RATE, BURST, in_flight=None, when_lost="stop")


@frozen
class Trouble:
    """What happens to the store, and for how long.

    Attributes:
        after: Seconds after the trouble before.
        kind: What.
        seconds: For how long.
    """

    after: float
    kind: str
    seconds: float


def begin(server: Server, kind: str) -> Callable[[], None]:
    """Begin it; what ends it."""

    def mend() -> None:
        server.broken = False

    match kind:
        case "refuses":
            server.broken = True
            return mend
        case "stands still":
            server.running.clear()
            return server.running.set
        case "is emptied":
            server.broken = True
            server.empty()
            return mend
        case _:
            server.empty()
            return lambda: None


async def run(limit: RateLimit, seconds: float, troubles: list[Trouble], count: int = 4) -> tuple[list[float], int]:
    """Let processes send as fast as they may meanwhile; when calls started, and how many were refused."""
    server, starts, refused = Server(), list[float](), 0
    limiters = [SharedLimiter(limit, Way(server), "name") for _ in range(count)]

    async def call(limiter: SharedLimiter) -> None:
        nonlocal refused
        while now() < seconds:
            try:
                await limiter.acquire()
            except SharedLimitLostError:
                refused += 1
                await asyncio.sleep(0.1)
                continue
            starts.append(now())
            limiter.release()

    async def be_troubled() -> None:
        for trouble in troubles:
            await asyncio.sleep(trouble.after)
            end = begin(server, trouble.kind)
            await asyncio.sleep(trouble.seconds)
            end()

    await asyncio.gather(be_troubled(), *(call(limiter) for limiter in limiters for _ in range(5)))
    for limiter in limiters:
        await limiter.aclose()
    return sorted(starts), refused


troubles = st.lists(
    st.builds(
        Trouble,
        after=st.sampled_from([0.3, 1.0, 2.0, 4.0]),
        kind=st.sampled_from(["refuses", "stands still", "is emptied", "forgets"]),
        seconds=st.sampled_from([0.05, 0.4, 0.8, 3.0]),
    ),
    min_size=1,
    max_size=4,
)


@settings(checked_briefly, max_examples=15)
@given(troubles, st.sampled_from([SHARE, STOP]))
def test_whatever_happens_to_the_store(course: list[Trouble], limit: RateLimit) -> None:
    async def main() -> None:
        starts, _ = await run(limit, 10.0, course)
        check_windows([Start(at) for at in starts], RATE, BURST)
        ended = sum(one.after + one.seconds for one in course) + PATIENCE + PROBE + SETTLING + 1
        after = [at for at in starts if ended < at < ended + 3]
        if ended + 3 < 10:
            assert len(after) >= 0.9 * 3 * RATE

    virtual(main)()


@pytest.mark.parametrize("kind", ["refuses", "stands still"])
@virtual
async def test_a_share_is_gone_on_with(kind: str) -> None:
    starts, refused = await run(SHARE, 10.0, [Trouble(3.0, kind, 4.0)])
    meanwhile = [at for at in starts if 4 < at < 7]
    assert len(meanwhile) == pytest.approx(3 * RATE, rel=0.1)
    assert refused == 0


@pytest.mark.parametrize("kind", ["refuses", "stands still"])
@virtual
async def test_or_all_is_stopped(kind: str) -> None:
    starts, refused = await run(STOP, 10.0, [Trouble(3.0, kind, 4.0)])
    assert not [at for at in starts if 3.1 < at < 7]
    assert refused > 20
    assert len([at for at in starts if 7 < at < 10]) > RATE


@virtual
async def test_a_store_that_was_never_reached_lets_nobody_go_on() -> None:
    starts, refused = await run(SHARE, 3.0, [Trouble(0.0, "refuses", 5.0)])
    assert not starts
    assert refused


@virtual
async def test_what_is_said_of_a_lost_store() -> None:
    server = Server(broken=True)
    limiter = SharedLimiter(SHARE, Way(server), "name")
    with pytest.raises(SharedLimitLostError, match=r"never reached before: the store refuses.*Nothing was sent"):
        await limiter.acquire()
    began = now()
    with pytest.raises(SharedLimitLostError) as refusal:
        await limiter.acquire()
    assert now() == began
    assert refusal.value.effect is Effect.NONE
    await limiter.aclose()


@virtual
async def test_a_store_that_answers_too_late_is_lost() -> None:
    limiter = SharedLimiter(STOP, Way(Server(), going=0.2, coming=0.2), "name")
    with pytest.raises(SharedLimitLostError, match="did not answer within"):
        await limiter.acquire()
    await limiter.aclose()


@virtual
async def test_a_pause_that_began_while_the_store_was_lost_is_told_when_it_is_back() -> None:
    server = Server()
    one, other = (SharedLimiter(SHARE, Way(server), "name") for _ in range(2))
    for limiter in (one, other):
        await limiter.acquire()
        limiter.release()
    server.broken = True
    await asyncio.sleep(5)
    one.throttled(now(), 8.0)
    await asyncio.sleep(3)
    server.broken = False
    await one.acquire(longest_pause=60)
    one.release()
    assert now() == pytest.approx(13.0, abs=0.1)
    await other.acquire()
    other.release()
    assert now() >= 13.0
    for limiter in (one, other):
        await limiter.aclose()


@virtual
async def test_who_is_gone_for_a_moment_alone_comes_back_at_once() -> None:
    server = Server()
    way = Way(server)
    lonely, other = SharedLimiter(SHARE, way, "name"), SharedLimiter(SHARE, Way(server), "name")

    async def call(limiter: SharedLimiter, until: float) -> None:
        while now() < until:
            await limiter.acquire()
            limiter.release()

    def cut() -> None:
        way.going = 9.0

    def mend() -> None:
        way.going = 0.0005

    loop = asyncio.get_running_loop()
    loop.call_at(2.0, cut)
    loop.call_at(4.0, mend)
    await asyncio.gather(call(lonely, 6.0), call(other, 6.0))
    settled = [ledger.settled_at for ledger in server.ledgers.values()]
    assert settled == [0.0]
    for limiter in (lonely, other):
        await limiter.aclose()


class Expired(Way):
    """Finds every visit too late."""

    async def visit(self, name: str, visit: Visit) -> Booked:
        return evolve(await super().visit(name, visit), has_expired=True, starts=())


@virtual
async def test_a_store_whose_clock_is_mad_is_lost() -> None:
    limiter = SharedLimiter(STOP, Expired(Server()), "name")
    with pytest.raises(SharedLimitLostError, match="clock"):
        await limiter.acquire()
    await limiter.aclose()


@virtual
async def test_a_clock_that_was_set_forward_is_followed() -> None:
    server = Server()
    limiter = SharedLimiter(STOP, Way(server), "name")
    for jump in (0.0, 1e5, -2e5):
        server.offset += jump
        await asyncio.sleep(1)
        asked = now()
        await limiter.acquire()
        limiter.release()
        assert now() - asked < 1.5
    await limiter.aclose()
