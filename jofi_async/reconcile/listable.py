"""What a complete listing asks of a vendor's list: filters that match any part, the newest matches, and their count."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from attrs import frozen

Item = TypeVar("Item")


@frozen
class Field:
    """A field that the list can be narrowed by.

    Attributes:
        name: The filter's name.
        longest: How many characters the filter may have.
        anchor: A character that nearly every value has in it once, or "".
    """

    name: str
    longest: int
    anchor: str = ""


@frozen(repr=False)
class Entry(Generic[Item]):
    """An item as a listing sees it.

    Attributes:
        id: What tells it from all others, for ever.
        texts: What each filter is held against, in the order of the fields; "" where there is nothing.
        created_at: When it was created, by the server's clock.
        item: The item itself.
    """

    id: Hashable
    texts: tuple[str, ...]
    created_at: datetime
    item: Item


@frozen(repr=False)
class Answer(Generic[Item]):
    """What the list answered.

    Attributes:
        entries: The newest matches.
        total: How many match, those that were cut off included.
        is_miscounted: Whether the server's count contradicts what it shows, so that no count of its proves anything.
    """

    entries: Sequence[Entry[Item]]
    total: int
    is_miscounted: bool = False


class Listable(Protocol[Item]):
    """A vendor's list without pages."""

    @property
    def fields(self) -> Sequence[Field]:
        """What it can be narrowed by; the one that tells items apart best comes first."""
        ...

    async def ask(self, filters: Mapping[str, str]) -> Answer[Item]:
        """The newest matches of these filters.

        Raises:
            CallError: The call failed.
        """
        ...
