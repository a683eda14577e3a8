"""The server in memory: every create is answered at once, so that only what the SDK does itself is measured."""

from benchmarks.clients import KEY
from benchmarks.server import answers
from jofi_async import FakeTransport, JofiClient, RateLimit, Request, Response, RetryPolicy
from jofi_async.core.events import Hook

_HEADERS = {"content-type": "application/json"}
_NOBODY = b'{"object":"list","mode":"live","data":[],"total_count":0,"has_more":false}'


class Answering:
    """A handler for `FakeTransport`: the same answer to every create, and an empty list.

    Args:
        created: The body of the answer.
        refuses_first: Whether each create is first answered by 429, to be sent again at once.
    """

    def __init__(self, created: bytes, *, refuses_first: bool = False) -> None:
        self._created = Response(201, _HEADERS, created)
        self._listed = Response(200, _HEADERS, _NOBODY)
        self._refused = Response(429, _HEADERS | {"retry-after": "0"}, b"{}")
        self._refuses_first = refuses_first
        self._creates = 0

    async def handle(self, request: Request) -> Response:
        """Answer."""
        if request.method != "POST":
            return self._listed
        self._creates += 1
        if self._refuses_first and self._creates % 2:
            return self._refused
        return self._created


async def client(*hooks: Hook, in_flight: int = 16, refuses_first: bool = False) -> JofiClient:
    """A client of a server in memory."""
    created, _ = await answers()
    return JofiClient(
        KEY,
        transport=FakeTransport(Answering(created, refuses_first=refuses_first)),
        rate_limit=RateLimit(per_second=1e6, burst=1000, in_flight=in_flight),
        retry=RetryPolicy(budget=10**9),
        deadline=60,
        hooks=hooks,
    )
