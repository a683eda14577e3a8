"""What `curl` sees: the documented answers, and a plain word for anything malformed."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jofi_async.core.errors import ConfigurationError
from jofi_async.core.wire import Request
from jofi_async.jofi.client import JofiClient
from jofi_async.jofi.fake import FakeJofi, JofiMount
from jofi_async.sandbox import Sandbox
from jofi_async.transports.aiohttp import AiohttpTransport
from tests.sandbox.support import LINDA, Json, ask, create_request, raw, shown

INVITATIONS = "/api/v2/invitations"


@asynccontextmanager
async def jofi() -> AsyncGenerator[tuple[Sandbox, FakeJofi], None]:
    fake = FakeJofi()
    async with Sandbox(JofiMount(fake)) as sandbox:
        yield sandbox, fake


async def test_the_documented_requests_give_the_documented_answers() -> None:
    async with jofi() as (sandbox, _):
        created = await ask(sandbox, "POST", INVITATIONS, LINDA)
        assert (created.status, created.kind) == (201, "application/json")
        assert created.json["id"] == 12345
        assert created.json["created_at"] == "2026-12-11T22:23:05.312696+00:00"
        got = await ask(sandbox, "GET", f"{INVITATIONS}/12345")
        assert (got.status, got.json) == (200, created.json)
        changed = await ask(sandbox, "PUT", f"{INVITATIONS}/12345", {"custom_id": "ABC123"})
        assert (changed.status, changed.json["custom_id"]) == (200, "ABC123")
        listed = await ask(sandbox, "GET", f"{INVITATIONS}?custom_id=abc&email=linda.sample%40")
        assert (listed.status, listed.json["total_count"]) == (200, 1)
        account = await ask(sandbox, "GET", "/api/v2/accounts")
        assert (account.status, account.json["invitations_count"]) == (200, 1)


REFUSED: list[tuple[str, str, object, str | None, int, object]] = [
    ("GET", INVITATIONS, None, None, 404, "API key is required"),
    ("GET", INVITATIONS, None, "sk_live_wrong", 404, "Account not found for API key"),
    ("GET", f"{INVITATIONS}/99", None, "sk_live_sandbox", 400, "Invitation not found"),
    ("POST", INVITATIONS, b"{", "sk_live_sandbox", 400, "Request body must be valid JSON"),
    ("POST", INVITATIONS, [], "sk_live_sandbox", 400, "Request body must be a JSON object"),
    (
        "POST",
        INVITATIONS,
        {**LINDA, "team_id": "100"},
        "sk_live_sandbox",
        400,
        [{"path": ["team_id"], "message": "Expected integer"}],
    ),
    ("POST", INVITATIONS, {**LINDA, "team_id": 110}, "sk_live_sandbox", 400, "team_id not found"),
]


@pytest.mark.parametrize(("method", "path", "body", "key", "status", "error"), REFUSED)
async def test_refusals(method: str, path: str, body: object, key: str | None, status: int, error: object) -> None:
    async with jofi() as (sandbox, _):
        answer = await ask(sandbox, method, path, body, key=key)
    assert (answer.status, answer.kind) == (status, "application/json")
    assert answer.json == {"error": error}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("DELETE", f"{INVITATIONS}/1", 405),
        ("PATCH", INVITATIONS, 405),
        ("GET", "/api/v2/nothing", 404),
        ("GET", "/api/v2", 404),
        ("GET", "/api/v2x/invitations", 404),
        ("GET", "/api/v1/invitations", 404),
        ("GET", "/nothing", 404),
        ("GET", "/nothing?next=/api/v2/invitations", 404),
    ],
)
async def test_other_methods_and_routes_are_answered_in_plain_text(method: str, path: str, status: int) -> None:
    async with jofi() as (sandbox, _):
        answer = await ask(sandbox, method, path)
    assert (answer.status, answer.kind) == (status, "text/plain; charset=utf-8")


async def test_the_sdk_s_own_client_works_with_it() -> None:
    async with jofi() as (sandbox, fake), JofiClient("sk_live_sandbox", base_url=sandbox.base_url) as client:
        invitation = await client.invitations.create(**LINDA)
        assert (await client.invitations.get(invitation.id)).email == "linda.sample@jofiscore.com"
    assert len(fake.messages) == 1


CALM = settings(deadline=None, derandomize=True, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@CALM
@given(
    bodies=st.lists(st.binary() | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(repr), max_size=9)
)
async def test_no_body_is_answered_with_500(bodies: list[bytes | str]) -> None:
    async with jofi() as (sandbox, _), AiohttpTransport() as transport:
        for body in bodies:
            data = body if isinstance(body, bytes) else body.encode(errors="replace")
            for method, path in (("POST", INVITATIONS), ("PUT", f"{INVITATIONS}/1"), ("POST", "/_sandbox/faults")):
                request = create_request(sandbox.base_url)
                request.method, request.url, request.body = method, sandbox.url + path, data
                assert (await transport.send(request)).status in (200, 400)


HOST = b"Host: localhost\r\nConnection: close\r\n"
POST = b"POST /api/v2/invitations HTTP/1.1\r\n" + HOST


@pytest.mark.parametrize(
    ("data", "statuses"),
    [
        (b"NONSENSE\r\n\r\n", {400}),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", {400}),
        (b"GET / HTTP/9.9\r\n\r\n", {400}),
        (b"GET http://[::1 HTTP/1.1\r\n" + HOST + b"\r\n", {400}),
        (b"GET http://localhost/api/v2/invitations HTTP/1.1\r\n" + HOST + b"\r\n", {404}),
        (b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", {404}),
        (b"CONNECT localhost:1 HTTP/1.1\r\n" + HOST + b"\r\n", {404}),
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", {400}),
        (b"GET /%zz%ff%00?%zz=[ HTTP/1.1\r\n" + HOST + b"\r\n", {404}),
        (b"GET /api/v2/invitations/%ff%2f%00 HTTP/1.1\r\n" + HOST + b"\r\n", {404}),
        (POST + b"Authorization: \xff\xfe\r\n\r\n", {400, 404}),
        (POST + b"Content-Length: x\r\n\r\n", {400}),
        (POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", {400}),
        (POST + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nabcde", {404}),
        (POST + b"Expect: nonsense\r\nContent-Length: 0\r\n\r\n", {417}),
        (b"POST /_sandbox/faults HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\n\r\n[[", {400}),
    ],
)
async def test_malformed_requests_are_answered_and_leave_no_traceback(
    data: bytes, statuses: set[int], caplog: pytest.LogCaptureFixture
) -> None:
    async with Sandbox(JofiMount(), faults="GET /x cut") as sandbox:
        answer = await raw(sandbox, data)
    assert int(answer.split(b" ", 2)[1]) in statuses
    assert not [record for record in caplog.records if record.exc_info]


async def test_a_client_that_hangs_up_in_its_body_is_no_matter(caplog: pytest.LogCaptureFixture) -> None:
    async with jofi() as (sandbox, fake):
        assert await raw(sandbox, POST + b"Content-Length: 100\r\n\r\n{", hang_up=True) == b""
        assert (await ask(sandbox, "GET", INVITATIONS)).status == 200
    assert fake.requests[-1].method == "GET"
    assert not [record for record in caplog.records if record.exc_info]


async def test_a_body_is_bounded() -> None:
    async with jofi() as (sandbox, fake):
        answer = await ask(sandbox, "POST", INVITATIONS, b"x" * (1024 * 1024 + 1))
        assert answer.status == 413
        assert (await ask(sandbox, "POST", "/_sandbox/faults", b"x" * (1024 * 1024 + 1))).status == 413
        assert (await shown(sandbox, "requests"))[0]["status"] == 413
    assert fake.requests == []


async def test_path_and_query_arrive_byte_for_byte() -> None:
    target = f"{INVITATIONS}?email=a%2Bb%40x+y&custom_id=50%25_;:@"
    async with jofi() as (sandbox, fake):
        await ask(sandbox, "GET", target)
        assert fake.requests[0].path == target
        assert (await shown(sandbox, "requests"))[0]["path"] == target


async def test_many_at_once() -> None:
    async with jofi() as (sandbox, fake), AiohttpTransport() as transport:
        sent = [create_request(sandbox.base_url, email=f"p{number}@jofiscore.com") for number in range(100)]
        answers = await asyncio.gather(*(transport.send(one) for one in sent))
    assert {answer.status for answer in answers} == {201}
    assert len(fake.invitations) == 100


async def test_latency_comes_before_the_effect_and_ends_with_the_sandbox() -> None:
    fake = FakeJofi()
    async with AiohttpTransport() as transport:
        async with Sandbox(JofiMount(fake), latency=3600) as sandbox:
            sending = asyncio.create_task(transport.send(create_request(sandbox.base_url)))
            await until_logged(sandbox)
            assert fake.invitations == []
        assert (await sending).status == 201
    assert len(fake.invitations) == 1


async def until_logged(sandbox: Sandbox) -> None:
    async with asyncio.timeout(5):
        while not await shown(sandbox, "requests"):
            pass


async def test_several_mounts_are_told_apart_by_their_paths() -> None:
    class Other(JofiMount):
        name = "other"
        path = "/other/api/v2"

    one, other = JofiMount(), Other()
    async with Sandbox(one, other) as sandbox:
        assert sandbox.base_url == f"{sandbox.url}/api/v2"
        assert sandbox.base_url_of(other) == f"{sandbox.url}/other/api/v2"
        assert (await ask(sandbox, "POST", "/other/api/v2/invitations", LINDA)).status == 201
        assert (one.fake.invitations, len(other.fake.invitations)) == ([], 1)
        assert [message["service"] for message in await shown(sandbox, "messages")] == ["other"]
        assert (await shown(sandbox, "world")).keys() == {"jofi", "other"}
        assert (await ask(sandbox, "POST", "/_sandbox/invitations/12345/accept")).status == 200


async def test_a_port_that_is_taken() -> None:
    async with jofi() as (sandbox, _):
        port = int(sandbox.url.rpartition(":")[2])
        with pytest.raises(ConfigurationError, match=f"Port {port} of 127.0.0.1 is taken"):
            async with Sandbox(JofiMount(), port=port):
                pass


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
async def test_an_address_that_is_not_here(host: str) -> None:
    with pytest.raises(ConfigurationError, match=host):
        async with Sandbox(JofiMount(), host=host):
            pass


async def test_it_can_be_entered_without_a_mount() -> None:
    async with Sandbox() as sandbox:
        created: Json = (await ask(sandbox, "POST", INVITATIONS, LINDA)).json
    assert created["created_at"] != "2026-12-11T22:23:05.312696+00:00"
    assert json.dumps(created["mode"]) == '"live"'


async def test_a_keep_alive_connection_serves_many() -> None:
    async with jofi() as (sandbox, _):
        head = b"GET /api/v2/invitations HTTP/1.1\r\nHost: localhost\r\n"
        answer = await raw(sandbox, head + b"\r\n" + head + b"Connection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 404") == 2


async def test_a_request_under_way_ends_with_the_sandbox() -> None:
    async with AiohttpTransport() as transport:
        async with Sandbox(JofiMount(), faults="slow=3600") as sandbox:
            request = Request("GET", f"{sandbox.base_url}/accounts")
            sending = asyncio.create_task(transport.send(request))
            await until_logged(sandbox)
        assert (await sending).status == 404
