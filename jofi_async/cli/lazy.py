"""A group of commands of which only the one that is run is imported: live commands import no fake."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """Imports a command when it is asked for.

    Args:
        places: Where each command is, by name, as "module:attribute".
        sections: Which commands stand together in the help, under which heading; the rest come last.
        options: Those of `click.Group`.
    """

    def __init__(
        self, places: Mapping[str, str], sections: Mapping[str, Sequence[str]] | None = None, **options: Any
    ) -> None:
        super().__init__(context_settings={"help_option_names": ["-h", "--help"]}, **options)
        self._places = places
        self._sections = sections or {}

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

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, section by section."""
        named = {name for names in self._sections.values() for name in names}
        rest = [name for name in self._places if name not in named]
        width = max(map(len, self._places), default=0)
        for heading, names in (*self._sections.items(), ("Other commands", rest)):
            commands = ((name, self.get_command(ctx, name)) for name in names)
            rows = [(name.ljust(width), command.get_short_help_str(60)) for name, command in commands if command]
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(rows)
