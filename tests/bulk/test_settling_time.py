"""What settling costs: how long it pauses, when it sends again, and what a dead server has to bear. In virtual time."""

import asyncio
from collections.abc import Iterable, Sequence

import pytest
from attrs import define, field

from jofi_async import FakeJofi, FakeTransport, JofiClient, OutcomeKind, RateLimit, Request, Response, RetryPolicy
from jofi_async.core.transport import Transport
from tests.bulk.sides import JofiSide
from tests.bulk.support import LIVE, Job, Pulls, RowOutcome, kinds, new, people, run
from tests.bulk.truth import check_world

CREATED, EXISTED, REFUSED = OutcomeKind.CREATED, OutcomeKind.EXISTED, OutcomeKind.REFUSED
UNKNOWN, NOT_ATTEMPTED = OutcomeKind.UNKNOWN, OutcomeKind.NOT_ATTEMPTED
ONCE = RetryPolicy(attempts=1)


@define(eq=False)
class Timed(Transport):
    """Notes when each request was sent, and how many were under way at once."""

    inner: Transport
    sent: list[tuple[float, str]] = field(factory=list[tuple[float, str]])

    async def send(self, request: Request) -> Response:
        """Pass a request on; see `Transport.send`."""
        self.sent.append((asyncio.get_running_loop().time(), request.method))
        return await self.inner.send(request)

    async def aclose(self) -> None:
        """Close what is behind it."""
        await self.inner.aclose()

    def times(self, method: str) -> list[float]:
        """When requests of a method were sent."""
        return [at for at, what in self.sent if what == method]


def invite(
    fake: FakeJofi, rows: Iterable[object], rules: Sequence[str], *, retry: RetryPolicy = ONCE, **options: int | float
) -> tuple[list[RowOutcome], Job, Timed]:
    """Run a job to its end, and let what is late happen."""

    async def main() -> tuple[list[RowOutcome], Job, Timed]:
        transport = Timed(FakeTransport(fake, faults=rules))
        workers = options.setdefault("max_in_flight", 4)
        limit = RateLimit(per_second=None, in_flight=int(workers))
        client = JofiClient(LIVE, transport=transport, rate_limit=limit, retry=retry)
        async with client.invitations.create_many(rows, **options) as job:  # type: ignore[arg-type]
            outcomes = [outcome async for outcome in job]
        await transport.aclose()
        check_world(JofiSide(fake))
        return outcomes, job, transport

    return run(main())


def test_a_doubtful_row_is_sent_again_after_each_pause() -> None:
    (outcome,), job, way = invite(FakeJofi(), [new()], ["POST 500"])
    assert (outcome.kind, outcome.attempts) == (UNKNOWN, 4)
    assert way.times("POST") == [0, 0.5, 2.5, 7.5]
    assert way.times("GET") == [0, 0, 0.5, 2.5, 7.5]  # the watermark, and a look after each send
    assert job.summary().seconds == 7.5


def test_attempts_are_counted_over_all_sends() -> None:
    retry = RetryPolicy(attempts=3, first_wait=0)
    rules = ["POST 429@1,2,4", "POST 500@3,5"]
    (outcome,), _, way = invite(FakeJofi(), [new()], rules, retry=retry)
    assert (outcome.kind, outcome.attempts, len(way.times("POST"))) == (CREATED, 6, 6)


@pytest.mark.parametrize(("wish", "again"), [("503=3", 3.0), ("503=0", 0.5), ("503+=3", None)])
def test_a_row_is_not_sent_again_before_the_server_wishes(wish: str, again: float | None) -> None:
    fake = FakeJofi()
    (outcome,), _, way = invite(fake, [new()], [f"POST {wish}@1"])
    assert outcome.kind is CREATED
    assert way.times("POST") == [0] if again is None else [0, again]


@pytest.mark.parametrize(
    ("late", "posts", "attempts"),
    [
        (0.3, [0, 0.5], 2),  # after the look and before the second send, which is refused
        (1.0, [0, 0.5], 2),  # after the second send, which works
        (9.0, [0, 0.5], 2),
    ],
)
def test_a_late_effect_and_a_second_send_make_one_invitation(late: float, posts: list[float], attempts: int) -> None:
    fake = FakeJofi()
    (outcome,), _, way = invite(fake, [new()], [f"POST late={late}@1"])
    assert (outcome.kind, outcome.attempts, way.times("POST")) == (CREATED, attempts, posts)
    assert len(fake.invitations) == len(fake.messages) == 1
    assert outcome.item is not None
    assert outcome.item.id == fake.invitations[0].id


def test_every_effect_late_is_found_by_a_later_look() -> None:
    fake = FakeJofi()
    (outcome,), job, way = invite(fake, [new()], ["POST late=2"])
    assert (outcome.kind, outcome.attempts, way.times("POST")) == (CREATED, 3, [0, 0.5, 2.5])
    assert job.summary().seconds == 2.5


def test_every_effect_too_late_for_any_look_is_unknown() -> None:
    fake = FakeJofi()
    (outcome,), _, _ = invite(fake, [new()], ["POST late=60"])
    assert (outcome.kind, outcome.attempts, len(fake.invitations)) == (UNKNOWN, 4, 1)


def test_a_pausing_row_holds_no_slot_and_delays_nobody_else() -> None:
    fake = FakeJofi()
    outcomes, job, way = invite(fake, people(40), ["POST 500@1", "POST slow=0.1"], max_in_flight=2)
    assert kinds(outcomes) == {CREATED: 40}
    assert max(way.times("POST")) < 4.0
    assert job.summary().seconds < 4.2


# a deadline


def test_a_deadline_gives_doubtful_rows_their_grace_and_one_more_look() -> None:
    fake = FakeJofi()
    (outcome,), job, way = invite(fake, [new()], ["POST late=2"], deadline=1.0)
    assert (outcome.kind, outcome.attempts) == (CREATED, 2)
    assert way.times("POST") == [0, 0.5]  # nothing is sent after the deadline
    assert job.summary().seconds == 2.5
    assert job.summary().stopped == "the job's deadline of 1 s passed"


def test_a_deadline_ends_a_doubtful_row_as_unknown() -> None:
    outcomes, job, way = invite(FakeJofi(), Pulls(people(9)), ["POST 500"], deadline=1.0)
    assert kinds(outcomes) == {UNKNOWN: 4}
    assert len(way.times("POST")) == 4 * 2
    assert all("failed" in outcome.reason for outcome in outcomes)
    assert job.summary().seconds == 2.5


def test_a_deadline_while_the_server_wishes_a_long_wait_ends_with_the_grace() -> None:
    (outcome,), job, way = invite(FakeJofi(), [new()], ["POST 503=50"], deadline=1.0)
    assert (outcome.kind, outcome.attempts, way.times("POST")) == (UNKNOWN, 1, [0])
    assert job.summary().seconds == 11.0
    assert "server failed" in outcome.reason
    assert "deadline" in (job.summary().stopped or "")


def test_the_last_look_finds_what_took_effect_late() -> None:
    (outcome,), job, _ = invite(FakeJofi(), [new()], ["POST late=2@1", "POST 503=50@1"], deadline=1.0)
    assert (outcome.kind, outcome.item is not None) == (CREATED, True)
    assert job.summary().seconds < 11.0


# a server that is down


def bound(workers: int, budget: int) -> int:
    """How many requests a dead server gets at most.

    As many rows are begun as there are workers, up to 7 more before the eighth failure in a row begins a pause, and 3
    one at a time; each is sent and looked for once; one request is the watermark; and the budget is all that is
    repeated besides, a re-send with the look that follows it.
    """
    return (workers + 7 + 3) * 2 + 1 + budget * 2


@pytest.mark.parametrize("rule", ["500", "drop_before", "503=2"])
@pytest.mark.parametrize("budget", [0, 10, 100])
@pytest.mark.parametrize("workers", [1, 4, 50])
def test_fifty_workers_do_not_hammer_a_server_that_goes_down(workers: int, rule: str, budget: int) -> None:
    fake, source = FakeJofi(), Pulls(people(5000))
    rules = [f"POST {rule}", f"GET {rule}@{','.join(map(str, range(2, 3000)))}"]  # all but the watermark
    outcomes, job, way = invite(fake, source, rules, retry=RetryPolicy(budget=budget), max_in_flight=workers)
    assert source.count == len(outcomes) <= workers + 7 + 3 + workers
    assert set(kinds(outcomes)) <= {UNKNOWN, NOT_ATTEMPTED}
    assert all(1 <= outcome.attempts <= 4 for outcome in outcomes if outcome.kind is UNKNOWN)
    assert all(outcome.attempts == 0 for outcome in outcomes if outcome.kind is NOT_ATTEMPTED)
    assert len(way.sent) <= bound(workers, budget)
    assert str(job.summary().stopped).startswith("the vendor could not be reached again and again: ")


@pytest.mark.parametrize("workers", [1, 4, 50])
def test_a_server_that_is_down_from_the_start_is_sent_nothing_at_all(workers: int) -> None:
    source = Pulls(people(5000))
    outcomes, job, way = invite(FakeJofi(), source, ["drop_before"], retry=RetryPolicy(), max_in_flight=workers)
    assert kinds(outcomes) == {NOT_ATTEMPTED: source.count}
    assert way.times("POST") == []
    assert len(way.sent) <= workers + 7 + 3 + 100
    assert str(job.summary().stopped).startswith("the vendor could not be reached again and again: ")


def test_a_run_of_doubtful_rows_pauses_the_job_and_tries_one_row_alone() -> None:
    """The creates fail until one row's fourth; while it is the trial nobody else is sent."""
    fake = FakeJofi()
    down = f"POST 500@{','.join(map(str, range(1, 4 * 8 + 4)))}"
    outcomes, job, way = invite(fake, people(30), [down], max_in_flight=1)
    assert kinds(outcomes) == {UNKNOWN: 8, CREATED: 22}
    trial = 8 * 7.5 + 1
    assert way.times("POST")[32:36] == [trial, trial + 0.5, trial + 2.5, trial + 7.5]
    assert job.summary().seconds == trial + 7.5
