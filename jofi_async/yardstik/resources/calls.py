"""The one way in which all resources ask Yardstik: one object, or one page of a list."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from jofi_async.core import codec
from jofi_async.core.call import CallRecord
from jofi_async.core.operation import Operation
from jofi_async.core.session import Session
from jofi_async.core.wire import Response
from jofi_async.yardstik.models import Page

T = TypeVar("T")
AnyPage = TypeVar("AnyPage", bound=Page[Any])


async def ask(
    session: Session,
    operation: Operation,
    kind: type[T],
    *,
    object_id: str | None = None,
    payload: Mapping[str, object] | None = None,
    record: CallRecord | None = None,
    until: float = math.inf,
) -> T:
    """Make a call that answers one object.

    Args:
        session: Makes it.
        operation: The route.
        kind: What is answered.
        object_id: What stands for `{id}` in the path.
        payload: The JSON body.
        record: Filled in while the call runs.
        until: An instant of the running loop's clock by which it must have ended, if before the deadline.

    Raises:
        CallError: See `jofi_async.core.errors`.
    """

    def decode(response: Response) -> T:
        return codec.decode(kind, response.body)

    return await session.call(operation, decode, object_id=object_id, payload=payload, record=record, until=until)


async def ask_page(
    session: Session, operation: Operation, kind: type[AnyPage], query: Mapping[str, str | Sequence[str]] | None = None
) -> AnyPage:
    """Read one page of a list, in an envelope or a bare array (facts: 3.1).

    Args:
        session: Makes the call.
        operation: The route.
        kind: The envelope.
        query: Query parameters.

    Raises:
        CallError: See `jofi_async.core.errors`.
    """

    def decode(response: Response) -> AnyPage:
        body = response.body
        return codec.decode(kind, b'{"data":%b}' % body if body.lstrip()[:1] == b"[" else body)

    return await session.call(operation, decode, query=query or None)


class Resource:
    """Some routes of Yardstik's; made by `YardstikClient`.

    Args:
        session: Makes the calls.
        workers: How many calls are made at once where there are many.
    """

    def __init__(self, session: Session, workers: int) -> None:
        self._session = session
        self._workers = workers
