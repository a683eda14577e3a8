"""A job under way, to which anything may happen at any time: rows come, the way breaks and mends, it is stopped."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from jofi_async import FakeTransport, Outcome, RateLimit, RateLimiter, RetryPolicy
from jofi_async.testing import VirtualLoop
from jofi_async.transports.faults import FaultPlan
from tests.bulk.sides import AnyJob, JofiSide, Side, YardstikSide
from tests.bulk.support import new, take
from tests.bulk.truth import Witness, check_all, check_world

RowOf = tuple[int | None, str, dict[str, Any]]

PEOPLE = 12
EARLIER = st.one_of(st.none(), st.none(), st.none(), st.integers(1, 3))  # mostly somebody new; else an earlier row's
CHANGES: list[dict[str, Any]] = [
    *[{}] * 5,
    {"custom_id": "REQ-1"},
    {"person_id": "P1"},
    {"first_name": ""},
    {"phone": "123"},  # which the server alone refuses
]
ROWS = st.lists(
    st.tuples(EARLIER, st.sampled_from(["linda", "LINDA"]), st.sampled_from(CHANGES)), min_size=1, max_size=3
)
IN_DOUBT = [
    *("drop_before", "drop_after", "late=0.2", "late=1", "late=3", "late=30", "slow=2", "slow=40", "reset", "cut"),
    *("503", "503+", "503=3", "503+=3600", "500", "500+", "html", "html+"),
]
AT = st.sampled_from(["", ":0.5", "@1", "@2", "@1,2", "@1,3", "@2,3"])
CREATES = st.builds("POST {}{}".format, st.sampled_from([*IN_DOUBT, *IN_DOUBT, "429", "429=2", "429=3600"]), AT)
LOOKS = st.builds("GET {}{}".format, st.sampled_from(["500", "drop_before", "slow=2", "slow=20", "cut", "429"]), AT)
FAULTS = st.lists(st.one_of(CREATES, CREATES, LOOKS), min_size=1, max_size=3)
SPANS = st.sampled_from([0, 0.1, 0.3, 0.5, 1.0, 2.0, 5.0, 9.0, 31.0])
WORKERS = 4


class BulkMachine(RuleBasedStateMachine):
    """One job over a source that is fed while it runs, on a clock that moves only by a rule."""

    make_side: type[JofiSide] | type[YardstikSide] = JofiSide

    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualLoop()
        self.unheard: list[dict[str, Any]] = []
        self.loop.set_exception_handler(lambda _, context: self.unheard.append(context))
        self.waiting: asyncio.Queue[Any] = asyncio.Queue()
        self.pulled: list[Any] = []
        self.outcomes: list[Outcome[Any, Any]] = []
        self.broken = self.left = self.may_end = False
        self.fed = 0

    @initialize(
        seed=st.integers(0, 99),
        there=st.sets(st.integers(0, PEOPLE), max_size=3),
        attempts=st.integers(1, 4),
        order=st.sampled_from(["completion", "input"]),
        faults=FAULTS,
        rows=ROWS,
        ends=st.booleans(),
        deadline=st.none() | st.none() | st.sampled_from([1.0, 8.0, 60.0]),
        call_deadline=st.none() | st.sampled_from([1.5, 10.0]),
    )
    def begin(
        self,
        seed: int,
        there: set[int],
        attempts: int,
        order: Any,
        faults: list[str],
        rows: list[RowOf],
        ends: bool,
        deadline: float | None,
        call_deadline: float | None,
    ) -> None:
        self.side: Side = self.make_side()
        for number in there:
            self.side.invite(new(number).email)
        self.before = self.side.people()
        self.plan = FaultPlan(seed=seed)
        way = FakeTransport(self.side.fake, faults=self.plan)
        self.witness = Witness(way, self.side, calls_end=call_deadline is not None)
        self.limiter = RateLimiter(RateLimit(per_second=None, in_flight=3))
        retry = RetryPolicy(attempts=attempts)
        client = self.side.client(self.witness, rate_limit=self.limiter, retry=retry, deadline=call_deadline)
        self.order = order
        self.may_end = ends
        self.job: AnyJob = client.invitations.create_many(
            self.source(), max_in_flight=WORKERS, order=order, deadline=deadline
        )
        self.taker = self.loop.create_task(self.run_job())
        self.the_way_breaks_and_rows_come(faults, rows)

    async def source(self) -> AsyncIterator[Any]:
        while (row := await self.waiting.get()) is not None:
            if isinstance(row, Exception):
                raise row
            self.pulled.append(row)
            yield row

    async def run_job(self) -> None:
        async with self.job:
            async for outcome in self.job:
                self.outcomes.append(outcome)
                if self.left:
                    break

    @rule(rows=ROWS)
    def rows_come(self, rows: list[RowOf]) -> None:
        for earlier, name, changes in rows:
            number = self.fed if earlier is None else max(0, self.fed - earlier)
            self.fed += earlier is None
            self.waiting.put_nowait(self.side.row(number, f"{name}{number}@example.org", changes))

    @rule(faults=FAULTS, rows=ROWS)
    def the_way_breaks_and_rows_come(self, faults: list[str], rows: list[RowOf]) -> None:
        self.plan.set(*faults)
        self.rows_come(rows)

    @rule(faults=FAULTS)
    def the_way_breaks_further(self, faults: list[str]) -> None:
        self.plan.add(*faults)

    @rule(rows=ROWS, seconds=st.sampled_from([5.0, 15.0, 25.0]))
    def answers_break_off_and_looks_hang(self, rows: list[RowOf], seconds: float) -> None:
        self.the_way_breaks_and_rows_come(["POST cut", "GET slow=10"], rows)
        self.time_passes(seconds)

    @rule()
    def the_way_mends(self) -> None:
        self.plan.clear()

    @rule(seconds=SPANS)
    def time_passes(self, seconds: float) -> None:
        self.loop.run_until_complete(asyncio.sleep(seconds))

    @rule(number=st.integers(0, PEOPLE))
    def somebody_else_is_invited(self, number: int) -> None:
        """Somebody who is in no row: what is about nobody here changes nothing."""
        if f"other{number}@example.org" not in self.side.people():
            self.side.invite(f"other{number}@example.org", {"custom_id": "REQ-1"})

    @precondition(lambda self: self.may_end and self.fed)
    @rule(how=st.sampled_from(["stop", "stop at once", "stop soon", "cancel", "leave", "break"]))
    def it_ends(self, how: str) -> None:
        """It is stopped, its taker is cancelled, its block is left, or its source breaks."""
        match how:
            case "cancel":
                self.in_loop(self.taker.cancel)
            case "leave":
                self.left = True
            case "break":
                self.broken = True
                self.waiting.put_nowait(OSError("the source is gone"))
            case _:
                grace = {"stop": 10.0, "stop at once": 0.0, "stop soon": 0.4}[how]
                self.in_loop(lambda: self.job.stop(grace=grace))

    def in_loop(self, act: Any) -> None:
        async def main() -> None:
            act()

        self.loop.run_until_complete(main())

    @invariant()
    def nobody_is_invited_twice(self) -> None:
        if hasattr(self, "side"):
            check_world(self.side)
            assert self.job.in_flight <= WORKERS
            assert self.limiter.out <= 3

    def teardown(self) -> None:
        try:
            if hasattr(self, "job"):
                self.waiting.put_nowait(None)
                self.loop.run_until_complete(self.end())
                self.check()
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        finally:
            self.loop.close()
        assert not self.unheard

    async def end(self) -> None:
        """Let the job end, take what was not taken, and let what is late happen."""
        ended = [
            *await asyncio.gather(self.taker, return_exceptions=True),
            *await asyncio.gather(take(self.job, self.outcomes), return_exceptions=True),
        ]
        failed = [one for one in ended if isinstance(one, BaseException) and type(one) is not asyncio.CancelledError]
        assert all(isinstance(one, OSError) and self.broken for one in failed)
        await self.witness.aclose()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert self.limiter.out == self.limiter.waiting == self.job.in_flight == 0

    def check(self) -> None:
        summary = self.job.summary()
        indexes = [outcome.index for outcome in self.outcomes]
        assert (indexes if self.order == "input" else sorted(indexes)) == list(range(len(self.pulled)))
        assert all(outcome.row is self.pulled[outcome.index] for outcome in self.outcomes)
        assert summary.total == len(self.outcomes)
        assert +Counter(summary.counts) == Counter(outcome.kind for outcome in self.outcomes)
        check_all(self.outcomes, self.before, self.witness, stopped=summary.stopped is not None)


class YardstikBulkMachine(BulkMachine):
    """The same on Yardstik, whose rows take two steps."""

    make_side = YardstikSide


TestBulk = BulkMachine.TestCase
TestYardstikBulk = YardstikBulkMachine.TestCase
TestBulk.settings = settings(deadline=None, stateful_step_count=12)
TestYardstikBulk.settings = TestBulk.settings
