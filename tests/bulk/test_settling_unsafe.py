"""A vendor that may invite twice: what is in doubt is sent once, whatever happens then."""

from collections.abc import Sequence
from typing import TypeVar

import pytest
from attrs import define, field

from jofi_async import (
    DuplicateError,
    OutcomeKind,
    Response,
    ServerError,
    UnknownOutcomeError,
    UnreadableAnswerError,
)
from jofi_async.bulk.job import BulkJob
from jofi_async.bulk.outcome import Outcome
from jofi_async.bulk.resource import Look, Person
from jofi_async.core.call import CallRecord
from jofi_async.core.errors import DuplicateKind, Effect, NotSentError, Problem, RefusedError
from tests.bulk.support import run

CREATED, EXISTED, REFUSED = OutcomeKind.CREATED, OutcomeKind.EXISTED, OutcomeKind.REFUSED
UNKNOWN, NOT_ATTEMPTED = OutcomeKind.UNKNOWN, OutcomeKind.NOT_ATTEMPTED
T = TypeVar("T")
NOBODY, CUT = Look[str](None, conclusive=True), Look[str](None, conclusive=False)


@define
class Register:
    """A vendor whose rows and items are names.

    Attributes:
        sends: What becomes of each send: an item, or what is raised.
        looks: What becomes of each look; then nobody is there.
        resend_is_safe: Whether it refuses the second of two sends.
        looks_prove: Whether its looks are to be believed.
        calls: What was asked of it, in order.
    """

    sends: list[str | Exception]
    looks: list[Look[str] | Exception] = field(factory=list[Look[str] | Exception])
    resend_is_safe: bool = False
    looks_prove: bool = True
    resend_after: float | None = None
    asks_first: bool = True
    calls: list[str] = field(factory=list[str])

    def check(self, row: str) -> Sequence[Problem]:
        """Every name will do."""
        return []

    def person(self, row: str) -> Person:
        """A name is a person."""
        return Person(row)

    async def send(self, row: str, record: CallRecord) -> str:
        """Send one."""
        self.calls.append("send")
        record.attempts += 1
        return _raise_or_return(self.sends.pop(0))

    async def known(self, row: str) -> str | None:
        """Nobody is asked for."""
        return None

    def is_last(self, row: str) -> bool:
        """There is one step."""
        return True

    def onward(self, row: str, item: str) -> str:
        """Never asked."""
        return row

    async def look(self, row: str, watermark: object) -> Look[str]:
        """Look for one."""
        self.calls.append("look")
        return _raise_or_return(self.looks.pop(0)) if self.looks else NOBODY

    def spend_resend(self) -> bool:
        return True

    async def watermark(self) -> object:
        """Nothing is older than 5."""
        self.calls.append("mark")
        return 5

    def is_ours(self, row: str, item: object, watermark: object) -> bool:
        """Whether the item bears the row's name, and a number above the watermark."""
        return isinstance(item, str) and isinstance(watermark, int) and item > f"{row} {watermark}"


def _raise_or_return(what: T | Exception) -> T:
    if isinstance(what, Exception):
        raise what
    return what


def invite(register: Register, *rows: str) -> list[Outcome[str, str]]:
    async def main() -> list[Outcome[str, str]]:
        async with BulkJob(register, rows or ("linda",), max_in_flight=1) as job:
            return [outcome async for outcome in job]

    return run(main())


RESET = UnknownOutcomeError("the connection was reset")
BROKEN = ServerError("The server failed")
BROKEN.effect = Effect.UNKNOWN
DOUBTS = pytest.mark.parametrize("doubt", [RESET, BROKEN], ids=["reset", "500"])


@DOUBTS
@pytest.mark.parametrize("look", [NOBODY, CUT, BROKEN, RuntimeError("a bug")], ids=["nobody", "cut", "fails", "bug"])
def test_what_is_in_doubt_and_not_found_is_unknown_and_was_sent_once(
    doubt: Exception, look: Look[str] | Exception
) -> None:
    register = Register([doubt], [look])
    (outcome,) = invite(register)
    assert (outcome.kind, outcome.error, outcome.attempts) == (UNKNOWN, doubt, 1)
    assert "look there, and if it is not there" in outcome.reason
    assert register.calls == ["mark", "send", "look", "look", "look", "look"]


@DOUBTS
def test_what_takes_effect_late_is_found_by_a_later_look(doubt: Exception) -> None:
    register = Register([doubt], [NOBODY, BROKEN, Look("linda 6", conclusive=True)])
    (outcome,) = invite(register)
    assert (outcome.kind, outcome.item, outcome.reason) == (CREATED, "linda 6", "")
    assert register.calls == ["mark", "send", "look", "look", "look"]


@pytest.mark.parametrize(
    ("last", "kind", "sends"),
    [(NOBODY, CREATED, 2), (CUT, UNKNOWN, 1), (BROKEN, UNKNOWN, 1)],
    ids=["nobody", "cut", "fails"],
)
def test_it_is_sent_again_long_after_only_if_that_is_asked_for_and_nobody_is_there(
    last: Look[str] | Exception, kind: OutcomeKind, sends: int
) -> None:
    register = Register([RESET, "linda 6"], [NOBODY, NOBODY, NOBODY, NOBODY, last], resend_after=600.0)
    (outcome,) = invite(register)
    assert (outcome.kind, outcome.attempts, register.calls.count("send")) == (kind, sends, sends)


@define
class Stairs(Register):
    """A vendor with two steps: "linda" makes "linda 6", which makes of the row "linda!"."""

    there: dict[str, str] = field(factory=dict[str, str])

    async def known(self, row: str) -> str | None:
        return self.there.get(row)

    def is_last(self, row: str) -> bool:
        return row.endswith("!")

    def onward(self, row: str, item: str) -> str:
        return f"{row}!"


@pytest.mark.parametrize(
    ("sends", "looks", "there", "kind", "calls"),
    [
        (["linda 6", "linda! 7"], [], {}, CREATED, ["mark", "send", "send"]),
        (["linda! 7"], [], {"linda": "linda 3"}, CREATED, ["mark", "send"]),
        ([], [], {"linda": "linda 3", "linda!": "linda! 4"}, EXISTED, ["mark"]),
        ([RESET, "linda! 7"], [Look("linda 6", conclusive=True)], {}, CREATED, ["mark", "send", "look", "send"]),
        (["linda 6", RESET], [Look("linda! 7", conclusive=True)], {}, CREATED, ["mark", "send", "send", "look"]),
        ([RESET], [], {}, UNKNOWN, ["mark", "send", *["look"] * 4]),
        (["linda 6", RESET], [], {}, UNKNOWN, ["mark", "send", "send", *["look"] * 4]),
    ],
)
def test_a_row_of_two_steps_settles_each_by_itself(
    sends: list[str | Exception],
    looks: list[Look[str] | Exception],
    there: dict[str, str],
    kind: OutcomeKind,
    calls: list[str],
) -> None:
    register = Stairs(sends, looks, there=there)
    (outcome,) = invite(register)
    assert (outcome.kind, register.calls, register.sends) == (kind, calls, [])
    assert outcome.row == "linda"
    if kind is not UNKNOWN:
        assert outcome.item is not None
        assert outcome.item.startswith("linda!")


@DOUBTS
@pytest.mark.parametrize(("found", "kind"), [("linda 6", CREATED), ("linda 4", EXISTED), ("another 6", EXISTED)])
def test_what_is_in_doubt_and_found_is_created_or_existed(doubt: Exception, found: str, kind: OutcomeKind) -> None:
    register = Register([doubt], [Look(found, conclusive=True)])
    (outcome,) = invite(register)
    assert (outcome.kind, outcome.item, outcome.attempts) == (kind, found, 1)
    assert register.calls == ["mark", "send", "look"]


def test_one_row_in_doubt_holds_no_other_back() -> None:
    register = Register([RESET, "zoe 7", "amy 8"])
    outcomes = invite(register, "linda", "zoe", "amy")
    assert [outcome.kind for outcome in outcomes] == [UNKNOWN, CREATED, CREATED]
    assert register.calls.count("send") == 3


def test_under_looks_that_prove_nothing_none_is_taken() -> None:
    register = Register([RESET], [Look("linda 6", conclusive=True)], looks_prove=False)
    (outcome,) = invite(register)
    assert (outcome.kind, outcome.item, register.calls) == (UNKNOWN, None, ["send"])


def test_a_duplicate_is_existed_without_a_second_send() -> None:
    duplicate = DuplicateError("is there", kind=DuplicateKind.SAME_TEAM)
    register = Register([duplicate], [Look("linda 6", conclusive=True)])
    (outcome,) = invite(register)
    assert (outcome.kind, outcome.error, outcome.item) == (EXISTED, duplicate, "linda 6")
    assert register.calls == ["mark", "send", "look"]


# where it is safe


REFUSAL = RefusedError("email: no", problems=[Problem("email", "no")], recognised=True)
ODD_REFUSAL = RefusedError("Not today", problems=[Problem("", "Not today")], recognised=False)
NOT_SENT = NotSentError("no connection")


@pytest.mark.parametrize(
    ("second", "look", "kind", "sends"),
    [
        (REFUSAL, NOBODY, REFUSED, 2),
        (REFUSAL, CUT, UNKNOWN, 4),
        (REFUSAL, Look("linda 6", conclusive=True), CREATED, 2),
        (ODD_REFUSAL, NOBODY, UNKNOWN, 4),
        (ODD_REFUSAL, Look("linda 6", conclusive=True), CREATED, 2),
        (NOT_SENT, NOBODY, UNKNOWN, 4),
        (NOT_SENT, Look("linda 4", conclusive=True), EXISTED, 2),
    ],
)
def test_what_a_second_answer_and_a_look_prove_of_a_row_in_doubt(
    second: Exception, look: Look[str], kind: OutcomeKind, sends: int
) -> None:
    register = Register([RESET, second, second, second], [BROKEN, look, look, look], resend_is_safe=True)
    (outcome,) = invite(register)
    assert (outcome.kind, outcome.attempts, register.calls.count("send")) == (kind, sends, sends)
    if kind is UNKNOWN:
        assert outcome.error is RESET  # the attempt that left the doubt
    elif kind is REFUSED:
        assert (outcome.error, outcome.field) == (REFUSAL, "email")


@pytest.mark.parametrize("look", [NOBODY, Look("linda 6", conclusive=True), BROKEN], ids=["nobody", "found", "fails"])
def test_a_second_send_that_works_and_cannot_be_read_is_created_and_keeps_its_answer(
    look: Look[str] | Exception,
) -> None:
    unreadable = UnreadableAnswerError("cut", response=Response(201, {}, b"{"), effect=Effect.DONE)
    register = Register([RESET, unreadable], [BROKEN, look], resend_is_safe=True)
    (outcome,) = invite(register)
    assert (outcome.kind, outcome.error, outcome.attempts) == (CREATED, unreadable, 2)
    assert outcome.item == (look.item if isinstance(look, Look) else None)


def test_a_run_of_odd_refusals_after_a_doubt_is_never_not_attempted() -> None:
    """The same unknown refusal over and over is no row's fault, but of these nobody knows what the first send did."""
    rows = [f"person {number}" for number in range(30)]
    sends = [RESET, *[ODD_REFUSAL] * 3] * 30
    outcomes = invite(Register([*sends], resend_is_safe=True), *rows)
    assert {outcome.kind for outcome in outcomes} == {UNKNOWN}
