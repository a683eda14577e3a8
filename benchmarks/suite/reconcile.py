"""Requests of `reconcile`: 10,000 wanted rows against an account of just them, and of five times as many."""

import asyncio
import json
from bisect import bisect
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from urllib.parse import parse_qsl

from benchmarks import machine
from benchmarks.accounts import SHAPES, emails, grouped
from benchmarks.accounts import Row as Pair
from benchmarks.measure import Effort, Spread
from benchmarks.report import Reach, Report, Row
from jofi_async import UNSET, FakeTransport, JofiClient, NewInvitation, StepKind, reconcile
from jofi_async.core.wire import Request, Response

WANTED = 10_000
TIMES = 5
INVITER = "jane.recruiter@jofiscore.com"
NAMES = ("Linda", "Sample")
WHOLE_GROUPS = "whole groups"
GROUPS = ("groups", WHOLE_GROUPS)
CASES = ("emails", "one company", *GROUPS, "random strings")
JUDGED = ("emails", "one company", *GROUPS)
SHARES = {1: 1 / 25, TIMES: 1 / 10}
"""What part of one look-up per row it may take, by how many times the account is as large as what is wanted."""


def run(effort: Effort) -> Report:
    """Measure; the same questions are asked every time, so one round tells all."""
    del effort
    rows = tuple(_row(case, times) for case in CASES for times in SHARES if case != WHOLE_GROUPS or times > 1)
    notes = (
        "The base is one look-up per row. One in a hundred of the wanted is not there, and is told to be missing.",
        "In groups, 80 % of the people are in one of 600. Whole groups: the rows are everybody in some of them, and"
        " as large a part of those in none. Random strings have no goal: nobody has such addresses.",
    )
    return Report("reconcile", f"{WANTED:,} wanted rows against an account", rows, notes, machine.describe())


def _row(case: str, times: int) -> Row:
    count = WANTED * times
    pairs = grouped(count, people=emails) if case in GROUPS else SHAPES[case](count)
    mixed = Random(3).sample(pairs, len(pairs))
    wanted = _whole_groups(mixed) if case == WHOLE_GROUPS else mixed[:WANTED]
    missing = set(wanted[: WANTED // 100])
    server = Lists([pair for pair in pairs if pair not in missing])
    requests = asyncio.run(_plan(server, wanted, len(missing)))
    what = f"{case}, an account {'of just them' if times == 1 else f'{times} times as large'}"
    reach = Reach("at most", SHARES[times]) if case in JUDGED else None
    return Row(what, Spread.of([requests]), "requests", to_base=Spread.of([requests / WANTED]), reach=reach)


def _whole_groups(mixed: Sequence[Pair]) -> list[Pair]:
    """Everybody who is in some of the groups, and as large a part of those in none, in the order of `mixed`."""
    alone = [pair for pair in mixed if not pair[1]]
    chosen: set[str] = set()
    left = WANTED - len(alone) // TIMES
    for group, size in Counter(group for _, group in mixed if group).items():
        if left > 0:
            chosen.add(group)
            left -= size
    others = set(alone[: len(alone) // TIMES + left])
    return [pair for pair in mixed if pair[1] in chosen or pair in others]


async def _plan(server: "Lists", wanted: Sequence[Pair], missing: int) -> int:
    rows = [
        NewInvitation(
            first_name=NAMES[0],
            last_name=NAMES[1],
            email=email,
            created_by_user_email=INVITER,
            custom_id=group or UNSET,
        )
        for email, group in wanted
    ]
    client = JofiClient("sk_live_sandbox", transport=FakeTransport(server), rate_limit=None)
    async with client:
        plan = await reconcile(client, rows)
    assert plan.counts[StepKind.CREATE] == missing
    assert plan.counts[StepKind.UNCHANGED] == len(wanted) - missing
    assert plan.reading.total_requests == server.requests
    print(f"{len(server.items):,} invitations: {plan.reading}")
    return server.requests


class Lists:
    """JOFI's list of invitations alone, with its documented limits.

    Args:
        pairs: Address and custom_id of each invitation, the oldest first.

    Attributes:
        items: What is answered of each, the newest first.
        requests: How often it was asked.
    """

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self.items = [_item(number, *pair) for number, pair in enumerate(pairs)][::-1]
        self.requests = 0
        self._columns: Mapping[str, _Column] = {
            name: _Column([pair[place] for pair in reversed(pairs)])
            for place, name in enumerate(("email", "custom_id"))
        }

    async def handle(self, request: Request) -> Response:
        """Answer a list, narrowed by at most one filter."""
        self.requests += 1
        filters = dict(parse_qsl(request.url.partition("?")[2]))
        numbers, total = range(min(50, len(self.items))), len(self.items)
        found: Sequence[int] = numbers
        for name, text in filters.items():
            found, total = self._columns[name].find(text.lower())
        data = ",".join(self.items[number] for number in found)
        cut = "true" if total > len(found) else "false"
        body = f'{{"mode":"live","object":"list","total_count":{total},"has_more":{cut},"data":[{data}]}}'
        return Response(200, {"content-type": "application/json"}, body.encode())


class _Column:
    def __init__(self, texts: Sequence[str]) -> None:
        self._text = "\n".join(texts).lower() + "\n"
        self._begins: list[int] = []
        begin = 0
        for text in texts:
            self._begins.append(begin)
            begin += len(text) + 1

    def find(self, part: str) -> tuple[Sequence[int], int]:
        found: list[int] = []
        total = 0
        at = self._text.find(part)
        while at >= 0:
            total += 1
            if total <= 150:
                found.append(bisect(self._begins, at) - 1)
            at = self._text.find(part, self._text.find("\n", at))
        return found, total


def _item(number: int, email: str, group: str) -> str:
    return json.dumps(
        {
            "object": "invitation_list_item",
            "id": number + 1,
            "first_name": NAMES[0],
            "last_name": NAMES[1],
            "email": email,
            "created_at": (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)).isoformat(),
            "accepted_at": None,
            "assessment_url": None,
            "test_taker_id": None,
            "custom_id": group or None,
            "person_id": None,
        }
    )
