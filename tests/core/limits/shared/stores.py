"""Stores in memory that are far away, slow, broken, frozen or emptied, in virtual time."""

import asyncio

from attrs import define, field

from jofi_async.core.limits.shared.ledger import Ledger
from jofi_async.core.limits.shared.store import Booked, LimitStoreError, Visit


@define(eq=False)
class Server:
    """One store that all reach.

    Attributes:
        offset: What its clock is ahead of the loop's.
        broken: Whether it refuses.
        closed: How often it was closed.
        visits: All visits that came.
        running: Set unless it stands still.
        under_way: Visits that have arrived.
    """

    offset: float = 1e6
    broken: bool = False
    closed: int = 0
    visits: list[Visit] = field(factory=list[Visit])
    ledgers: dict[str, Ledger] = field(factory=dict[str, Ledger])
    running: asyncio.Event = field(factory=asyncio.Event)
    under_way: set[asyncio.Future[Booked]] = field(factory=set[asyncio.Future[Booked]])

    def __attrs_post_init__(self) -> None:
        self.running.set()

    def empty(self) -> None:
        """Forget everything."""
        self.ledgers.clear()

    def visit(self, name: str, visit: Visit) -> Booked:
        self.visits.append(visit)
        now = asyncio.get_running_loop().time() + self.offset
        ledger = self.ledgers.get(name) or self.ledgers.setdefault(name, Ledger.begin(now, visit))
        return ledger.visit(now, visit)


@define(eq=False)
class Way:
    """One process's way to the store.

    Attributes:
        server: The store.
        going: How long a visit takes to get there, in seconds.
        coming: How long the answer takes.
    """

    server: Server
    going: float = 0.0005
    coming: float = 0.0005

    async def visit(self, name: str, visit: Visit) -> Booked:
        """See `LimitStore.visit`."""
        await asyncio.sleep(self.going)
        if self.server.broken:
            raise LimitStoreError("the store refuses")
        under_way = asyncio.ensure_future(self._arrive(name, visit))
        self.server.under_way.add(under_way)
        under_way.add_done_callback(self.server.under_way.discard)
        booked = await asyncio.shield(under_way)  # what has arrived is done, though nobody may wait for it
        await asyncio.sleep(self.coming)
        return booked

    async def _arrive(self, name: str, visit: Visit) -> Booked:
        await self.server.running.wait()
        return self.server.visit(name, visit)

    async def aclose(self) -> None:
        """See `LimitStore.aclose`."""
        self.server.closed += 1
