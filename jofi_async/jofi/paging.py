"""Where a list goes on, for the day when JOFI's answers say so.

Seed 000: "Pagination and the ability to request the next set of items is coming soon." How it will look is not
documented, so the names that are usual are looked for, and only while `has_more` is true. Of a link nothing but its
query is taken: the key never goes to another address.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

LINKS = ("next", "next_url", "next_page_url", "next_link")
CURSORS = {"next_cursor": "cursor", "next_page_token": "page_token", "next_page": "page", "next_offset": "offset"}
INSIDE = ("links", "_links", "paging", "pagination", "meta")

Query = Mapping[str, str]


def next_query(extra: Mapping[str, object], query: Query) -> dict[str, str] | None:
    """The query of the next page, or None when nothing tells it.

    Args:
        extra: An answer's fields besides those that are documented.
        query: What the answer was asked with; its filters stay.
    """
    for fields in _places(extra):
        for name in LINKS:
            if further := _query_of(fields.get(name)):
                return {**query, **further}
        for name, parameter in CURSORS.items():
            value = fields.get(name)
            if (isinstance(value, str) and value) or type(value) is int:
                return {**query, parameter: str(value)}
    return None


def _places(extra: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    yield extra
    for name in INSIDE:
        inside: Any = extra.get(name)
        if isinstance(inside, dict):
            yield cast("dict[str, object]", inside)


def _query_of(link: object) -> dict[str, str]:
    if isinstance(link, dict):
        link = cast("dict[str, object]", link).get("href")
    if not isinstance(link, str):
        return {}
    try:
        return dict(parse_qsl(urlsplit(link).query))
    except ValueError:
        return {}
