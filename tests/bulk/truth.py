"""What may be said of a person, told from what the client has seen and from what is on the server at last."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

from attrs import define, field

from jofi_async import NotSentError, Outcome, OutcomeKind, Request, Response, UnknownOutcomeError
from jofi_async.core.doubt import PAUSES
from jofi_async.core.transport import Transport
from tests.bulk.sides import Side

CREATED, EXISTED, REFUSED = OutcomeKind.CREATED, OutcomeKind.EXISTED, OutcomeKind.REFUSED
UNKNOWN, NOT_ATTEMPTED = OutcomeKind.UNKNOWN, OutcomeKind.NOT_ATTEMPTED


class Told(Enum):
    """What the client was told of a person at a time."""

    DONE = "a create worked"
    DUPLICATE = "a create was refused, since the person is there"
    REFUSED = "a create was refused"
    NOT_SENT = "a create was not sent, or came too soon"
    PUT_OFF = "a create came too soon, and the server asks to wait for long"
    NOTHING = "a create may have worked"
    BUSY = "a create may have worked, and the server asks to wait for long"
    SEEN = "a look showed the person"


IN_DOUBT = {Told.NOTHING, Told.BUSY}
PUT_OFF = {Told.BUSY, Told.PUT_OFF}
"""What keeps everybody from being sent again."""

DONE = {Told.DONE, Told.SEEN}


@define(eq=False)
class Witness(Transport):
    """Stands between a client and its transport and notes what the client is told, by step and person.

    Attributes:
        inner: The client's transport.
        side: The vendor.
        calls_end: Whether the client's calls have a deadline, so that a pause may keep one from being sent.
        told: What was told of each person at each step.
        was_slowed: Whether the client was told to pause.
    """

    inner: Transport
    side: Side
    calls_end: bool = False
    told: dict[tuple[str, str], list[Told]] = field(factory=dict[tuple[str, str], list[Told]])
    was_slowed: bool = False

    async def send(self, request: Request) -> Response:
        """Pass a request on; see `Transport.send`."""
        try:
            response = await self.inner.send(request)
        except NotSentError:
            self._note(request, Told.NOT_SENT)
            raise
        except UnknownOutcomeError as error:
            self._note(request, Told.NOTHING if error.response is None else _meaning(error.response, is_whole=False))
            raise
        except BaseException:  # cancelled, or a bug
            self._note(request, Told.NOTHING if request.departed else Told.NOT_SENT)
            raise
        self.was_slowed = self.was_slowed or response.status == 429 or "retry-after" in response.headers
        if request.method == "POST":
            self._note(request, _meaning(response))
        elif response.status == 200:
            self._note_look(request, response)
        return response

    async def aclose(self) -> None:
        """Close what is behind it."""
        await self.inner.aclose()

    def of(self, person: str) -> list[list[Told]]:
        """Return what was told of a person, in order, at each step that was begun."""
        return [told for step in self.side.steps if (told := self.told.get((step, person)))]

    def told_by(self, outcome: Outcome[Any, Any]) -> list[Told]:
        """Return what was told at the step that an outcome tells of."""
        steps = self.of(self.side.address(outcome.row))
        if not steps or (not outcome.attempts and len(steps) < len(self.side.steps) and DONE & set(steps[-1])):
            return []  # the step that was begun is done, and nothing of the next was sent
        return steps[-1]

    def may_be_unknown(self, told: Collection[Told], *, stopped: bool) -> bool:
        """Some create may have worked, nothing tells, and nothing more could have been done."""
        telling = {Told.DONE, Told.DUPLICATE} if self.side.looks_are_shared else {*DONE, Told.DUPLICATE}
        was_kept = (self.was_slowed and self.calls_end) or any(PUT_OFF & set(one) for one in self.told.values())
        was_tried = len(told) > len(PAUSES) or was_kept
        is_doubtful = bool(IN_DOUBT & set(told)) and not telling & set(told)
        return is_doubtful and (stopped or was_tried or not self.side.refuses_seconds)

    def _note(self, request: Request, told: Told) -> None:
        if request.method == "POST":
            person = self.side.asked(json.loads(request.body or b"{}"))
            self.told.setdefault((_step_of(request), person), []).append(told)

    def _note_look(self, request: Request, response: Response) -> None:
        try:
            found: list[Any] = json.loads(response.body)["data"]
        except ValueError:
            return
        for person in {self.side.shown(one) for one in found}:
            if told := self.told.get((_step_of(request), person)):
                told.append(Told.SEEN)


def _step_of(request: Request) -> str:
    return urlsplit(request.url).path.rpartition("/")[2]


def _meaning(response: Response, *, is_whole: bool = True) -> Told:
    """What an answer to a create tells, read by nothing but its status and, if it is whole, its text."""
    is_long = int(response.headers.get("retry-after", 0)) > 60
    if response.status == 429:
        return Told.PUT_OFF if is_long else Told.NOT_SENT
    if response.status >= 500 or response.status == 408 or b"<" in response.body[:1]:
        return Told.BUSY if is_long else Told.NOTHING
    if response.status < 300:
        return Told.DONE
    if not is_whole:
        return Told.NOTHING
    return Told.DUPLICATE if b"already has" in response.body else Told.REFUSED


def check_world(side: Side) -> None:
    """Nobody is invited or e-mailed twice, nor is anything made for them twice on the way."""
    counts = (side.people(), side.contacted(), side.made())
    assert all(count == 1 for counted in counts for count in counted.values())


def check_all(
    outcomes: Iterable[Outcome[Any, Any]], before: Mapping[str, int], witness: Witness, *, stopped: bool
) -> None:
    """Each outcome is true, and no worse than it must be."""
    side = witness.side
    check_world(side)
    after = side.people()
    by_person: dict[str, list[Outcome[Any, Any]]] = {}
    for outcome in outcomes:
        by_person.setdefault(side.address(outcome.row), []).append(outcome)
    for person, mine in by_person.items():
        sendable = [one for one in mine if one.attempts or one.kind not in (REFUSED, NOT_ATTEMPTED)]
        assert len(sendable) <= 1
        for outcome in mine:
            told = witness.told_by(outcome) if outcome in sendable else []
            may_be_unknown = witness.may_be_unknown(told, stopped=stopped)
            check_one(outcome, told, before.get(person, 0), after[person], may_be_unknown=may_be_unknown)
        if all(outcome.kind in (REFUSED, NOT_ATTEMPTED) for outcome in mine):
            assert before.get(person, 0) == after[person]
        if not side.refuses_seconds:
            assert all(is_left_alone_in_doubt(told) for told in witness.of(person))


def check_one(
    outcome: Outcome[Any, Any], told: Collection[Told], was_there: int, is_there: int, *, may_be_unknown: bool
) -> None:
    """One row's outcome against what its client was told, and against the server."""
    assert outcome.attempts == sum(one is not Told.SEEN for one in told)
    assert outcome.reason or outcome.kind is CREATED
    match outcome.kind:
        case OutcomeKind.CREATED:
            assert (was_there, is_there) == (0, 1)
            assert DONE & set(told)
        case OutcomeKind.EXISTED:
            assert is_there == 1
            assert was_there or may_pass_for_existing(told)
        case OutcomeKind.UNKNOWN:
            assert may_be_unknown
        case _:
            assert outcome.kind is REFUSED or not IN_DOUBT & set(told)
            assert not DONE & set(told)


def may_pass_for_existing(told: Collection[Told]) -> bool:
    """Ours, and told to be there by JOFI's refusal of a second create alone, since no look worked after it."""
    return bool(IN_DOUBT & set(told)) and Told.DUPLICATE in told and Told.SEEN not in told


def is_left_alone_in_doubt(told: Sequence[Told]) -> bool:
    """Whether nothing was sent again that may have worked."""
    sent = [one for one in told if one is not Told.SEEN]
    return not (IN_DOUBT | {Told.DONE}) & set(sent[:-1])
