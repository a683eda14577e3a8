"""Yardstik's commands, and how `jofi --help` groups them."""

COMMANDS = {"yardstik": "jofi_async.cli.yardstik.group:yardstik"}
SECTIONS = {"Background checks": ("yardstik",)}
