"""What the tests behind the proxy share: the sandbox, the proxy before it, and a job that goes through both."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from functools import partial

import pytest
from attrs import frozen

from jofi_async import (
    AiohttpTransport,
    FakeJofi,
    Invited,
    JofiClient,
    NewInvitation,
    Outcome,
    OutcomeKind,
    RateLimit,
    RateLimiter,
    RetryPolicy,
    Summary,
    Timeout,
)
from jofi_async.bulk import job, settle
from jofi_async.bulk.patience import Patience
from jofi_async.core.doubt import PAUSES
from jofi_async.jofi.fake import JofiMount
from jofi_async.sandbox import Sandbox
from tests.support.tcp_proxy import Script, TcpProxy, tcp_proxy

RowOutcome = Outcome[NewInvitation, Invited]

INVITER = "jane.recruiter@jofiscore.com"
AT_ONCE = RetryPolicy(first_wait=0, longest_wait=0)
IN_FLIGHT = 4


def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a job look, send again and try again without waiting."""
    monkeypatch.setattr(settle, "PAUSES", tuple(0.0 for _ in PAUSES))
    monkeypatch.setattr(job, "Patience", partial(Patience, pauses=(0.0, 0.0, 0.0)))


def people(count: int) -> list[NewInvitation]:
    return [
        NewInvitation(
            first_name="Linda",
            last_name=f"Sample {number}",
            email=f"linda{number}@example.org",
            created_by_user_email=INVITER,
        )
        for number in range(count)
    ]


@frozen
class Ran:
    """What a job came to, seen from both ends."""

    rows: list[NewInvitation]
    outcomes: list[RowOutcome]
    summary: Summary
    fake: FakeJofi
    proxy: TcpProxy

    @property
    def kinds(self) -> Counter[OutcomeKind]:
        return Counter(outcome.kind for outcome in self.outcomes)

    @property
    def attempts(self) -> int:
        return sum(outcome.attempts for outcome in self.outcomes)


async def invite(
    rows: list[NewInvitation],
    scripts: Iterable[Script] = (),
    *,
    otherwise: Script = None,
    read: float = 5.0,
    keepalive: float = 2.0,
    in_flight: int = IN_FLIGHT,
) -> Ran:
    """Run a job through the proxy; every slot, socket and task must be given back."""
    fake = FakeJofi()
    limiter = RateLimiter(RateLimit(per_second=None, in_flight=in_flight))
    async with (
        Sandbox(JofiMount(fake)) as sandbox,
        tcp_proxy(sandbox.base_url, scripts, otherwise) as proxy,
        AiohttpTransport(keepalive=keepalive) as transport,
    ):
        client = JofiClient(
            "sk_live_sandbox",
            base_url=proxy.url,
            transport=transport,
            rate_limit=limiter,
            retry=AT_ONCE,
            timeout=Timeout(connect=5.0, read=read),
        )
        async with client.invitations.create_many(rows, max_in_flight=in_flight) as running:
            outcomes = [outcome async for outcome in running]
        assert limiter.out == limiter.waiting == running.in_flight == 0
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not left, f"tasks were left running: {left}"
    return Ran(rows, outcomes, running.summary(), fake, proxy)


def check_promise(ran: Ran) -> None:
    """One outcome per row; nobody is invited twice or e-mailed twice; and what an outcome says is true."""
    outcomes = {outcome.index: outcome for outcome in ran.outcomes}
    assert sorted(outcomes) == list(range(len(ran.outcomes)))
    assert len(outcomes) == len(ran.rows) or ran.summary.stopped
    invited = Counter(invitation.email for invitation in ran.fake.invitations)
    assert invited == Counter(message.to for message in ran.fake.messages)
    for index, row in enumerate(ran.rows):
        _check(outcomes.get(index), invited[row.email])


def _check(outcome: RowOutcome | None, invited: int) -> None:
    """Check what is there for one person against the outcome, if the row was pulled at all."""
    match outcome:
        case None | Outcome(kind=OutcomeKind.NOT_ATTEMPTED):
            assert invited == 0
        case Outcome(kind=OutcomeKind.CREATED | OutcomeKind.EXISTED):  # existed: JOFI says so, and no look succeeded
            assert invited == 1
        case _:
            assert outcome.kind is OutcomeKind.UNKNOWN
            assert invited <= 1
            assert outcome.attempts > 0
