"""The secret that pushed events are signed with, as `sandbox` and `listen` take it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from jofi_async.cli.keys import read_key
from jofi_async.sandbox.delivery.endpoint import DEFAULT_SECRET

VARIABLE = "JOFI_WEBHOOK_SECRET"

C = TypeVar("C", bound=Callable[..., Any])


def secret_options(command: C) -> C:
    """Add `--webhook-secret-file` and `--webhook-user`."""
    file = click.option(
        "--webhook-secret-file",
        "secret_file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=f"Holds the secret.  [{VARIABLE}]",
    )
    user = click.option("--webhook-user", "user", metavar="NAME", help="Basic Auth; the secret is the password.")
    return file(user(command))


def read_secret(path: Path | None) -> str:
    """Return the secret of a file, else of the environment, else the sandbox's own.

    Raises:
        ConfigurationError: The file cannot be used.
    """
    return read_key(VARIABLE, path) or DEFAULT_SECRET
