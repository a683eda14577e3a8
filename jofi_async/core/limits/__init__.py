"""The rate-limiting semaphore: how many calls may be under way, and how fast they may start.

::

    contract   what a session asks of any limiter
    limit      the numbers that a user gives
    limiter    the semaphore in one process: RateLimiter
      queue      who waits, and whose turn it is
      bucket     how many may start now
      pause      what a 429 does to all calls
      adaptive   which rate the server seems to bear
    statistics what it has done so far
"""

from jofi_async.core.limits.contract import Limiter, Priority
from jofi_async.core.limits.limit import UNLIMITED, AdaptiveRateLimit, RateLimit
from jofi_async.core.limits.limiter import RateLimiter

__all__ = [
    "UNLIMITED",
    "AdaptiveRateLimit",
    "Limiter",
    "Priority",
    "RateLimit",
    "RateLimiter",
]
