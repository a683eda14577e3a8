"""What a listing holds on to while it is iterated over: ids, and no items."""

from datetime import timedelta
from typing import ClassVar
from weakref import WeakSet

from jofi_async.reconcile.complete import CompleteListing
from jofi_async.reconcile.listable import Entry
from jofi_async.testing import run_virtual
from tests.reconcile.server import EPOCH, Server

WORKERS = 3


class Item:
    """An item that can be watched."""

    alive: ClassVar[WeakSet["Item"]] = WeakSet()

    def __init__(self) -> None:
        self.alive.add(self)


class Watched(Server):
    """A server whose items are objects, made anew for each answer."""

    def entry(self, item: int) -> Entry[Item]:  # type: ignore[override]
        return Entry(item, self.rows[item], EPOCH + timedelta(seconds=item), Item())


def test_no_item_is_kept_once_it_was_yielded() -> None:
    server = Watched({number: (f"{number:04}@x.org", "") for number in range(150)})
    most = 0

    async def main() -> None:
        nonlocal most
        listing: CompleteListing[Item] = CompleteListing(server, {}, workers=WORKERS)  # type: ignore[arg-type]
        async for _ in listing:
            most = max(most, len(Item.alive))
        assert listing.summary.known == 150

    run_virtual(main())
    assert 0 < most <= 2 * (WORKERS + 1) * server.limits[1]
