"""What the tests of the journal share: jobs with a journal in memory, and what they left in it."""

from collections.abc import Iterable
from typing import Any

from jofi_async import Journal, JournalError, RateLimit, RateLimiter, RetryPolicy
from jofi_async.bulk.journal.records import Entry, JournalStore, State
from jofi_async.bulk.journal.sqlite import SqliteStore
from jofi_async.bulk.resource import Binding
from jofi_async.testing import JournalMemory, MemoryStore
from tests.bulk.support import LIVE, ONCE, Job, RowOutcome, Vendor, client_of, run

BOUND = Binding("jofi", "https://www.jofiscore.com/api/v2", "live", "200")
LONG_BEFORE = "2020-01-01T00:00:00+00:00"


async def die(store: SqliteStore) -> None:
    """Let go of all that the operating system takes from a process that is killed; nothing is written."""
    writer, store._writer = store._writer, None  # pyright: ignore[reportPrivateUsage]
    if writer is None:
        return
    writer._asked.clear()  # pyright: ignore[reportPrivateUsage]
    await writer.aclose()
    store._let_go()  # pyright: ignore[reportPrivateUsage]


def memory_of(*entries: Entry) -> JournalMemory:
    """A journal that an earlier run left."""
    return JournalMemory(BOUND, {entry.person: entry for entry in entries})


def intent(email: str = "linda0@example.org", **changes: Any) -> Entry:
    """Somebody of whom an earlier run sent a row, and never knew more."""
    fields: dict[str, Any] = {
        "person": email,
        "state": State.INTENT,
        "traces": [{"first_name": "Linda", "last_name": f"Sample {email[5:-12]}", "email": email}],
        "watermark": LONG_BEFORE,
        "intended_at": 1.0,
        "attempts": 0,
    }
    return Entry(**{**fields, **changes})


def job_of(
    vendor: Any, rows: Any, journal: JournalMemory | JournalStore | Journal, *, key: str = LIVE, **options: Any
) -> Job:
    """A job with a journal."""
    if isinstance(journal, JournalMemory):
        journal = MemoryStore(journal)
    if not isinstance(journal, Journal):
        journal = Journal(journal)
    retry: RetryPolicy = options.pop("retry", ONCE)
    limiter = RateLimiter(RateLimit(per_second=None, in_flight=4))
    client = client_of(vendor, key, rate_limit=limiter, retry=retry)
    chosen: dict[str, Any] = {"max_in_flight": 4, "order": "input", **options}
    return client.invitations.create_many(rows, journal=journal, **chosen)


async def outcomes_of(job: Job) -> list[RowOutcome]:
    async with job:
        return [outcome async for outcome in job]


def invite(vendor: Any, rows: Any, journal: Any, **options: Any) -> list[RowOutcome]:
    """Run a job to its end."""

    async def main() -> list[RowOutcome]:
        return await outcomes_of(job_of(vendor, rows, journal, **options))

    return run(main())


def refused(vendor: Vendor, rows: Any, journal: Any, **options: Any) -> str:
    """Run a job that cannot begin, and return why; nothing was sent."""

    async def main() -> str:
        job = job_of(vendor, rows, journal, **options)
        try:
            await outcomes_of(job)
        except JournalError as error:
            assert job.summary().total == 0
            return error.message
        raise AssertionError("it began")

    why = run(main())
    assert not vendor.sent
    return why


def states(memory: JournalMemory) -> dict[str, State]:
    return {person: entry.state for person, entry in memory.entries.items()}


def asked(vendor: Vendor) -> list[str]:
    """What reached the server, in order: the method and the last part of the path, and what was filtered by."""
    return [f"{one.method} {one.path.rpartition('/')[2]}" for one in vendor.fake.requests]


def kinds_of(outcomes: Iterable[RowOutcome]) -> list[str]:
    return [outcome.kind.value for outcome in outcomes]
