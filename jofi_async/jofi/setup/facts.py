"""What is looked at for the checklist: five routes that only read, the key, and its file."""

import asyncio
import os
from collections.abc import Awaitable
from pathlib import Path
from typing import TypeVar

from attrs import frozen

from jofi_async.core.client import check_key
from jofi_async.core.errors import (
    AuthenticationError,
    CallError,
    ConfigurationError,
    ForbiddenError,
    ModeMismatchError,
    WrongAddressError,
)
from jofi_async.jofi.models import Account, AssessmentList, EmailTemplateList, Mode, TeamList, UserList
from jofi_async.jofi.resources.account import Accounts, Assessments, EmailTemplates, Teams, Users

T = TypeVar("T")

REJECTED = (AuthenticationError, ForbiddenError, WrongAddressError, ModeMismatchError)
"""What says that the key, or where it was sent, is wrong, and not that something went wrong on the way."""


@frozen
class Unseen:
    """Something that could not be looked at.

    Attributes:
        why: Why not, as the end of a sentence.
        next_step: What to do about it.
        error: The call's failure, or None.
    """

    why: str
    next_step: str
    error: CallError | None = None


@frozen
class KeyFacts:
    """What is known of the key without asking JOFI; never the key.

    Attributes:
        present: Whether there is one.
        well_formed: Whether it is of the documented form.
        mode: What its prefix says.
    """

    present: bool
    well_formed: bool = False
    mode: Mode | None = None


@frozen
class Facts:
    """Everything that the checklist is judged by.

    Attributes:
        key: What is known of the key without asking.
        key_file: The file that it came from, or None.
        account: The account, or why it could not be seen; the rest likewise.
        users: Its users.
        teams: Its teams.
        assessments: The catalog.
        templates: Its e-mail templates.
    """

    key: KeyFacts
    key_file: Path | None
    account: Account | Unseen
    users: UserList | Unseen
    teams: TeamList | Unseen
    assessments: AssessmentList | Unseen
    templates: EmailTemplateList | Unseen

    @classmethod
    def unseen(
        cls, key: KeyFacts, key_file: Path | None, why: Unseen, account: Account | Unseen | None = None
    ) -> "Facts":
        """Facts of the key, and of the account if that is given."""
        return cls(key, key_file, account or why, why, why, why, why)


@frozen
class Rooms:
    """The resources of a client that are read."""

    accounts: Accounts
    users: Users
    teams: Teams
    assessments: Assessments
    email_templates: EmailTemplates


NO_KEY = Unseen("there is no key", "give the key first")
MALFORMED = Unseen("the key is none that could be sent", "mend the key first")
MADE_UP = Unseen("a test key is answered with made-up objects", "run this again with the live key")


def is_key(key: str) -> bool:
    """Whether a text could be sent as a key at all."""
    try:
        check_key(key)
    except ConfigurationError:
        return False
    return True


async def gather(rooms: Rooms, key: KeyFacts, key_file: Path | None) -> Facts:
    """Ask for the account; and for the rest, at once, if the key is good and its answers are real."""
    account = await _seen(rooms.accounts.get())
    if isinstance(account, Unseen):
        return Facts.unseen(key, key_file, account)
    if Mode.TEST in (key.mode, account.mode):
        return Facts.unseen(key, key_file, MADE_UP, account)
    users, teams, assessments, templates = await asyncio.gather(
        _seen(rooms.users.list()),
        _seen(rooms.teams.list()),
        _seen(rooms.assessments.list()),
        _seen(rooms.email_templates.list()),
    )
    return Facts(key, key_file, account, users, teams, assessments, templates)


def open_to_others(path: Path) -> bool | Unseen:
    """Whether others than its owner can read a file."""
    if os.name != "posix":
        return Unseen("this system tells who may read a file in another way", f"see who may read {path}")
    try:
        return bool(path.stat().st_mode & 0o077)
    except OSError as error:
        return Unseen(f"the file cannot be looked at: {error.strerror}", f"see who may read {path}")


async def _seen(call: Awaitable[T]) -> T | Unseen:
    try:
        return await call
    except REJECTED as error:
        return Unseen("JOFI did not accept the key", "mend what is said about the key first", error)
    except CallError as error:
        return Unseen(f"JOFI gave no answer to go by: {error}", "run this again", error)
