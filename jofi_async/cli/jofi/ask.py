"""What every command has that asks JOFI once; see `jofi_async.cli.ask`."""

from pathlib import Path
from typing import Any

from jofi_async.cli import ask
from jofi_async.cli.ask import run, with_options
from jofi_async.cli.jofi.way import NO_KEY, Way, key_of, live_way, sandbox_way
from jofi_async.core.errors import ConfigurationError

__all__ = ["Asked", "asked_of", "asks", "run", "with_options"]

Asked = ask.Asked[Way]

asks = ask.asks("JOFI")


def asked_of(given: dict[str, Any]) -> Asked:
    """Take the options of `asks` out of a command's; see `jofi_async.cli.ask`."""
    return ask.asked_of(given, _way)


def _way(sandbox: bool, key_file: Path | None) -> Way:
    way = sandbox_way(key_file) if sandbox else live_way(key_of(key_file))
    if way is None:
        raise ConfigurationError(NO_KEY)
    return way
