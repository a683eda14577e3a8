"""The source of a bulk job: any sync or async iterable of rows, pulled one at a time."""

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable, Iterator, Sequence
from contextlib import suppress
from operator import length_hint
from typing import Generic, TypeVar, cast

from attrs import field, frozen

from jofi_async.core.errors import Problem

T = TypeVar("T")
Row = TypeVar("Row")

Source = Iterable[T] | AsyncIterable[T]


@frozen(repr=False)
class SourceRow(Generic[Row]):
    """A row that knows where it stands, and what its reader found wrong with it.

    Attributes:
        row: What is to be sent.
        line: The physical line on which it starts (the header is 1), or None.
        problems: Why it cannot be read as it stands; such a row is refused unsent.
    """

    row: Row
    line: int | None = None
    problems: tuple[Problem, ...] = field(default=())

    def __repr__(self) -> str:
        return f"SourceRow(line={self.line})"


class Feed(Generic[T]):
    """Pulls a source one item at a time, without reading ahead.

    Args:
        source: Any sync or async iterable; a sync one runs on the event loop, so it must not block for long.

    Attributes:
        is_sync: Whether the source is a sync iterable, so that `next` gives its items without a wait.
    """

    def __init__(self, source: Source[T]) -> None:
        self._source = source
        self._pulled = 0
        self._later: AsyncIterator[T] | None = None
        self._now: Iterator[T] | None = None
        if isinstance(source, AsyncIterable):
            self._later = aiter(source)
        else:
            self._now = iter(source)
        self.is_sync = self._now is not None

    @property
    def rows(self) -> int | None:
        """How many items there are in all; None where the source does not say it without being read."""
        with suppress(Exception):  # it is for display, and no reason for a job to end
            if isinstance(self._source, Sequence):  # of others a `len()` may read them all
                return len(self._source)
            if self._now is not None and hasattr(self._now, "__length_hint__"):
                return self._pulled + length_hint(self._now)
        return None

    def next(self) -> T:
        """The next item of a sync source.

        Raises:
            StopAsyncIteration: There is none.
        """
        assert self._now is not None
        for item in self._now:
            self._pulled += 1
            return item
        raise StopAsyncIteration

    async def pull(self) -> T:
        """The next item.

        Raises:
            StopAsyncIteration: There is none.
        """
        return self.next() if self._later is None else await anext(self._later)

    async def aclose(self) -> None:
        """Close an async generator that was made here of an iterable; one that was given is its giver's to close."""
        made = self._later if self._later is not self._source else None
        if isinstance(made, AsyncGenerator):
            await cast("AsyncGenerator[T, None]", made).aclose()
