"""Pages, ordering and filters (seed 002, "List Invitations"), with the usual predicates of such queries."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from jofi_async.yardstik.fake.routing import Call, Fault, Payload, RefusedError

_FILTER = re.compile(r"query\[(\w+)\](\[\])?")
_PREDICATES: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, wanted: bool(_alike(value, wanted)),
    "not_eq": lambda value, wanted: not _alike(value, wanted),
    "lt": lambda value, wanted: value is not None and _ordered(value, wanted) < 0,
    "lteq": lambda value, wanted: value is not None and _ordered(value, wanted) <= 0,
    "gt": lambda value, wanted: value is not None and _ordered(value, wanted) > 0,
    "gteq": lambda value, wanted: value is not None and _ordered(value, wanted) >= 0,
    "cont": lambda value, wanted: str(wanted) in str(value or ""),
    "not_cont": lambda value, wanted: str(wanted) not in str(value or ""),
    "i_cont": lambda value, wanted: str(wanted).lower() in str(value or "").lower(),
    "start": lambda value, wanted: str(value or "").startswith(str(wanted)),
    "end": lambda value, wanted: str(value or "").endswith(str(wanted)),
    "null": lambda value, _: value is None,
    "not_null": lambda value, _: value is not None,
    "present": lambda value, _: value not in (None, ""),
    "blank": lambda value, _: value in (None, ""),
}
_OF_MANY = {"in": True, "not_in": False}


def page(call: Call, items: Sequence[Payload], facts: Callable[[Payload], Payload]) -> Payload:
    """Answer with one page in the envelope.

    Args:
        call: The request.
        items: All that there is, in the order of storing.
        facts: What an item is filtered and ordered by.
    """
    found = _ordered_by(call, _matching(call, items, facts), facts)
    settings = call.state.settings
    size = min(_number(call, "per_page", settings.per_page), settings.most_per_page)
    number = _number(call, "page", 1)
    pages = -(-len(found) // size)
    return {
        "object": "list",
        "meta": {"page": number, "per_page": size, "total_count": len(found), "total_pages": pages},
        "data": list(found[(number - 1) * size : number * size]),
    }


def bare(call: Call, items: Sequence[Payload], facts: Callable[[Payload], Payload]) -> list[Payload]:
    """Answer with a bare array."""
    return list(_matching(call, items, facts))


def filters(call: Call) -> dict[str, list[str]]:
    """The filters of a request: the attribute and predicate, and the values."""
    found: dict[str, list[str]] = {}
    for name, value in call.query:
        if (one := _FILTER.fullmatch(name)) is not None:
            found.setdefault(one[1], []).append(value)
    return found


def _matching(call: Call, items: Sequence[Payload], facts: Callable[[Payload], Payload]) -> Sequence[Payload]:
    settings = call.state.settings
    if settings.filters == "ignored":
        return items
    for name, values in filters(call).items():
        attribute, predicate = _split(name)
        known = not items or attribute in facts(items[0])
        if predicate is None or not known:
            if settings.unknown_filters == "refused":
                raise RefusedError(400, Fault(f"Invalid search term {name}"))
            continue
        if predicate in _OF_MANY:
            wanted = _OF_MANY[predicate]
            items = [one for one in items if any(_alike(facts(one)[attribute], each) for each in values) is wanted]
        else:
            holds = _PREDICATES[predicate]
            items = [one for one in items if holds(facts(one)[attribute], values[-1])]
    return items


def _ordered_by(call: Call, items: Sequence[Payload], facts: Callable[[Payload], Payload]) -> Sequence[Payload]:
    attribute = call.parameter("order_by")
    if attribute is None or call.state.settings.ordering == "ignored" or not items:
        return items
    if attribute not in facts(items[0]):
        return items
    back = call.parameter("order") == "desc"
    return sorted(items, key=lambda one: str(facts(one)[attribute] or ""), reverse=back)


def _split(name: str) -> tuple[str, str | None]:
    """The attribute and the predicate of a filter, the longest predicate first; None for no known predicate."""
    for predicate in sorted((*_PREDICATES, *_OF_MANY), key=len, reverse=True):
        if name.endswith(f"_{predicate}"):
            return name.removesuffix(f"_{predicate}"), predicate
    return name, None


def _number(call: Call, name: str, otherwise: int) -> int:
    text = call.parameter(name) or ""
    return max(1, int(text)) if text.isdecimal() and len(text) < 9 else otherwise


def _alike(value: object, wanted: str) -> bool:
    if isinstance(value, bool):
        return str(value).lower() == wanted.lower()
    return value is not None and _ordered(value, wanted) == 0


def _ordered(value: object, wanted: str) -> int:
    """Below 0 when a value comes before another one, as times where both are some, else as texts."""
    mine, other = _moment(str(value)), _moment(wanted)
    if mine is not None and other is not None:
        return (mine > other) - (mine < other)
    return (str(value) > wanted) - (str(value) < wanted)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.replace(" UTC", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
