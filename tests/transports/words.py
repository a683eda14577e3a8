"""A request with something to hide, and the check that no error shows it."""

import traceback

from jofi_async.core.errors import JofiAsyncError
from jofi_async.core.wire import Request, Timeout

KEY = "sk_live_abc"


def request_to(place: str, method: str = "POST", scheme: str = "http", timeout: Timeout | None = None) -> Request:
    url = f"{scheme}://{place}/api/v2/invitations?email=jane%40example.org"
    return Request(method, url, {"Authorization": KEY}, b'{"email": "jane@example.org"}', timeout or Timeout())


def check_words(error: JofiAsyncError, *words: str) -> None:
    """Nothing that is printed with the error tells the key or whom it was about."""
    shown = "".join(traceback.format_exception(error)) + error.message
    assert KEY not in shown
    assert "example.org" not in shown
    for word in words:
        assert word in error.message
