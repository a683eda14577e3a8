"""The newest `created_at` on the server, as `ensure` and bulk jobs read it: JOFI's clock, never ours."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from jofi_async.jofi.models import InvitationList

AGE = 60.0
"""For how many seconds `ensure` takes the last watermark for its own."""


class Watermark:
    """Reads the watermark, and remembers the last one for a while; shared by all that `with_options` makes."""

    def __init__(self) -> None:
        self._value: datetime | None = None
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def fresh(self, read: Callable[[], Awaitable[InvitationList]]) -> datetime | None:
        """Read it now.

        Args:
            read: Lists the newest invitations.
        """
        page = await read()
        self._value = max((item.created_at for item in page.data), default=None)
        self._read_at = asyncio.get_running_loop().time()
        return self._value

    async def recent(self, read: Callable[[], Awaitable[InvitationList]]) -> datetime | None:
        """One of the last minute: an older one only tells fewer invitations from a lost attempt of ours."""
        async with self._reading:
            if self._read_at + AGE > asyncio.get_running_loop().time():
                return self._value
            return await self.fresh(read)
