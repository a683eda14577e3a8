"""What your own tests need: a transport in memory, the contract of a transport, and virtual time.

Nothing here imports a test framework.
"""

from jofi_async.testing.transport_contract import TransportContract
from jofi_async.testing.virtual_time import DeadlockError, VirtualLoop, run_virtual
from jofi_async.transports.fake import Breakdown, Cut, Drop, FakeTransport, Handler, Silence

__all__ = [
    "Breakdown",
    "Cut",
    "DeadlockError",
    "Drop",
    "FakeTransport",
    "Handler",
    "Silence",
    "TransportContract",
    "VirtualLoop",
    "run_virtual",
]
