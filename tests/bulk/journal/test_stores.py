"""Every store of a journal keeps the same contract."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from jofi_async.bulk.journal.records import JournalStore
from jofi_async.bulk.journal.sqlite import SqliteStore
from jofi_async.testing import JournalMemory, JournalStoreContract, MemoryStore
from tests.bulk.journal.support import die


class TestSqlite(JournalStoreContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.path = tmp_path / "people.csv.jofi.journal"

    @asynccontextmanager
    async def stores(self) -> AsyncGenerator[Callable[[], JournalStore], None]:
        yield lambda: SqliteStore(self.path, durable=False)

    async def kill(self, store: JournalStore) -> None:
        assert isinstance(store, SqliteStore)
        await die(store)


class TestMemory(JournalStoreContract):
    @asynccontextmanager
    async def stores(self) -> AsyncGenerator[Callable[[], JournalStore], None]:
        memory = JournalMemory()
        yield lambda: MemoryStore(memory)

    async def kill(self, store: JournalStore) -> None:
        await store.close()
