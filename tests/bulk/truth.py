"""What may be said of a person, told from what the client has seen and from what is on the server at last."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from enum import Enum
from typing import Any
from urllib.parse import parse_qs, urlsplit

from attrs import define, field

from jofi_async import FakeJofi, NewInvitation, NotSentError, OutcomeKind, Request, Response, UnknownOutcomeError
from jofi_async.bulk.resource import normalised
from jofi_async.core.doubt import PAUSES
from jofi_async.core.transport import Transport
from tests.bulk.support import RowOutcome

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


@define(eq=False)
class Witness(Transport):
    """Stands between a client and its transport and notes what the client is told, by person."""

    inner: Transport
    told: dict[str, list[Told]] = field(factory=dict[str, list[Told]])

    async def send(self, request: Request) -> Response:
        """Pass a request on; see `Transport.send`."""
        try:
            response = await self.inner.send(request)
        except NotSentError:
            self._note(request, Told.NOT_SENT)
            raise
        except UnknownOutcomeError as error:
            self._note(request, Told.NOTHING if error.response is None else _meaning(error.response))
            raise
        except BaseException:  # cancelled, or a bug
            self._note(request, Told.NOTHING if request.departed else Told.NOT_SENT)
            raise
        if request.method == "POST":
            self._note(request, _meaning(response))
        elif response.status == 200:
            self._note_look(request, response)
        return response

    async def aclose(self) -> None:
        """Close what is behind it."""
        await self.inner.aclose()

    def of(self, row: NewInvitation) -> list[Told]:
        """Return what was told of a row's person, in order."""
        return self.told.get(normalised(row.email), [])

    def _note(self, request: Request, told: Told) -> None:
        if request.method == "POST":
            email: str = json.loads(request.body or b"{}")["email"]
            self.told.setdefault(normalised(email), []).append(told)

    def _note_look(self, request: Request, response: Response) -> None:
        wanted = parse_qs(urlsplit(request.url).query).get("email", [""])[0]
        try:
            found: list[Any] = json.loads(response.body)["data"]
        except ValueError:
            return
        if wanted in {normalised(one["email"]) for one in found}:
            self.told.setdefault(wanted, []).append(Told.SEEN)


def _meaning(response: Response) -> Told:
    """What an answer to a create tells, read by nothing but its status and its text."""
    is_long = int(response.headers.get("retry-after", 0)) > 60
    if response.status == 429:
        return Told.PUT_OFF if is_long else Told.NOT_SENT
    if response.status >= 500 or response.status == 408 or b"<" in response.body[:1]:
        return Told.BUSY if is_long else Told.NOTHING
    if response.status < 300:
        return Told.DONE
    return Told.DUPLICATE if b"already has" in response.body else Told.REFUSED


def people_of(fake: FakeJofi) -> Counter[str]:
    """How many invitations each person has."""
    return Counter(normalised(one.email) for one in fake.invitations)


def check_world(fake: FakeJofi) -> None:
    """Nobody is invited or e-mailed twice."""
    assert all(count == 1 for count in people_of(fake).values())
    assert all(count == 1 for count in Counter(normalised(one.to) for one in fake.messages).values())


def check_all(
    outcomes: Iterable[RowOutcome], before: Mapping[str, int], fake: FakeJofi, witness: Witness, *, stopped: bool
) -> None:
    """Each outcome is true, and no worse than it must be."""
    check_world(fake)
    after = people_of(fake)
    by_person: dict[str, list[RowOutcome]] = {}
    for outcome in outcomes:
        by_person.setdefault(normalised(outcome.row.email), []).append(outcome)
    for person, mine in by_person.items():
        sendable = [one for one in mine if one.attempts or one.kind not in (REFUSED, NOT_ATTEMPTED)]
        assert len(sendable) <= 1
        for outcome in mine:
            told = witness.of(outcome.row) if outcome in sendable else []
            check_one(outcome, told, was_there=before.get(person, 0), is_there=after[person], stopped=stopped)
        if all(outcome.kind in (REFUSED, NOT_ATTEMPTED) for outcome in mine):
            assert before.get(person, 0) == after[person]


def check_one(outcome: RowOutcome, told: Collection[Told], *, was_there: int, is_there: int, stopped: bool) -> None:
    """One row's outcome against what its client was told, and against the server."""
    assert outcome.attempts == sum(one is not Told.SEEN for one in told)
    assert outcome.reason or outcome.kind is CREATED
    match outcome.kind:
        case OutcomeKind.CREATED:
            assert (was_there, is_there) == (0, 1)
            assert Told.DONE in told or Told.SEEN in told
        case OutcomeKind.EXISTED:
            assert is_there == 1
            assert was_there or may_pass_for_existing(told)
        case OutcomeKind.UNKNOWN:
            assert may_be_unknown(told, stopped=stopped)
        case _:
            assert outcome.kind is REFUSED or not IN_DOUBT & set(told)
            assert not {Told.DONE, Told.SEEN} & set(told)


def may_pass_for_existing(told: Collection[Told]) -> bool:
    """Ours, and told to be there by JOFI's refusal of a second create alone, since no look worked after it."""
    return bool(IN_DOUBT & set(told)) and Told.DUPLICATE in told and Told.SEEN not in told


def may_be_unknown(told: Collection[Told], *, stopped: bool) -> bool:
    """Some create may have worked, nothing tells, and nothing more could have been done."""
    is_doubtful = bool(IN_DOUBT & set(told)) and not {Told.DONE, Told.DUPLICATE, Told.SEEN} & set(told)
    was_tried = len(told) > len(PAUSES) or bool({Told.BUSY, Told.PUT_OFF} & set(told))
    return is_doubtful and (stopped or was_tried)
