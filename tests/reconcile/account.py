"""An account of JOFI's whose lists are short, and rows that are wanted in it (no tests)."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from attrs import define, evolve, field

from jofi_async import Applied, FakeJofi, FakeTransport, JofiClient, NewInvitation, Plan, RetryPolicy, reconcile
from jofi_async.core.wire import Request, Response
from jofi_async.jofi.fake.records import Invitation
from jofi_async.jofi.reconcile import ReconcilableInvitations
from jofi_async.testing import run_virtual

INVITER = "jane.recruiter@jofiscore.com"
SHORT = RetryPolicy(attempts=2)

JofiPlan = Plan[NewInvitation, Any]


@define(eq=False)
class Account:
    """A JOFI of which a list shows few.

    Attributes:
        limits: How many an answer holds, unfiltered and filtered.
        faults: What goes wrong on the way.
        before: What happens before a request is answered.
        miscount: What is added to each count.
    """

    fake: FakeJofi = field(factory=FakeJofi)
    limits: tuple[int, int] = (50, 150)
    faults: Sequence[str] = ()
    before: Callable[[Request], None] = lambda _: None
    miscount: int = 0

    async def handle(self, request: Request) -> Response:
        """Answer, and cut lists short."""
        self.before(request)
        response = await self.fake.handle(request)
        path, _, query = request.url.partition("?")
        if request.method == "GET" and path.endswith("/invitations") and response.status == 200:
            answer = json.loads(response.body)
            answer["data"] = answer["data"][: self.limits[bool(query)]]
            answer["total_count"] = max(0, answer["total_count"] + self.miscount)
            answer["has_more"] = len(answer["data"]) < answer["total_count"]
            return evolve(response, body=json.dumps(answer).encode())
        return response

    def invite(self, email: str, **fields: Any) -> Invitation:
        """Store an invitation, a second after the last."""
        self.fake.clock.advance(1)
        return self.fake.invite(email, **fields)

    def client(self, *faults: str) -> "Client":
        """A client of it."""
        transport = FakeTransport(self, faults=(*self.faults, *faults))
        client = JofiClient("sk_live_sandbox", transport=transport, rate_limit=None, retry=SHORT)
        return Client(client, self.limits[1])

    def plan(self, rows: Iterable[Any], *faults: str, **options: Any) -> JofiPlan:
        """Reconcile in virtual time."""
        return run_virtual(reconcile(self.client(*faults), rows, **options))

    @property
    def requests(self) -> list[str]:
        """What was asked, in order."""
        return [f"{one.method} {one.path.partition('/api/v2')[2]}" for one in self.fake.requests]


@define(eq=False)
class Client:
    """A client that knows how short the lists are."""

    jofi: JofiClient
    limit: int

    def reconcilable(self) -> ReconcilableInvitations:
        """JOFI's side."""
        return evolve(self.jofi.reconcilable(), answer_limit=self.limit)


def row(name: str = "linda", **fields: Any) -> NewInvitation:
    """A row of a person; the address is at example.org unless it is given."""
    given: dict[str, Any] = {"first_name": "Linda", "last_name": "Sample", "email": f"{name}@example.org"}
    given |= {"created_by_user_email": INVITER, **fields}
    return NewInvitation(**given)


def apply(plan: JofiPlan, **options: Any) -> Applied[NewInvitation]:
    """Apply a plan in virtual time."""

    async def main() -> Applied[NewInvitation]:
        return await plan.apply(**options)

    return run_virtual(main())
