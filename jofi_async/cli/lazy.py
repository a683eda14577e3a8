"""A group of commands of which only the one that is run is imported: live commands import no fake."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """Imports a command when it is asked for.

    Args:
        places: Where each command is, by name, as "module:attribute".
        options: Those of `click.Group`.
    """

    def __init__(self, places: Mapping[str, str], **options: Any) -> None:
        super().__init__(context_settings={"help_option_names": ["-h", "--help"]}, **options)
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names."""
        return list(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None when there is none of this name."""
        if cmd_name not in self._places:
            return None
        module, _, attribute = self._places[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command
