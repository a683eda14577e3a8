"""One row's way: send it, and when what happened is not known, look, until it is.

A look proves that a person is there; that nobody is there, it proves only when it is conclusive, and only for the
moment: a create may still take effect late. So a doubtful row is sent again only where the vendor refuses the second of
two creates (`resend_is_safe`), and otherwise is only looked for, and stays `unknown`.
"""

import asyncio
from typing import Any, Generic, TypeVar

from attrs import evolve

from jofi_async.bulk.flight import Flight
from jofi_async.bulk.ledger import Ledger
from jofi_async.bulk.outcome import HALF_WAY, IN_DOUBT, NOT_OURS, Evidence, Outcome, OutcomeKind
from jofi_async.bulk.resource import BulkResource, Look
from jofi_async.bulk.verdict import CREATED, Verdict, verdict_on
from jofi_async.core.doubt import PAUSES
from jofi_async.core.errors import (
    InvalidInputError,
    JofiAsyncError,
    ModeMismatchError,
    RefusedError,
    RetryAfterTooLongError,
)

Row = TypeVar("Row")
Item = TypeVar("Item")

_ANSWERS = {OutcomeKind.CREATED: Evidence.ANSWERED, OutcomeKind.EXISTED: Evidence.DUPLICATE}
_THERE = tuple(_ANSWERS)
_TOLD_OF_DOUBTS = (*_THERE, OutcomeKind.UNKNOWN)
_TELLS_PROBLEMS = (RefusedError, InvalidInputError)


class Settler(Generic[Row, Item]):
    """Carries rows to the vendor and finds out what became of them.

    Args:
        resource: The vendor's side of the job.
        ledger: Records each intent before it is sent.
    """

    def __init__(self, resource: BulkResource[Row, Item], ledger: Ledger[Row, Item]) -> None:
        self._resource = resource
        self._ledger = ledger
        self._watermark: object = None
        self._is_marked = not resource.looks_prove
        self._marking = asyncio.Lock()

    async def carry(self, flight: Flight[Row, Item]) -> Verdict:
        """Take a row through its steps until it is known what became of it, or patience ends; its outcome is filled in.

        Returns:
            What follows for the job.
        """
        while True:
            try:
                verdict = None
                if not flight.doubtful:  # else the watermark is that of the earlier run that left the doubt
                    if self._resource.asks_first or not self._is_marked:
                        verdict = await self._prepare(flight)
                    flight.watermark = self._watermark
                if verdict is None:
                    verdict = await self._try(flight)
                if verdict.kind is OutcomeKind.UNKNOWN:
                    verdict = await self._pursue(flight, verdict)
            except asyncio.CancelledError:
                if flight.answered and not self._resource.is_last(flight.row):  # no outcome tells of it alone
                    _half_way(flight, Verdict(flight.outcome.kind, flight.outcome.error))
                raise
            if verdict.kind not in _THERE or self._resource.is_last(flight.row):
                return verdict
            item = flight.outcome.item
            if item is None or verdict.stops:
                return _half_way(flight, verdict)
            flight.go_on(self._resource.onward(flight.row, item))

    async def _prepare(self, flight: Flight[Row, Item]) -> Verdict | None:
        """Learn what must be known before a row is sent; what follows for the job if it must not be sent at all."""
        try:
            if not self._is_marked:
                await self._mark()
            item = await self._resource.known(flight.row) if self._resource.asks_first else None
        except InvalidInputError as error:
            _note(flight.outcome, OutcomeKind.REFUSED, error)
            return verdict_on(error, sent=False)
        except Exception as error:
            return _unmarked(flight.outcome, error)
        return None if item is None else _already(flight.outcome, item)

    async def _pursue(self, flight: Flight[Row, Item], verdict: Verdict) -> Verdict:
        """Look again, and where that is safe send again, until it is known what became of a row in doubt."""
        for pause in PAUSES:
            if not self._may_try_again(flight, verdict):
                return verdict
            await flight.rest(pause)
            if flight.halted or not self._resource.resend_is_safe:  # one more look may tell
                verdict = self._settle(flight, verdict, await self._look(flight))
            else:
                verdict = await self._try(flight)
        return await self._send_late(flight, verdict)

    async def _send_late(self, flight: Flight[Row, Item], verdict: Verdict) -> Verdict:
        """Send again what is not safe to be sent again, where that is asked for and nobody is there long after."""
        seconds = self._resource.resend_after
        if self._resource.resend_is_safe or verdict.kind is not OutcomeKind.UNKNOWN or flight.halted:
            return verdict
        if seconds is None:
            flight.outcome.problems = (IN_DOUBT,)
            return verdict
        await flight.rest(seconds)
        look = await self._look(flight)
        verdict = self._settle(flight, verdict, look)
        if verdict.kind is not OutcomeKind.UNKNOWN or not look.conclusive or flight.halted:
            return verdict
        return await self._try(flight)

    async def _mark(self) -> None:
        """Take the watermark before the job's first create."""
        async with self._marking:
            if not self._is_marked:
                self._watermark = await self._resource.watermark()
                self._is_marked = True

    def _may_try_again(self, flight: Flight[Row, Item], verdict: Verdict) -> bool:
        """Whether to look again, and where that is safe to send again, too."""
        if verdict.kind is not OutcomeKind.UNKNOWN or verdict.stops or flight.halted:
            return False
        if not self._resource.resend_is_safe:
            return self._resource.looks_prove
        return not isinstance(verdict.error, RetryAfterTooLongError) and self._resource.spend_resend()

    async def _try(self, flight: Flight[Row, Item]) -> Verdict:
        """Send a row once, and look where its answer alone does not tell all."""
        outcome, sent_before = flight.outcome, flight.attempts
        try:
            if self._ledger.keeps:
                await self._ledger.intend(flight)
            outcome.item = await self._resource.send(flight.row, flight)
        except Exception as error:
            verdict = verdict_on(error, sent=flight.attempts > sent_before)
            if isinstance(error, JofiAsyncError) and error.row is None:
                error.row = flight.row
            if verdict.kind is OutcomeKind.UNKNOWN:
                flight.doubtful = True
            if not flight.doubtful or verdict.kind in _TOLD_OF_DOUBTS:
                _note(outcome, verdict.kind, error)  # else it goes on telling of the attempt that left the doubt
            flight.answered = verdict.kind in _THERE or not flight.doubtful
        else:
            verdict = CREATED
            outcome.kind, outcome.evidence = OutcomeKind.CREATED, Evidence.ANSWERED
            outcome.error, outcome.problems = None, ()
            flight.answered = True
        if flight.answered and (outcome.item is not None or verdict.kind not in _THERE):
            return verdict
        look = await self._look(flight)
        outcome.item = look.item
        return self._settle(flight, verdict, look) if flight.doubtful else verdict

    def _settle(self, flight: Flight[Row, Item], verdict: Verdict, look: Look[Item]) -> Verdict:
        """Say of a row that was in doubt what its last answer and a look together prove."""
        outcome = flight.outcome
        if verdict.kind is OutcomeKind.CREATED:
            return verdict
        outcome.item = look.item
        if look.item is not None:
            if any(self._resource.is_ours(row, look.item, flight.watermark) for row in (*flight.doubted, flight.row)):
                _note(outcome, OutcomeKind.CREATED, None, Evidence.FOUND)
            elif verdict.kind is not OutcomeKind.EXISTED:
                _note(outcome, OutcomeKind.EXISTED, None, Evidence.FOUND)
                outcome.problems = (NOT_OURS,)
            return evolve(verdict, kind=outcome.kind, pauses=False)
        if verdict.kind is OutcomeKind.EXISTED:
            return verdict
        if self._stands(verdict, look):
            _note(outcome, OutcomeKind.REFUSED, verdict.error)
            return verdict
        return evolve(verdict, kind=OutcomeKind.UNKNOWN)

    def _stands(self, verdict: Verdict, look: Look[Item]) -> bool:
        """Whether a refusal says of the attempts in doubt too that nothing came of them."""
        nobody = look.conclusive or not self._resource.looks_prove
        return nobody and isinstance(verdict.error, RefusedError) and verdict.error.recognised

    async def _look(self, flight: Flight[Row, Item]) -> Look[Item]:
        if self._resource.looks_prove:
            try:
                return await self._resource.look(flight.row, flight.watermark)
            except Exception:  # the outcome stands without it
                pass
        return Look(None, conclusive=False)


def _unmarked(outcome: Outcome[Any, Any], error: Exception) -> Verdict:
    """Nothing is sent without a watermark: an outage pauses the job, and anything else is no row's fault."""
    verdict = verdict_on(error, sent=False)
    _note(outcome, OutcomeKind.NOT_ATTEMPTED, error)
    outcome.problems = ()
    return evolve(verdict, kind=OutcomeKind.NOT_ATTEMPTED, stops=not verdict.pauses)


def _half_way(flight: Flight[Any, Any], verdict: Verdict) -> Verdict:
    """A step that invites nobody is done, and what the next one needs of it cannot be read now."""
    flight.go_on(flight.row)
    flight.outcome.error = verdict.error
    flight.outcome.problems = (HALF_WAY,)
    return evolve(verdict, kind=OutcomeKind.NOT_ATTEMPTED, pauses=True)


def _already(outcome: Outcome[Any, Any], item: object) -> Verdict:
    """It is there, and nothing was sent."""
    _note(outcome, OutcomeKind.EXISTED, None, Evidence.FOUND)
    outcome.item, outcome.problems = item, (NOT_OURS,)
    return Verdict(OutcomeKind.EXISTED)


def _note(
    outcome: Outcome[Any, Any], kind: OutcomeKind, error: Exception | None, evidence: Evidence | None = None
) -> None:
    outcome.kind, outcome.error = kind, error
    outcome.evidence = evidence or _ANSWERS.get(kind)
    outcome.problems = ()
    if isinstance(error, _TELLS_PROBLEMS):
        outcome.problems = error.problems
    elif isinstance(error, ModeMismatchError) and kind is OutcomeKind.CREATED:
        outcome.item = error.item
