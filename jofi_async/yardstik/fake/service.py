"""The fake Yardstik: authentication, routing and answers around the rules."""

import json
from collections.abc import Sequence
from functools import partial
from random import Random
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

from jofi_async.core.wire import Request, Response
from jofi_async.fakes.clock import FakeClock
from jofi_async.fakes.events import Listener, Unsubscribe
from jofi_async.fakes.seen import SeenRequest, credentials, json_answer
from jofi_async.yardstik.fake import events, render, rules
from jofi_async.yardstik.fake.records import Candidate, Invitation, Message
from jofi_async.yardstik.fake.routes import ROUTES
from jofi_async.yardstik.fake.routing import Call, Fault, Payload, RefusedError, Route, State
from jofi_async.yardstik.fake.settings import FakeSettings
from jofi_async.yardstik.fake.world import World, documented_world

BASE_PATH = "/yardstik"
"""Where the sandbox serves it; Yardstik itself has no such prefix, and the fake answers without it, too."""


class FakeYardstik:
    """A whole Yardstik in memory, under the rules of seed 002.

    It is answered to by wire requests (`handle`); what it holds is there to look at, and `view`, `complete` and
    `invite` play the people around it. Two fakes made alike and asked alike answer alike.

    Args:
        world: The data it starts with and changes; by default a new `documented_world()`.
        settings: What Yardstik's documentation leaves open.
        clock: Its time; by default it stands still at a fixed instant until it is advanced.
        seed: What ids and links come from.

    Attributes:
        state: What the rules read and change.
        requests: Every request answered, in order; never the key.
    """

    def __init__(
        self,
        world: World | None = None,
        *,
        settings: FakeSettings | None = None,
        clock: FakeClock | None = None,
        seed: int = 0,
    ) -> None:
        self.state = State(
            world=documented_world() if world is None else world,
            settings=settings or FakeSettings(),
            clock=clock or FakeClock(),
            random=Random(seed),
        )
        self.requests: list[SeenRequest] = []

    @property
    def world(self) -> World:
        """The data it holds."""
        return self.state.world

    @property
    def clock(self) -> FakeClock:
        """Its time."""
        return self.state.clock

    @property
    def invitations(self) -> list[Invitation]:
        """The stored invitations, in the order of creation."""
        return list(self.world.invitations.values())

    @property
    def candidates(self) -> list[Candidate]:
        """The stored candidates, in the order of creation."""
        return list(self.world.candidates.values())

    @property
    def messages(self) -> list[Message]:
        """What a live Yardstik would have e-mailed or texted, in order."""
        return self.state.messages

    async def handle(self, request: Request) -> Response:
        """Answer one request; see `FakeTransport`."""
        response = self._answer(request)
        self.requests.append(SeenRequest.of(request, response))
        return response

    def invite(self, email: str = "joe.clean@example.com", **fields: Any) -> Invitation:
        """Store a candidate and an invitation to the first package, without a request.

        Args:
            email: The candidate's address.
            **fields: Further fields of the candidate; the names have defaults.
        """
        account = self.world.accounts[0]
        package = next(one for one in self.world.packages.values() if one.account_id == account.id)
        body = {"first_name": "Joe", "last_name": "Clean", "email": email, **fields}
        candidate = rules.store_candidate(self.state, account, body)
        return rules.store(self.state, account, candidate.id, package.id)

    def view(self, invitation_id: str) -> Invitation:
        """Play a candidate who opens the form."""
        invitation = self._invitation(invitation_id)
        if invitation.viewed_at is None:
            invitation.viewed_at = self.clock.now()
            events.changed(self.state, invitation)
        return invitation

    def complete(self, invitation_id: str) -> Invitation:
        """Play a candidate who submits their data."""
        invitation = self.view(invitation_id)
        if invitation.completed_at is None:
            invitation.completed_at = self.clock.now()
            events.submitted(self.state, invitation)
        return invitation

    def expire(self, invitation_id: str) -> Invitation:
        """Let an invitation that is under way expire now."""
        invitation = self._invitation(invitation_id)
        if render.status(self.state, invitation) in (self.state.settings.sent, self.state.settings.viewed):
            invitation.expires_at = self.clock.now()
            events.changed(self.state, invitation)
        return invitation

    def subscribe(self, listener: Listener) -> Unsubscribe:
        """Call a function with each event that Yardstik would push, at the moment when it happens.

        Returns:
            What ends it.
        """
        listeners = self.state.listeners
        listeners.append(listener)
        return partial(listeners.remove, listener)

    def _invitation(self, invitation_id: str) -> Invitation:
        if invitation_id not in self.world.invitations:
            raise LookupError(f"there is no invitation {invitation_id}")
        return self.world.invitations[invitation_id]

    def _answer(self, request: Request) -> Response:
        target = urlsplit(request.url)
        path = target.path.removeprefix(BASE_PATH)
        try:
            route, args = _route(request.method, path)
            account = self.world.account_with_key(*credentials(request))
            if account is None:
                raise RefusedError(401, Fault("Unauthorized"))
            call = Call(
                state=self.state,
                account=account,
                args=args,
                query=parse_qsl(target.query, keep_blank_values=True),
                body=_body(request),
            )
            payload = route.rule(call)
        except RefusedError as refused:
            return json_answer(refused.status, {"errors": self._errors(refused.faults)})
        return Response(route.status) if payload is None else json_answer(route.status, payload)

    def _errors(self, faults: Sequence[Fault]) -> object:
        match self.state.settings.errors:
            case "objects":
                return [{"field": fault.field or None, "message": fault.text} for fault in faults]
            case "map":
                return {fault.field or "base": [fault.text] for fault in faults}
            case "texts":
                return [" ".join(filter(None, [_words(fault.field), fault.text])) for fault in faults]


def _route(method: str, path: str) -> tuple[Route, tuple[str, ...]]:
    matches = [(route, args) for route in ROUTES if (args := route.match(path)) is not None]
    if not matches:
        raise RefusedError(404, Fault("Not found"))
    for route, args in matches:
        if route.method == method:
            return route, args
    raise RefusedError(405, Fault("Method not allowed"))


def _body(request: Request) -> Payload:
    try:
        body: object = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        raise RefusedError(400, Fault("The body is no JSON")) from None
    if not isinstance(body, dict):
        raise RefusedError(400, Fault("The body is no JSON object"))
    return cast("Payload", body)


def _words(field: str) -> str:
    return field.replace("_", " ").capitalize()
