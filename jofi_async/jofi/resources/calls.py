"""The one way in which all resources ask JOFI: one object, one list, and the mode that an answer must have.

A route is an `Operation` and a method of a line or two.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from jofi_async.core import codec
from jofi_async.core.errors import CallError, Effect, InvalidInputError, ModeMismatchError, Problem
from jofi_async.core.operation import Operation
from jofi_async.core.session import Session
from jofi_async.core.wire import Response
from jofi_async.jofi.models import Mode, Page


class HasMode(Protocol):
    """An answer of JOFI's: each says its mode."""

    mode: Mode | None


Answer = TypeVar("Answer", bound=HasMode)
AnyPage = TypeVar("AnyPage", bound=Page[Any])


class Calls:
    """Asks JOFI.

    Args:
        session: Makes the calls.
        mode: What the key's prefix says, or None when it says nothing.

    Attributes:
        session: Makes the calls.
        mode: What the key's prefix says.
    """

    def __init__(self, session: Session, mode: Mode | None) -> None:
        self.session = session
        self.mode = mode

    async def read(
        self,
        operation: Operation,
        kind: type[Answer],
        *,
        object_id: object = None,
        query: Mapping[str, str] | None = None,
        until: float = math.inf,
    ) -> Answer:
        """Read one object.

        Args:
            operation: The route, which changes nothing.
            kind: What is answered.
            object_id: What stands for `{id}` in the path.
            query: Query parameters.
            until: An instant of the running loop's clock by which it must have ended, if before the deadline.

        Raises:
            CallError: See `jofi_async.core.errors`.
        """
        decode = self.decoder(kind, Effect.NONE)
        return await self.session.call(operation, decode, object_id=object_id, query=query or None, until=until)

    async def list(self, operation: Operation, kind: type[AnyPage], query: Mapping[str, str] | None = None) -> AnyPage:
        """Read a list, and go on for as long as an answer tells where; today none does.

        The deadline is for all pages together. A further page that fails, or brings nothing new, ends it: `has_more`
        then is still true, as it is for as long as items are missing to `total_count`.

        Args:
            operation: The route.
            kind: The envelope.
            query: Query parameters.

        Raises:
            CallError: See `jofi_async.core.errors`.
        """
        until = self.session.until()
        whole = await self.read(operation, kind, query=query, until=until)
        if whole.has_more and whole.extra:
            await self._go_on(whole, operation, kind, query or {}, until)
        return whole

    def decoder(self, kind: type[Answer], effect: Effect) -> Callable[[Response], Answer]:
        """What makes the model of an answer, and refuses one whose mode denies the key's.

        Args:
            kind: The model.
            effect: What an answer in another mode has done.
        """

        def decode(response: Response) -> Answer:
            item = codec.decode(kind, response.body)
            if self.mode is not None and item.mode is not None and item.mode != self.mode:
                raise ModeMismatchError(
                    f'The answer is of mode "{item.mode}", and the key is a {self.mode} key',
                    item=item,
                    response=response,
                    effect=effect,
                )
            return item

        return decode

    async def _go_on(
        self, whole: Page[Any], operation: Operation, kind: type[AnyPage], query: Mapping[str, str], until: float
    ) -> None:
        from jofi_async.jofi.paging import next_query  # JOFI has announced it, and has it not yet

        known = {item.id for item in whole.data if item.id is not None}
        asked = [query]
        while whole.has_more and len(whole.data) < whole.total_count:
            further = next_query(whole.extra, query)
            if further is None or further in asked:
                return
            asked.append(further)
            try:
                page = await self.read(operation, kind, query=further, until=until)
            except CallError:  # the names were a guess, and a wrong one must not cost what has come
                return
            news = [item for item in page.data if item.id not in known]
            if not news:
                return
            known.update(item.id for item in news if item.id is not None)
            whole.data.extend(news)
            whole.has_more, whole.extra = page.has_more or len(whole.data) < whole.total_count, page.extra


class Resource:
    """Some routes of JOFI's; made by `JofiClient`.

    Args:
        calls: Asks JOFI.
    """

    def __init__(self, calls: Calls) -> None:
        self._calls = calls


def checked_number(name: str, value: object) -> int:
    """Return an id that must be a whole number.

    Raises:
        InvalidInputError: It is none; nothing was sent.
    """
    if type(value) is not int:
        raise InvalidInputError([Problem(name, f"must be a whole number, not {type(value).__name__}")])
    return value


def checked_text(name: str, value: object) -> str:
    """Return a value that must be a text with something in it.

    Raises:
        InvalidInputError: It is none; nothing was sent.
    """
    if not isinstance(value, str):
        raise InvalidInputError([Problem(name, f"must be a text, not {type(value).__name__}")])
    if not value.strip():
        raise InvalidInputError([Problem(name, "is empty")])
    return value
