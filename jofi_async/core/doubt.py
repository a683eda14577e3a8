"""A change of one object of which nobody knows whether it took effect: the object is read before it is sent again."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import TypeVar

from jofi_async.core.errors import (
    CallError,
    Effect,
    JofiAsyncError,
    NotFoundError,
    RefusedError,
    ServerError,
    UnknownOutcomeError,
)
from jofi_async.core.session import Session

T = TypeVar("T")

PAUSES = (0.5, 2.0, 5.0)
"""How many seconds pass before what is in doubt is sent again, each time; a pause of the client makes it longer."""


async def see_through(
    session: Session,
    act: Callable[[Session, float], Awaitable[T]],
    look: Callable[[Session, float], Awaitable[T | None]],
    *,
    again: bool = True,
) -> T:
    """Make a change, and find out what became of it when no answer tells.

    Args:
        session: Makes the calls; its deadline is for all of them together.
        act: Sends the change, over a session and until an instant.
        look: Reads the object likewise; what it is now if the change took effect, else None.
        again: Whether a change that did not take effect is sent again; one that contacts a person is not, and is only
            looked for.

    Raises:
        JofiAsyncError: What `act` raised. After a doubt, the doubt, when looks did not tell that it took effect, or
            could not be made, and no second send told more.
    """
    until, doubt = session.until(), None
    for pause in (*PAUSES, math.inf):
        if doubt is None or again:
            try:
                return await act(session, until)
            except (UnknownOutcomeError, ServerError) as error:
                doubt = error
            except JofiAsyncError as error:
                if doubt is None or _settles(error):
                    raise
                raise doubt from error
        session = session.patient()
        try:
            found = await look(session, until)
        except JofiAsyncError:
            raise doubt from None
        if found is not None:
            return found
        if asyncio.get_running_loop().time() + pause >= until or pause == math.inf:
            raise doubt
        await asyncio.sleep(pause)
    raise AssertionError("the last round returns or raises")


def _settles(error: JofiAsyncError) -> bool:
    """Whether what became of a second send tells what became of the first: the vendor took it, or refuses it."""
    return isinstance(error, RefusedError | NotFoundError) or (
        isinstance(error, CallError) and error.effect is Effect.DONE
    )
