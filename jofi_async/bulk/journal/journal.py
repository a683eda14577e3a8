"""What a caller says of a job's journal."""

from os import PathLike, fspath

from attrs import field, frozen

from jofi_async.bulk.journal.records import JournalStore
from jofi_async.bulk.journal.sqlite import SqliteStore
from jofi_async.core.errors import ConfigurationError


def _as_store(given: str | PathLike[str] | JournalStore) -> JournalStore:
    if isinstance(given, str | PathLike):
        if not fspath(given):
            raise ConfigurationError("The journal's path is empty")
        return SqliteStore(given)
    return given


@frozen
class Journal:
    """The durable record of a job: run the job again with the same journal, and it resumes.

    Args:
        store: The path of a file on a disk of this machine, which is made if it is not there; or a `JournalStore`.
        take_over: Take the journal from a process that holds it, is alive, and will never go on. That one can record
            and send nothing any more.
        start_over: Forget everybody in it, and begin anew. Whoever was invited may be invited again where the vendor
            does not refuse that.
        trust: Go on although the server knows none of the invitations that the journal claims.

    Raises:
        ConfigurationError: The path is empty.
    """

    store: JournalStore = field(converter=_as_store)
    take_over: bool = field(default=False, kw_only=True)
    start_over: bool = field(default=False, kw_only=True)
    trust: bool = field(default=False, kw_only=True)
