"""Invite everybody in a database who has not been invited, and note there how each row ended.

Try it with `python examples/bulk_job.py --sandbox`, or, with JOFI_API_KEY set, `python examples/bulk_job.py FILE.db`.
Run it again after a stop, however it was stopped: nobody is invited twice.
"""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from typing import TypeVar, TypeVarTuple

from jofi_async import (
    FakeJofi,
    FakeTransport,
    Invited,
    JofiClient,
    NewInvitation,
    Outcome,
    OutcomeKind,
    Summary,
)

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

INVITER = "jane.recruiter@jofiscore.com"
TABLE = "CREATE TABLE candidates (id TEXT, first_name TEXT, last_name TEXT, email TEXT, outcome TEXT, invitation INT)"
OPEN = (
    "SELECT id, first_name, last_name, email FROM candidates "
    "WHERE outcome IS NULL OR outcome IN ('unknown', 'not_attempted') ORDER BY rowid"
)


class Database:
    """Candidates in SQLite, in a thread of its own; stands for your database and its async driver."""

    def __init__(self, path: str) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._connection = self._thread.submit(sqlite3.connect, path).result()

    async def run(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        """Call a function in the database's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *args)

    async def candidates(self) -> AsyncGenerator[NewInvitation, None]:
        """Read the open rows from a cursor, a page at a time, as fast as they are invited."""
        cursor = await self.run(self._connection.execute, OPEN)
        try:
            while page := await self.run(cursor.fetchmany, 100):
                for person_id, first_name, last_name, email in page:
                    yield NewInvitation(
                        person_id=person_id,
                        first_name=first_name,
                        last_name=last_name,
                        email=email,
                        created_by_user_email=INVITER,
                    )
        finally:
            await self.run(cursor.close)

    async def save(self, outcome: Outcome[NewInvitation, Invited]) -> None:
        """Note how a row ended."""
        values = (outcome.kind.value, outcome.item.id if outcome.item else None, outcome.row.person_id)
        await self.run(self._save, values)

    def _save(self, values: tuple[object, ...]) -> None:
        with self._connection:
            self._connection.execute("UPDATE candidates SET outcome = ?, invitation = ? WHERE id = ?", values)

    async def fill(self, count: int) -> None:
        """Make up candidates; the address of every fiftieth is none."""
        people = [
            (f"C{n}", "Linda", f"Sample {n}", f"linda{n}{'@' if n % 50 else ''}example.org") for n in range(count)
        ]
        await self.run(self._connection.execute, TABLE)
        await self.run(self._connection.executemany, "INSERT INTO candidates VALUES (?, ?, ?, ?, NULL, NULL)", people)
        await self.run(self._connection.commit)

    async def close(self) -> None:
        """Close the connection and end the thread."""
        await self.run(self._connection.close)
        self._thread.shutdown()


async def invite_all(client: JofiClient, database: Database) -> Summary:
    """Invite every candidate whose row is open."""
    async with aclosing(database.candidates()) as rows:  # a job that is stopped leaves its source open
        job = client.invitations.create_many(rows)
        try:
            async with job:
                async for outcome in job:
                    await database.save(outcome)
        finally:
            async for outcome in job:  # what came while it was being stopped, by Ctrl-C for example
                await database.save(outcome)
    return job.summary()


async def main() -> None:
    """Invite, and print how it went."""
    sandbox = "--sandbox" in sys.argv
    database = Database(":memory:" if sandbox else sys.argv[1])
    try:
        if sandbox:
            await database.fill(1000)
            client = JofiClient("sk_live_sandbox", transport=FakeTransport(FakeJofi()), rate_limit=None)
        else:
            client = JofiClient.from_env()
        async with client:
            summary = await invite_all(client, database)
    finally:
        await database.close()
    print(f"{summary.total} candidates in {summary.seconds:.1f} s")
    for kind in OutcomeKind:
        print(f"{summary.counts[kind]:6} {kind}")
    if summary.stopped:
        print(f"It ended early: {summary.stopped}")


if __name__ == "__main__":
    asyncio.run(main())
