"""The abstract transport: it moves one `Request` to one `Response` and knows nothing else."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

from jofi_async.core.wire import Request, Response


class Transport(ABC):
    """Moves bytes; knows nothing of retries, limits, JSON or vendors.

    A subclass needs `send` alone. `jofi_async.testing` has a contract suite that tells whether it keeps this page.
    """

    @abstractmethod
    async def send(self, request: Request) -> Response:
        """Send one request and read its answer to the end; never follow a redirect, never send again.

        Args:
            request: What to send. `request.timeout` bounds the wait. Header names of the answer are lower case.

        Returns:
            Whatever the server answered, of any status.

        Raises:
            NotSentError: No byte of the request can have arrived.
            UnknownOutcomeError: Anything that failed after that; with `response` set when the answer had begun.
        """

    async def aclose(self) -> None:  # noqa: B027  (most transports hold nothing)
        """Release what the transport holds; calling it again does nothing."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
