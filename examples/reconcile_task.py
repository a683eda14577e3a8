"""Compare your own records with JOFI: many requisitions (custom_ids) are listed at once.

Try it with `python examples/reconcile_task.py --sandbox`, or, with JOFI_API_KEY set, give it a file of lines
`custom_id,email`: `python examples/reconcile_task.py FILE.csv`.
"""

import asyncio
import csv
import sys
from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path

from attrs import field, frozen

from jofi_async import FakeJofi, FakeTransport, InvitationList, JofiClient, ListFilter

Records = Mapping[str, set[str]]


@frozen
class Finding:
    """How one requisition compares; addresses are those of people.

    Attributes:
        custom_id: The requisition.
        missing: In our records, and certainly not invited.
        unexpected: Invited, and not in our records.
        unseen: In our records and not in what JOFI listed, which was cut: each must be asked for by `list(email=...)`.
        unread: How many invitations JOFI did not list.
        error: Why nothing is known of it, or None.
    """

    custom_id: str
    missing: set[str] = field(factory=set[str])
    unexpected: set[str] = field(factory=set[str])
    unseen: set[str] = field(factory=set[str])
    unread: int = 0
    error: Exception | None = None

    def __str__(self) -> str:
        if self.error is not None:
            return f"{self.custom_id}: not known, {self.error}"
        text = f"{self.custom_id}: {len(self.missing)} missing, {len(self.unexpected)} unexpected"
        return f"{text}; {self.unread} not listed, so {len(self.unseen)} in doubt" if self.unread else text


async def reconcile(client: JofiClient, records: Records) -> AsyncGenerator[Finding, None]:
    """Yield a finding for each requisition, as the answers come."""
    async for result in client.invitations.list_many(ListFilter(custom_id=custom_id) for custom_id in records):
        custom_id = result.filter.custom_id or ""
        if result.page is None:
            yield Finding(custom_id, error=result.error)
        else:
            yield compare(custom_id, records[custom_id], result.page)


def compare(custom_id: str, wanted: set[str], page: InvitationList) -> Finding:
    """Compare the addresses that should be invited for a requisition with what JOFI lists."""
    # JOFI's filter matches any part: REQ-1 also lists REQ-10.
    invited = {item.email.casefold() for item in page.data if item.custom_id == custom_id}
    absent = {email for email in wanted if email.casefold() not in invited}
    return Finding(
        custom_id,
        missing=set() if page.has_more else absent,
        unexpected=invited - {email.casefold() for email in wanted},
        unseen=absent if page.has_more else set(),
        unread=page.total_count - len(page.data),
    )


def read_records(path: Path) -> Records:
    """Read lines of `custom_id,email`."""
    records: defaultdict[str, set[str]] = defaultdict(set)
    with path.open(newline="", encoding="utf-8") as file:
        for custom_id, email in csv.reader(file):
            records[custom_id.strip()].add(email.strip())
    return records


def made_up() -> tuple[FakeJofi, Records]:
    """Make up a JOFI, and records that differ from it; REQ-3 has more invitations than JOFI lists."""
    fake = FakeJofi()
    records: dict[str, set[str]] = {}
    for custom_id, count in (("REQ-1", 10), ("REQ-2", 40), ("REQ-3", 200), ("REQ-10", 5)):
        emails = [f"{custom_id.lower()}.{number}@example.org" for number in range(count)]
        for email in emails:
            fake.invite(email, custom_id=custom_id)
        records[custom_id] = {*emails[2:], f"{custom_id.lower()}.late@example.org"}
    return fake, records


async def main() -> None:
    """Compare, and print each finding."""
    if "--sandbox" in sys.argv:
        fake, records = made_up()
        client = JofiClient("sk_live_sandbox", transport=FakeTransport(fake), rate_limit=None)
    else:
        records = read_records(Path(sys.argv[1]))
        client = JofiClient.from_env()
    async with client:
        async for finding in reconcile(client, records):
            print(finding)


if __name__ == "__main__":
    asyncio.run(main())
