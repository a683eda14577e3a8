"""`jofi yardstik`: the commands of the second vendor."""

from jofi_async.cli.lazy import LazyGroup

COMMANDS = {
    "invite": "jofi_async.cli.yardstik.invite:invite",
    "reconcile": "jofi_async.cli.yardstik.reconcile:reconcile_command",
    "invitations": "jofi_async.cli.yardstik.invitations:invitations",
    "packages": "jofi_async.cli.yardstik.invitations:packages",
}

yardstik = LazyGroup(
    COMMANDS,
    {"Invite": ("invite", "reconcile"), "Look and change": ("invitations", "packages")},
    name="yardstik",
    short_help="Yardstik: invite people to background checks.",
    help="""Invite people to Yardstik's background checks, each of them once.

    The key is YARDSTIK_API_KEY, or in a file (--api-key-file); it is never taken on the command line. With --sandbox a
    command runs on a Yardstik in memory, and needs none.
    """,
)
