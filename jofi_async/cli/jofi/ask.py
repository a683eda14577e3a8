"""What every command has that asks JOFI once: where to, in which form to show, and how a failure is told."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from attrs import frozen
from rich.console import Console

from jofi_async.cli.jofi.way import NO_KEY, Way, key_of, live_way, sandbox_way
from jofi_async.cli.progress import say
from jofi_async.cli.run import ExitCode
from jofi_async.cli.show import Form
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
from jofi_async.jofi.client import JofiClient
from jofi_async.jofi.models import Mode

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

_CODES: tuple[tuple[tuple[type[CallError], ...], ExitCode], ...] = (
    ((NotFoundError, RefusedError, DuplicateError), ExitCode.SOME_REFUSED),
    (
        (AuthenticationError, ForbiddenError, WrongAddressError, SetupError, ModeMismatchError),
        ExitCode.CANNOT_GO_ON,
    ),
    ((UnreadableAnswerError,), ExitCode.UNEXPECTED),
)


@frozen
class Asked:
    """What the options say that every such command has.

    Attributes:
        form: How to show what is answered.
        sandbox: Whether to ask a JOFI in memory.
        key_file: Holds the key, or None.
    """

    form: Form
    sandbox: bool
    key_file: Path | None

    def way(self) -> Way:
        """The way to JOFI.

        Raises:
            ConfigurationError: There is no key.
        """
        way = sandbox_way(self.key_file) if self.sandbox else live_way(key_of(self.key_file))
        if way is None:
            raise ConfigurationError(NO_KEY)
        return way


_KEY_FILE = click.Path(path_type=Path)


def with_options(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Add options to a command, in this order."""

    def add(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def asks(command: F) -> F:
    """Add the options to a command; `asked_of` reads them."""
    return with_options(
        click.option("--json", "as_json", is_flag=True, help="Write JSON, with JOFI's names."),
        click.option("--csv", "as_csv", is_flag=True, help="Write CSV, with all fields."),
        click.option("--sandbox", is_flag=True, help="Ask a JOFI in memory; no key is needed."),
        click.option("--api-key-file", type=_KEY_FILE, metavar="PATH", help="Read the key from a file."),
    )(command)


def asked_of(given: dict[str, Any]) -> Asked:
    """Take the options of `asks` out of a command's.

    Raises:
        ConfigurationError: Two forms are asked for.
    """
    as_json, as_csv = given.pop("as_json"), given.pop("as_csv")
    if as_json and as_csv:
        raise ConfigurationError("--json and --csv do not go together")
    form = Form.JSON if as_json else Form.CSV if as_csv else Form.TABLE
    return Asked(form, given.pop("sandbox"), given.pop("api_key_file"))


def run(way: Way, ask: Callable[[JofiClient], Awaitable[T]], show: Callable[[T], int | None]) -> int:
    """Ask, and show the answer.

    Args:
        way: Where to.
        ask: The question.
        show: Shows the answer; it may return an exit code.
    """
    screen = Console(stderr=True)
    if way.client.mode is Mode.TEST:
        say(screen, "This is a test key: JOFI's answers are made up.")
    try:
        answer = asyncio.run(_ask(way, ask))
    except CallError as error:
        say(screen, f"Error: {error}")
        return next((code for kinds, code in _CODES if isinstance(error, kinds)), ExitCode.RUN_AGAIN)
    return show(answer) or ExitCode.DONE


async def _ask(way: Way, ask: Callable[[JofiClient], Awaitable[T]]) -> T:
    async with way.transport, way.client:
        return await ask(way.client)
