"""What a fault does through a `FakeTransport`, on virtual time."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from attrs import define, field

from jofi_async.core.errors import ConfigurationError, LifecycleError, UnknownOutcomeError
from jofi_async.core.wire import Request, Response, Timeout
from jofi_async.testing import FakeTransport, run_virtual
from jofi_async.transports.faults import FaultPlan

URL = "https://fake.example.org/api/v2/invitations?email=jane%40example.org"
ANSWER = Response(201, {"content-type": "application/json"}, b'{"id": 12345}')


@define
class Service:
    """Keeps the instants at which requests took effect."""

    effects: list[float] = field(factory=list[float])

    async def handle(self, request: Request) -> Response:
        self.effects.append(asyncio.get_running_loop().time())
        return ANSWER


def request(read: float = 30.0) -> Request:
    return Request("POST", URL, {"Authorization": "Bearer sk_live_abc"}, b"{}", Timeout(read=read))


def play(rule: str, scene: Callable[[FakeTransport], Awaitable[None]]) -> Service:
    service = Service()

    async def run() -> None:
        async with FakeTransport(service, faults=rule) as transport:
            await scene(transport)

    run_virtual(run())
    return service


async def fails(transport: FakeTransport, read: float = 30.0) -> UnknownOutcomeError:
    with pytest.raises(UnknownOutcomeError) as caught:
        await transport.send(request(read))
    assert "jane" not in caught.value.message
    return caught.value


@pytest.mark.parametrize(("rule", "effects"), [("drop_before", []), ("drop_after", [0.0])])
def test_drops(rule: str, effects: list[float]) -> None:
    async def scene(transport: FakeTransport) -> None:
        error = await fails(transport)
        assert error.response is None
        assert "broke off before the answer" in error.message

    assert play(rule, scene).effects == effects


def test_a_late_effect_comes_by_the_clock() -> None:
    async def scene(transport: FakeTransport) -> None:
        await fails(transport)
        await asyncio.sleep(60)

    assert play("late=7@1", scene).effects == [7.0]
    assert play("late", scene).effects == [1.0]


def test_closing_lets_late_effects_happen_at_once() -> None:
    async def scene(transport: FakeTransport) -> None:
        await fails(transport)
        await fails(transport)
        await asyncio.sleep(2)

    assert play("late=3600", scene).effects == [2.0, 2.0]


def test_a_slow_answer_comes_after_its_effect() -> None:
    async def scene(transport: FakeTransport) -> None:
        assert await transport.send(request()) == ANSWER
        assert asyncio.get_running_loop().time() == 5

    assert play("slow=5", scene).effects == [0.0]


def test_a_slow_answer_is_not_waited_for_beyond_the_timeout() -> None:
    async def scene(transport: FakeTransport) -> None:
        error = await fails(transport, read=3)
        assert "Nothing more came from fake.example.org:443 for 3 s" in error.message
        assert asyncio.get_running_loop().time() == 3

    assert play("slow=5", scene).effects == [0.0]


def test_a_slow_request_can_be_cancelled() -> None:
    async def scene(transport: FakeTransport) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await transport.send(request())

    assert play("slow=5", scene).effects == [0.0]


@pytest.mark.parametrize("rule", ["reset", "cut"])
def test_half_the_body_arrives(rule: str) -> None:
    async def scene(transport: FakeTransport) -> None:
        error = await fails(transport)
        assert error.response == Response(201, ANSWER.headers, b'{"id":')
        assert (error.status, error.body) == (201, b'{"id":')

    assert play(rule, scene).effects == [0.0]


@pytest.mark.parametrize(
    ("rule", "status", "retry_after", "happened"),
    [
        ("429", 429, None, 0),
        ("429=2", 429, "2", 0),
        ("503", 503, None, 0),
        ("503=0", 503, "0", 0),
        ("503+=120", 503, "120", 1),
        ("500", 500, None, 0),
        ("500+", 500, None, 1),
        ("html", 502, None, 0),
        ("html+", 502, None, 1),
    ],
)
def test_answers_in_the_service_s_place(rule: str, status: int, retry_after: str | None, happened: int) -> None:
    async def scene(transport: FakeTransport) -> None:
        response = await transport.send(request())
        assert response.status == status
        assert response.headers.get("retry-after") == retry_after
        html = response.headers["content-type"] == "text/html"
        assert html is rule.startswith("html")
        assert html is response.body.startswith(b"<html>")

    assert len(play(rule, scene).effects) == happened


def test_faults_change_while_it_runs() -> None:
    async def scene(transport: FakeTransport) -> None:
        assert (await transport.send(request())).status == 201
        transport.faults.set("500@1", "429@2")
        assert [(await transport.send(request())).status for _ in range(3)] == [500, 429, 201]
        transport.faults.clear()
        transport.faults.add("drop_after")
        await fails(transport)

    assert len(play("cut@9", scene).effects) == 3


def test_a_plan_may_be_shared() -> None:
    plan = FaultPlan("500@2")

    async def run() -> list[int]:
        async with FakeTransport(Service(), faults=plan) as one, FakeTransport(Service(), faults=plan) as other:
            assert one.faults is plan
            return [(await transport.send(request())).status for transport in (one, other, one)]

    assert run_virtual(run()) == [201, 500, 201]


def test_a_closed_transport_refuses() -> None:
    async def scene(transport: FakeTransport) -> None:
        await transport.aclose()
        with pytest.raises(LifecycleError):
            await transport.send(request())

    assert play("late", scene).effects == []


def test_a_wrong_rule_is_refused_at_once() -> None:
    with pytest.raises(ConfigurationError, match="no fault 'nonsense'"):
        FakeTransport(Service(), faults=["cut", "nonsense"])
