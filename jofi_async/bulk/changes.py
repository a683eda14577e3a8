"""A bulk job over things that are there: each is changed once, and whoever changes it finds out what came of it."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from attrs import frozen

from jofi_async.bulk.resource import Look
from jofi_async.core.errors import ApiError, Problem, RefusedError

Row = TypeVar("Row")
Item = TypeVar("Item")


@frozen
class ChangesInBulk(Generic[Row, Item]):
    """What `BulkResource` is for changes; a vendor adds `person` and `send`.

    Attributes:
        looks_prove: There is nothing to look for: `send` itself reads what it has changed.
        resend_is_safe: A change that is in doubt after that stays so.
        resend_after: It is never sent again.
    """

    looks_prove: bool = False
    resend_is_safe: bool = False
    resend_after: float | None = None
    asks_first: bool = False

    def check(self, row: Row) -> Sequence[Problem]:
        """It was checked when it was chosen."""
        return []

    async def known(self, row: Row) -> Item | None:
        """Never asked."""
        return None

    def is_last(self, row: Row) -> bool:
        """There is one step only."""
        return True

    def onward(self, row: Row, item: Item) -> Row:
        """Never asked."""
        return row

    async def look(self, row: Row, watermark: object) -> Look[Item]:
        """Never asked."""
        return Look(None, conclusive=False)

    def spend_resend(self) -> bool:
        """Nothing is sent again."""
        return False

    async def watermark(self) -> object:
        """Never asked."""
        return None

    def is_ours(self, row: Row, item: object, watermark: object) -> bool:
        """Never asked."""
        return False


def refusal_of_row(error: ApiError, field: str = "") -> RefusedError:
    """What a vendor says of one thing as the refusal of its row, so that the others go on."""
    refusal = RefusedError(error.message, problems=[Problem(field, error.message)], recognised=True)
    refusal.status, refusal.body = error.status, error.body
    return refusal.during(error.method, error.path, error.attempts)
