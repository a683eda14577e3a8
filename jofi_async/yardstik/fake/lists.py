"""Pages, ordering and filters (seed 002, "List Invitations"), with the usual predicates of such queries."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Generic, TypeVar

from attrs import frozen

from jofi_async.yardstik.fake.routing import Call, Fault, Payload, RefusedError

R = TypeVar("R")

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


@frozen
class Listed(Generic[R]):
    """What a list is made of.

    Attributes:
        records: All that there is, in the order of storing.
        show: Makes the object of a record.
        fact: Tells what a record is filtered and ordered by, by its name; raises KeyError for what it is not.
        holding: Tells whose fact may hold a text, whatever the case, without a look at each; None if nobody can.
    """

    records: Sequence[R]
    show: Callable[[R], Payload]
    fact: Callable[[R, str], object]
    holding: Callable[[str, str], Sequence[R]] | None = None

    def knows(self, name: str) -> bool:
        """Whether records are filtered and ordered by a fact."""
        try:
            if self.records:
                self.fact(self.records[0], name)
        except KeyError:
            return False
        return True


def page(call: Call, listed: Listed[R]) -> Payload:
    """Answer with one page in the envelope."""
    found = _ordered_by(call, listed, _matching(call, listed))
    settings = call.state.settings
    size = min(_number(call, "per_page", settings.per_page), settings.most_per_page)
    number = _number(call, "page", 1)
    pages = -(-len(found) // size)
    return {
        "object": "list",
        "meta": {"page": number, "per_page": size, "total_count": len(found), "total_pages": pages},
        "data": [listed.show(record) for record in found[(number - 1) * size : number * size]],
    }


def bare(call: Call, listed: Listed[R]) -> list[Payload]:
    """Answer with a bare array."""
    return [listed.show(record) for record in _matching(call, listed)]


def filters(call: Call) -> dict[str, list[str]]:
    """The filters of a request: the attribute and predicate, and the values."""
    found: dict[str, list[str]] = {}
    for name, value in call.query:
        if (one := _FILTER.fullmatch(name)) is not None:
            found.setdefault(one[1], []).append(value)
    return found


def _matching(call: Call, listed: Listed[R]) -> Sequence[R]:
    settings, records = call.state.settings, listed.records
    if settings.filters == "ignored":
        return records
    for name, values in filters(call).items():
        attribute, predicate = _split(name)
        if predicate is None or not listed.knows(attribute):
            if settings.unknown_filters == "refused":
                raise RefusedError(400, Fault(f"Invalid search term {name}"))
            continue
        if predicate in _OF_MANY:
            is_in = _OF_MANY[predicate]
            facts = ((one, listed.fact(one, attribute)) for one in records)
            records = [one for one, fact in facts if any(_alike(fact, each) for each in values) is is_in]
        else:
            holds, wanted = _PREDICATES[predicate], values[-1]
            if records is listed.records and listed.holding is not None and _is_part(predicate, wanted):
                records = listed.holding(attribute, wanted)
            records = [one for one in records if holds(listed.fact(one, attribute), wanted)]
    return records


def _is_part(predicate: str, wanted: str) -> bool:
    """Whether what a filter matches must hold its value, whatever the case."""
    return bool(wanted) and (predicate == "i_cont" or (predicate == "eq" and _moment(wanted) is None))


def _ordered_by(call: Call, listed: Listed[R], records: Sequence[R]) -> Sequence[R]:
    attribute = call.parameter("order_by")
    if attribute is None or call.state.settings.ordering == "ignored" or not listed.knows(attribute):
        return records
    back = call.parameter("order") == "desc"
    return sorted(records, key=lambda one: str(listed.fact(one, attribute) or ""), reverse=back)


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


@lru_cache(maxsize=4096)
def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.replace(" UTC", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
