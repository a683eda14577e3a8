"""What a fake remembers of the requests that it answered, and how it answers."""

import json

from attrs import define

from jofi_async.core.wire import Request, Response


@define(kw_only=True, repr=False)
class SeenRequest:
    """A request that was answered; without its headers, which hold the key.

    Attributes:
        path: The path with its query, as it was sent.
    """

    method: str
    path: str
    status: int
    body: bytes

    @classmethod
    def of(cls, request: Request, response: Response) -> "SeenRequest":
        """Note a request and the status of its answer."""
        path = "/" + request.url.partition("://")[2].partition("/")[2]
        return cls(method=request.method, path=path, status=response.status, body=request.body or b"")

    def __repr__(self) -> str:
        return f"SeenRequest({self.method}, {self.status})"


def json_answer(status: int, payload: object) -> Response:
    """Answer with JSON."""
    # A lone surrogate may come in as an escape; it cannot go out as UTF-8.
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    return Response(status, {"content-type": "application/json"}, text.encode(errors="replace"))


def text_answer(status: int, text: str) -> Response:
    """Answer with a text."""
    return Response(status, {"content-type": "text/plain; charset=utf-8"}, text.encode())


def credentials(request: Request) -> tuple[str, str]:
    """The scheme and the key of a request's `Authorization`; both may be ""."""
    value = next((value for name, value in request.headers.items() if name.lower() == "authorization"), "")
    scheme, _, key = value.strip().partition(" ")
    return scheme, key.strip()
