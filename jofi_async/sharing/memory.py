"""A limit shared within one process: by several clients, or in tests."""

import asyncio

from jofi_async.core.limits.shared.ledger import Ledger
from jofi_async.core.limits.shared.store import Booked, Visit


class MemoryLimitStore:
    """Keeps limits in memory, on the running loop's clock; for one process and one thread."""

    def __init__(self) -> None:
        self._ledgers: dict[str, Ledger] = {}

    async def visit(self, name: str, visit: Visit) -> Booked:
        """See `LimitStore.visit`."""
        now = asyncio.get_running_loop().time()
        ledger = self._ledgers.get(name) or self._ledgers.setdefault(name, Ledger.begin(now, visit))
        return ledger.visit(now, visit)

    async def aclose(self) -> None:
        """Do nothing: what is kept stays."""
