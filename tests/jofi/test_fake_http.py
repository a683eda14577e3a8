import json
import re

import pytest
from attrs import asdict
from hypothesis import given, settings
from hypothesis import strategies as st

from jofi_async.core.wire import Request
from jofi_async.jofi.fake import FakeJofi, FakeSettings
from jofi_async.jofi.fake.routes import ROUTES
from jofi_async.jofi.fake.routing import Route
from tests.fidelity.rules import rule
from tests.jofi.test_fake_support import FULL, MINIMAL, Caller, Json

INVITATIONS = "https://www.jofiscore.com/api/v2/invitations"

FIELDS = [*FULL, "send_congrats_notification", "congrats_email_template_id"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
VALUES = JSON | st.sampled_from([*MINIMAL.values(), 100, 1000, [{"test_id": 6}], True, False, "+15551234567", "\ud800"])
BODIES = st.dictionaries(st.sampled_from(FIELDS), VALUES) | JSON
CALM = settings(deadline=None, derandomize=True)
KEYS = st.sampled_from(["sk_live_sandbox", "sk_test_sandbox"])


@pytest.mark.parametrize("headers", [{}, {"authorization": ""}, {"Authorization": "Bearer "}])
@rule("000/bearer-token")
async def test_no_key(headers: dict[str, str]) -> None:
    response = await FakeJofi().handle(Request("GET", INVITATIONS, headers=headers))
    assert (response.status, json.loads(response.body)) == (404, {"error": "API key is required"})
    assert response.headers["content-type"] == "application/json"


@rule("000/bearer-token")
async def test_another_scheme_is_no_key() -> None:
    headers = {"Authorization": "Basic c2tfbGl2ZV9zYW5kYm94"}
    response = await FakeJofi().handle(Request("GET", INVITATIONS, headers=headers))
    assert json.loads(response.body) == {"error": "API key is required"}


@pytest.mark.parametrize("key", ["sk_live_unknown", "sk_test_unknown", "sk_live_sandbox2", "x y"])
async def test_an_unknown_key(key: str) -> None:
    error = await Caller(key=key).error("POST", "/invitations", MINIMAL, status=404)
    assert error == "Account not found for API key"


@pytest.mark.parametrize("name", ["authorization", "AUTHORIZATION", "Authorization"])
@rule("000/bearer-token")
async def test_header_names_are_taken_in_any_case(name: str) -> None:
    response = await FakeJofi().handle(Request("GET", INVITATIONS, headers={name: "bearer sk_live_sandbox"}))
    assert response.status == 200


@pytest.mark.parametrize(
    "url",
    [
        "https://www.jofiscore.com/api/v2/nothing",
        "https://www.jofiscore.com/api/v2/invitations/",
        "https://www.jofiscore.com/api/v2/invitations/1/2",
        "https://www.jofiscore.com/api/v2",
        "https://www.jofiscore.com/api/v2x/invitations",
        "https://www.jofiscore.com/api/v1/invitations",
        "https://www.jofiscore.com/?next=/api/v2/invitations",
        "nonsense",
    ],
)
async def test_an_unknown_route_is_plain_404(url: str) -> None:
    response = await FakeJofi().handle(Request("GET", url, headers=Caller().headers))
    assert response.status == 404
    assert response.headers["content-type"].startswith("text/plain")


async def test_host_and_prefix_are_no_matter() -> None:
    for base in ("http://localhost:8080", "http://[::1]:80", "https://proxy.example.org/jofi"):
        url = f"{base}/api/v2/invitations?email=x#top"
        response = await FakeJofi().handle(Request("GET", url, headers=Caller().headers))
        assert response.status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/invitations/12345"),
        ("POST", "/invitations/12345"),
        ("PATCH", "/invitations/12345"),
        ("PUT", "/invitations"),
        ("POST", "/accounts"),
        ("HEAD", "/invitations"),
        ("get", "/invitations"),
    ],
)
async def test_a_method_that_is_not_supported_is_plain_405(method: str, path: str) -> None:
    response = await Caller().send(method, path)
    assert response.status == 405
    assert response.headers["content-type"].startswith("text/plain")


MALFORMED = [
    None,
    b"",
    b"{",
    b"\xff\xfe\xfd",
    b'{"first_name": "Linda",}',
    b'{"team_id": NaN}',
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"team_id": ' + b"9" * 10_000 + b"}",
    b"null",
    b"[]",
    b'"text"',
    b"5",
]


@pytest.mark.parametrize("key", ["sk_live_sandbox", "sk_test_sandbox"])
@pytest.mark.parametrize("body", MALFORMED, ids=range(len(MALFORMED)))
async def test_a_malformed_body_is_400(body: bytes | None, key: str) -> None:
    jofi = Caller(key=key)
    jofi.fake.invite()
    for method, path in (("POST", "/invitations"), ("PUT", "/invitations/12345")):
        response = await jofi.send(method, path, body)
        assert response.status == 400
        assert isinstance(json.loads(response.body)["error"], str)


async def test_requests_are_seen_and_never_the_key() -> None:
    jofi = Caller()
    await jofi.create()
    await jofi.listed(email="linda@")
    await jofi.send("DELETE", "/invitations/1")
    assert [(one.method, one.path, one.status) for one in jofi.fake.requests] == [
        ("POST", "/api/v2/invitations", 201),
        ("GET", "/api/v2/invitations?email=linda%40", 200),
        ("DELETE", "/api/v2/invitations/1", 405),
    ]
    assert json.loads(jofi.fake.requests[0].body) == MINIMAL
    assert "sk_live" not in str([asdict(one) for one in jofi.fake.requests])


@CALM
@given(route=st.sampled_from(ROUTES), key=KEYS, body=st.binary())
async def test_arbitrary_bytes_never_break_it(route: Route, key: str, body: bytes) -> None:
    await survives(route, key, body, FakeSettings())


@CALM
@given(route=st.sampled_from(ROUTES), key=KEYS, body=BODIES, lenient=st.booleans())
async def test_arbitrary_json_never_breaks_it(route: Route, key: str, body: object, lenient: bool) -> None:
    chosen = FakeSettings(
        test_key_validates=not lenient,
        update_resends=lenient,
        fixed_fields_on_update="ignored" if lenient else "refused",
    )
    await survives(route, key, json.dumps(body).encode(), chosen)


@CALM
@given(key=KEYS, changes=st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=3))
async def test_nearly_right_requests_never_break_it(key: str, changes: Json) -> None:
    for route in ROUTES:
        await survives(route, key, json.dumps({**FULL, **changes}).encode(), FakeSettings())


@CALM
@given(target=st.text(st.characters(codec="utf-8")), key=KEYS)
async def test_arbitrary_targets_never_break_it(target: str, key: str) -> None:
    for path in (target, f"/invitations/{target}", f"/invitations?email={target}"):
        response = await Caller(key=key).send("GET", path)
        assert response.status in (200, 400, 404)


async def survives(route: Route, key: str, body: bytes, chosen: FakeSettings) -> None:
    fake = FakeJofi(settings=chosen)
    fake.invite("someone@jofiscore.com")
    response = await Caller(fake, key).send(route.method, re.sub(":[a-zA-Z]+", "12345", route.path), body)
    answer = json.loads(response.body)
    if answer is None:  # an unknown career navigation profile
        assert response.status == 404
        return
    assert response.status in (200, 201, 400)
    assert ("error" in answer) is (response.status == 400)
    assert ("mode" in answer) is (response.status != 400)
