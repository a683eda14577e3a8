"""The slots that one process has booked at the store, on its own clock.

A slot may be started in from its instant on and for the grace, and only if the store was asked shortly before whether a
pause has begun meanwhile. One that passed is lost.
"""

from collections import deque

from attrs import define, field, frozen


@frozen
class Slot:
    """A slot that is booked.

    Attributes:
        there: Its instant on the store's clock.
        start: From when on a call may start in it, on ours.
        until: Until when.
        cost: How many tokens it took.
    """

    there: float
    start: float
    until: float
    cost: float


@define
class Bookings:
    """Slots in the order of their instants.

    Attributes:
        confirmed: Slots that begin later than this are to be confirmed first.
    """

    confirmed: float = 0.0
    _slots: deque[Slot] = field(factory=deque[Slot])

    def add(self, slots: list[Slot]) -> None:
        """Book some more."""
        self._slots = deque(sorted((*self._slots, *slots), key=lambda slot: slot.start))

    def take(self, now: float, cost: float) -> bool:
        """Start a call in a slot; False when there is none now."""
        for slot in self._slots:
            if slot.cost == cost and slot.start <= now <= slot.until and slot.start <= self.confirmed:
                self._slots.remove(slot)
                return True
        return False

    def due(self, now: float, cost: float, *, after: int = 0) -> float | None:
        """When a slot of some cost may be started in, with so many of them spoken for; None when that is not known."""
        starts = self.starts(now, cost)
        return starts[after] if len(starts) > after and starts[after] <= self.confirmed else None

    def starts(self, now: float, cost: float) -> list[float]:
        """When the slots of some cost begin that have not passed."""
        while self._slots and self._slots[0].until < now:
            self._slots.popleft()
        return [slot.start for slot in self._slots if slot.cost == cost]

    def surplus(self, cost: float, wanted: int, after: float) -> list[Slot]:
        """The slots beyond those that are wanted, of some cost, which begin after some instant; all those of others."""
        kept, surplus = 0, list[Slot]()
        for slot in self._slots:
            kept += slot.cost == cost
            if slot.start > after and (slot.cost != cost or kept > wanted):
                surplus.append(slot)
        return surplus

    def drop(self, slots: list[Slot]) -> None:
        """Forget some slots."""
        self._slots = deque(slot for slot in self._slots if slot not in slots)

    def drop_before(self, instant: float) -> None:
        """Forget the slots that begin before some instant of ours."""
        self._slots = deque(slot for slot in self._slots if slot.start >= instant)
