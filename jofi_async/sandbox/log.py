"""The requests a sandbox was sent, the newest of them, in the order of their arrival."""

from collections import deque
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from attrs import asdict, define, field

NEWEST = 10_000
BODY_LIMIT = 4096


@define
class Entry:
    """One request; without its headers, which hold the key.

    Attributes:
        number: Which one it was, from 1.
        at: When it arrived, by the wall's clock.
        path: The path with its query, as it was sent.
        body: The first 4096 bytes of its body.
        status: The status that was sent; None while it is under way, or if none was.
        fault: The rule of the fault that struck it, or None.
    """

    number: int
    at: str
    method: str
    path: str
    body: str = ""
    status: int | None = None
    fault: str | None = None


@define
class RequestLog:
    """The newest 10,000 requests."""

    count: int = 0
    _entries: deque[Entry] = field(factory=lambda: deque[Entry](maxlen=NEWEST))

    def note(self, method: str, path: str) -> Entry:
        """Note a request that arrives; the entry is to be filled in."""
        self.count += 1
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        entry = Entry(self.count, now, method, path)
        self._entries.append(entry)
        return entry

    def newest(self, most: int) -> list[Entry]:
        """Return some entries, the newest first."""
        return list(islice(reversed(self._entries), most))

    def shown(self) -> list[dict[str, Any]]:
        """Return the entries, the oldest first."""
        return [asdict(entry) for entry in self._entries]
