"""What every command has that asks a vendor once: where to, in which form to show, and how a failure is told."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import click
from attrs import frozen
from rich.console import Console

from jofi_async.cli.progress import say
from jofi_async.cli.run import ExitCode
from jofi_async.cli.show import Form
from jofi_async.core.client import Client
from jofi_async.core.errors import (
    AuthenticationError,
    CallError,
    ConfigurationError,
    DuplicateError,
    ForbiddenError,
    ModeMismatchError,
    NotFoundError,
    RefusedError,
    SetupError,
    UnreadableAnswerError,
    WrongAddressError,
)
from jofi_async.core.transport import Transport

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
W = TypeVar("W")
C = TypeVar("C", bound=Client)
C_co = TypeVar("C_co", bound=Client, covariant=True)

_CODES: tuple[tuple[tuple[type[CallError], ...], ExitCode], ...] = (
    ((NotFoundError, RefusedError, DuplicateError), ExitCode.SOME_REFUSED),
    (
        (AuthenticationError, ForbiddenError, WrongAddressError, SetupError, ModeMismatchError),
        ExitCode.CANNOT_GO_ON,
    ),
    ((UnreadableAnswerError,), ExitCode.UNEXPECTED),
)


class Way(Protocol[C_co]):
    """A client and what it goes over."""

    @property
    def client(self) -> C_co:
        """The client."""
        ...

    @property
    def transport(self) -> Transport:
        """Its transport, to be closed with it."""
        ...

    @property
    def notice(self) -> str:
        """What must be known of its answers, or ""."""
        ...


@frozen
class Asked(Generic[W]):
    """What the options say that every such command has.

    Attributes:
        form: How to show what is answered.
        sandbox: Whether to ask a vendor in memory.
        key_file: Holds the key, or None.
    """

    form: Form
    sandbox: bool
    key_file: Path | None
    _find: Callable[[bool, Path | None], W]

    def way(self) -> W:
        """The way to the vendor.

        Raises:
            ConfigurationError: There is no key.
        """
        return self._find(self.sandbox, self.key_file)


_KEY_FILE = click.Path(path_type=Path)


def with_options(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Add options to a command, in this order."""

    def add(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def asks(vendor: str) -> Callable[[F], F]:
    """Add the options to a command; `asked_of` reads them.

    Args:
        vendor: Its name.
    """
    return with_options(
        click.option("--json", "as_json", is_flag=True, help=f"Write JSON, with {vendor}'s names."),
        click.option("--csv", "as_csv", is_flag=True, help="Write CSV, with all fields."),
        click.option("--sandbox", is_flag=True, help=f"Ask a {vendor} in memory; no key is needed."),
        click.option("--api-key-file", type=_KEY_FILE, metavar="PATH", help="Read the key from a file."),
    )


def asked_of(given: dict[str, Any], find: Callable[[bool, Path | None], W]) -> Asked[W]:
    """Take the options of `asks` out of a command's.

    Args:
        given: All options.
        find: Finds the way, in memory or with the key of a file.

    Raises:
        ConfigurationError: Two forms are asked for.
    """
    as_json, as_csv = given.pop("as_json"), given.pop("as_csv")
    if as_json and as_csv:
        raise ConfigurationError("--json and --csv do not go together")
    form = Form.JSON if as_json else Form.CSV if as_csv else Form.TABLE
    return Asked(form, given.pop("sandbox"), given.pop("api_key_file"), find)


def run(way: Way[C], ask: Callable[[C], Awaitable[T]], show: Callable[[T], int | None]) -> int:
    """Ask, and show the answer.

    Args:
        way: Where to.
        ask: The question.
        show: Shows the answer; it may return an exit code.
    """
    screen = Console(stderr=True)
    if way.notice:
        say(screen, way.notice)
    try:
        answer = asyncio.run(_ask(way, ask))
    except CallError as error:
        say(screen, f"Error: {error}")
        return exit_code_of(error)
    return show(answer) or ExitCode.DONE


def exit_code_of(error: CallError) -> ExitCode:
    """What a command's exit code says of the one call that failed."""
    return next((code for kinds, code in _CODES if isinstance(error, kinds)), ExitCode.RUN_AGAIN)


async def _ask(way: Way[C], ask: Callable[[C], Awaitable[T]]) -> T:
    async with way.transport, way.client:
        return await ask(way.client)
