"""Which fakes the sandbox serves, and what it needs of each."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from jofi_async.core.wire import Request, Response
from jofi_async.fakes.events import Listener, Unsubscribe
from jofi_async.fakes.people import Person, Tone
from jofi_async.jofi.fake import JofiMount
from jofi_async.yardstik.fake import YardstikMount

Json = dict[str, Any]


class Mount(Protocol):
    """A fake as the sandbox serves it."""

    @property
    def name(self) -> str:
        """What a program calls it: its name in `/_sandbox/world` and in a state file."""
        ...

    @property
    def title(self) -> str:
        """What a person calls it."""
        ...

    @property
    def path(self) -> str:
        """Where it is served: a path without a slash at its end."""
        ...

    @property
    def pages(self) -> str:
        """Where the pages behind its links are: a path without a slash at its end; a token follows."""
        ...

    @property
    def states(self) -> Mapping[str, Tone]:
        """What a participant may have come to, in order."""
        ...

    @property
    def signature_header(self) -> str:
        """The header in which a push is signed, by HMAC-SHA256 of the body in hex."""
        ...

    async def handle(self, request: Request) -> Response:
        """Answer one request."""
        ...

    def openapi(self) -> Json:
        """Return the `paths`, from the root, and the `components` of an OpenAPI document, under names of its own."""
        ...

    def publish_at(self, url: str) -> None:
        """Let the links of invitations that are created from now on lead to this origin."""
        ...

    def subscribe(self, listener: Listener) -> Unsubscribe:
        """Call a function with each event, at the moment when it happens, until what is returned is called."""
        ...

    def push_to(self, url: str) -> None:
        """Take note of an endpoint that events are pushed to, where the service shows it."""
        ...

    def people(self) -> Sequence[Person]:
        """Return the participants, the newest first."""
        ...

    def visitor(self, token: str) -> Person:
        """Return the participant whose link ends in `token`.

        Raises:
            LookupError: There is none.
        """
        ...

    def sent(self) -> Mapping[str, int]:
        """Return how many messages of each kind there are."""
        ...

    def messages(self, most: int | None = None) -> list[Json]:
        """Return what would have been e-mailed or texted, in order: at least `kind`, `to`, `at`, `subject`, `link`.

        Args:
            most: The newest so many alone; None for all.
        """
        ...

    def world(self) -> Json:
        """Return everything it holds."""
        ...

    def play(self, step: str, invitation_id: str, details: Mapping[str, object]) -> Json:
        """Play a step of a participant and return the invitation.

        Raises:
            LookupError: There is no such step or invitation here.
        """
        ...

    def save(self) -> Json:
        """Return all that an answer depends on, as what JSON can hold."""
        ...

    def load(self, saved: Json) -> None:
        """Go on from what `save` returned.

        Raises:
            ValueError: It is nothing of that kind.
        """
        ...

    def tables(self) -> list[list[tuple[str, ...]]]:
        """Return what a caller must know, such as keys and people, as tables whose first row is the head."""
        ...

    def environment(self, base_url: str) -> Mapping[str, str]:
        """Return the environment variables that point a program here."""
        ...

    def examples(self, base_url: str) -> Sequence[str]:
        """Return commands to try."""
        ...


MAKERS: tuple[Callable[[int, datetime | None], Mount], ...] = (JofiMount.fresh, YardstikMount.fresh)
"""Each vendor's, one line for each; the first one's base URL is the sandbox's."""


def fresh_mounts(seed: int = 0, start: datetime | None = None) -> list[Mount]:
    """Make every vendor's fake, with the world of its documentation.

    Args:
        seed: What their random parts come from.
        start: Where their clocks stand; None for the wall's.
    """
    return [make(seed, start) for make in MAKERS]
