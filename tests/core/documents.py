"""JSON documents for any attrs model, each with the object that it must decode to."""

import json
from datetime import UTC, datetime, timedelta, timezone
from types import NoneType, UnionType
from typing import Any, TypeAlias, Union, get_args, get_origin, get_type_hints

import attrs
from hypothesis import strategies as st

from jofi_async.core.codec import OpenEnum

Pair: TypeAlias = tuple[Any, Any]
"""What stands in the JSON, and what it decodes to."""

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=6,
)
OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC) | OFFSETS)


def written(document: Any) -> bytes:
    return json.dumps(document).encode()


def pairs(kind: Any, *, news: bool = True) -> st.SearchStrategy[Pair]:
    """Documents that fit `kind`."""
    options = get_args(kind)
    if get_origin(kind) in (Union, UnionType):
        return st.one_of(*(pairs(option, news=news) for option in options))
    if get_origin(kind) is list:
        return st.lists(pairs(options[0], news=news), max_size=3).map(_unzipped)
    if attrs.has(kind):
        return models(kind, news=news)
    if issubclass(kind, OpenEnum):
        texts = st.sampled_from([str(member) for member in kind]) | st.text()
        return texts.map(lambda text: (text, kind(text)))
    return _SCALARS[kind]


@st.composite
def models(draw: st.DrawFn, kind: type[Any], *, news: bool = True) -> Pair:
    """Documents of a model: optional fields come and go, and unknown ones come along, unless there is no news."""
    document: dict[str, Any] = {}
    given: dict[str, Any] = {}
    hints = get_type_hints(kind)
    for field in attrs.fields(kind):
        required = field.default is attrs.NOTHING
        if field.name != "extra" and (required or draw(st.booleans())):
            document[field.name], given[field.name] = draw(pairs(hints[field.name], news=news))
    if news and "extra" in hints:
        given["extra"] = draw(st.dictionaries(st.text().filter(lambda name: name not in hints), JSON, max_size=2))
        document |= given["extra"]
    return document, kind(**given)


def misfits(kind: Any, secret_text: str, secret_number: int) -> st.SearchStrategy[Any]:
    """Values that do not fit `kind`, each with a secret in it."""
    kinds: set[Any] = {kind, *get_args(kind)}
    choices: list[Any] = [] if kinds & {dict} else [{secret_text: secret_text}]
    if not kinds & {str} and not any(isinstance(one, type) and issubclass(one, str) for one in kinds):
        choices += [secret_text, f"2025-01-02T{secret_text}", str(secret_number)]
    if not kinds & {int, float}:
        choices += [secret_number, secret_number + 0.5]
    if not any(get_origin(one) is list for one in kinds):
        choices += [[secret_text, secret_number]]
    return st.sampled_from(choices)


def _unzipped(drawn: list[Pair]) -> Pair:
    return [document for document, _ in drawn], [item for _, item in drawn]


def _same(value: Any) -> Pair:
    return value, value


_SCALARS: dict[Any, st.SearchStrategy[Pair]] = {
    Any: JSON.map(_same),
    NoneType: st.none().map(_same),
    bool: st.booleans().map(_same),
    int: st.integers().map(_same),
    str: st.text().map(_same),
    float: (st.floats(allow_nan=False) | st.integers(-(2**53), 2**53)).map(lambda number: (number, float(number))),
    datetime: MOMENTS.map(lambda moment: (moment.isoformat(), moment)),
}
