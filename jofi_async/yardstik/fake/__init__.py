"""A stateful fake of Yardstik, for tests and for the sandbox.

It speaks wire JSON and shares no code with the client, so that it is an independent witness of the documentation.
"""

from jofi_async.fakes.clock import FakeClock, WallClock
from jofi_async.fakes.seen import SeenRequest
from jofi_async.yardstik.fake.mount import YardstikMount
from jofi_async.yardstik.fake.records import Account, Candidate, Invitation, Message, Package
from jofi_async.yardstik.fake.routing import RefusedError
from jofi_async.yardstik.fake.service import FakeYardstik
from jofi_async.yardstik.fake.settings import FakeSettings
from jofi_async.yardstik.fake.world import World, documented_world

__all__ = [
    "Account",
    "Candidate",
    "FakeClock",
    "FakeSettings",
    "FakeYardstik",
    "Invitation",
    "Message",
    "Package",
    "RefusedError",
    "SeenRequest",
    "WallClock",
    "World",
    "YardstikMount",
    "documented_world",
]
