"""The fake as the sandbox serves it: what to show of it, how to play its people, how to keep it."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Self

from attrs import asdict

from jofi_async.core.wire import Request, Response
from jofi_async.fakes.clock import FakeClock, WallClock
from jofi_async.fakes.events import Listener, Unsubscribe
from jofi_async.fakes.people import Person
from jofi_async.jofi.fake import render
from jofi_async.jofi.fake.create import WELCOME
from jofi_async.jofi.fake.openapi import describe
from jofi_async.jofi.fake.people import STATES, person
from jofi_async.jofi.fake.records import Account, Invitation, Message, User
from jofi_async.jofi.fake.routes import ROUTES
from jofi_async.jofi.fake.routing import Payload
from jofi_async.jofi.fake.saved import load_state, save_state
from jofi_async.jofi.fake.service import BASE_PATH, FakeJofi
from jofi_async.jofi.fake.world import find


class JofiMount:
    """A `FakeJofi` for the sandbox.

    Args:
        fake: The fake to be served; by default one with the documented world.

    Attributes:
        name: What a program calls it.
        title: What a person calls it.
        path: Where it is served.
        pages: Where the pages behind the assessment links are.
        signature_header: Where a signature stands; JOFI's own header could not be read.
        states: What a participant may have come to, in order.
        fake: The fake.
    """

    name = "jofi"
    title = "JOFI"
    path = BASE_PATH
    pages = WELCOME
    signature_header = "x-signature"
    states = STATES

    def __init__(self, fake: FakeJofi | None = None) -> None:
        self.fake = fake or FakeJofi()

    @classmethod
    def fresh(cls, seed: int, start: datetime | None) -> Self:
        """Make one with the documented world.

        Args:
            seed: What the random part of the links comes from.
            start: Where its clock stands; None for the wall's.
        """
        return cls(FakeJofi(clock=WallClock() if start is None else FakeClock(start), seed=seed))

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
        """Show the live webhook endpoint that JOFI would have set up for each account."""
        for account in self.fake.world.accounts:
            account.webhook_endpoint, account.webhooks_enabled = url, True

    def people(self) -> list[Person]:
        """Return the participants, the newest first."""
        return [person(self.fake.world, one) for one in reversed(self.fake.invitations)]

    def visitor(self, token: str) -> Person:
        """Return the participant whose link ends in `token`.

        Raises:
            LookupError: There is none.
        """
        for one in self.fake.invitations:
            if one.assessment_url is not None and one.assessment_url.endswith(f"{WELCOME}/{token}"):
                return person(self.fake.world, one)
        raise LookupError("there is no invitation with this link")

    def sent(self) -> Mapping[str, int]:
        """Return how many messages of each kind there are."""
        return Counter(one.kind for one in self.fake.messages)

    def messages(self, most: int | None = None) -> list[Payload]:
        """Return what would have been e-mailed or texted, in order; of `most`, the newest so many."""
        return [self._message(one) for one in self.fake.messages[-most if most else None :]]

    def world(self) -> Payload:
        """Return everything it holds; an invitation as its own route shows it, and how far it has come."""
        world = self.fake.world
        return {
            "now": render.instant(self.fake.clock.now()),
            **{
                name: [asdict(record) for record in records]
                for name, records in (
                    ("accounts", world.accounts),
                    ("teams", world.teams),
                    ("users", world.users),
                    ("email_templates", world.email_templates),
                    ("assessments", world.assessments),
                    ("score_profiles", world.score_profiles),
                )
            },
            "invitations": [self._invitation(one) for one in self.fake.invitations],
        }

    def play(self, step: str, invitation_id: str, details: Mapping[str, object]) -> Payload:
        """Play a step of a participant: `accept`, or `complete` with an optional `test_id`.

        Raises:
            LookupError: There is no such step, invitation or assigned assessment.
        """
        number = int(invitation_id) if invitation_id.isdecimal() and len(invitation_id) < 20 else 0
        if step == "accept":
            return self._invitation(self.fake.accept(number))
        if step == "complete":
            return self._invitation(self.fake.complete(number, _test_id(details)))
        raise LookupError(f"there is no step {step!r}; there are accept and complete")

    def save(self) -> Payload:
        """Return all that an answer depends on, as what JSON can hold; the requests seen are not among it."""
        return save_state(self.fake.state)

    def load(self, saved: Payload) -> None:
        """Go on from what `save` returned.

        Raises:
            ValueError: It is nothing of that kind.
        """
        before, self.fake.state = self.fake.state, load_state(saved)
        self.fake.state.site, self.fake.state.listeners = before.site, before.listeners

    def tables(self) -> list[list[tuple[str, ...]]]:
        """Return what a caller must know: the keys, and who may invite with which defaults; heads come first."""
        world = self.fake.world
        keys = [(key, _account(one), _effect(key)) for one in world.accounts for key in one.keys]
        people = [(user.email, str(user.account_id), *_defaults(user)) for user in world.users]
        return [
            [("Key", "Account", "What it does"), *keys],
            [("Who invites", "Account", "Team", "Assessments", "Template"), *people],
        ]

    def environment(self, base_url: str) -> dict[str, str]:
        """Return the environment variables that point a program here."""
        return {"JOFI_BASE_URL": base_url, "JOFI_API_KEY": self._first_key()}

    def examples(self, base_url: str) -> list[str]:
        """Return commands to try, each of a few lines that fit a terminal."""
        inviter = next((user.email for user in self.fake.world.users), "")
        return [
            f"curl {base_url}/invitations \\\n"
            f"  -H 'Authorization: Bearer {self._first_key()}' \\\n"
            "  -H 'Content-Type: application/json' \\\n"
            '  -d \'{"first_name": "Linda", "last_name": "Sample",\n'
            '       "email": "linda.sample@jofiscore.com",\n'
            f'       "created_by_user_email": "{inviter}"}}\''
        ]

    def _first_key(self) -> str:
        return next((key for account in self.fake.world.accounts for key in account.keys), "")

    def _invitation(self, record: Invitation) -> Payload:
        completed = {str(test_id): render.instant(at) for test_id, at in record.completed_at.items()}
        return {**render.invitation(self.fake.world, record), "completed_at": completed}

    def _message(self, message: Message) -> Payload:
        template = find(self.fake.world.email_templates, message.template_id)
        subject = template.display_name if template else None
        return {**asdict(message), "at": render.instant(message.at), "subject": subject}


def _account(account: Account) -> str:
    return f"{account.id} {account.display_name}"


def _effect(key: str) -> str:
    return "answers with fakes, stores nothing" if key.startswith("sk_test_") else "invites"


def _defaults(user: User) -> tuple[str, str, str]:
    tests = " ".join(map(str, user.default_test_ids))
    return str(user.default_team_id or ""), tests, str(user.default_template_id or "")


def _test_id(details: Mapping[str, object]) -> int | None:
    test_id = details.get("test_id")
    if test_id is None or type(test_id) is int:
        return test_id
    raise LookupError(f"there is no assessment {test_id!r}")
