"""What a caller says of a job's journal."""

import os
from os import PathLike
from pathlib import Path
from typing import cast

from attrs import field, frozen

from jofi_async.bulk.journal.records import JournalStore
from jofi_async.core.errors import ConfigurationError


def _as_store(given: object) -> JournalStore:
    if isinstance(given, str | PathLike):
        from jofi_async.bulk.journal.sqlite import SqliteStore  # slow to import, and not every program has a journal

        path = Path(cast("str | PathLike[str]", given))
        if os.path.isdir(path):  # noqa: PTH112  (an empty path, too; False where nobody lets us look)
            raise ConfigurationError(f"The journal must be a file, and {path} is a folder")
        return SqliteStore(path)
    if not hasattr(given, "begin_run"):
        raise ConfigurationError(f"The journal must be a path or a JournalStore, not {type(given).__name__}")
    return cast("JournalStore", given)


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
        ConfigurationError: The path is empty or a folder, or it is no store.
    """

    store: JournalStore = field(converter=_as_store)
    take_over: bool = field(default=False, kw_only=True)
    start_over: bool = field(default=False, kw_only=True)
    trust: bool = field(default=False, kw_only=True)
