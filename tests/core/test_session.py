"""What goes on the wire: URLs, queries, bodies and headers, byte for byte."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jofi_async.core.errors import InvalidInputError
from jofi_async.core.operation import Operation
from jofi_async.core.wire import Request, Timeout
from jofi_async.testing import run_virtual
from tests.core.support import CREATE, GET, KEY, Bench, answers, checked, virtual

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
BASE = "https://api.example.org/v1"


async def sent(operation: Operation = GET, **arguments: Any) -> Request:
    bench = Bench(answers())
    await bench.call(operation, **arguments)
    (request,) = bench.transport.requests
    return request


@pytest.mark.parametrize(
    ("object_id", "segment"),
    [
        (7, "7"),
        ("a/b", "a%2Fb"),
        ("a?b#c", "a%3Fb%23c"),
        ("+ %_@", "%2B%20%25_%40"),
        ("...", "..."),
        ("../x", "..%2Fx"),
        ("{id}", "%7Bid%7D"),
        ("\\", "%5C"),
        ("ü", "%C3%BC"),
        ("\r\n", "%0D%0A"),
        (0, "0"),
    ],
)
@virtual
async def test_an_id_is_one_segment(object_id: object, segment: str) -> None:
    assert (await sent(object_id=object_id)).url == f"{BASE}/things/{segment}"


@pytest.mark.parametrize("object_id", ["", ".", ".."])
@virtual
async def test_an_id_that_names_another_route_is_refused(object_id: str) -> None:
    bench = Bench(answers())
    assert isinstance(await bench.failure(object_id=object_id), InvalidInputError)
    assert not bench.transport.requests


@checked
@given(texts)
def test_any_id_comes_back_from_its_segment(object_id: str) -> None:
    assume(object_id not in ("", ".", ".."))
    path = urlsplit(run_virtual(sent(object_id=object_id)).url).path
    assert path.isascii()
    assert path.count("/") == 3
    assert unquote(path.removeprefix("/v1/things/")) == object_id


@pytest.mark.parametrize(
    ("value", "escaped"),
    [
        ("a+b@x.org", "a%2Bb%40x.org"),
        ("50%", "50%25"),
        ("a_b", "a_b"),
        ("a b", "a%20b"),
        ("a&b=c", "a%26b%3Dc"),
        ("#/?;", "%23%2F%3F%3B"),
        ("..", ".."),
        ("ü~", "%C3%BC~"),
        ("", ""),
    ],
)
@virtual
async def test_a_query_is_escaped(value: str, escaped: str) -> None:
    assert (await sent(query={"email": value})).url == f"{BASE}/things/7?email={escaped}"


@checked
@given(st.dictionaries(texts, texts, min_size=1, max_size=4))
def test_any_query_comes_back(query: dict[str, str]) -> None:
    url = run_virtual(sent(query=query)).url
    assert url.isascii()
    assert "+" not in url
    assert dict(parse_qsl(url.partition("?")[2], keep_blank_values=True, strict_parsing=True)) == query


@pytest.mark.parametrize("query", [None, {}])
@virtual
async def test_no_query_is_no_question_mark(query: dict[str, str] | None) -> None:
    assert (await sent(query=query)).url == f"{BASE}/things/7"


@virtual
async def test_a_payload_is_json_and_says_so() -> None:
    request = await sent(CREATE, payload={"name": "Zoë", "note": None})
    assert request.body == b'{"name":"Zo\\u00eb","note":null}'
    assert request.headers == {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    assert (request.method, request.url, request.timeout) == ("POST", f"{BASE}/things", Timeout())


@virtual
async def test_no_payload_is_no_body_and_no_content_type() -> None:
    request = await sent()
    assert request.body is None
    assert request.headers == {"Authorization": f"Bearer {KEY}"}
    assert (await sent(CREATE, payload={})).body == b"{}"


@virtual
async def test_each_attempt_sends_the_same() -> None:
    bench = Bench(answers(429), answers(429), answers())
    await bench.call(CREATE, payload={"a": 1})
    assert len({id(request) for request in bench.transport.requests}) == 1
    assert len(bench.transport.requests) == 3
