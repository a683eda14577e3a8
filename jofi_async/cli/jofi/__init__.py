"""JOFI's commands."""

COMMANDS = {
    "invite": "jofi_async.cli.jofi.invite:invite",
    "check": "jofi_async.cli.jofi.check:check",
}
