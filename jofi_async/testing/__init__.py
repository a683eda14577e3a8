"""What your own tests need: a transport and a journal in memory, the contracts of stores and transports, virtual time.

Nothing here imports a test framework.
"""

from jofi_async.testing.journal_contract import JournalStoreContract
from jofi_async.testing.memory_journal import JournalMemory, MemoryStore
from jofi_async.testing.replay_contract import ReplayStoreContract
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
    "JournalMemory",
    "JournalStoreContract",
    "MemoryStore",
    "ReplayStoreContract",
    "Silence",
    "TransportContract",
    "VirtualLoop",
    "run_virtual",
]
