"""What an answer means before a vendor is asked: status by content type."""

import pytest

from jofi_async.core.answers import error_of
from jofi_async.core.errors import (
    ApiError,
    AuthenticationError,
    Effect,
    ForbiddenError,
    RateLimitedError,
    RefusedError,
    ServerError,
    WrongAddressError,
)
from jofi_async.core.wire import Response
from tests.core.support import GET, refused

JSON, TEXT = "application/json", "text/plain"
PAGES = [
    ("text/html", b""),
    ("text/html; charset=utf-8", b'{"id":7}'),
    ("Text/HTML", b""),
    ("application/xhtml+xml", b"<html/>"),
    ("", b"<!DOCTYPE html>"),
    ("", b" \r\n\t <html>"),
    (TEXT, b"<html>"),
]
ANSWERS = [
    (JSON, b'{"id":7}'),
    (JSON, b"<b"),
    ("application/json; charset=utf-8", b"[]"),
    ("application/json;charset=utf-8", b"<b"),
    (TEXT, b"no"),
    ("", b""),
]

# status: what it means as an answer, and as a page; None is no error, RefusedError is the vendor's to name
MEANINGS: dict[int, tuple[type[ApiError] | None, type[ApiError]]] = {
    100: (ServerError, ServerError),
    200: (None, ServerError),
    201: (None, ServerError),
    204: (None, ServerError),
    299: (None, ServerError),
    300: (ServerError, ServerError),
    301: (ServerError, ServerError),
    304: (ServerError, ServerError),
    308: (ServerError, ServerError),
    400: (RefusedError, ServerError),
    401: (AuthenticationError, AuthenticationError),
    402: (RefusedError, ServerError),
    403: (ForbiddenError, ForbiddenError),
    404: (RefusedError, WrongAddressError),
    405: (WrongAddressError, WrongAddressError),
    408: (ServerError, ServerError),
    409: (RefusedError, ServerError),
    422: (RefusedError, ServerError),
    429: (RateLimitedError, RateLimitedError),
    499: (RefusedError, ServerError),
    500: (ServerError, ServerError),
    502: (ServerError, ServerError),
    503: (ServerError, ServerError),
    599: (ServerError, ServerError),
    999: (ServerError, ServerError),
}


def meaning(status: int, kind: str, body: bytes) -> ApiError | None:
    return error_of(GET, Response(status, {"content-type": kind} if kind else {}, body), refused)


@pytest.mark.parametrize("status", MEANINGS)
@pytest.mark.parametrize(("kind", "body"), ANSWERS)
def test_an_answer_by_its_status(status: int, kind: str, body: bytes) -> None:
    error = meaning(status, kind, body)
    expected = MEANINGS[status][0]
    assert type(error) is (expected or type(None))
    if error is not None:
        assert (error.status, error.body, error.effect) == (status, body, Effect.NONE)


@pytest.mark.parametrize("status", MEANINGS)
@pytest.mark.parametrize(("kind", "body"), PAGES)
def test_a_page_is_never_taken_for_an_answer(status: int, kind: str, body: bytes) -> None:
    error = meaning(status, kind, body)
    assert type(error) is MEANINGS[status][1]
    assert error is not None
    assert error.body == body


@pytest.mark.parametrize("status", [400, 401, 429, 503, 302])
def test_the_wish_to_wait_comes_along(status: int) -> None:
    error = error_of(GET, Response(status, {"retry-after": "7"}), refused)
    assert error is not None
    assert error.retry_after == 7


def test_the_vendor_is_told_what_was_asked() -> None:
    seen: list[object] = []

    def classify(operation: object, response: Response) -> ApiError:
        seen.extend([operation, response])
        return ApiError("m")

    response = Response(400)
    error_of(GET, response, classify)
    assert seen == [GET, response]
