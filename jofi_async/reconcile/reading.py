"""How the server was read: by which ways, with how many requests, and what could not be told."""

from enum import StrEnum

from attrs import frozen


class How(StrEnum):
    """A way to read."""

    LOOK = "first look"
    EVERYTHING = "everything"
    GROUPS = "groups"
    COVER = "cover of addresses"
    SINGLE = "single addresses"
    DEEP = "each invitation"
    COMPLETION = "test takers"


@frozen
class Reading:
    """How the server was read.

    Attributes:
        total: How many items the server counts.
        known: How many of those were read.
        requests: How many requests each way took, in the order in which they were chosen.
        gaps: What could not be told, and why.
    """

    total: int
    known: int
    requests: dict[How, int]
    gaps: tuple[str, ...] = ()

    @property
    def unread(self) -> int:
        """How many items were not read."""
        return max(0, self.total - self.known)

    @property
    def total_requests(self) -> int:
        """How many requests it took; further attempts are not counted."""
        return sum(self.requests.values())

    def __str__(self) -> str:
        ways = ", ".join(f"{way} ({count:,})" for way, count in self.requests.items())
        number = self.total_requests
        return f"{number:,} {'request' if number == 1 else 'requests'}: {ways}; {self.known:,} of {self.total:,} read"
