"""The fake as the sandbox serves it: where it is, what it tells about itself, and how its people are played."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Self

from attrs import asdict

from jofi_async.core.wire import Request, Response
from jofi_async.fakes.clock import FakeClock, WallClock
from jofi_async.fakes.events import Listener, Unsubscribe
from jofi_async.fakes.people import Person
from jofi_async.yardstik.fake import render
from jofi_async.yardstik.fake.openapi import describe
from jofi_async.yardstik.fake.people import STATES, person
from jofi_async.yardstik.fake.routes import ROUTES
from jofi_async.yardstik.fake.routing import Payload
from jofi_async.yardstik.fake.rules import FORMS
from jofi_async.yardstik.fake.saved import load_state, save_state
from jofi_async.yardstik.fake.service import BASE_PATH, FakeYardstik


class YardstikMount:
    """A `FakeYardstik` for the sandbox.

    Args:
        fake: The fake to be served; by default one with the documented world.

    Attributes:
        name: What a program calls it.
        title: What a person calls it.
        path: Where it is served.
        pages: Where the candidates' forms are.
        signature_header: Where a signature stands, as Yardstik's demo has it.
        states: What a candidate may have come to, in order.
        fake: The fake.
    """

    name = "yardstik"
    title = "Yardstik"
    path = BASE_PATH
    pages = FORMS
    signature_header = "x-yardstik-webhook-signature"
    states = STATES

    def __init__(self, fake: FakeYardstik | None = None) -> None:
        self.fake = fake or FakeYardstik()

    @classmethod
    def fresh(cls, seed: int, start: datetime | None) -> Self:
        """Make one with the documented world.

        Args:
            seed: What ids and links come from.
            start: Where its clock stands; None for the wall's.
        """
        return cls(FakeYardstik(clock=WallClock() if start is None else FakeClock(start), seed=seed))

    async def handle(self, request: Request) -> Response:
        """Answer one request."""
        return await self.fake.handle(request)

    def openapi(self) -> Payload:
        """Return the `paths` and `components` of an OpenAPI document."""
        return describe(ROUTES, BASE_PATH)

    def publish_at(self, url: str) -> None:
        """Let the links of invitations that are created from now on lead there."""
        self.fake.state.site = url

    def subscribe(self, listener: Listener) -> Unsubscribe:
        """Call a function with each event, at the moment when it happens, until what is returned is called."""
        return self.fake.subscribe(listener)

    def push_to(self, url: str) -> None:
        """Do nothing: no route that is served shows an endpoint."""

    def people(self) -> list[Person]:
        """Return the candidates who are invited, the newest first."""
        return [person(self.fake.state, one) for one in reversed(self.fake.invitations)]

    def visitor(self, token: str) -> Person:
        """Return the candidate whose link ends in `token`.

        Raises:
            LookupError: There is none.
        """
        for one in self.fake.invitations:
            if one.confirmation_code == token:
                return person(self.fake.state, one)
        raise LookupError("there is no invitation with this link")

    def sent(self) -> Mapping[str, int]:
        """Return how many messages of each kind there are."""
        return Counter(one.kind for one in self.fake.messages)

    def messages(self, most: int | None = None) -> list[Payload]:
        """Return what would have been e-mailed or texted, in order; of `most`, the newest so many."""
        subject = {"subject": "Complete your background check"}
        return [
            {**asdict(one), "at": render.instant(one.at), **subject}
            for one in self.fake.messages[-most if most else None :]
        ]

    def world(self) -> Payload:
        """Return everything it holds, as its own routes show it."""
        fake = self.fake
        return {
            "now": render.instant(fake.clock.now()),
            "accounts": [asdict(account) for account in fake.world.accounts],
            "packages": [render.package(fake.state, one) for one in fake.world.packages.values()],
            "candidates": [render.candidate(fake.state, one) for one in fake.candidates],
            "invitations": [render.invitation(fake.state, one) for one in fake.invitations],
        }

    def play(self, step: str, invitation_id: str, details: Mapping[str, object]) -> Payload:
        """Play a step of a candidate: `view`, `complete`, or `expire` for letting the invitation expire.

        Raises:
            LookupError: There is no such step or invitation.
        """
        steps = {"view": self.fake.view, "complete": self.fake.complete, "expire": self.fake.expire}
        if step not in steps:
            raise LookupError(f"there is no step {step!r}; there are {', '.join(steps)}")
        return render.invitation(self.fake.state, steps[step](invitation_id))

    def save(self) -> Payload:
        """Return all that an answer depends on, as what JSON can hold; the requests seen are not among it."""
        return save_state(self.fake.state)

    def load(self, saved: Payload) -> None:
        """Go on from what `save` returned.

        Raises:
            ValueError: It is nothing of that kind.
        """
        site = self.fake.state.site
        before, self.fake.state = self.fake.state, load_state(saved)
        self.fake.state.site, self.fake.state.listeners = before.site, before.listeners
        self.fake.state.site = site

    def tables(self) -> list[list[tuple[str, ...]]]:
        """Return what a caller must know: the keys and the packages; heads come first."""
        world = self.fake.world
        keys = [(key, one.account_name, f"{one.invitation_days:g} days") for one in world.accounts for key in one.keys]
        packages = [(one.name, one.package_system_name, one.id) for one in world.packages.values()]
        return [[("Key", "Account", "Invitations live"), *keys], [("Package", "System name", "Id"), *packages]]

    def environment(self, base_url: str) -> dict[str, str]:
        """Return the environment variables that point a program here."""
        return {"YARDSTIK_BASE_URL": base_url, "YARDSTIK_API_KEY": self._first_key()}

    def examples(self, base_url: str) -> list[str]:
        """Return commands to try, each of a few lines that fit a terminal."""
        return [
            f"curl {base_url}/candidates \\\n"
            f"  -H 'Authorization: Account {self._first_key()}' \\\n"
            "  -H 'Content-Type: application/json' \\\n"
            '  -d \'{"first_name": "Joe", "last_name": "Clean",\n'
            '       "email": "joe.clean@example.com"}\''
        ]

    def _first_key(self) -> str:
        return next((key for account in self.fake.world.accounts for key in account.keys), "")
