"""The fake JOFI: authentication, routing and answers around the rules."""

import json
from collections.abc import Mapping
from functools import partial
from random import Random
from typing import cast
from urllib.parse import parse_qsl

from jofi_async.core.wire import Request, Response
from jofi_async.fakes.clock import FakeClock
from jofi_async.fakes.events import Listener, Unsubscribe
from jofi_async.fakes.seen import SeenRequest, credentials, json_answer, text_answer
from jofi_async.jofi.fake import create, play, texts
from jofi_async.jofi.fake.records import Account, Invitation, Message
from jofi_async.jofi.fake.routes import ROUTES
from jofi_async.jofi.fake.routing import NULL, Call, Payload, RefusedError, Route, State
from jofi_async.jofi.fake.settings import FakeSettings
from jofi_async.jofi.fake.world import World, documented_world, find

BASE_PATH = "/api/v2"

_FIXED = {one.path: [route for route in ROUTES if route.path == one.path] for one in ROUTES if ":" not in one.path}
_OPEN = [route for route in ROUTES if ":" in route.path]


class FakeJofi:
    """A whole JOFI in memory, under the rules of seed 000.

    It is answered to by wire requests (`handle`); what it holds is there to look at, and `accept`, `complete` and
    `invite` play the people around it. Two fakes made alike and asked alike answer alike.

    Args:
        world: The data it starts with and changes; by default a new `documented_world()`.
        settings: What JOFI's documentation leaves open.
        clock: Its time; by default it stands still at a fixed instant until it is advanced.
        seed: What the random part of the assessment links comes from.

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
    def messages(self) -> list[Message]:
        """What a live JOFI would have e-mailed or texted, in order."""
        return self.state.messages

    async def handle(self, request: Request) -> Response:
        """Answer one request; see `FakeTransport`."""
        response = self._answer(request)
        self.requests.append(SeenRequest.of(request, response))
        return response

    def subscribe(self, listener: Listener) -> Unsubscribe:
        """Call a function with each event that JOFI would push, at the moment when it happens.

        Returns:
            What ends it.
        """
        listeners = self.state.listeners
        listeners.append(listener)
        return partial(listeners.remove, listener)

    def accept(self, invitation_id: int) -> Invitation:
        """Play a participant who accepts; a second time changes nothing."""
        invitation = self._invitation(invitation_id)
        play.accept(self.state, invitation)
        return invitation

    def complete(self, invitation_id: int, test_id: int | None = None) -> Invitation:
        """Play a participant who completes one assessment, or all that are assigned.

        Raises:
            LookupError: There is no such invitation, or the assessment is not assigned to it.
        """
        invitation = self._invitation(invitation_id)
        play.complete(self.state, invitation, test_id)
        return invitation

    def invite(self, email: str = "linda.sample@jofiscore.com", **fields: object) -> Invitation:
        """Store an invitation under the rules of a create, without a request.

        Args:
            email: The participant's address.
            **fields: Further fields of the body. Names and inviter (the world's first user) have defaults.

        Raises:
            RefusedError: A rule is broken.
        """
        inviter = self.world.users[0].email
        body: Payload = {"first_name": "Linda", "last_name": "Sample", "created_by_user_email": inviter}
        body |= {"email": email, **fields}
        owner = next((one for one in self.world.users if one.email == body["created_by_user_email"]), None)
        account = find(self.world.accounts, owner.account_id if owner else None) or self.world.accounts[0]
        call = Call(state=self.state, account=account, body=json.dumps(body).encode())
        return create.store_invitation(call)

    def _invitation(self, invitation_id: int) -> Invitation:
        if invitation_id not in self.world.invitations:
            raise LookupError(f"there is no invitation {invitation_id}")
        return self.world.invitations[invitation_id]

    def _answer(self, request: Request) -> Response:
        target, _, query = request.url.partition("#")[0].partition("?")
        _, base, path = target.partition(BASE_PATH)
        matches: list[tuple[Route, tuple[str, ...]]] = [(route, ()) for route in _FIXED.get(path, ())]
        matches = matches or [(route, args) for route in _OPEN if (args := route.match(path)) is not None]
        if not base or not matches:
            return text_answer(404, texts.ROUTE_NOT_FOUND)
        for route, args in matches:
            if route.method == request.method:
                return self._call(route, args, query, request)
        return text_answer(405, texts.METHOD_NOT_ALLOWED)

    def _call(self, route: Route, args: tuple[str, ...], query: str, request: Request) -> Response:
        try:
            account, key = _authenticate(self.world, request)
            call = Call(
                state=self.state,
                account=account,
                args=args,
                query=dict(parse_qsl(query, keep_blank_values=True)),
                body=request.body or b"",
            )
            test = key.startswith("sk_test_")
            payload = route.test(call) if test else route.live(call)
        except RefusedError as refused:
            return json_answer(refused.status, None if refused.error is NULL else {"error": refused.error})
        undocumented = self.state.settings.undocumented
        if undocumented:
            payload = _with_undocumented(payload, undocumented)
        return json_answer(route.status, {"mode": "test" if test else "live", **payload})


def _authenticate(world: World, request: Request) -> tuple[Account, str]:
    scheme, key = credentials(request)
    if scheme.lower() != "bearer" or not key:
        raise RefusedError(texts.KEY_REQUIRED, 404)
    account = world.account_with_key(key)
    if account is None:
        raise RefusedError(texts.ACCOUNT_NOT_FOUND, 404)
    return account, key


def _with_undocumented(payload: Payload, fields: Mapping[str, Payload]) -> Payload:
    """Add the fields that the settings want on an object, or on the items of a list."""
    data = payload.get("data")
    if isinstance(data, list):
        items = cast("list[Payload]", data)
        payload = {**payload, "data": [_with_undocumented(item, fields) for item in items]}
    return {**payload, **fields.get(str(payload["object"]), {})}
