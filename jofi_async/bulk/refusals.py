"""The same refusal over and over, in words that nobody documented, is no row's fault."""

import re
from typing import Any

from attrs import define, field

from jofi_async.bulk.outcome import Outcome, OutcomeKind
from jofi_async.core.errors import ApiError, RefusedError

_VARIABLE = re.compile(r"\S*@\S*|\d+")


@define
class Refusals:
    """Holds such outcomes back until another answer shows that the job can go on, or a run of them that it cannot.

    Attributes:
        run: How many of them in a row are the job's fault and not the rows'.
        most: How many outcomes are held back at most: those of rows that the vendor did not answer tell nothing, end no
            run, and wait in its line.
        held: The outcomes that are held back.
    """

    run: int = 20
    most: int = 200
    held: list[Outcome[Any, Any]] = field(factory=list[Outcome[Any, Any]])
    _count: int = 0
    _text: str | None = None
    _blamed: str | None = None

    def take(self, outcome: Outcome[Any, Any]) -> list[Outcome[Any, Any]]:
        """Take the next outcome; return what may be told now, in the order in which it came."""
        text = _undocumented(outcome)
        if text is not None and text == self._blamed:  # it was under way when the job was stopped for it
            outcome.kind = OutcomeKind.NOT_ATTEMPTED
            text = None
        if text is None and not self.held:
            return [outcome]
        tells_nothing = text is None and not _is_answer(outcome)
        told = [] if text == self._text or (tells_nothing and len(self.held) < self.most) else self.release()
        if text is None and not self.held:
            return [*told, outcome]
        self.held.append(outcome)
        if text is not None:
            self._text = text
            self._count += 1
        return told

    def release(self) -> list[Outcome[Any, Any]]:
        """Tell what is held back."""
        told, self.held, self._count, self._text = self.held, [], 0, None
        return told

    @property
    def is_run(self) -> bool:
        """Whether as many are held back as make a run."""
        return self._count >= self.run

    def blame_the_job(self) -> list[Outcome[Any, Any]]:
        """Tell what is held back, the run as `not_attempted`: nothing was created, and no row is at fault."""
        self._blamed = self._text
        for outcome in self.held:
            if _undocumented(outcome) is not None:
                outcome.kind = OutcomeKind.NOT_ATTEMPTED
        return self.release()


def _is_answer(outcome: Outcome[Any, Any]) -> bool:
    """Whether the vendor answered, so that the outcome tells something about the job."""
    if outcome.kind is OutcomeKind.REFUSED:
        return isinstance(outcome.error, ApiError)
    return outcome.kind not in (OutcomeKind.UNKNOWN, OutcomeKind.NOT_ATTEMPTED)


def _undocumented(outcome: Outcome[Any, Any]) -> str | None:
    """The refusal's text without what varies from row to row; None for any other outcome."""
    error = outcome.error
    if outcome.kind is OutcomeKind.REFUSED and isinstance(error, RefusedError) and not error.recognised:
        return _VARIABLE.sub("", error.message)
    return None
