"""The `jofi` command."""
