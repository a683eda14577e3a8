"""Why a delivery is not accepted: the one error that reading one may raise."""

from enum import StrEnum

from jofi_async.core.errors import JofiAsyncError


class Refusal(StrEnum):
    """What is wrong with a delivery."""

    INCOMPLETE = "incomplete"
    UNSIGNED = "unsigned"
    FORGED = "forged"
    STALE = "stale"
    TOO_LARGE = "too large"
    UNREADABLE = "unreadable"


class DeliveryRefusedError(JofiAsyncError):
    """A delivery was not accepted, and no handler has seen it.

    Attributes:
        refusal: What is wrong: `INCOMPLETE` (it broke off), `UNSIGNED` (what the check needs is not there), `FORGED`
            (it does not match, or is malformed or ambiguous), `STALE` (true, and too old or of the future),
            `TOO_LARGE` (nobody looked at it), or `UNREADABLE` (true, and no event that the vocabulary knows how to
            read).
    """

    def __init__(self, refusal: Refusal, message: str) -> None:
        super().__init__(message)
        self.refusal = refusal
