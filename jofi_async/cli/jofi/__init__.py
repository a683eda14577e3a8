"""JOFI's commands, and how `jofi --help` groups them."""

COMMANDS = {
    "invite": "jofi_async.cli.jofi.invite:invite",
    "reconcile": "jofi_async.cli.jofi.reconcile:reconcile_command",
    "check": "jofi_async.cli.jofi.check:check",
    "invitations": "jofi_async.cli.jofi.invitations:invitations",
    "test-takers": "jofi_async.cli.jofi.reads:test_takers",
    "career-profiles": "jofi_async.cli.jofi.reads:career_profiles",
    "account": "jofi_async.cli.jofi.reads:account",
    "users": "jofi_async.cli.jofi.reads:users",
    "teams": "jofi_async.cli.jofi.reads:teams",
    "templates": "jofi_async.cli.jofi.reads:templates",
    "assessments": "jofi_async.cli.jofi.reads:assessments",
    "score-profiles": "jofi_async.cli.jofi.reads:score_profiles",
}

SECTIONS = {
    "Invite": ("invite", "reconcile", "check"),
    "People": ("invitations", "test-takers", "career-profiles"),
    "Your account": ("account", "users", "teams", "templates", "assessments", "score-profiles"),
}
