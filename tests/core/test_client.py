"""What every client checks of its options, and what `with_options` shares."""

from typing import Any

import pytest
from attrs import evolve

from jofi_async._version import __version__
from jofi_async.core.client import Client, change_session, check_key, make_session
from jofi_async.core.errors import ConfigurationError
from jofi_async.core.limits import UNLIMITED, RateLimit, RateLimiter
from jofi_async.core.retry import RetryPolicy
from jofi_async.core.session import Session
from jofi_async.core.wire import Timeout
from tests.core.support import (
    AT_ONCE,
    GET,
    KEY,
    ScriptedTransport,
    answers,
    fails,
    refused,
    thing,
    virtual,
)

URL = "https://api.example.org/v1"
NO_BASE_URLS = {
    "no scheme": ["", "api.example.org", "//x", "/v1"],
    "another scheme": ["ftp://x", "file:///etc", "ws://x"],
    "no host": ["https://", "https:///v1", "https://:443", "https:x"],
    "more than a base": ["https://x?a=1", "https://x/?", "https://x/#", "https://x/v1#f"],
    "a user": ["https://u:p@x", "https://u@x", "https://@x"],
    "no such port": ["https://x:port", "https://x:0", "https://x:99999", "https://x:-1"],
    "brackets": ["https://[::1", "https://x]"],
    "blanks": ["https://x y", "https://x/a b", "https://x\n/v1", "https://x\tx", "https://x/\x00"],
}
NO_HEADERS = {
    "no name": ["", "a b", "a:", "ä", "a\n"],
    "ours": ["Authorization", "AUTHORIZATION"],
    "the transport's": ["Content-Length", "transfer-encoding"],
}


def made(**options: Any) -> Session:
    defaults: dict[str, Any] = {
        "base_url": URL,
        "authorization": f"Bearer {KEY}",
        "classify": refused,
        "transport": ScriptedTransport([answers()]),
        "rate_limit": None,
        "retry": AT_ONCE,
        "timeout": 30.0,
        "deadline": None,
        "headers": None,
        "hooks": (),
        "max_wait": None,
    }
    return make_session(**(defaults | options))


@pytest.mark.parametrize("key", [KEY, f"  {KEY}\n", "!~"])
def test_a_key_is_trimmed(key: str) -> None:
    assert check_key(key) == key.strip()


@pytest.mark.parametrize("key", ["", " \n", "a b", "a\nb", "a\x00", "schlüssel", "a\x7f", "\u200bsk_live_x"])
def test_what_no_key_can_be_is_refused_and_not_quoted(key: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        check_key(key)
    assert not key.strip() or key not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        (URL, URL),
        (f" {URL}/ ", URL),
        (f"{URL}//", URL),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("HTTPS://[::1]:1/api", "HTTPS://[::1]:1/api"),
        ("https://münchen.example", "https://münchen.example"),
    ],
)
def test_a_base_url_loses_its_last_slash(url: str, kept: str) -> None:
    assert made(base_url=url).options.base_url == kept


@pytest.mark.parametrize("url", [url for urls in NO_BASE_URLS.values() for url in urls])
def test_what_no_base_url_can_be_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="base URL must"):
        made(base_url=url)


def test_the_key_travels_in_every_request_and_shows_nowhere() -> None:
    session = made()
    assert session.options.headers == {
        "Accept": "application/json",
        "User-Agent": f"jofi-async/{__version__}",
        "Authorization": f"Bearer {KEY}",
    }
    client = Client(session, None)
    assert repr(client) == f"Client({URL})"
    for thing_ in (session, session.options, client, session._means):  # pyright: ignore[reportPrivateUsage]
        assert KEY not in repr(thing_)


def test_headers_are_added_and_replaced_whatever_their_case() -> None:
    session = made(headers={"X-Trace": "1", "user-agent": "mine", "x-trace": "2", "content-type": "text/plain"})
    assert session.options.headers == {
        "Accept": "application/json",
        "User-Agent": "mine",
        "Authorization": f"Bearer {KEY}",
        "X-Trace": "2",
        "Content-Type": "text/plain",
    }
    changed = change_session(session, headers={"X-TRACE": "3", "Y": ""})
    assert changed.options.headers == {**session.options.headers, "X-Trace": "3", "Y": ""}


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, "v") for names in NO_HEADERS.values() for name in names]
    + [("a", value) for value in ("v\r\nx: y", "\x00", "é", "\x7f")],
)
def test_a_header_that_could_be_another_is_refused_and_its_value_not_quoted(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        made(headers={name: value})
    assert "x: y" not in str(caught.value)
    with pytest.raises(ConfigurationError):
        change_session(made(), headers={name: value})


@pytest.mark.parametrize(
    ("timeout", "kept"),
    [
        (30, Timeout(10, 30)),
        (2.5, Timeout(2.5, 2.5)),
        (Timeout(1, 2), Timeout(1, 2)),
        (Timeout(connect=20), Timeout(20, 30)),
    ],
)
def test_a_timeout_bounds_the_connection_too(timeout: float | Timeout, kept: Timeout) -> None:
    assert made(timeout=timeout).options.timeout == kept
    assert change_session(made(), timeout=timeout).options.timeout == kept


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), Timeout(0, 1), Timeout(1, 0), Timeout(1, float("nan"))])
def test_a_timeout_that_cannot_be_is_refused(timeout: float | Timeout) -> None:
    with pytest.raises(ConfigurationError):
        made(timeout=timeout)
    with pytest.raises(ConfigurationError):
        change_session(made(), timeout=timeout)


@pytest.mark.parametrize("deadline", [0, -1, float("nan"), float("-inf")])
def test_a_deadline_that_cannot_be_is_refused(deadline: float) -> None:
    with pytest.raises(ConfigurationError):
        made(deadline=deadline)
    with pytest.raises(ConfigurationError):
        change_session(made(), deadline=deadline)


def test_a_rate_limit_becomes_a_limiter_and_a_limiter_stays() -> None:
    limit = RateLimit(per_second=3)
    limiter = made(rate_limit=limit).limiter
    assert isinstance(limiter, RateLimiter)
    assert limiter.limit is limit
    assert made(rate_limit=limiter).limiter is limiter
    unlimited = made(rate_limit=None).limiter
    assert isinstance(unlimited, RateLimiter)
    assert unlimited.limit is UNLIMITED


def test_a_changed_session_shares_transport_limiter_and_budget() -> None:
    session = made(deadline=5.0)
    told: list[object] = []
    changed = change_session(session, timeout=3, deadline=None, hooks=[told.append])
    assert (changed.transport, changed.limiter) == (session.transport, session.limiter)
    assert changed.options == evolve(session.options, timeout=Timeout(3, 3), deadline=None, hooks=(told.append,))
    assert change_session(session).options == session.options


@virtual
async def test_the_budget_is_shared_unless_the_policy_changes() -> None:
    policy = RetryPolicy(first_wait=0, attempts=2, budget=1)
    session = made(retry=policy, transport=ScriptedTransport([answers(503)]))
    same, other = change_session(session, timeout=3), change_session(session, retry=evolve(policy, attempts=3))

    async def attempts(tried: Session) -> int:
        transport = tried.transport
        assert isinstance(transport, ScriptedTransport)
        before = len(transport.requests)
        with pytest.raises(Exception, match="The server failed"):
            await tried.call(GET, thing, object_id=1)
        return len(transport.requests) - before

    assert [await attempts(tried) for tried in (same, session, same, other, other)] == [2, 1, 1, 2, 1]


@virtual
async def test_a_client_closes_what_it_owns_alone() -> None:
    closed: list[str] = []

    class Closing(ScriptedTransport):
        async def aclose(self) -> None:
            closed.append("closed")

    transport = Closing([fails(OSError())])
    async with Client(made(transport=transport), None):
        pass
    assert not closed
    client = Client(made(transport=transport), transport)
    with pytest.raises(OSError):
        async with client:
            raise OSError
    assert closed == ["closed"]
    await client.aclose()
    assert closed == ["closed"] * 2
