"""The adaptive rate that processes share: the store keeps it, each has a copy and tells it what happened here.

A copy is the store's last version and what happened here since. At a visit the copy is offered as the next version; if
another process was quicker, what happened here happens to that one's, and is offered again. All times are of the
store's clock, and of the time in which the rate held calls back each moment counts once, whoever was held.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from jofi_async.core.limits.adaptive import AdaptiveRate
from jofi_async.core.limits.limit import AdaptiveRateLimit, RateLimit
from jofi_async.core.limits.pause import FIRST_PAUSE
from jofi_async.core.limits.shared.store import Law

_MOST = 1000  # of what happened here is remembered while the store is lost


class SharedLaw:
    """A copy of the adaptive rate that a store keeps.

    Args:
        limit: The limit; of a fixed one the rate is the ceiling.
        now: The instant, on the store's clock.

    Attributes:
        rate: Finds the rate; the copy itself.
    """

    def __init__(self, limit: RateLimit, now: float) -> None:
        self._limit = limit if isinstance(limit, AdaptiveRateLimit) else limit.as_ceiling()
        self._news: list[Callable[[], None]] = []
        self._offered = 0
        self._version = 0
        self._begin(now)

    def answered(self, now: float, *, pressed: float, busy: bool, sent: float, seconds: float) -> None:
        """Note a good answer; see `AdaptiveRate.answered`, but for `pressed`: since what was noted last."""
        self._note(partial(self._answered, now, pressed, busy, sent, seconds))

    def throttled(self, now: float, *, pressed: float, paused: float, sent: float) -> None:
        """Note a refusal, and for how long it pauses all; of those that belong together, one counts."""
        self._note(partial(self._throttled, now, pressed, paused, sent))

    def offer(self) -> Law | None:
        """The next version, if anything happened."""
        self._offered = len(self._news)
        return Law(self._version + 1, self._text()) if self._news else None

    def adopt(self, offered: Law | None, kept: Law | None, now: float) -> None:
        """Take what the store keeps after a visit.

        Args:
            offered: What was offered.
            kept: What it keeps, or None for nothing.
            now: The instant, on the store's clock.
        """
        if offered is not None and kept == offered:
            self._version = offered.version
            del self._news[: self._offered]
        elif kept is None:
            self._version = 0  # it has forgotten, and is told again
        elif kept.version != self._version or offered is not None:
            self._version = kept.version
            self._read(kept.text, now)
            for happen in self._news:
                happen()

    def _begin(self, now: float) -> None:
        self.rate = AdaptiveRate(self._limit, now)
        self._pressed = 0.0
        self._pressed_until = self._refused = 0.0

    def _note(self, happen: Callable[[], None]) -> None:
        happen()
        self._news.append(happen)
        if len(self._news) > _MOST:
            del self._news[0]
            self._offered = max(0, self._offered - 1)

    def _answered(self, now: float, pressed: float, busy: bool, sent: float, seconds: float) -> None:
        self._press(now, pressed)
        self.rate.answered(now, pressed=self._pressed, busy=busy, sent=sent, seconds=seconds)

    def _throttled(self, now: float, pressed: float, paused: float, sent: float) -> None:
        self._press(now + paused, pressed + paused)
        if sent > self._refused + FIRST_PAUSE:
            self._refused = now
            self.rate.throttled(now, pressed=self._pressed)

    def _press(self, now: float, seconds: float) -> None:
        self._pressed += max(0.0, min(seconds, now - self._pressed_until))
        self._pressed_until = max(self._pressed_until, now)

    def _text(self) -> str:
        times = {"pressed": self._pressed, "pressed_until": self._pressed_until, "refused": self._refused}
        return json.dumps({**times, "rate": self.rate.kept()}, separators=(",", ":"))

    def _read(self, text: str, now: float) -> None:
        """Take a version; of one that cannot be read nothing, and begin anew."""
        self._begin(now)
        with suppress(KeyError, TypeError, ValueError):
            kept = json.loads(text)
            self.rate.learn_from(kept["rate"])
            self._pressed, self._pressed_until = float(kept["pressed"]), float(kept["pressed_until"])
            self._refused = float(kept["refused"])
