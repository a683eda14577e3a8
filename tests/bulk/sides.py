"""The vendors that the machine of the journal runs on: a fake each, a client of it, and rows."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
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
    Request,
    Response,
    RetryPolicy,
    YardstikClient,
)
from jofi_async.bulk.job import BulkJob
from jofi_async.bulk.resource import normalised
from jofi_async.core.transport import Transport
from jofi_async.fakes.seen import json_answer
from jofi_async.jofi.journal import JournalledInvitations
from jofi_async.yardstik import models as yardstik
from tests.bulk.support import LIVE, new
from tests.yardstik.ways import KEY, STANDARD

RATE = RateLimit(per_second=None, in_flight=3)


class Side(Protocol):
    """What the machine needs of a vendor."""

    fake: Any
    refuses_seconds: bool

    def invite(self, number: int) -> None:
        """Invite a person without the job."""
        ...

    def job(self, transport: Transport, retry: RetryPolicy, rows: Iterable[Any], **options: Any) -> BulkJob[Any, Any]:
        """A job over rows."""
        ...

    def row(self, number: int, address: str, changes: Mapping[str, Any]) -> Any:
        """A row about a person; a phone of "123" is refused by the server alone."""
        ...

    def address(self, row: Any) -> str:
        """Whom a row is about."""
        ...

    def people(self) -> Counter[str]:
        """How many invitations each person has."""
        ...

    def contacted(self) -> Counter[str]:
        """How often each person was contacted."""
        ...


class JofiSide:
    """JOFI, which refuses the second of two invitations, or, patched, does not."""

    def __init__(self, patch: pytest.MonkeyPatch, *, refuses_seconds: bool) -> None:
        self.refuses_seconds = refuses_seconds
        if not refuses_seconds:
            unsafe = partial(JournalledInvitations, resend_is_safe=False)
            patch.setattr("jofi_async.jofi.resources.invitations.JournalledInvitations", unsafe)
            patch.setattr("jofi_async.jofi.fake.rules.check_duplicate", Mock())
        self.fake = FakeJofi()

    def invite(self, number: int) -> None:
        if self.refuses_seconds:
            self.fake.invite(new(number).email)

    def job(self, transport: Transport, retry: RetryPolicy, rows: Iterable[Any], **options: Any) -> BulkJob[Any, Any]:
        client = JofiClient(LIVE, transport=transport, rate_limit=RATE, retry=retry)
        return client.invitations.create_many(rows, **options)

    def row(self, number: int, address: str, changes: Mapping[str, Any]) -> NewInvitation:
        return new(number, email=address, **changes)

    def address(self, row: NewInvitation) -> str:
        return normalised(row.email)

    def people(self) -> Counter[str]:
        return Counter(normalised(one.email) for one in self.fake.invitations)

    def contacted(self) -> Counter[str]:
        return Counter(normalised(one.to) for one in self.fake.messages)


class Picky(FakeYardstik):
    """A Yardstik that refuses the phone "123"."""

    async def handle(self, request: Request) -> Response:
        """Answer one request."""
        if request.body and json.loads(request.body).get("phone") == "123":
            return json_answer(422, {"errors": [{"field": "phone", "message": "no"}]})
        return await super().handle(request)


class YardstikSide:
    """Yardstik, which refuses no second invitation and no second candidate."""

    refuses_seconds = False

    def __init__(self, patch: pytest.MonkeyPatch, *, refuses_seconds: bool) -> None:
        self.fake = Picky()

    def invite(self, number: int) -> None:
        self.fake.invite(new(number).email)

    def job(self, transport: Transport, retry: RetryPolicy, rows: Iterable[Any], **options: Any) -> BulkJob[Any, Any]:
        client = YardstikClient(KEY, transport=transport, rate_limit=RATE, retry=retry)
        return client.invitations.create_many(rows, **options)

    def row(self, number: int, address: str, changes: Mapping[str, Any]) -> yardstik.NewInvitation:
        names = {"person_id": "external_id"}
        fields: dict[str, Any] = {"first_name": "Linda", "last_name": f"Sample {number}", "email": address}
        fields |= {names.get(name, name): value for name, value in changes.items() if name != "custom_id"}
        return yardstik.NewInvitation(candidate=yardstik.NewCandidate(**fields), account_package_id=STANDARD)

    def address(self, row: yardstik.NewInvitation) -> str:
        return normalised(row.candidate.email)

    def people(self) -> Counter[str]:
        return Counter(normalised(self._address_of(one.candidate_id)) for one in self.fake.invitations)

    def contacted(self) -> Counter[str]:
        return Counter(normalised(one.to) for one in self.fake.messages)

    def _address_of(self, candidate_id: str) -> str:
        return str(self.fake.world.candidates[candidate_id].fields["email"])


SIDES: Mapping[str, type[JofiSide] | type[YardstikSide]] = {"jofi": JofiSide, "yardstik": YardstikSide}
