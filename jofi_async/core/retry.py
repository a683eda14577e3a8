"""Whether and when a failed attempt is repeated; `repeating` describes it to tenacity.

Three facts decide: was it sent, is the operation repeatable, did the server say when. What was not sent, and a 429,
may always be repeated; anything else only when the operation is repeatable. The wait is full-jitter exponential, or
what the server said, which the limiter makes a pause of all calls. A budget shared by a client's calls keeps many
workers from amplifying an outage.
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from attrs import define, field, frozen

from jofi_async.core.errors import (
    ConfigurationError,
    DeadlineNotSentError,
    NotSentError,
    QueueTooLongError,
    RateLimitedError,
    ServerError,
    UnknownOutcomeError,
)
from jofi_async.core.wire import Response


@frozen
class RetryPolicy:
    """How a call is repeated.

    Args:
        attempts: How many times a call may be sent in all; 1 never repeats. Settling (bulk, `ensure`, `update`) sends
            again on its own account, three times at most, after looking, and draws on the same budget.
        first_wait: The upper end of the first random wait, in seconds; it doubles with each attempt.
        longest_wait: The upper end of any random wait, in seconds.
        retry_after_ceiling: The longest wait that a server may ask for, in seconds; above it the call ends at once
            with `RetryAfterTooLongError`.
        budget: How many repeats a client may spend before successes earn more; each success earns a tenth.

    Raises:
        ConfigurationError: A value is out of range.
    """

    attempts: int = 4
    first_wait: float = 0.5
    longest_wait: float = 20.0
    retry_after_ceiling: float = 60.0
    budget: int = 100

    def __attrs_post_init__(self) -> None:
        if self.attempts < 1:
            raise ConfigurationError(f"attempts must be at least 1, not {self.attempts}")
        if not all(value >= 0 for value in (self.first_wait, self.longest_wait, self.retry_after_ceiling, self.budget)):
            raise ConfigurationError("waits, ceiling and budget must not be negative")


@define
class RetryBudget:
    """How many repeats are left to a client."""

    capacity: float
    left: float = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.left = self.capacity

    def spend(self) -> bool:
        """Take one repeat; False when none is left."""
        if self.left < 1:
            return False
        self.left -= 1
        return True

    def earn(self) -> None:
        """Credit a call that worked."""
        if self.left < self.capacity:
            self.left = min(self.capacity, round(self.left + 0.1, 6))  # ten times a tenth is one


def may_repeat(error: BaseException, *, repeatable: bool) -> bool:
    """Tell whether what failed with `error` may be sent again.

    Args:
        error: What the attempt raised.
        repeatable: Whether the operation does the same when it is done twice.
    """
    if isinstance(error, DeadlineNotSentError | QueueTooLongError):
        return False
    if isinstance(error, NotSentError | RateLimitedError):
        return True
    return repeatable and isinstance(error, UnknownOutcomeError | ServerError)


def retry_after(response: Response) -> float | None:
    """Read `Retry-After`, given in seconds or as a date (RFC 9110, 10.2.3).

    A date is compared with the server's own `Date` where there is one, so that our clock does not matter.

    Returns:
        Seconds to wait, never negative, or None when there is none that can be read.
    """
    text = response.headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isascii() and text.replace(".", "", 1).isdigit():
        return float(text)
    until, now = _http_date(text), _http_date(response.headers.get("date", ""))
    if until is None:
        return None
    return max(0.0, (until - (now or datetime.now(UTC))).total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
