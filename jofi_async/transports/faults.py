"""Faults: what goes wrong between a client and a service, written as rules of one short text each."""

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from fnmatch import fnmatchcase
from random import Random
from typing import Self

from attrs import define, frozen

from jofi_async.core.errors import ConfigurationError


class FaultKind(StrEnum):
    """What goes wrong with a request.

    Attributes:
        DROP_BEFORE: The connection breaks before the service has seen the request; nothing took effect.
        DROP_AFTER: It breaks after the request took effect and before the answer.
        LATE: It breaks, and the request takes effect some seconds later.
        SLOW: It takes effect at once and is answered some seconds later.
        RESET: It takes effect, and the connection is reset inside the body of the answer.
        CUT: It takes effect, and the body of the answer ends before its declared length.
        TOO_MANY: 429.
        UNAVAILABLE: 503.
        BROKEN: 500.
        HTML: 502, with the page of a gateway.
    """

    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"
    LATE = "late"
    SLOW = "slow"
    RESET = "reset"
    CUT = "cut"
    TOO_MANY = "429"
    UNAVAILABLE = "503"
    BROKEN = "500"
    HTML = "html"


WAITS = (FaultKind.LATE, FaultKind.SLOW)
RETRY_AFTER = (FaultKind.TOO_MANY, FaultKind.UNAVAILABLE)
LONGEST = 86_400
AMBIGUOUS = (FaultKind.UNAVAILABLE, FaultKind.BROKEN, FaultKind.HTML)
"""The answers that leave open whether the service had done its work."""

_WORD = re.compile(r"(?P<kind>[^+=:@]*)(?P<after>\+)?(?:=(?P<seconds>[^:@]*))?(?::(?P<share>.*)|@(?P<positions>.*))?")
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]+)?")
_POSITIONS = re.compile(r"[0-9]{1,9}(,[0-9]{1,9})*")
_METHOD = re.compile(r"[A-Z]+")


@frozen(kw_only=True)
class Fault:
    """One rule: what goes wrong, and with which requests.

    Its text is `[METHOD] [PATH] KIND[+][=SECONDS][:SHARE|@POSITION[,POSITION...]]`::

        drop_after              every request
        429=2:0.1               a tenth of them, with Retry-After: 2
        POST drop_after@3,7     the third POST and the seventh
        GET */invitations cut   every list; the path is a pattern in which * stands for anything
        html+@1                 the first request; the gateway's page comes after the service has done its work

    429, 503, 500 and html come instead of the service's answer, and plain ones before the request has reached it, so
    that nothing took effect: a test of retries needs no second thought. The nasty case, a gateway's page for what was
    done, is asked for by `+`. 429 has no `+`, since by its meaning nothing took effect.

    Attributes:
        kind: What goes wrong.
        after: Whether an answer that leaves it open comes after the effect.
        seconds: Retry-After of 429 and 503, absent when None; how long late and slow take, 1 when None.
        share: The share of requests, between 0 and 1, or None.
        positions: The requests by number, from 1, counted among those with this method and path; or ().
        method: The method concerned; "" for all.
        path: A pattern of the paths concerned; "" for all.

    Raises:
        ConfigurationError: The parts do not go together.
    """

    kind: FaultKind
    after: bool = False
    seconds: float | None = None
    share: float | None = None
    positions: tuple[int, ...] = ()
    method: str = ""
    path: str = ""

    def __attrs_post_init__(self) -> None:
        problem = self._problem()
        if problem:
            raise ConfigurationError(f"This fault cannot be: {problem}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a rule.

        Raises:
            ConfigurationError: The text is no rule; the message says why.
        """
        *scope, word = text.split() or [""]
        parts = _WORD.fullmatch(word)
        if parts is None:
            raise ConfigurationError(f"The fault {text!r} cannot be read: something stands between kind and seconds")
        method = scope.pop(0) if scope and _METHOD.fullmatch(scope[0]) else ""
        path = scope.pop(0) if scope else ""
        if scope:
            raise ConfigurationError(f"The fault {text!r} cannot be read: only a method and a path precede the kind")
        return cls(
            kind=_kind(parts["kind"]),
            after=parts["after"] is not None,
            seconds=None if parts["seconds"] is None else _number("the seconds", parts["seconds"]),
            share=None if parts["share"] is None else _number("the share", parts["share"]),
            positions=() if parts["positions"] is None else _positions(parts["positions"]),
            method=method,
            path=path,
        )

    @property
    def wait(self) -> float:
        """How many seconds a late effect or a slow answer takes."""
        return 1.0 if self.seconds is None else self.seconds

    def concerns(self, method: str, path: str) -> bool:
        """Whether a request is one of those that the rule speaks of and counts."""
        return self.method in ("", method) and (not self.path or fnmatchcase(path, self.path))

    def __str__(self) -> str:
        scope = "".join(f"{part} " for part in (self.method, self.path) if part)
        seconds = "" if self.seconds is None else f"={_plain(self.seconds)}"
        share = "" if self.share is None else f":{_plain(self.share)}"
        positions = f"@{','.join(map(str, self.positions))}" if self.positions else ""
        return f"{scope}{self.kind}{'+' if self.after else ''}{seconds}{share}{positions}"

    def _problem(self) -> str:
        if self.after and self.kind not in AMBIGUOUS:
            return f"{self.kind} has no '+'; {_either(AMBIGUOUS)} do"
        if self.seconds is not None and self.kind not in WAITS + RETRY_AFTER:
            return f"{self.kind} takes no seconds; {_either(WAITS + RETRY_AFTER)} do"
        if self.seconds is not None and not 0 <= self.seconds <= LONGEST:
            return f"the seconds must be between 0 and {LONGEST}"
        if self.seconds is not None and self.kind in RETRY_AFTER and self.seconds % 1:
            return "Retry-After counts whole seconds"
        if self.share is not None and not 0 <= self.share <= 1:
            return "the share must be between 0 and 1"
        if self.share is not None and self.positions:
            return "it has a share or positions, not both"
        if any(position < 1 for position in self.positions):
            return "positions count from 1"
        if self.method and not _METHOD.fullmatch(self.method):
            return "the method must be in capitals"
        if self.path and (self.path[0] not in "/*" or self.path.split() != [self.path]):
            return "the path must begin with / or * and hold no blank"
        return ""


@define
class _Counted:
    """A rule in force: how many requests it has counted, and its own luck."""

    fault: Fault
    random: Random
    count: int = 0

    def strikes(self, method: str, path: str) -> bool:
        if not self.fault.concerns(method, path):
            return False
        self.count += 1
        if self.fault.positions:
            return self.count in self.fault.positions
        return self.fault.share is None or self.random.random() < self.fault.share


class FaultPlan:
    """The rules in force, which may be changed at any time.

    Each rule counts the requests from the moment it is set, so that `@1` is the next one. Where several rules strike
    the same request, the first one set has its way, and the others have counted it. What a share strikes depends on
    `seed` and on the rule's place alone.

    Args:
        *rules: Texts of rules; see `Fault`.
        seed: What the shares are drawn from.

    Raises:
        ConfigurationError: A text is no rule.
    """

    def __init__(self, *rules: str, seed: int = 0) -> None:
        self._seed = seed
        self._counted: list[_Counted] = []
        self.set(*rules)

    @classmethod
    def of(cls, faults: "FaultPlan | str | Iterable[str]") -> "FaultPlan":
        """Return a plan as it is, or make one of a rule or of rules."""
        if isinstance(faults, FaultPlan):
            return faults
        return cls(faults) if isinstance(faults, str) else cls(*faults)

    @property
    def rules(self) -> tuple[Fault, ...]:
        """The rules in force, in order."""
        return tuple(counted.fault for counted in self._counted)

    def set(self, *rules: str) -> None:
        """Put these rules in the place of all others; none of them if one cannot be read."""
        faults = [Fault.parse(rule) for rule in rules]
        self.clear()
        self._append(faults)

    def add(self, *rules: str) -> None:
        """Put further rules behind those in force."""
        self._append([Fault.parse(rule) for rule in rules])

    def clear(self) -> None:
        """From now on nothing goes wrong."""
        self._counted = []

    def decide(self, method: str, path: str) -> Fault | None:
        """Count one request, and say what goes wrong with it; does nothing else.

        Args:
            method: Its method.
            path: Its path, without the query.

        Returns:
            The first rule that strikes it, or None.
        """
        struck = [counted.fault for counted in self._counted if counted.strikes(method, path)]
        return struck[0] if struck else None

    def _append(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self._counted.append(_Counted(fault, Random(f"{self._seed}/{len(self._counted)}")))


def _kind(text: str) -> FaultKind:
    try:
        return FaultKind(text)
    except ValueError:
        raise ConfigurationError(f"There is no fault {text!r}; there are {', '.join(FaultKind)}") from None


def _number(what: str, text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise ConfigurationError(f"In a fault, {what} must be a number such as 2 or 0.5, and {text!r} is none")
    return float(text)


def _positions(text: str) -> tuple[int, ...]:
    if not _POSITIONS.fullmatch(text):
        raise ConfigurationError(f"In a fault, positions are whole numbers such as 3 or 3,7, and {text!r} is none")
    return tuple(map(int, text.split(",")))


def _plain(number: float) -> str:
    """Write a number without an exponent, and so that it reads back the same."""
    return f"{Decimal(repr(number)):f}".removesuffix(".0")


def _either(kinds: tuple[FaultKind, ...]) -> str:
    return f"{', '.join(kinds[:-1])} and {kinds[-1]}"
