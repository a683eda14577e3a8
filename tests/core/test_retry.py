"""Whether and when a failed attempt is repeated: the policy, its table, `Retry-After`, the waits and the budget."""

import asyncio
import math
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import tenacity
from hypothesis import given
from hypothesis import strategies as st

from jofi_async.core import retry
from jofi_async.core.errors import (
    AuthenticationError,
    CallError,
    ConfigurationError,
    DeadlineNotSentError,
    DeadlineUnknownError,
    NotFoundError,
    NotSentError,
    QueueTooLongError,
    RateLimitedError,
    RetryAfterTooLongError,
    ServerError,
    UnknownOutcomeError,
    UnreadableAnswerError,
)
from jofi_async.core.repeating import retrying
from jofi_async.core.retry import RetryBudget, RetryPolicy, may_repeat, retry_after
from jofi_async.core.wire import Response
from tests.core.support import checked, virtual

NAN = float("nan")
NOW = datetime(2025, 1, 2, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "make",
    [
        lambda: RetryPolicy(attempts=0),
        lambda: RetryPolicy(attempts=-1),
        lambda: RetryPolicy(first_wait=-0.1),
        lambda: RetryPolicy(longest_wait=-1),
        lambda: RetryPolicy(retry_after_ceiling=-1),
        lambda: RetryPolicy(budget=-1),
        lambda: RetryPolicy(first_wait=NAN),
        lambda: RetryPolicy(longest_wait=NAN),
        lambda: RetryPolicy(retry_after_ceiling=NAN),
    ],
)
def test_a_policy_out_of_range_is_refused(make: Callable[[], RetryPolicy]) -> None:
    with pytest.raises(ConfigurationError):
        make()


def test_a_policy_may_forbid_all_repeats_and_all_waits() -> None:
    assert RetryPolicy(attempts=1, first_wait=0, longest_wait=0, retry_after_ceiling=0, budget=0).attempts == 1


@pytest.mark.parametrize(
    ("error", "once", "twice"),
    [
        (NotSentError("m"), True, True),
        (DeadlineNotSentError("m"), False, False),
        (RateLimitedError("m"), True, True),
        (QueueTooLongError("m"), False, False),
        (UnknownOutcomeError("m"), False, True),
        (DeadlineUnknownError("m"), False, True),
        (ServerError("m"), False, True),
        (RetryAfterTooLongError("m"), False, False),
        (AuthenticationError("m"), False, False),
        (NotFoundError("m"), False, False),
        (UnreadableAnswerError("m"), False, False),
        (CallError("m"), False, False),
        (TimeoutError(), False, False),
        (OSError(), False, False),
        (asyncio.CancelledError(), False, False),
        (KeyboardInterrupt(), False, False),
    ],
)
def test_what_may_be_repeated(error: BaseException, once: bool, twice: bool) -> None:
    assert may_repeat(error, repeatable=False) is once
    assert may_repeat(error, repeatable=True) is twice


def after(text: str, date: str | None = None) -> float | None:
    headers = {"retry-after": text} | ({} if date is None else {"date": date})
    return retry_after(Response(429, headers))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("7", 7),
        (" 7 ", 7),
        ("007", 7),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("86400", 86400),
        ("9" * 400, float("inf")),
        ("", None),
        (" ", None),
        (".", None),
        ("-5", None),
        ("+5", None),
        ("1.2.3", None),
        ("1e3", None),
        ("1_000", None),
        ("nan", None),
        ("inf", None),
        ("²", None),
        ("٣", None),
        ("5, 10", None),
        ("soon", None),
        ("Thu, 99 Jan 2025 99:99:99 GMT", None),
        ("Thu, 02 Jan 99999999999999999999 12:00:00 GMT", None),
        ("Thu, 02 Jan 2025 12:00:00 +99999999", None),
    ],
)
def test_retry_after_in_seconds_and_nonsense(text: str, seconds: float | None) -> None:
    assert after(text) == seconds


def test_no_retry_after() -> None:
    assert retry_after(Response(429)) is None


@checked
@given(st.integers(-(10**6), 10**6), st.integers(-(10**9), 10**9))
def test_a_date_is_measured_by_the_server_s_own_clock(seconds: int, fast: int) -> None:
    theirs = NOW + timedelta(seconds=fast)
    until = format_datetime(theirs + timedelta(seconds=seconds), usegmt=True)
    assert after(until, format_datetime(theirs, usegmt=True)) == max(0, seconds)


@pytest.mark.parametrize("date", [None, "", "nonsense", "Thu, 02 Jan 99999999999999999999 12:00:00 GMT"])
def test_without_the_server_s_date_ours_is_taken(date: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return NOW

    monkeypatch.setattr(retry, "datetime", Clock)
    assert after("Thu, 02 Jan 2025 12:01:30 GMT", date) == 90
    assert after("Thu, 02 Jan 2025 12:01:30 -0000", date) == 90
    assert after("Thu, 02 Jan 2025 11:59:59 GMT", date) == 0


@checked
@given(st.text() | st.from_regex(r"\A\w{3}, \d+ Jan \d+ [\d:.]+ ([A-Z+-]|\d)*\Z"), st.text())
def test_no_header_whatsoever_raises(text: str, date: str) -> None:
    seconds = after(text, date)
    assert seconds is None or seconds >= 0


def test_a_budget_is_spent_and_earned_back() -> None:
    budget = RetryBudget(2)
    assert [budget.spend() for _ in range(3)] == [True, True, False]
    for _ in range(9):
        budget.earn()
    assert not budget.spend()
    budget.earn()
    assert budget.spend()
    for _ in range(100):
        budget.earn()
    assert budget.left == 2


class Failing:
    """Fails a number of times, and notes when it was called."""

    def __init__(self, *errors: BaseException) -> None:
        self.errors = list(errors)
        self.called_at: list[float] = []
        self.pause: float | None = None

    async def __call__(self) -> str:
        self.called_at.append(asyncio.get_running_loop().time())
        if self.errors:
            error = self.errors.pop(0)
            self.pause = error.retry_after if isinstance(error, CallError) else None
            raise error
        return "well"


def repeats(error: BaseException) -> bool:
    return may_repeat(error, repeatable=True)


def asked(seconds: float) -> RateLimitedError:
    return RateLimitedError("m", retry_after=seconds)


async def run(attempt: Failing, policy: RetryPolicy, budget: RetryBudget, deadline: float = math.inf) -> str:
    machine = retrying(
        policy, budget, repeats=repeats, deadline=deadline, pause=lambda: attempt.pause, before_sleep=lambda _, __: None
    )
    return await machine(attempt)


@virtual
async def test_waits_are_full_jitter_that_doubles_up_to_the_longest() -> None:
    bounds = [0.5, 1, 2, 4, 8, 10, 10, 10, 10]
    policy = RetryPolicy(attempts=10, first_wait=0.5, longest_wait=10)
    longest = [0.0] * len(bounds)
    for _ in range(200):
        attempt = Failing(*[NotSentError("m") for _ in bounds])
        await run(attempt, policy, RetryBudget(100))
        waits = [later - before for before, later in zip(attempt.called_at, attempt.called_at[1:], strict=False)]
        assert all(0 <= wait <= bound + 1e-6 for wait, bound in zip(waits, bounds, strict=True))
        longest = [max(pair) for pair in zip(longest, waits, strict=True)]
    assert all(most > 0.8 * bound for most, bound in zip(longest, bounds, strict=True))


@virtual
async def test_the_limiter_s_pause_is_waited_out_to_the_second() -> None:
    attempt = Failing(asked(7), asked(0), asked(1.5))
    await run(attempt, RetryPolicy(), RetryBudget(9))
    assert attempt.called_at == [0, 7, 7, 8.5]


@virtual
async def test_attempts_bound_the_whole() -> None:
    errors = [ServerError(str(number)) for number in range(9)]
    attempt = Failing(*errors)
    with pytest.raises(ServerError) as caught:
        await run(attempt, RetryPolicy(attempts=3, first_wait=0), RetryBudget(9))
    assert caught.value is errors[2]
    assert len(attempt.called_at) == 3


@virtual
async def test_an_empty_budget_ends_it_at_once_and_only_repeats_are_charged() -> None:
    budget = RetryBudget(2)
    attempt = Failing(*[asked(1) for _ in range(9)])
    with pytest.raises(RateLimitedError):
        await run(attempt, RetryPolicy(attempts=9), budget)
    assert attempt.called_at == [0, 1, 2]
    assert budget.left == 0


@pytest.mark.parametrize(("deadline", "calls"), [(0.5, 1), (1.0, 1), (1.25, 2), (math.inf, 3)])
@virtual
async def test_no_wait_begins_that_would_outlast_the_deadline(deadline: float, calls: int) -> None:
    attempt = Failing(asked(1), asked(1))
    budget = RetryBudget(9)
    (ended,) = await asyncio.gather(run(attempt, RetryPolicy(), budget, deadline), return_exceptions=True)
    assert (ended == "well") == (calls == 3)
    assert attempt.called_at == [0, 1, 2][:calls]
    assert budget.left == 9 - (calls - 1)


@virtual
async def test_many_at_once_do_not_mix() -> None:
    chance = random.Random(5)
    plans = [[asked(chance.choice([0.5, 1, 2])) for _ in range(chance.randrange(4))] for _ in range(50)]
    attempts = [Failing(*plan) for plan in plans]
    budget = RetryBudget(1000)
    answers = await asyncio.gather(*(run(attempt, RetryPolicy(), budget) for attempt in attempts))
    assert answers == ["well"] * 50
    assert budget.left == 1000 - sum(len(plan) for plan in plans)
    for plan, attempt in zip(plans, attempts, strict=True):
        expected = [sum(error.retry_after or 0 for error in plan[:count]) for count in range(len(plan) + 1)]
        assert attempt.called_at == expected


@virtual
async def test_a_cancelled_attempt_is_not_repeated() -> None:
    attempt = Failing(asked(0), asyncio.CancelledError())
    with pytest.raises(asyncio.CancelledError):
        await run(attempt, RetryPolicy(), RetryBudget(9))
    assert len(attempt.called_at) == 2


def test_tenacity_draws_from_zero_to_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """What makes the jitter full; a release of tenacity that changes it must not pass unseen."""
    drawn: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        drawn.append((low, high))
        return high

    monkeypatch.setattr(random, "uniform", uniform)
    state = tenacity.RetryCallState(tenacity.AsyncRetrying(), None, (), {})
    state.attempt_number = 3
    assert tenacity.wait_random_exponential(multiplier=0.5, max=20)(state) == 2.0
    assert drawn == [(0, 2.0)]
