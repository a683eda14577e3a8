"""What JOFI's objects have in common: the mode, the envelope of a list, and the short forms inside other objects."""

from typing import Any, Generic, TypeVar

from attrs import define, field, frozen

from jofi_async.core.codec import OpenEnum, no_extra
from jofi_async.core.shown import Shown

Item = TypeVar("Item")


class Mode(OpenEnum):
    """Whether an answer is real or a fake, as the key decides."""

    LIVE = "live"
    TEST = "test"


@define(repr=False, kw_only=True)
class Page(Generic[Item]):
    """One answer of a list (seed 000, "List envelope"): what all of JOFI's lists have around their items.

    Attributes:
        data: The items.
        total_count: How many match on the server, not just those in `data`.
        has_more: Whether there are matches beyond `data`.
        mode: "live" or "test" depending on the key.
        object: Always "list".
        extra: Fields that are not known yet.
    """

    data: list[Item]
    total_count: int
    has_more: bool
    mode: Mode | None = None
    object: str | None = None
    extra: dict[str, Any] = field(factory=no_extra)

    def __repr__(self) -> str:
        more = "cut" if self.has_more else "whole"
        name = type(self).__name__
        return f"{name}({len(self.data)} of {self.total_count}, {more}, mode={mode_text(self.mode)})"


@define(repr=False)
class User(Shown):
    """A JOFI user in short form.

    Attributes:
        id: User id.
        first_name: First name.
        last_name: Last name.
        email: Address of the user.
        extra: Fields that are not known yet.
    """

    id: int
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    extra: dict[str, Any] = field(factory=no_extra)


@frozen
class Named:
    """A team, account or e-mail template in short form.

    Attributes:
        id: Its id.
        display_name: Its name.
        extra: Fields that are not known yet.
    """

    id: int
    display_name: str | None = field(default=None, repr=False)
    extra: dict[str, Any] = field(factory=no_extra, repr=False, hash=False)


@frozen
class ShortNamed:
    """An assessment or score profile in short form.

    Attributes:
        id: Its id.
        display_name: Its name.
        short_name: Its short name.
        extra: Fields that are not known yet.
    """

    id: int
    display_name: str | None = field(default=None, repr=False)
    short_name: str | None = field(default=None, repr=False)
    extra: dict[str, Any] = field(factory=no_extra, repr=False, hash=False)


def mode_text(mode: Mode | None) -> str:
    """A mode as a `repr` shows it."""
    return mode.value if mode else "unknown"
