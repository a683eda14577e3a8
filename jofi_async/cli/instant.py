"""A moment on the command line, as ISO 8601 has it."""

from datetime import UTC, datetime

import click


class Instant(click.ParamType[datetime]):
    """An ISO 8601 date, with or without a time; without an offset it is UTC."""

    name = "instant"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read it."""
        try:
            instant = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no instant such as 2026-12-11 or 2026-12-11T22:23:05Z", param, ctx)
        return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
