"""What travels: one `Request`, one `Response`, and how long to wait for either."""

from collections.abc import Callable, Mapping

from attrs import define, field, frozen

from jofi_async.core.masking import mask


@frozen
class Timeout:
    """How long one attempt may wait, in seconds.

    Attributes:
        connect: Until a connection stands (DNS, TCP and TLS together).
        read: Until the head of the answer is there, and then until its next bytes arrive.
    """

    connect: float = 10.0
    read: float = 30.0


@define
class Request:
    """One HTTP request, ready to be sent.

    Attributes:
        method: The HTTP method in capitals.
        url: The absolute URL; path and query are percent-encoded already and must be sent as they are.
        headers: Header names and values, the key included.
        body: The bytes to send, or None.
        timeout: How long the transport may wait.
        departed: Whether a byte of it may have left. It starts as True, the safe belief; a transport that knows
            better sets it to False on entry and to True before the first byte leaves, so that a call
            cancelled while it was still connecting is known to be *not sent*.
        still_clear: A transport that has to wait for a connection calls it right before the first byte leaves; it
            raises a `NotSentError` when the request must not leave any more.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(factory=dict[str, str])
    body: bytes | None = None
    timeout: Timeout = field(factory=Timeout)
    departed: bool = True
    still_clear: Callable[[], None] | None = field(default=None, repr=False, eq=False)

    def __repr__(self) -> str:
        return f"Request({self.method} {mask(self.url)})"


@define
class Response:
    """One HTTP answer, read to its end.

    Attributes:
        status: The HTTP status code.
        headers: Header names in lower case, and their values.
        body: The raw body.
    """

    status: int
    headers: Mapping[str, str] = field(factory=dict[str, str])
    body: bytes = b""

    def __repr__(self) -> str:
        return f"Response({self.status}, {len(self.body)} bytes)"
