"""A stateful fake of JOFI, for tests and for the sandbox.

It speaks wire JSON and shares no code with the client, so that it is an independent witness of the documentation.
"""

from jofi_async.fakes.clock import FakeClock, WallClock
from jofi_async.fakes.seen import SeenRequest
from jofi_async.jofi.fake.mount import JofiMount
from jofi_async.jofi.fake.records import (
    Account,
    Assessment,
    EmailTemplate,
    Invitation,
    Message,
    ScoreProfile,
    Team,
    User,
)
from jofi_async.jofi.fake.routing import RefusedError
from jofi_async.jofi.fake.service import FakeJofi
from jofi_async.jofi.fake.settings import FakeSettings, UserFields
from jofi_async.jofi.fake.world import World, documented_world

__all__ = [
    "Account",
    "Assessment",
    "EmailTemplate",
    "FakeClock",
    "FakeJofi",
    "FakeSettings",
    "Invitation",
    "JofiMount",
    "Message",
    "RefusedError",
    "ScoreProfile",
    "SeenRequest",
    "Team",
    "User",
    "UserFields",
    "WallClock",
    "World",
    "documented_world",
]
