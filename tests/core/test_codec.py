"""Decoding: what fits becomes an equal object, what does not is refused without a value being quoted."""

import json
from datetime import datetime
from typing import Any, get_type_hints

import attrs
import pytest
from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st

from jofi_async.core.codec import DecodeError, OpenEnum, decode, encode, structure
from jofi_async.jofi.models import (
    Invitation,
    InvitationList,
    InvitationListItem,
    Named,
    ShortNamed,
    User,
)
from tests.core.documents import misfits, models, written
from tests.core.support import checked, checked_briefly


class Colour(OpenEnum):
    RED = "red"
    UNKNOWN = "unknown"


@define
class Part:
    size: float
    tags: list[str] | None = None
    colour: Colour | None = None


@define
class Whole:
    """Each kind of field that a model may have."""

    id: int
    name: str
    on: bool
    parts: list[Part]
    weight: float | None = None
    best: Part | None = None
    colours: list[Colour] = field(factory=list[Colour])
    extra: dict[str, Any] = field(factory=dict[str, Any])


MODELS: list[type[Any]] = [Part, Whole, User, Named, ShortNamed, Invitation, InvitationListItem, InvitationList]
MISFITS: dict[str, list[Any]] = {
    "id": [True, 1.0, "1", None],
    "name": [1, ["n"]],
    "on": ["false", 0],
    "weight": ["1.5", True, 10**400],
    "parts": ["", {}, "abc", [1], [[]]],
    "best": [[], "size", {"size": 1, "tags": "abc"}, {"size": 1, "tags": {"a": 1}}, {"size": 1, "tags": [1]}],
    "colours": [{"red": 1}, [1], [None]],
}
TEXT = st.text() | st.text(alphabet=st.characters()) | st.sampled_from(["\ud800", "\x00\x1f\x7f", '"\\/', "<&>"])
SECRET, NUMBER = "zq7-secret-x", 918273645
every_model = pytest.mark.parametrize("kind", MODELS, ids=lambda kind: kind.__name__)


@every_model
def test_what_fits_becomes_an_equal_object(kind: type[Any]) -> None:
    @checked_briefly
    @given(models(kind))
    def check(pair: tuple[Any, Any]) -> None:
        document, expected = pair
        assert decode(kind, written(document)) == expected

    check()


@every_model
def test_a_missing_field_is_named(kind: type[Any]) -> None:
    required = [one.name for one in attrs.fields(kind) if one.default is attrs.NOTHING]

    @checked_briefly
    @given(models(kind), st.sampled_from(required))
    def check(pair: tuple[Any, Any], missing: str) -> None:
        document = {name: value for name, value in pair[0].items() if name != missing}
        with pytest.raises(DecodeError) as caught:
            decode(kind, written(document))
        assert str(caught.value) == f"required field missing @ answer.{missing}"

    check()


@every_model
def test_a_misfit_is_named_and_never_quoted(kind: type[Any]) -> None:
    hints = {name: hint for name, hint in get_type_hints(kind).items() if name != "extra"}

    @checked_briefly
    @given(models(kind), st.data())
    def check(pair: tuple[Any, Any], data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(hints)))
        document = pair[0] | {name: data.draw(misfits(hints[name], SECRET, NUMBER))}
        with pytest.raises(DecodeError) as caught:
            decode(kind, written(document))
        assert f"answer.{name}" in str(caught.value)
        assert SECRET not in str(caught.value)
        assert str(NUMBER) not in str(caught.value)

    check()


@pytest.mark.parametrize(
    "name", [one.name for one in attrs.fields(Whole) if one.default is attrs.NOTHING] + ["colours", "extra"]
)
def test_null_is_a_value_only_where_the_model_says_so(name: str) -> None:
    document: dict[str, Any] = {"id": 1, "name": "n", "on": True, "parts": [], name: None}
    if name == "extra":
        assert decode(Whole, written(document)).extra == {"extra": None}
        return
    with pytest.raises(DecodeError, match=f"answer.{name}"):
        decode(Whole, written(document))


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in MISFITS.items() for value in values])
def test_types_are_exact(name: str, value: Any) -> None:
    document: dict[str, Any] = {"id": 1, "name": "n", "on": True, "parts": [], name: value}
    with pytest.raises(DecodeError, match=f"answer.{name}"):
        decode(Whole, written(document))


@every_model
@pytest.mark.parametrize("document", [None, True, 5, 1.5, "", "id", [], ["id"], [[]]])
def test_a_model_is_made_of_an_object_only(kind: type[Any], document: Any) -> None:
    with pytest.raises(DecodeError, match=r"expected dict, not \w+\) @ answer$"):
        decode(kind, written(document))


def test_every_misfit_is_told_at_once() -> None:
    with pytest.raises(DecodeError) as caught:
        structure(Whole, {"id": "x", "name": "n", "on": 1, "parts": [{"size": 1}, {}]})
    assert sorted(str(caught.value).split("; ")) == [
        "invalid value for type, expected bool @ answer.on",
        "invalid value for type, expected int @ answer.id",
        "required field missing @ answer.parts[1].size",
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b'{"id":1',
        b"<html>",
        b"\x00\x01",
        b"\xff\xfe\xfd",
        b'{"id":"\x80"}',
        b"{'id':1}",
        b"id=1",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"9" * 10_000,
    ],
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(DecodeError, match=r"^the answer is no JSON$"):
        decode(Part, body)


def test_deep_and_odd_values_are_kept_in_extra() -> None:
    deep: Any = 1
    for _ in range(200):
        deep = [deep]
    body = written({"id": 10**400, "name": "\ud800", "on": False, "parts": [], "deep": deep, "huge": 10**400})
    whole = decode(Whole, body)
    assert whole.id == 10**400
    assert whole.extra == {"deep": deep, "huge": 10**400}


def test_numbers_that_json_does_not_know_do_not_spoil_an_answer() -> None:
    whole = decode(Whole, b'{"id":1,"name":"n","on":true,"parts":[],"x":NaN,"weight":-Infinity}')
    assert repr(whole.extra) == "{'x': nan}"
    assert whole.weight == float("-inf")


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert decode(Part, b'\xef\xbb\xbf{"size":2}') == Part(2.0)


@checked
@given(st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text()))
def test_what_is_encoded_reads_back(payload: dict[str, object]) -> None:
    assert json.loads(encode(payload)) == payload


@checked
@given(
    st.dictionaries(TEXT, st.none() | st.booleans() | st.integers() | TEXT | st.lists(st.integers() | TEXT, max_size=2))
)
def test_a_payload_is_written_as_json_dumps_writes_it(payload: dict[str, object]) -> None:
    by_json = json.dumps(payload, separators=(",", ":")).encode()
    assert encode(payload).replace(b"\x7f", b"\\u007f") == by_json


@pytest.mark.parametrize("value", [b"x", datetime(2026, 1, 2), {1}, object()])
def test_what_json_does_not_know_is_not_written(value: object) -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        encode({"phone": value})


def test_payloads_are_small_ascii() -> None:
    assert encode({"name": "Zoë", "note": None, "on": True}) == b'{"name":"Zo\\u00eb","note":null,"on":true}'
