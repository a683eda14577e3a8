"""What an answer means before a vendor is asked: successes, gateways, overload and the door that stays shut."""

from collections.abc import Callable

from jofi_async.core.errors import (
    ApiError,
    AuthenticationError,
    ForbiddenError,
    RateLimitedError,
    ServerError,
    WrongAddressError,
)
from jofi_async.core.operation import Operation
from jofi_async.core.retry import retry_after
from jofi_async.core.wire import Response

Classify = Callable[[Operation, Response], ApiError]
"""A vendor's reading of a refusal: an answer of 400 to 499 that is neither 408, 429 nor a gateway's page."""


def error_of(operation: Operation, response: Response, classify: Classify) -> ApiError | None:
    """Name what is wrong with an answer by its meaning, or None when nothing is.

    Args:
        operation: What was asked.
        response: The answer.
        classify: The vendor's reading of a refusal.
    """
    page = _is_page(response)
    if 200 <= response.status < 300 and not page:
        return None
    error = _generic_error(response, page) or classify(operation, response)
    error.retry_after = retry_after(response)
    return error


def _generic_error(response: Response, page: bool) -> ApiError | None:
    match response.status:
        case 401:
            return AuthenticationError("The key was not accepted", response=response)
        case 403:
            return ForbiddenError("The key may not do this", response=response)
        case 405:
            return WrongAddressError("The server knows no such method on this address", response=response)
        case 404 if page:
            return WrongAddressError("The server knows no such address", response=response)
        case 429:
            return RateLimitedError("The server asks for fewer requests", response=response)
        case 408:
            return ServerError("The server gave up waiting for the request", response=response)
        case status if status >= 500:
            return ServerError("The server failed", response=response)
        case status if status < 400 and not 200 <= status < 300:
            return ServerError("The server answered with a redirect, which is never followed", response=response)
        case _ if page:
            return ServerError(
                "A web page came instead of an answer: a gateway or proxy stands in between",
                response=response,
            )
        case _:
            return None


def _is_page(response: Response) -> bool:
    kind = response.headers.get("content-type", "").lower()
    return "html" in kind or (not kind.startswith("application/json") and response.body[:64].lstrip()[:1] == b"<")
