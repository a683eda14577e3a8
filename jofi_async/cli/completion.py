"""`jofi completion`: the script that lets a shell complete the command."""

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")


@click.command("completion", short_help="Print a script that completes `jofi` in a shell.")
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> int:
    """Print the script that lets a SHELL complete `jofi`.

    \b
    Once:
      bash   jofi completion bash > ~/.local/share/bash-completion/completions/jofi
      zsh    jofi completion zsh > ~/.zfunc/_jofi    (a folder of your $fpath)
      fish   jofi completion fish > ~/.config/fish/completions/jofi.fish
    """  # noqa: D301  (click's mark for lines that are not to be wrapped)
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"{shell} cannot be completed")
    click.echo(kind(click.Command("jofi"), {}, "jofi", "_JOFI_COMPLETE").source())
    return 0
