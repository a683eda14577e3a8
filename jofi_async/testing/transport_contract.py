"""What every transport must keep, as tests that a transport's own test module inherits.

::

    class TestMyTransport(TransportContract):
        @asynccontextmanager
        async def transport_for(self, handler: Handler) -> AsyncGenerator[tuple[Transport, str], None]:
            async with serve(handler) as base_url, MyTransport() as transport:
                yield transport, base_url

`serve` is your own way of putting `handler.handle` behind a socket. A handler may raise a `Breakdown` instead of
answering, which your server must carry out once it has read the request:

- `Drop`: close the connection without a byte of an answer.
- `Cut`: send status and headers of its `response`, with the Content-Length of the whole body, and half of the body;
  then close the connection.
- `Silence`: send nothing, and leave the connection open.

A `FakeTransport` does all that by itself. For what cannot be refused a connection, override `refused_url`.

The tests are coroutines without arguments: run them with pytest-asyncio, anyio's plugin or `asyncio.run`. For asserts
that show their values, call `pytest.register_assert_rewrite("jofi_async.testing.transport_contract")` beforehand.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from attrs import define, field

from jofi_async.core.errors import LifecycleError, NotSentError, UnknownOutcomeError
from jofi_async.core.transport import Transport
from jofi_async.core.wire import Request, Response, Timeout
from jofi_async.transports.fake import Breakdown, Cut, Drop, Handler, Silence

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
STATUSES = (200, 201, 202, 204, 301, 302, 303, 307, 308, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 504)
TRANSPORT_HEADERS = frozenset({"accept-encoding", "connection", "content-length", "host", "te", "transfer-encoding"})
ODD_QUERY = "email=a%2Bb%40example.org&q=50%25_%23+x&same=1&same=2&empty=&dots=%2e%2E&marks=@:;,'()*!$/?~-.&bare"


@define
class _Recorder:
    """Keeps each request and answers it with `answer`."""

    answer: Callable[[Request], Awaitable[Response]]
    requests: list[Request] = field(factory=list[Request])

    async def handle(self, request: Request) -> Response:
        self.requests.append(request)
        return await self.answer(request)


async def _ok(_: Request) -> Response:
    return Response(200)


async def _echo(request: Request) -> Response:
    return Response(200, body=request.body or b"")


def _lower_case(request: Request) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


async def _outcome(transport: Transport, request: Request) -> Response | BaseException:
    """Send, and return what becomes of it; a transport that waits for ever fails."""
    async with asyncio.timeout(30):
        return (await asyncio.gather(transport.send(request), return_exceptions=True))[0]


class TransportContract:
    """The tests; a subclass says by `transport_for` what to run them on."""

    def transport_for(self, handler: Handler) -> AbstractAsyncContextManager[tuple[Transport, str]]:
        """Yield a transport and a base URL without a trailing slash at which `handler` answers it.

        `handler` must see method, URL, headers and body as they arrived; a server may add what servers add. What it
        raises the server must carry out; see `Breakdown`.
        """
        raise NotImplementedError

    def refused_url(self) -> str | None:
        """Return a URL at which no connection comes to stand; None where nothing can be refused, as in memory."""
        return "http://127.0.0.1:1/"

    async def test_method_path_and_query_arrive_byte_for_byte(self) -> None:
        """A filter on `+`, `%` or `_` must not turn into another filter."""
        recorder = _Recorder(_ok)
        targets = ["/", "/api/v2/invitations/7", "/a%2Fb/%7Bid%7D/c%20d", f"/search?{ODD_QUERY}"]
        sent = [(method, target) for method in METHODS for target in targets]
        async with self.transport_for(recorder) as (transport, base_url):
            for method, target in sent:
                await transport.send(Request(method, base_url + target))
            arrived = [(request.method, request.url.removeprefix(base_url)) for request in recorder.requests]
        assert arrived == sent

    async def test_headers_arrive_as_given(self) -> None:
        """What the session set is what the server sees."""
        recorder = _Recorder(_ok)
        given = {"Authorization": "Bearer sk_test_x=y", "X-Odd": 'a; b="c", d', "User-Agent": "contract/1"}
        async with self.transport_for(recorder) as (transport, base_url):
            await transport.send(Request("GET", base_url + "/", given))
            await transport.send(Request("POST", base_url + "/", {**given, "Content-Type": "text/x"}, b"x"))
        expected = {name.lower(): value for name, value in given.items()}
        for request in recorder.requests:
            assert _lower_case(request).items() >= expected.items()
        assert _lower_case(recorder.requests[1])["content-type"] == "text/x"

    async def test_no_header_is_invented_but_the_connection_s_own(self) -> None:
        """No content type, no agent: the session alone says who calls and what it sends."""
        recorder = _Recorder(_ok)
        async with self.transport_for(recorder) as (transport, base_url):
            for method, body in (("GET", None), ("POST", None), ("POST", b"{}"), ("PATCH", b"{}"), ("DELETE", None)):
                await transport.send(Request(method, base_url + "/", {"X-Mine": "1"}, body))
        for request in recorder.requests:
            assert _lower_case(request).keys() - TRANSPORT_HEADERS == {"x-mine"}

    async def test_headers_of_the_answer_are_in_lower_case(self) -> None:
        """So that `retry-after` is found however the server writes it."""

        async def answer(_: Request) -> Response:
            return Response(429, {"Retry-After": "7", "X-Request-Id": "A-b"}, b"{}")

        async with self.transport_for(_Recorder(answer)) as (transport, base_url):
            response = await transport.send(Request("GET", base_url + "/"))
        assert response.headers["retry-after"] == "7"
        assert response.headers["x-request-id"] == "A-b"
        assert all(name == name.lower() for name in response.headers)

    async def test_bodies_travel_whole_both_ways(self) -> None:
        """None, empty, every byte, and a megabyte."""
        bodies = [None, b"", b'{"name": "Zo\xc3\xab"}', bytes(range(256)), b"0123456789" * 100_000]
        async with self.transport_for(_Recorder(_echo)) as (transport, base_url):
            for body in bodies:
                response = await transport.send(Request("POST", base_url + "/", body=body))
                assert response.body == (body or b"")

    async def test_every_status_is_returned_and_no_redirect_followed(self) -> None:
        """An error status is an answer, and the key never travels to where a redirect points."""

        async def answer(request: Request) -> Response:
            status = int(request.url.rpartition("/")[2])
            return Response(status, {"location": "/elsewhere"}, b"" if status == 204 else b"{}")

        recorder = _Recorder(answer)
        async with self.transport_for(recorder) as (transport, base_url):
            for method in ("GET", "POST"):
                for status in STATUSES:
                    response = await transport.send(Request(method, f"{base_url}/{status}"))
                    assert response.status == status
                    assert response.body == (b"" if status == 204 else b"{}")
        assert len(recorder.requests) == 2 * len(STATUSES)

    async def test_an_answered_request_has_departed(self) -> None:
        """`departed` may start out False, but not end so."""
        async with self.transport_for(_Recorder(_ok)) as (transport, base_url):
            request = Request("GET", base_url + "/")
            await transport.send(request)
        assert request.departed

    async def test_a_refused_connection_is_known_to_be_not_sent(self) -> None:
        """So that it is sent again."""
        url = self.refused_url()
        if url is None:
            return
        async with self.transport_for(_Recorder(_ok)) as (transport, _):
            for method in METHODS:
                outcome = await _outcome(transport, Request(method, url))
                assert isinstance(outcome, NotSentError), f"{method} to nobody: {outcome!r}"

    async def test_a_dropped_connection_leaves_the_outcome_unknown(self) -> None:
        """The server may have done its work."""
        for error in await self._unknown(Drop()):
            assert error.response is None

    async def test_an_answer_cut_short_leaves_the_outcome_unknown_and_its_status_known(self) -> None:
        """A `201` says that it was done, whatever became of the body."""
        whole = Response(201, {"X-Request-Id": "A-b"}, b'{"id": 12345}')
        for error in await self._unknown(Cut(whole)):
            assert error.response is not None
            assert error.response.status == 201
            assert error.response.headers["x-request-id"] == "A-b"
            assert whole.body.startswith(error.response.body)
            assert error.response.body != whole.body

    async def test_silence_leaves_the_outcome_unknown(self) -> None:
        """Nobody waits for longer than the request's timeout."""
        for error in await self._unknown(Silence(), Timeout(read=0.02)):
            assert error.response is None

    async def _unknown(self, breakdown: Breakdown, timeout: Timeout | None = None) -> list[UnknownOutcomeError]:
        """Return each method's error, sent once, and on a connection that was used before where one is kept."""

        async def answer(request: Request) -> Response:
            if request.url.endswith("/breaks"):
                raise breakdown
            return Response(200)

        errors: list[UnknownOutcomeError] = []
        for method in METHODS:
            recorder = _Recorder(answer)
            async with self.transport_for(recorder) as (transport, base_url):
                await transport.send(Request("GET", base_url + "/works"))
                request = Request(method, base_url + "/breaks", timeout=timeout or Timeout())
                outcome = await _outcome(transport, request)
                await transport.send(Request("GET", base_url + "/works"))
            assert isinstance(outcome, UnknownOutcomeError), f"{method}, {type(breakdown).__name__}: {outcome!r}"
            assert request.departed
            assert len(recorder.requests) <= 3, f"{method} was sent again"
            errors.append(outcome)
        return errors

    async def test_many_tasks_send_at_once_and_none_waits_for_another(self) -> None:
        """The SDK's limiter alone decides how many requests are under way."""
        count = 120
        arrived = 0
        everyone = asyncio.Event()

        async def answer(request: Request) -> Response:
            nonlocal arrived
            arrived += 1
            if arrived == count:
                everyone.set()
            await everyone.wait()
            return await _echo(request)

        async def send(transport: Transport, url: str, body: bytes) -> bytes:
            return (await transport.send(Request("POST", url, body=body))).body

        bodies = [str(number).encode() for number in range(count)]
        async with self.transport_for(_Recorder(answer)) as (transport, base_url), asyncio.timeout(30):
            try:
                answers = await asyncio.gather(*(send(transport, base_url + "/", body) for body in bodies))
            finally:
                everyone.set()
        assert answers == bodies

    async def test_a_cancelled_send_stops_and_the_next_one_works(self) -> None:
        """Cancelling takes effect, and takes nothing else down."""
        begun, let_go = asyncio.Event(), asyncio.Event()

        async def answer(request: Request) -> Response:
            if request.url.endswith("/slow"):
                begun.set()
                await let_go.wait()
            return Response(200, body=b"here")

        async with self.transport_for(_Recorder(answer)) as (transport, base_url):
            slow = asyncio.create_task(transport.send(Request("POST", base_url + "/slow", body=b"{}")))
            await begun.wait()
            slow.cancel()
            await asyncio.wait([slow])
            let_go.set()
            response = await transport.send(Request("GET", base_url + "/next"))
        assert slow.cancelled()
        assert response.body == b"here"

    async def test_closing_again_does_nothing(self) -> None:
        """`aclose` may be called by whoever comes first."""
        async with self.transport_for(_Recorder(_ok)) as (transport, base_url):
            await transport.send(Request("GET", base_url + "/"))
            await transport.aclose()
            await transport.aclose()

    async def test_closing_unused_is_fine(self) -> None:
        """Nothing need have been sent."""
        async with self.transport_for(_Recorder(_ok)) as (transport, _):
            await transport.aclose()

    async def test_a_closed_transport_refuses(self) -> None:
        """With a LifecycleError, and without sending."""
        recorder = _Recorder(_ok)
        async with self.transport_for(recorder) as (transport, base_url):
            await transport.aclose()
            outcome = await asyncio.gather(transport.send(Request("GET", base_url + "/")), return_exceptions=True)
        assert isinstance(outcome[0], LifecycleError)
        assert not recorder.requests
