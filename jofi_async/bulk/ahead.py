"""The rows of a job as they are pulled and admitted; those of a sync source some in one go, which takes less time."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from jofi_async.bulk.flight import Flight
from jofi_async.bulk.source import Feed, SourceRow

Row = TypeVar("Row")
Item = TypeVar("Item")


class Ahead(Generic[Row, Item]):
    """Pulls rows and admits them, a few ahead of what is asked for.

    Args:
        feed: The source.
        admit: Checks a row, see `Intake.admit`.

    Attributes:
        most: How many rows of a sync source are admitted in one go.
    """

    def __init__(
        self, feed: Feed[Row | SourceRow[Row]], admit: Callable[[Row | SourceRow[Row]], Flight[Row, Item]]
    ) -> None:
        self._feed = feed
        self._admit = admit
        self.most = 1
        self._flights: deque[Flight[Row, Item]] = deque()
        self._end: BaseException | None = None

    def now(self) -> Flight[Row, Item] | None:
        """The next row of a sync source; None where `next` has to tell why there is none."""
        if not self._flights:
            self._read()
        return self._flights.popleft() if self._flights else None

    async def next(self) -> Flight[Row, Item]:
        """The next row.

        Raises:
            StopAsyncIteration: There is none.
            Exception: What the source raised, once all rows before it were given.
        """
        if (flight := self.now()) is not None:
            return flight
        if self._end is not None:
            raise self._end
        return self._admit(await self._feed.pull())

    def left(self) -> Iterator[Flight[Row, Item]]:
        """The rows that were read ahead and not given."""
        while self._flights:
            yield self._flights.popleft()

    def _read(self) -> None:
        while self._feed.is_sync and self._end is None and len(self._flights) < self.most:
            try:
                self._flights.append(self._admit(self._feed.next()))
            except (Exception, asyncio.CancelledError) as end:
                self._end = end
