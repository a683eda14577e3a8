"""The control law of an adaptive limit: which rate the server seems to bear.

Nothing here waits or sends; the law is told of answers and says a rate. It is TCP CUBIC (RFC 9438), for a rate in place
of a window, with three differences, since a rate limit is not a queue:

- *Start*: the rate doubles each second until the first refusal (slow start, RFC 5681).
- *Fall*: after a refusal the ceiling is the rate at which the server was just seen to accept, and the rate falls to
  slightly under it. A bucket that refuses is full, so what it accepts from one refusal to the next is its own rate;
  CUBIC, which knows only that its window was too large, falls by 30 %. A ceiling is at least half the rate before.
- *Climb*: the rate is `ceiling x (1 + PROBE x^3)`, where x goes from -1, just after the fall, through 0 at the ceiling,
  one horizon later, and on: quick, then flat near the ceiling, then faster and faster, so that a limit that was raised
  is found. The horizon is 8 s, or at slow rates 150 requests, but at most a minute: each probe ends with a refusal or
  two, and they must stay well under one in a hundred.

A server that slows down instead of refusing is drowning: when recent answers take more than twice as long as the best
of the last minute or two (and 0.1 s), the ceiling is again what the server was seen to work off, and the rate falls in
that proportion, at most to half of it, so that its queue drains; it is back at the ceiling one horizon later. Comparing
the round trip with its least is TCP Vegas' (Brakmo and Peterson, 1995), the tolerated factor and the proportional fall
those of Gradient in Netflix's concurrency-limits. When five falls in a row did not help, the server is slower for
reasons of its own: then that is what is usual from now on, and the rate returns.

The clock of the climb is the time in which the rate alone held calls back: a rate that nobody used proves nothing
(congestion window validation, RFC 7661). Slowness counts only while the client is busy, for the same reason. A refusal
before anything was accepted, as in an outage, lowers nothing: then the pauses grow instead.
"""

import math
from typing import Any

from attrs import asdict, define

from jofi_async.core.limits.limit import AdaptiveRateLimit

DOUBLING = 1.0
"""Seconds in which the rate doubles before the first refusal."""

PROBE = 0.05
"""By what share the rate falls under the ceiling, and is above it one horizon after it reached it."""

DEEPEST_FALL = 0.5
"""What is left of a rate at least after one fall."""

TOLERANCE = 2.0
"""How many times their usual time answers may take."""

LEEWAY = 0.1
"""Seconds that answers may take on top of that, so that fast servers may be uneven."""

_EVIDENCE = 5  # accepted requests without which nothing is known of the server's rate
_SPAN = 3.0  # seconds; what was accepted is counted over the last one or two of these
_RECENT = 10  # how many answers the average of recent ones reaches back
_MEMORY = 60.0  # seconds; the best average is that of the last one or two of these
_HELPED = 0.8  # of the time that answers took before a fall
_IN_VAIN = 5  # falls in a row


class AdaptiveRate:
    """Finds the rate that a server bears.

    Args:
        limit: Where to start, and the bounds.
        now: The instant, on any clock that the caller keeps to.

    Attributes:
        rate: Requests per second, now.
    """

    def __init__(self, limit: AdaptiveRateLimit, now: float) -> None:
        assert limit.per_second is not None
        self.rate = limit.per_second
        self._least, self._most = limit.least, limit.most
        self._ceiling = math.inf  # not known before the first fall
        self._depth = PROBE
        self._horizon = 1.0
        self._climbed = 0.0
        self._pressed = 0.0
        self._fell_at = -math.inf
        self._accepted = _Meter(now)
        self._recent = _Average()
        self._usual = _Least(now)
        self._slow: _Slowness | None = None

    def kept(self) -> dict[str, Any]:
        """All that it knows but its bounds, in numbers; `learn_from` takes it."""
        known: dict[str, Any] = {name: value for name, value in vars(self).items() if name not in ("_least", "_most")}
        parts = ("_accepted", "_recent", "_usual", "_slow")
        return known | {name: asdict(known[name]) for name in parts if known[name] is not None}

    def learn_from(self, kept: dict[str, Any]) -> None:
        """Know what another one knew.

        Raises:
            KeyError, TypeError, ValueError: It is not what `kept` returned.
        """
        numbers = ("rate", "_ceiling", "_depth", "_horizon", "_climbed", "_pressed", "_fell_at")
        known: dict[str, Any] = {name: float(kept[name]) for name in numbers}
        for name, kind in (("_accepted", _Meter), ("_recent", _Average), ("_usual", _Least), ("_slow", _Slowness)):
            values: dict[str, Any] | None = kept[name]
            known[name] = None if values is None else kind(**{key.lstrip("_"): one for key, one in values.items()})
        vars(self).update(known)
        self.rate = min(self._most, max(self._least, self.rate))

    def answered(self, now: float, *, pressed: float, busy: bool, sent: float, seconds: float) -> None:
        """Take a good answer into account.

        Args:
            now: When it came.
            pressed: For how many seconds in all, so far, the rate alone has held calls back.
            busy: Whether calls wait, or all slots are out.
            sent: When the request was sent.
            seconds: How long the answer took.
        """
        self._accepted.add(now)
        if sent >= self._fell_at:
            self._recent.add(seconds)
        if not (busy and self._is_drowning(now)):
            self._climb(pressed - self._pressed)
        self._pressed = pressed

    def throttled(self, now: float, *, pressed: float) -> None:
        """Take a refusal into account; only one that says something new since the last.

        Args:
            now: When it came.
            pressed: For how many seconds in all the rate alone will have held calls back when they go on.
        """
        self._pressed = pressed
        if self._accepted.per_second(now) is not None:
            self._fall(now, left=1 - PROBE)
        elif self._ceiling == math.inf:
            self.rate = max(self._least, self.rate * DEEPEST_FALL)
        else:
            self._climbed = 0.0
            self._climb(0.0)

    def _is_drowning(self, now: float) -> bool:
        """Compare recent answers with usual ones, and fall if they are slow."""
        recent = self._recent.value
        if self._recent.count < _RECENT or now - self._fell_at < 2 * recent:
            return False
        tolerated = TOLERANCE * self._usual.value + LEEWAY
        if recent <= tolerated:
            self._usual.add(now, recent)
            self._slow = None
            return False
        slow = self._slow = self._slow or _Slowness(self.rate)
        if slow.is_not_ours(recent):
            self._usual, self._slow = _Least(now, recent), None
            self._return_to(slow.rate_before)
            return False
        self._fall(now, left=max(DEEPEST_FALL, tolerated / recent))
        return True

    def _return_to(self, rate: float) -> None:
        self._ceiling, self._depth, self._climbed = rate, 1 - min(1.0, self.rate / rate), 0.0

    def _fall(self, now: float, *, left: float) -> None:
        accepted = self._accepted.per_second(now) or 0.0
        self._ceiling = max(self._least, min(self.rate, max(accepted, self.rate * DEEPEST_FALL)))
        self._depth = 1 - left
        self._horizon = min(60.0, max(8.0, 150 / self._ceiling))
        self._climbed = 0.0
        self._fell_at = now
        self._accepted = _Meter(now)
        self._recent = _Average()
        self._climb(0.0)

    def _climb(self, seconds: float) -> None:
        self._climbed += max(0.0, seconds)
        if self._ceiling == math.inf:
            rate = self.rate * 2 ** (max(0.0, seconds) / DOUBLING)
        else:
            x = self._climbed / self._horizon - 1
            rate = self._ceiling * (1 + (self._depth if x < 0 else PROBE) * x**3)
        self.rate = min(self._most, max(self._least, rate))


@define
class _Average:
    """An exponentially weighted mean; of the first values, the plain one."""

    value: float = 0.0
    count: int = 0

    def add(self, value: float) -> None:
        self.count += 1
        self.value += (value - self.value) / min(self.count, _RECENT)


@define
class _Slowness:
    """Falls in a row because of slow answers, and whether they help."""

    rate_before: float
    _last: float = math.inf
    _in_vain: int = -1

    def is_not_ours(self, recent: float) -> bool:
        """Note how long answers take before the next fall."""
        self._in_vain = 0 if recent < _HELPED * self._last < math.inf else self._in_vain + 1
        self._last = recent
        return self._in_vain >= _IN_VAIN


@define
class _Least:
    """The least value of the present span and the one before."""

    began: float
    _now: float = math.inf
    _before: float = math.inf

    @property
    def value(self) -> float:
        return min(self._now, self._before)

    def add(self, now: float, value: float) -> None:
        if now - self.began > _MEMORY:
            self.began, self._now, self._before = now, math.inf, self._now
        self._now = min(self._now, value)


@define
class _Meter:
    """What was accepted per second, over the present span and the one before."""

    began: float
    count: int = 0
    _began_before: float | None = None
    _count_before: int = 0

    def add(self, now: float) -> None:
        if now - self.began > _SPAN and self.count >= _EVIDENCE:
            self._began_before, self._count_before = self.began, self.count
            self.began, self.count = now, 0
        self.count += 1

    def per_second(self, now: float) -> float | None:
        """Accepted requests per second, or None when they are too few to say."""
        began = self.began if self._began_before is None else self._began_before
        count = self._count_before + self.count
        if count < _EVIDENCE or now <= began:
            return None
        return count / (now - began)
