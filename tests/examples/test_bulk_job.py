"""The bulk job, over a database that outlives it."""

import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from examples.bulk_job import Database, invite_all
from jofi_async import FakeJofi, FakeTransport, JofiClient, Outcome, RetryPolicy
from jofi_async.testing import run_virtual


def client_of(fake: FakeJofi, *faults: str) -> JofiClient:
    transport = FakeTransport(fake, faults=faults)
    return JofiClient("sk_live_sandbox", transport=transport, rate_limit=None, retry=RetryPolicy(attempts=1))


def noted(path: Path) -> Counter[str | None]:
    connection = sqlite3.connect(path)
    try:
        return Counter(outcome for (outcome,) in connection.execute("SELECT outcome FROM candidates"))
    finally:
        connection.close()


async def fill(path: Path, count: int) -> None:
    database = Database(str(path))
    await database.fill(count)
    await database.close()


async def run_once(path: Path, client: JofiClient) -> None:
    database = Database(str(path))
    try:
        await invite_all(client, database)
    finally:
        await database.close()


class TornError(Exception):
    """The database is gone."""


def test_each_row_is_noted_and_a_second_run_has_nothing_to_do(tmp_path: Path) -> None:
    async def main() -> None:
        path, fake = tmp_path / "candidates.db", FakeJofi()
        await fill(path, 60)
        await run_once(path, client_of(fake, "POST drop_after:0.1", "POST 503:0.1"))
        requests = len(fake.requests)
        assert noted(path) == Counter({"created": 58, "refused": 2})
        assert len(fake.messages) == len(fake.invitations) == 58
        await run_once(path, client_of(fake))
        assert len(fake.requests) == requests

    run_virtual(main())


def test_whatever_stops_it_a_second_run_forgets_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        path, fake = tmp_path / "candidates.db", FakeJofi()
        await fill(path, 60)
        with monkeypatch.context() as patch:
            patch.setattr(Database, "save", torn_after(20))
            with pytest.raises(TornError):
                await run_once(path, client_of(fake))
        assert 0 < noted(path)["created"] < 58
        await run_once(path, client_of(fake))
        assert noted(path)[None] == 0
        assert len(fake.messages) == len(fake.invitations) == 58

    run_virtual(main())


def torn_after(count: int) -> object:
    save = Database.save
    calls = 0

    async def torn(self: Database, outcome: Outcome[object, object]) -> None:
        nonlocal calls
        calls += 1
        if calls == count + 1:
            raise TornError
        await save(self, outcome)  # type: ignore[arg-type]

    return torn
