"""The small things that travel: no `repr` of them tells what must not be told."""

import pytest

from jofi_async.core.errors import LifecycleError
from jofi_async.core.operation import Operation
from jofi_async.core.unset import UNSET, Unset
from jofi_async.core.wire import Request, Response, Timeout
from tests.core.support import KEY, ScriptedTransport, answers, virtual


def test_a_request_shows_method_and_host_alone() -> None:
    request = Request("PUT", "https://x.org/things/7?email=lucy%40x.org", {"Authorization": f"Bearer {KEY}"}, b"lucy")
    assert repr(request) == "Request(PUT https://x.org/***)"


def test_a_response_shows_status_and_size_alone() -> None:
    assert repr(Response(201, {"set-cookie": "secret"}, b"lucy")) == "Response(201, 4 bytes)"


def test_defaults_are_nobody_else_s() -> None:
    assert Request("GET", "u").headers is not Request("GET", "u").headers
    assert Request("GET", "u").timeout == Timeout(10, 30)
    assert Request("GET", "u").departed


def test_unset_is_neither_true_nor_null() -> None:
    assert not UNSET
    assert UNSET is not None
    assert repr(UNSET) == "UNSET"
    assert Unset("UNSET") is UNSET


def test_an_operation_is_not_repeatable_unless_it_says_so() -> None:
    assert not Operation("n", "POST", "/n").repeatable


@virtual
async def test_a_transport_needs_send_alone() -> None:
    async with ScriptedTransport([answers()]) as transport:
        assert (await transport.send(Request("GET", "u"))).status == 200
    await transport.aclose()


@virtual
async def test_leaving_a_transport_closes_it_whatever_happened() -> None:
    closed: list[str] = []

    class Closing(ScriptedTransport):
        async def aclose(self) -> None:
            closed.append("closed")

    with pytest.raises(LifecycleError):
        async with Closing([answers()]):
            raise LifecycleError("m")
    assert closed == ["closed"]
