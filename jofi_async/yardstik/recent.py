"""What became visible at Yardstik since a moment, read newest first and kept, so that many looks cost one walk.

The documented filter `created_at_gteq` narrows what is read. Where the server ignores it, older items come, which
tells: the walk then ends where an older item comes in order, or else with the last page.
"""

import asyncio
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from jofi_async.core.errors import RefusedError
from jofi_async.yardstik.listing import Query
from jofi_async.yardstik.models import Page

OVERLAP = timedelta(seconds=60)
"""How far each walk goes back behind the last one, by the server's clock: what was made before may be shown after."""


class Dated(Protocol):
    """An item of a list that says when it was made."""

    id: str
    created_at: Any


Item = TypeVar("Item", bound=Dated)


class List(Protocol[Item]):
    """Reads one page of a list, as the `list` of a resource does."""

    async def __call__(
        self, *, page: int | None, order: str | None, order_by: str | None, query: Query | None
    ) -> Page[Item]:
        """Read one page."""
        ...


class Recent(Generic[Item]):
    """All items since a moment, by key.

    Args:
        read: Reads one page.
        keys: What an item is found by.
        slim: What is kept of it.
    """

    def __init__(
        self, read: "List[Item]", keys: Callable[[Item], Iterable[Hashable]], slim: Callable[[Item], Item]
    ) -> None:
        self._read = read
        self._keys = keys
        self._slim = slim
        self._by_key: dict[Hashable, dict[str, Item]] = {}
        self._newest: datetime | None = None
        self._from: datetime | None = None
        self._is_begun = False
        self._is_filtered = True
        self._asked = self._done = 0
        self._turn = asyncio.Lock()

    async def find(self, key: Hashable, since: datetime | None) -> Sequence[Item]:
        """Read what is new, and return all items with a key.

        Args:
            key: What they are found by.
            since: From when on they matter; None for all that there is.

        Raises:
            CallError: A page could not be read.
        """
        self._asked += 1
        mine = self._asked
        async with self._turn:
            covered = self._is_begun and (self._from is None or (since is not None and since >= self._from))
            if self._done < mine or not covered:  # else a walk that began after this was asked has read it
                begun = self._asked
                await self._walk(since, covered=covered)
                self._done = begun
        return list(self._by_key.get(key, {}).values())

    async def _walk(self, since: datetime | None, *, covered: bool) -> None:
        start = since
        if covered and self._newest is not None:
            start = self._newest - OVERLAP
        newest, number, before = self._newest, 1, ""
        while True:
            page = await self._page(number, start)
            newest = max(filter(None, (newest, *(item.created_at for item in page.data))), default=None)
            for item in page.data:
                for key in self._keys(item):
                    self._by_key.setdefault(key, {})[item.id] = self._slim(item)
            if _is_last(page, number, before) or (start is not None and _ends_before(page, start)):
                break
            number, before = number + 1, page.data[0].id
        if not covered:
            self._from, self._is_begun = since, True
        self._newest = newest

    async def _page(self, number: int, start: datetime | None) -> Page[Item]:
        query = {"created_at_gteq": start} if start is not None and self._is_filtered else None
        try:
            return await self._read(page=number, order="desc", order_by="created_at", query=query)
        except RefusedError:
            if query is None:
                raise
        self._is_filtered = False
        return await self._page(number, start)


def _is_last(page: Page[Any], number: int, before: str) -> bool:
    """Whether there is no further page; one that begins as the one before is of a server that knows no pages."""
    if not page.data or page.data[0].id == before:
        return True
    return page.meta is not None and page.meta.total_pages is not None and number >= page.meta.total_pages


def _ends_before(page: Page[Any], start: datetime) -> bool:
    """Whether a page is in order, newest first, and its last item older than what matters."""
    times = [item.created_at for item in page.data]
    if None in times or times != sorted(times, reverse=True):
        return False
    return bool(times[-1] < start)
