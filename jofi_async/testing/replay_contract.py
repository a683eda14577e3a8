"""What every store of replays must keep, as tests that a store's own test module inherits.

::

    class TestMyReplays(ReplayStoreContract):
        @asynccontextmanager
        async def stores(self) -> AsyncGenerator[Callable[[], ReplayStore], None]:
            async with a_database() as url:
                yield lambda: MyReplays(url)

        async def wait(self, seconds: float) -> None:
            ...  # let time pass for the store

The tests are coroutines without arguments: run them with pytest-asyncio, anyio's plugin or `asyncio.run`.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import ClassVar

from jofi_async.webhooks.replays import Claim, ReplayStore

KEY = "0a3388dee7833ecbddf8eade05522d592627d7b5dd91bc205a86c20d6e8cc7a3"
LONG = 60.0


class ReplayStoreContract:
    """The tests; a subclass says by `stores` and `wait` what to run them on.

    Attributes:
        lease: How many seconds a claim lasts that is waited out; longer where waiting costs no time.
    """

    lease: ClassVar[float] = 0.2

    def stores(self) -> AbstractAsyncContextManager[Callable[[], ReplayStore]]:
        """Yield what makes one store after the other on the same events, of which there are none yet."""
        raise NotImplementedError

    async def wait(self, seconds: float) -> None:
        """Let time pass for the store."""
        raise NotImplementedError

    async def test_of_many_that_ask_at_once_one_takes_it(self) -> None:
        """Of many that ask for one event at once, over two stores, exactly one takes it."""
        async with self.stores() as make:
            stores = [make(), make()]
            asked = [stores[number % 2].claim(KEY, f"token-{number}", LONG) for number in range(20)]
            claims = await asyncio.gather(*asked)
            assert sorted(claims) == [Claim.BUSY] * 19 + [Claim.TAKEN]

    async def test_what_is_finished_is_done_for_all(self) -> None:
        """A finished event is done for all, and stays so; others are not touched."""
        async with self.stores() as make:
            one, other = make(), make()
            assert await one.claim(KEY, "one", LONG) is Claim.TAKEN
            assert await other.claim("another event", "other", LONG) is Claim.TAKEN
            await one.finish(KEY)
            assert await one.claim(KEY, "one", LONG) is Claim.DONE
            assert await other.claim(KEY, "other", LONG) is Claim.DONE
            await other.release(KEY, "one")
            assert await other.claim(KEY, "one", LONG) is Claim.DONE

    async def test_what_is_released_can_be_taken(self) -> None:
        """A released event can be taken again, and only that one is released."""
        async with self.stores() as make:
            store = make()
            assert await store.claim(KEY, "one", LONG) is Claim.TAKEN
            await store.release(KEY, "one")
            assert await store.claim(KEY, "two", LONG) is Claim.TAKEN
            await store.release("another event", "two")
            assert await store.claim(KEY, "three", LONG) is Claim.BUSY

    async def test_a_claim_ends_by_itself_and_its_holder_takes_nothing_from_the_next(self) -> None:
        """A claim ends with its time; who held it cannot release the next one's."""
        async with self.stores() as make:
            dead, alive = make(), make()
            assert await dead.claim(KEY, "dead", self.lease) is Claim.TAKEN
            assert await alive.claim(KEY, "alive", LONG) is Claim.BUSY
            await self.wait(2 * self.lease)
            assert await alive.claim(KEY, "alive", LONG) is Claim.TAKEN
            await dead.release(KEY, "dead")
            assert await dead.claim(KEY, "dead", LONG) is Claim.BUSY
            await alive.release(KEY, "alive")
            assert await dead.claim(KEY, "dead", LONG) is Claim.TAKEN

    async def test_whoever_finishes_late_has_handled_it_all_the_same(self) -> None:
        """An event that was finished after its claim had ended is done."""
        async with self.stores() as make:
            store = make()
            assert await store.claim(KEY, "late", self.lease) is Claim.TAKEN
            await self.wait(2 * self.lease)
            assert await store.claim(KEY, "next", LONG) is Claim.TAKEN
            await store.finish(KEY)
            await store.release(KEY, "next")
            assert await store.claim(KEY, "third", LONG) is Claim.DONE
