"""How a request finds its rule: a table of routes, each a few lines."""

from collections.abc import Callable
from random import Random

from attrs import define, field, frozen

from jofi_async.fakes.clock import FakeClock
from jofi_async.fakes.events import Listener
from jofi_async.fakes.paths import match
from jofi_async.jofi.fake.records import Account, Message
from jofi_async.jofi.fake.settings import FakeSettings
from jofi_async.jofi.fake.world import World

Payload = dict[str, object]
SITE = "https://www.jofiscore.com"


NULL = object()
"""In place of a message: the body of the refusal is `null`."""


class RefusedError(Exception):
    """A rule was broken; it becomes the answer `{"error": ...}`.

    Args:
        error: The message, the list of schema issues, or `NULL`.
        status: The HTTP status.
    """

    def __init__(self, error: object, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.status = status


@define(kw_only=True)
class State:
    """What the rules read and change.

    Attributes:
        site: Where its web pages are, without a slash at its end.
        listeners: Whoever is told of events.
    """

    world: World
    settings: FakeSettings
    clock: FakeClock
    random: Random = field(repr=False)
    messages: list[Message] = field(factory=list[Message], repr=False)
    site: str = SITE
    listeners: list[Listener] = field(factory=list[Listener], repr=False, eq=False)


@frozen(kw_only=True, repr=False)
class Call:
    """One authenticated request.

    Attributes:
        args: The values of the route's `:name` segments, decoded.
        query: The query's parameters, decoded once; of a repeated one the last.
    """

    state: State
    account: Account
    args: tuple[str, ...] = ()
    query: dict[str, str] = field(factory=dict[str, str])
    body: bytes = b""


@frozen(kw_only=True)
class Parameter:
    """A parameter of a route's query.

    Attributes:
        name: Its name.
        text: What it does.
        limit: How many characters it may have, or None.
        required: Whether it must be there.
    """

    name: str
    text: str
    limit: int | None = None
    required: bool = False


@frozen
class Route:
    """One line of the routing table.

    Attributes:
        method: The HTTP method.
        path: The path after `/api/v2`; a segment `:name` stands for any non-empty one.
        live: The rule under a live key. It returns the answer without `mode`, or raises `RefusedError`.
        test: The rule under a test key, which stores nothing.
        summary: What it is for.
        answers: The name of the object that is answered, in `shapes.ANSWERS`.
        many: Whether the answer is a list of them.
        body: The name of the object that is taken, in `shapes.BODIES`.
        query: The parameters of its query.
        status: The status of a success.
    """

    method: str
    path: str
    live: Callable[[Call], Payload]
    test: Callable[[Call], Payload]
    summary: str
    answers: str
    many: bool = field(default=False, kw_only=True)
    body: str = field(default="", kw_only=True)
    query: tuple[Parameter, ...] = field(default=(), kw_only=True)
    status: int = field(default=200, kw_only=True)

    @property
    def refuses(self) -> bool:
        """Whether something about a request can be wrong besides its key."""
        return bool(self.body or self.query or ":" in self.path) and not self.null_when_missing

    @property
    def null_when_missing(self) -> bool:
        """Whether an unknown id is 404 with `null` (page "Errors and status codes"), and not 400."""
        return self.answers == "career_navigation_profile"

    def match(self, path: str) -> tuple[str, ...] | None:
        """Return the path's arguments, or None if this is another route's path."""
        return match(self.path, path)
