"""The `jofi` command: which commands there are, and how a failure is told."""

import sys
from collections.abc import Sequence
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING, Any, cast

from jofi_async._version import __version__
from jofi_async.cli import jofi, yardstik
from jofi_async.core.errors import UsageError

if TYPE_CHECKING:
    import click

COMMANDS = {
    **jofi.COMMANDS,
    **yardstik.COMMANDS,
    "job": "jofi_async.cli.job:job",
    "sandbox": "jofi_async.cli.sandbox:sandbox",
    "listen": "jofi_async.cli.listen:listen",
    "completion": "jofi_async.cli.completion:completion",
}
SECTIONS = {**jofi.SECTIONS, **yardstik.SECTIONS, "Tools": ("job", "sandbox", "listen", "completion")}
_HELP = """Invite people at scale, each of them once.

    The key is JOFI_API_KEY, or in a file (--api-key-file); it is never taken on the command line. With --sandbox a
    command runs on a JOFI in memory, and needs none.

    \b
    Examples:
      jofi invite candidates.csv --sandbox --inviter jane.recruiter@jofiscore.com
      jofi check --inviter me@example.com
      jofi invitations list --custom-id REQ-17 --json

    Each command tells more: jofi invite --help
    """
_EXTRA = frozenset({"click", "rich", "charset_normalizer", "jinja2", "phonenumbers", "python_calamine"})


def main(args: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        args: What stands after its name; by default that of the process.

    Returns:
        The exit code.
    """
    stdout = cast("Any", sys.stdout)
    if hasattr(stdout, "reconfigure"):
        stdout.reconfigure(errors="replace")  # a name that it cannot show is no reason to fail
    try:
        return _run(args)
    except ModuleNotFoundError as error:
        if error.name not in _EXTRA:
            return _fail(_unexpected(error), 1)
        return _fail(f"This needs the package {error.name}: pip install 'jofi-async[cli]'", 2)
    except UsageError as error:
        return _fail(error.message, 2)
    except KeyboardInterrupt:
        return _fail("Stopped.", 130)
    except Exception as error:
        return _fail(_unexpected(error), 1)


def _run(args: Sequence[str] | None) -> int:
    import click

    try:
        code: object = _group().main(args, prog_name="jofi", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 0
    except click.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        error.show()
        return 2
    return code if isinstance(code, int) else 0


def _group() -> "click.Group":
    import click

    from jofi_async.cli.lazy import LazyGroup

    group = LazyGroup(
        COMMANDS,
        SECTIONS,
        help=_HELP,
    )
    click.version_option(__version__, prog_name="jofi")(group)
    return group


def _fail(sentence: str, code: int) -> int:
    print(f"Error: {sentence}", file=sys.stderr)
    return code


def _unexpected(error: Exception) -> str:
    """Name an error without its text, which may hold what a person's row holds."""
    place = extract_tb(error.__traceback__)[-1]
    return f"Unexpected {type(error).__name__} in {Path(place.filename).name}, line {place.lineno}. Please report it."


if __name__ == "__main__":
    sys.exit(main())
