"""What a list is asked for, and all its pages read as one: each item once, though the set changes underneath.

Pages are ordered by `created_at`, so that what is created meanwhile comes at the end. What is deleted meanwhile moves
the rest one place to the front, so the pages are read from the last to the first, and again where their counts tell of
it. An item that was deleted while another one was created, between two answers, is the one thing that counts cannot
show.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from jofi_async.bulk.pool import Pool
from jofi_async.core.errors import InvalidInputError, Problem
from jofi_async.reconcile.complete import IncompleteListingError, ListingSummary
from jofi_async.yardstik.models import Page

QueryValue = str | int | float | bool | datetime | Sequence[str | int | datetime]
Query = Mapping[str, QueryValue]
"""What a list is narrowed to: `{"created_at_gteq": datetime(...)}`, an attribute and a predicate to a value."""

ROUNDS = 4
"""How often all pages are read at most."""


class HasId(Protocol):
    """An item of a list."""

    id: str


Item = TypeVar("Item", bound=HasId)
ReadPage = Callable[[int], Awaitable[Page[Item]]]


def parameters(
    page: int | None, per_page: int | None, order: str | None, order_by: str | None, query: Query | None
) -> dict[str, str | Sequence[str]]:
    """The parameters of a list (seed 002, "List Invitations").

    Raises:
        InvalidInputError: One of them cannot be right.
    """
    problems = [
        Problem(name, "must be a whole number, at least 1")
        for name, number in (("page", page), ("per_page", per_page))
        if number is not None and (type(number) is not int or number < 1)
    ]
    if order not in (None, "asc", "desc"):
        problems.append(Problem("order", 'must be "asc" or "desc"'))
    if order is not None and order_by is None:
        problems.append(Problem("order", "means nothing without order_by"))
    given = {"page": page, "per_page": per_page, "order": order, "order_by": order_by}
    asked: dict[str, str | Sequence[str]] = {name: str(value) for name, value in given.items() if value is not None}
    for name, value in (query or {}).items():
        try:
            if isinstance(value, Sequence) and not isinstance(value, str):
                asked[f"query[{name}][]"] = [_text(one) for one in value]
            else:
                asked[f"query[{name}]"] = _text(value)
        except ValueError as error:
            problems.append(Problem(f"query[{name}]", str(error)))
    if problems:
        raise InvalidInputError(problems)
    return asked


def instant(moment: datetime) -> str:
    """A moment as seed 002 writes it: `2022-01-01T00:00:00.000Z`.

    Raises:
        ValueError: It does not say its offset.
    """
    if moment.tzinfo is None:
        raise ValueError("must say its offset, for example datetime(2022, 1, 1, tzinfo=UTC)")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _text(value: Any) -> str:
    match value:
        case datetime():
            return instant(value)
        case bool():
            return str(value).lower()
        case str() if value == "":
            raise ValueError("is empty")
        case _:
            return str(value)


async def all_pages(read: ReadPage[Item], *, workers: int) -> AsyncGenerator[Item, None]:
    """Read all pages of a list that is ordered by `created_at`.

    Args:
        read: Reads one page, by its number.
        workers: How many pages are read at once.

    Yields:
        Each item once.

    Raises:
        IncompleteListingError: The list changed so fast that counts do not show that all was read.
        CallError: A page could not be read.
    """
    seen: set[str] = set()
    first, requests = await read(1), 1
    for _ in range(ROUNDS):
        for item in _news(first.data, seen):
            yield item
        most, shrank = _count(first), False
        async with aclosing(_others(read, first, workers)) as others:
            async for page in others:
                requests += 1
                most, shrank = max(most, _count(page)), shrank or _count(page) < most
                for item in _news(page.data, seen):
                    yield item
        if not shrank and len(seen) >= _count(first):  # else something was deleted, and may have moved another past us
            return
        first, requests = await read(1), requests + 1
    count = _count(first)
    missing = max(0, count - len(seen))
    reasons = ("it changed each time that it was read",)
    raise IncompleteListingError(ListingSummary(False, count, len(seen), missing, requests, reasons))


def _news(items: Iterable[Item], seen: set[str]) -> list[Item]:
    """Those that were not seen before."""
    news = [item for item in items if item.id not in seen]
    seen.update(item.id for item in news)
    return news


def _count(page: Page[Any]) -> int:
    return (page.meta.total_count or 0) if page.meta else 0


async def _others(read: ReadPage[Item], first: Page[Item], workers: int) -> AsyncGenerator[Page[Item], None]:
    """All pages but the first, the last one first; one after another where their number is not known."""
    if first.meta is None or first.meta.total_pages is None:
        number, page, before = 2, first, ""
        while page.data and len(page.data) >= len(first.data) and page.data[0].id != before:  # it may know no pages
            before = page.data[0].id
            page = await read(number)
            yield page
            number += 1
        return
    pages = range(first.meta.total_pages, 1, -1)
    numbers = iter(pages)

    async def pull() -> int:
        for number in numbers:
            return number
        raise StopAsyncIteration

    pool = Pool(pull, read, workers=min(workers, len(pages)))
    try:
        async for page in pool:
            yield page
    finally:
        await pool.aclose()
