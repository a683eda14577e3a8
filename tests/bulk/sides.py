"""The vendors that the machines run on: a fake each, a client of it, rows, and what is promised of it."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Protocol
from unittest.mock import Mock

import pytest

from jofi_async import (
    FakeJofi,
    FakeYardstik,
    JofiClient,
    NewInvitation,
    RateLimit,
    RateLimiter,
    Request,
    Response,
    YardstikClient,
)
from jofi_async.bulk.job import BulkJob
from jofi_async.core.addresses import normalised
from jofi_async.core.transport import Transport
from jofi_async.fakes.seen import json_answer
from jofi_async.jofi.journal import JournalledInvitations
from jofi_async.yardstik import models as yardstik
from tests.bulk.support import LIVE, new
from tests.yardstik.ways import KEY, STANDARD

RATE = RateLimit(per_second=None, in_flight=3)
AnyJob = BulkJob[Any, Any]
NONE: Mapping[str, Any] = {}


class Side(Protocol):
    """What the machines need of a vendor.

    Attributes:
        fake: The vendor.
        steps: The last parts of the paths to which the steps of a row are sent, in order.
        refuses_seconds: Whether a second create of somebody is refused, so that one in doubt is sent again.
        can_be_told_to_resend: Whether a job takes `resend_after`.
        looks_are_shared: Whether what one row's look shows may be meant for another row.
    """

    fake: Any
    steps: Sequence[str]
    refuses_seconds: bool
    can_be_told_to_resend: bool
    looks_are_shared: bool

    def refuse_nothing(self, patch: pytest.MonkeyPatch) -> None:
        """Let it refuse no second create from now on."""
        ...

    def invite(self, address: str, changes: Mapping[str, Any] = NONE) -> None:
        """Invite a person without the job."""
        ...

    def client(self, transport: Transport, *, rate_limit: RateLimit | RateLimiter = RATE, **options: Any) -> Any:
        """A client of it."""
        ...

    def row(self, number: int, address: str, changes: Mapping[str, Any]) -> Any:
        """A row about a person; a phone of "123" is refused by the server alone."""
        ...

    def address(self, row: Any) -> str:
        """Whom a row is about."""
        ...

    def asked(self, body: Mapping[str, Any]) -> str:
        """Whom a create is about, of any step."""
        ...

    def shown(self, item: Mapping[str, Any]) -> str:
        """Whom an item of a list is about."""
        ...

    def people(self) -> Counter[str]:
        """How many invitations each person has."""
        ...

    def contacted(self) -> Counter[str]:
        """How often each person was contacted."""
        ...

    def made(self) -> Counter[str]:
        """How much each person has of what the steps before the last make."""
        ...


class JofiSide:
    """JOFI, which refuses the second of two invitations, or, patched, does not."""

    steps: Sequence[str] = ("invitations",)
    can_be_told_to_resend = False
    looks_are_shared = False

    def __init__(self, fake: FakeJofi | None = None) -> None:
        self.fake = fake or FakeJofi()
        self.refuses_seconds = True

    def refuse_nothing(self, patch: pytest.MonkeyPatch) -> None:
        self.refuses_seconds = False
        unsafe = partial(JournalledInvitations, resend_is_safe=False)
        patch.setattr("jofi_async.jofi.journal.JournalledInvitations", unsafe)
        patch.setattr("jofi_async.jofi.fake.rules.check_duplicate", Mock())

    def invite(self, address: str, changes: Mapping[str, Any] = NONE) -> None:
        if self.refuses_seconds:
            self.fake.invite(address, **changes)

    def client(self, transport: Transport, *, rate_limit: RateLimit | RateLimiter = RATE, **options: Any) -> JofiClient:
        return JofiClient(LIVE, transport=transport, rate_limit=rate_limit, **options)

    def row(self, number: int, address: str, changes: Mapping[str, Any]) -> NewInvitation:
        return new(number, email=address, **changes)

    def address(self, row: NewInvitation) -> str:
        return normalised(row.email)

    def asked(self, body: Mapping[str, Any]) -> str:
        return normalised(body["email"])

    def shown(self, item: Mapping[str, Any]) -> str:
        return normalised(item["email"])

    def people(self) -> Counter[str]:
        return Counter(normalised(one.email) for one in self.fake.invitations)

    def contacted(self) -> Counter[str]:
        return Counter(normalised(one.to) for one in self.fake.messages)

    def made(self) -> Counter[str]:
        return Counter()


class Picky(FakeYardstik):
    """A Yardstik that refuses the phone "123"."""

    async def handle(self, request: Request) -> Response:
        """Answer one request."""
        if request.body and json.loads(request.body).get("phone") == "123":
            return json_answer(422, {"errors": [{"field": "phone", "message": "no"}]})
        return await super().handle(request)


class YardstikSide:
    """Yardstik, which refuses no second invitation and no second candidate."""

    steps: Sequence[str] = ("candidates", "invitations")
    refuses_seconds = False
    can_be_told_to_resend = True
    looks_are_shared = True

    def __init__(self) -> None:
        self.fake = Picky()

    def refuse_nothing(self, patch: pytest.MonkeyPatch) -> None:
        """It does not anyway."""

    def invite(self, address: str, changes: Mapping[str, Any] = NONE) -> None:
        self.fake.invite(address, **_named(changes))

    def client(
        self, transport: Transport, *, rate_limit: RateLimit | RateLimiter = RATE, **options: Any
    ) -> YardstikClient:
        return YardstikClient(KEY, transport=transport, rate_limit=rate_limit, **options)

    def row(self, number: int, address: str, changes: Mapping[str, Any]) -> yardstik.NewInvitation:
        fields: dict[str, Any] = {"first_name": "Linda", "last_name": f"Sample {number}", "email": address}
        candidate = yardstik.NewCandidate(**{**fields, **_named(changes)})
        return yardstik.NewInvitation(candidate=candidate, account_package_id=STANDARD)

    def address(self, row: yardstik.NewInvitation) -> str:
        return normalised(row.candidate.email)

    def asked(self, body: Mapping[str, Any]) -> str:
        return normalised(self._address_of(body["candidate_id"]) if "candidate_id" in body else body["email"])

    def shown(self, item: Mapping[str, Any]) -> str:
        return normalised(item.get("candidate", item)["email"])

    def people(self) -> Counter[str]:
        return Counter(normalised(self._address_of(one.candidate_id)) for one in self.fake.invitations)

    def contacted(self) -> Counter[str]:
        return Counter(normalised(one.to) for one in self.fake.messages)

    def made(self) -> Counter[str]:
        return Counter(normalised(one.fields["email"]) for one in self.fake.candidates)

    def _address_of(self, candidate_id: str) -> str:
        return str(self.fake.world.candidates[candidate_id].fields["email"])


def _named(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changes of a row under Yardstik's names, which has no custom_id."""
    names = {"person_id": "external_id"}
    return {names.get(name, name): value for name, value in changes.items() if name != "custom_id"}
