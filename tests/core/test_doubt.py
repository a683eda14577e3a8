"""What is told of a change in doubt when the look, or a second send, cannot be made: the doubt, and nothing milder."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from jofi_async.core.doubt import see_through
from jofi_async.core.errors import (
    ApiError,
    Effect,
    JofiAsyncError,
    LifecycleError,
    NotFoundError,
    NotSentError,
    RateLimitedError,
    RefusedError,
    UnknownOutcomeError,
    UnreadableAnswerError,
)
from jofi_async.core.session import Session
from jofi_async.core.wire import Response
from tests.core.support import Bench, virtual

DOUBT = UnknownOutcomeError("The connection broke off")
CLOSED = LifecycleError("The client was closed")
NOT_SENT = NotSentError("Refused")


def answered(kind: type[ApiError], **more: Any) -> ApiError:
    return kind("no", response=Response(422), **more)


def giving(*results: object) -> Callable[[Session, float], Awaitable[Any]]:
    left = list(results)

    async def give(_: Session, __: float) -> Any:
        result = left.pop(0)
        if isinstance(result, Exception):
            raise result
        return result

    return give


@pytest.mark.parametrize("failure", [CLOSED, NOT_SENT, answered(RateLimitedError)], ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("again", [True, False])
@virtual
async def test_a_look_that_cannot_be_made_leaves_the_doubt(failure: JofiAsyncError, again: bool) -> None:
    with pytest.raises(UnknownOutcomeError) as caught:
        await see_through(Bench().session, giving(DOUBT), giving(failure), again=again)
    assert caught.value is DOUBT


@pytest.mark.parametrize("failure", [CLOSED, NOT_SENT, answered(RateLimitedError)], ids=lambda one: type(one).__name__)
@virtual
async def test_a_second_send_that_cannot_be_made_leaves_the_doubt(failure: JofiAsyncError) -> None:
    with pytest.raises(UnknownOutcomeError) as caught:
        await see_through(Bench().session, giving(DOUBT, failure), giving(None))
    assert caught.value is DOUBT
    assert caught.value.__cause__ is failure


@pytest.mark.parametrize(
    "settled",
    [
        answered(RefusedError, problems=[], recognised=True),
        answered(NotFoundError),
        answered(UnreadableAnswerError, effect=Effect.DONE),
    ],
    ids=lambda one: type(one).__name__,
)
@virtual
async def test_a_second_answer_settles_it(settled: ApiError) -> None:
    with pytest.raises(type(settled)) as caught:
        await see_through(Bench().session, giving(DOUBT, settled), giving(None))
    assert caught.value is settled


@pytest.mark.parametrize("failure", [CLOSED, NOT_SENT], ids=lambda one: type(one).__name__)
@virtual
async def test_without_a_doubt_the_first_failure_is_told(failure: JofiAsyncError) -> None:
    with pytest.raises(type(failure)) as caught:
        await see_through(Bench().session, giving(failure), giving())
    assert caught.value is failure
