import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jofi_async import Invitation, InvitationList, InvitationListItem, Mode, NewInvitation
from jofi_async.core import codec
from jofi_async.jofi.models import Named, ShortNamed, User
from tests.bulk.support import new
from tests.jofi.test_fake_support import CREATED, FINISHED, LIAM, OLIVIA, Json

TEXT = st.text(max_size=20)
IDS = st.integers(-(2**62), 2**62)
TIMES = st.datetimes(
    min_value=datetime(2000, 1, 1), timezones=st.sampled_from([UTC, timezone(timedelta(hours=-5, minutes=30))])
).map(datetime.isoformat)
VALUES: dict[object, st.SearchStrategy[Any]] = {
    int: IDS,
    str: TEXT,
    bool: st.booleans(),
    datetime: TIMES,
    Mode: st.sampled_from(["live", "test", "dry"]),
}


def wire(kind: type[Any]) -> st.SearchStrategy[Json]:
    """JSON objects that fit a model: required fields there, others there, null or missing, and news besides."""
    required: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for one in attrs.fields(kind):
        if one.name == "extra":
            continue
        if one.default is attrs.NOTHING:
            required[one.name] = value_of(one.type)
        else:
            optional[one.name] = value_of(one.type)
    known = st.fixed_dictionaries(required, optional=optional)
    names = st.text("xyz_", min_size=1, max_size=4)
    news = st.dictionaries(names, st.none() | IDS | TEXT | st.lists(IDS, max_size=2), max_size=2)
    return st.builds(with_news, known, news)


def with_news(known: Json, news: Json) -> Json:
    return {**news, **known}


def value_of(annotation: Any) -> st.SearchStrategy[Any]:
    if annotation in VALUES:
        return VALUES[annotation]
    if attrs.has(annotation):
        return wire(annotation)
    arguments: tuple[Any, ...] = getattr(annotation, "__args__", ())
    if getattr(annotation, "__origin__", None) is list:
        return st.lists(value_of(arguments[0]), max_size=2)
    return st.one_of([st.none() if one is type(None) else value_of(one) for one in arguments])


def check(item: Any, data: Json) -> None:
    """Every field holds what came, every other field its default, and what is news is in `extra`."""
    kind: type[Any] = type(item)  # pyright: ignore[reportUnknownVariableType]
    names = {one.name for one in attrs.fields(kind)} - {"extra"}
    assert item.extra == {name: value for name, value in data.items() if name not in names}
    for name in names:
        check_value(getattr(item, name), data.get(name))


def check_value(value: Any, data: Any) -> None:
    kind: type[Any] = type(value)  # pyright: ignore[reportUnknownVariableType]
    if kind is datetime:
        assert value.tzinfo is not None
        assert value == datetime.fromisoformat(data)
    elif kind is list:
        for one, raw in zip(value, data, strict=True):
            check_value(one, raw)
    elif attrs.has(kind):
        check(value, data)
    else:
        assert value == data
        assert kind in (type(data), Mode)


@pytest.mark.parametrize("kind", [Invitation, InvitationListItem, InvitationList, User, Named, ShortNamed])
def test_what_is_on_the_wire_is_in_the_model(kind: type[Any]) -> None:
    @settings(deadline=None)
    @given(wire(kind))
    def holds(data: Json) -> None:
        check(codec.decode(kind, json.dumps(data).encode()), data)

    holds()


@pytest.mark.parametrize("data", [CREATED, FINISHED])
def test_the_seeds_invitation_fills_every_field(data: Json) -> None:
    item = codec.structure(Invitation, data)
    check(item, data)
    assert item.extra == {}
    assert {one.name for one in attrs.fields(Invitation)} - {"extra"} == data.keys()


def test_the_seeds_list_fills_every_field() -> None:
    data = {"mode": "live", "object": "list", "total_count": 162, "has_more": True, "data": [LIAM, OLIVIA]}
    page = codec.structure(InvitationList, data)
    check(page, data)
    assert {one.name for one in attrs.fields(InvitationListItem)} - {"extra"} == LIAM.keys()
    assert {one.name for one in attrs.fields(InvitationList)} - {"extra"} == data.keys()


@pytest.mark.parametrize(
    ("field", "value"),
    [("id", "12345"), ("id", None), ("id", True), ("email", 5), ("created_at", "soon"), ("team", "Recruiting")],
)
def test_what_does_not_fit_is_no_invitation(field: str, value: object) -> None:
    with pytest.raises(codec.DecodeError, match=field):
        codec.structure(Invitation, {**CREATED, field: value})


@pytest.mark.parametrize("field", ["id", "created_at", "first_name", "last_name", "email"])
def test_an_invitation_lacking_its_core_is_none(field: str) -> None:
    with pytest.raises(codec.DecodeError, match=field):
        codec.structure(Invitation, {name: value for name, value in CREATED.items() if name != field})


def test_a_repr_shows_type_id_and_states_alone() -> None:
    assert repr(codec.structure(Invitation, CREATED)) == "Invitation(id=12345, mode=live, not accepted)"
    assert repr(codec.structure(Invitation, {**FINISHED, "mode": "dry"})) == "Invitation(id=12345, mode=dry, accepted)"
    assert repr(codec.structure(InvitationListItem, LIAM)) == "InvitationListItem(id=12345, accepted)"
    assert repr(codec.structure(InvitationListItem, OLIVIA)) == "InvitationListItem(id=23456, not accepted)"
    page = {"total_count": 162, "has_more": True, "data": [LIAM]}
    assert repr(codec.structure(InvitationList, page)) == "InvitationList(1 of 162, cut, mode=unknown)"
    page = {"total_count": 1, "has_more": False, "data": [LIAM], "mode": "test"}
    assert repr(codec.structure(InvitationList, page)) == "InvitationList(1 of 1, whole, mode=test)"
    assert repr(codec.structure(User, CREATED["invited_by_user"])) == "User(id=11111)"
    assert repr(codec.structure(Named, {"id": 100, "display_name": "Recruiting", "x": 1})) == "Named(id=100)"
    assert repr(codec.structure(ShortNamed, {"id": 6, "short_name": "Personality"})) == "ShortNamed(id=6)"
    assert repr(new()) == "NewInvitation(...)"


def test_a_new_invitation_is_made_by_keyword_and_does_not_change() -> None:
    row = new()
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        row.email = "other@example.org"  # type: ignore[misc]
    with pytest.raises(TypeError):
        NewInvitation("Linda", "Sample", "linda@example.org", "jane@example.org")  # type: ignore[call-arg]  # pyright: ignore


@pytest.mark.parametrize(
    "kind", [Invitation, InvitationListItem, InvitationList, User, Named, ShortNamed, NewInvitation]
)
def test_models_are_slotted(kind: type[Any]) -> None:
    assert "__slots__" in vars(kind)
    assert "__dict__" not in dir(kind)
