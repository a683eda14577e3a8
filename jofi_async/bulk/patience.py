"""When many rows in a row cannot be sent: pause, try one, pause for longer, and at last give up."""

import asyncio

from attrs import define, field


@define(eq=False)
class Patience:
    """Counts failures in a row and holds the job back.

    While all is well, `ready` returns at once. After `run` failures in a row it waits for the first of `pauses`
    (seconds) and then lets a single row through; the next row waits for what becomes of it.

    While `failures` is 0, there is nothing to wait for, and no success to note.

    Attributes:
        run: How many failures in a row begin a pause.
        pauses: How long each pause lasts, in seconds; when the try after the last has failed, patience is at an end.
        failures: How many rows in a row were not answered.
    """

    run: int = 8
    pauses: tuple[float, ...] = (1.0, 5.0, 15.0)
    failures: int = 0
    _tries: int = 0
    _trying: bool = False
    _judged: asyncio.Event = field(factory=asyncio.Event)

    @property
    def is_tried(self) -> bool:
        """Whether `ready` has anything to wait for."""
        return self._trying or self.failures >= self.run

    async def ready(self) -> bool:
        """Wait until a row may be tried; to be called by one at a time.

        Returns:
            Whether this row is the single one that tells how the server fares.
        """
        while self._trying:
            self._judged.clear()
            await self._judged.wait()
        if self.failures < self.run:
            return False
        await asyncio.sleep(self.pauses[self._tries])
        if self.failures < self.run:  # a straggler was answered meanwhile
            return False
        self._tries += 1
        self._trying = True
        return True

    def succeeded(self) -> None:
        """Note a row that the vendor answered."""
        if not self.failures:
            return
        self.failures = self._tries = 0
        self._trying = False
        self._judged.set()

    def failed(self, *, trial: bool) -> bool:
        """Note a row that was not answered; True when patience is at an end.

        Args:
            trial: What `ready` returned for this row.
        """
        self.failures += 1
        if not trial:
            return False
        self._trying = False
        self._judged.set()
        return self._tries == len(self.pauses)
