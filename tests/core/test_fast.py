"""The one pass and cattrs agree on every document: equal objects, `extra` included, or the same refusal."""

import json
from typing import Any

import attrs
import pytest
from attrs import define
from hypothesis import assume, given
from hypothesis import strategies as st

from jofi_async.core import fast
from jofi_async.core.codec import DecodeError, decode, structure
from jofi_async.jofi.models import Invitation, Named, Scorecard, TestTaker, TestTakerList
from tests.core.documents import JSON, models, written
from tests.core.support import checked_briefly
from tests.core.test_codec import MODELS

ALL_MODELS = [*MODELS, TestTaker, TestTakerList, Scorecard]
IN_ONE_PASS = [kind for kind in ALL_MODELS if kind is not Scorecard]  # some of its fields may be anything

TIMES = st.from_regex(
    r"\A\d{4}-[01]\d-[0-3]\d[Tt _][0-2]\d:[0-5]\d(:[0-6]\d([.,]\d{0,12})?)?([Zz]|[+-][0-2]\d:?[0-5]\d(:\d\d)?)?\Z"
)
LITERALS = ["-0", "1.0", "1e2", "01", "1.", ".5", "+1", "NaN", "-Infinity", "1e400", "9" * 25, "9" * 5000, "tru", ""]
TEXTS = ['"\x01"', '"\\x"', '"\\ud800"', '"\\ud83d\\ude00"', "'a'", '"']
ODD_BYTES = [
    b"",
    b" ",
    b"\n",
    b"\x0b",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\x00",
    b",",
    b'"',
    b"{",
    b"]",
    b"\\",
    b"/**/",
]


def trimmed(text: str) -> str:
    return text.strip()


@define
class Trimmed:
    name: str = attrs.field(converter=trimmed, validator=attrs.validators.min_len(2))


def by_cattrs(kind: type[Any], body: bytes) -> Any:
    """What cattrs makes of a body, or the words of its refusal."""
    try:
        return structure(kind, json.loads(body))
    except DecodeError as error:
        return str(error)
    except (ValueError, RecursionError):
        return "the answer is no JSON"


def check_alike(kind: type[Any], body: bytes) -> None:
    try:
        found = decode(kind, body)
    except DecodeError as error:
        found = str(error)
    expected = by_cattrs(kind, body)
    assert type(found) is type(expected)
    assert shown(found) == shown(expected)


def shown(item: Any) -> str:
    """All of an object, so that NaN equals itself, and 1 is not 1.0 or True."""
    return item if isinstance(item, str) else repr(attrs.asdict(item))


@pytest.mark.parametrize("kind", IN_ONE_PASS, ids=lambda kind: kind.__name__)
def test_what_a_model_knows_is_read_in_one_pass(kind: type[Any]) -> None:
    @checked_briefly
    @given(models(kind, news=False))
    def check(pair: tuple[Any, Any]) -> None:
        document, expected = pair
        body = json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")
        assume(b"Infinity" not in body)
        assert fast.decoder(kind)(body) == expected

    check()


@pytest.mark.parametrize("kind", ALL_MODELS, ids=lambda kind: kind.__name__)
def test_any_document_in_place_of_the_right_one(kind: type[Any]) -> None:
    @checked_briefly
    @given(JSON)
    def check(document: Any) -> None:
        check_alike(kind, written(document))

    check()


@pytest.mark.parametrize("kind", ALL_MODELS, ids=lambda kind: kind.__name__)
def test_any_value_in_place_of_any_other(kind: type[Any]) -> None:
    values = JSON.map(json.dumps) | TIMES.map(json.dumps) | st.sampled_from(LITERALS) | st.sampled_from(TEXTS)

    @checked_briefly
    @given(models(kind), values, st.data())
    def check(pair: tuple[Any, Any], value: str, data: st.DataObject) -> None:
        text = json.dumps(pair[0], separators=(",", ":"))
        starts = [index + 1 for index, letter in enumerate(text) if letter in ":[," and not in_a_text(text, index)]
        start = data.draw(st.sampled_from(starts))
        check_alike(kind, (text[:start] + value + text[end_of_value(text, start) :]).encode())

    check()


@pytest.mark.parametrize("kind", ALL_MODELS, ids=lambda kind: kind.__name__)
def test_any_field_twice_or_under_another_name(kind: type[Any]) -> None:
    names = st.sampled_from([*attrs.fields_dict(kind), "extra", "ID", "", "\\u0069d"])

    @checked_briefly
    @given(models(kind), names, JSON)
    def check(pair: tuple[Any, Any], name: str, value: Any) -> None:
        text = json.dumps(pair[0])
        more = f'"{name}": {json.dumps(value)}'
        check_alike(kind, f"{text[:-1]}, {more}}}".encode())
        check_alike(kind, f"{{{more}, {text[1:]}".encode())

    check()


@pytest.mark.parametrize("kind", [Named, Invitation], ids=lambda kind: kind.__name__)
def test_any_damage_to_the_bytes(kind: type[Any]) -> None:
    @checked_briefly
    @given(models(kind), st.sampled_from(ODD_BYTES) | st.binary(max_size=3), st.data())
    def check(pair: tuple[Any, Any], damage: bytes, data: st.DataObject) -> None:
        body = json.dumps(pair[0], ensure_ascii=False).encode("utf-8", "surrogatepass")
        start = data.draw(st.integers(0, len(body)))
        end = data.draw(st.integers(start, min(start + 3, len(body))))
        check_alike(kind, body[:start] + damage + body[end:])

    check()


@pytest.mark.parametrize("prefix", [b"\xef\xbb\xbf", b" \n", b"\x00"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "utf-32", "latin-1"])
def test_any_encoding(encoding: str, prefix: bytes) -> None:
    text = '{"id": 1, "display_name": "Zoë"}'
    check_alike(Named, text.encode(encoding))
    check_alike(Named, prefix + text.encode(encoding))


@pytest.mark.parametrize("depth", [50, 200, 5_000, 100_000])
@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_any_depth(depth: int, opening: str) -> None:
    closing = "]" if opening == "[" else "}"
    deep = opening * depth + "1" + closing * depth
    check_alike(Named, f'{{"id": 1, "deep": {deep}}}'.encode())
    check_alike(Named, deep.encode())


def test_a_model_s_own_converters_and_validators_are_run() -> None:
    assert decode(Trimmed, b'{"name": " ab "}') == Trimmed("ab")
    check_alike(Trimmed, b'{"name": " a "}')


def in_a_text(text: str, index: int) -> bool:
    """Whether a letter of a JSON document stands inside a text."""
    return text[:index].replace("\\\\", "").replace('\\"', "").count('"') % 2 == 1


def end_of_value(text: str, start: int) -> int:
    """Where the value that begins at a place ends; an empty list has none."""
    return start if text[start] == "]" else json.JSONDecoder().raw_decode(text, start)[1]
