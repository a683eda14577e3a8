"""A call's repeats, described to tenacity; imported when the first call is repeated."""

import asyncio
from collections.abc import Callable

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_random_exponential
from tenacity.stop import stop_base
from tenacity.wait import wait_base

from jofi_async.core.errors import CallError
from jofi_async.core.retry import RetryBudget, RetryPolicy


def retrying(
    policy: RetryPolicy,
    budget: RetryBudget,
    *,
    repeats: Callable[[BaseException], bool],
    deadline: float,
    pause: Callable[[], float | None],
    before_sleep: Callable[[CallError, float], None],
) -> AsyncRetrying:
    """Describe one call's repeats to tenacity; one object per call, never shared.

    Args:
        policy: How often, and how long to wait.
        budget: What the client has left.
        repeats: Whether an error may be repeated.
        deadline: The instant, on the running loop's clock, at which the call must have ended, or infinity.
        pause: How many seconds the limiter makes everybody wait after the last attempt, or None when it does not.
        before_sleep: Called before each wait, with the error and the seconds.
    """
    return AsyncRetrying(
        sleep=asyncio.sleep,
        wait=_WaitOutPause(pause, wait_random_exponential(multiplier=policy.first_wait, max=policy.longest_wait)),
        stop=_StopBefore(policy.attempts, deadline, budget),
        retry=retry_if_exception(repeats),
        before_sleep=lambda state: before_sleep(_failure(state), state.upcoming_sleep),
        reraise=True,
    )


def _failure(state: RetryCallState) -> CallError:
    """The error of tenacity's last attempt."""
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, CallError)
    return error


class _WaitOutPause(wait_base):
    """What is left of the limiter's pause, so that nothing is waited for twice; without one, a wait of its own."""

    def __init__(self, pause: Callable[[], float | None], otherwise: wait_base) -> None:
        self._pause = pause
        self._otherwise = otherwise

    def __call__(self, retry_state: RetryCallState) -> float:
        pause = self._pause()
        return self._otherwise(retry_state) if pause is None else pause


class _StopBefore(stop_base):
    """Stops when the attempts are used up, the wait would outlast the deadline, or the budget is spent."""

    def __init__(self, attempts: int, deadline: float, budget: RetryBudget) -> None:
        self._attempts = attempts
        self._deadline = deadline
        self._budget = budget

    def __call__(self, retry_state: RetryCallState) -> bool:
        if retry_state.attempt_number >= self._attempts:
            return True
        if asyncio.get_running_loop().time() + retry_state.upcoming_sleep >= self._deadline:
            return True
        return not self._budget.spend()
