"""What a rule is called with, what it may raise, and the table's lines."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from attrs import define, field, frozen

from jofi_async.fakes.clock import FakeClock
from jofi_async.fakes.events import Listener
from jofi_async.fakes.paths import match
from jofi_async.yardstik.fake.records import Account, Message
from jofi_async.yardstik.fake.settings import FakeSettings
from jofi_async.yardstik.fake.world import World

Payload = dict[str, Any]


@frozen
class Fault:
    """What is wrong with a request.

    Attributes:
        text: A sentence.
        field: The field it is about, or "".
    """

    text: str
    field: str = ""


class RefusedError(Exception):
    """A rule was broken; it becomes an answer with `errors`.

    Args:
        status: The HTTP status.
        *faults: What is wrong.
    """

    def __init__(self, status: int, *faults: Fault) -> None:
        super().__init__(status, *(fault.text for fault in faults))
        self.status = status
        self.faults = faults


NOT_FOUND = Fault("Not found")


@define(kw_only=True)
class State:
    """What the rules read and change.

    Attributes:
        site: Where the candidates' links lead.
        listeners: Whoever is told of events.
        told: How many events there were, which tells apart those of one instant.
    """

    world: World
    settings: FakeSettings
    clock: FakeClock
    random: Random = field(repr=False)
    messages: list[Message] = field(factory=list[Message], repr=False)
    site: str = "https://profile.yardstik.com"
    listeners: list[Listener] = field(factory=list[Listener], repr=False, eq=False)
    told: int = field(default=0, repr=False, eq=False)


@frozen(kw_only=True, repr=False)
class Call:
    """One authenticated request.

    Attributes:
        args: The values of the route's `:name` segments, decoded.
        query: The query's parameters in order, decoded.
        body: The JSON object of the body; empty when there is none.
    """

    state: State
    account: Account
    args: tuple[str, ...] = ()
    query: Sequence[tuple[str, str]] = ()
    body: Payload = field(factory=Payload)

    def parameter(self, name: str) -> str | None:
        """The last value of a parameter, or None."""
        return next((value for key, value in reversed(self.query) if key == name), None)


@frozen
class Route:
    """One line of the routing table.

    Attributes:
        method: The HTTP method.
        path: The path after the base; a segment `:name` stands for any non-empty one.
        rule: Returns the answer, or None for none; or raises `RefusedError`.
        summary: What it is for.
        answers: The name of the object that is answered in `shapes.OBJECTS`, or "" for no body.
        shape: How it is answered.
        body: The name of the object that is taken, or "".
        status: The status of a success.
        refusals: Which refusals there are besides 401.
    """

    method: str
    path: str
    rule: Callable[[Call], object]
    summary: str
    answers: str = ""
    shape: str = field(default="one", kw_only=True)
    body: str = field(default="", kw_only=True)
    status: int = field(default=200, kw_only=True)
    refusals: tuple[int, ...] = field(default=(), kw_only=True)

    def match(self, path: str) -> tuple[str, ...] | None:
        """Return the path's arguments, or None if this is another route's path."""
        return match(self.path, path)
