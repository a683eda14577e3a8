"""How a path matches a route's: `/invitations/:id`."""

from urllib.parse import unquote


def match(pattern: str, path: str) -> tuple[str, ...] | None:
    """Return what the `:name` segments of a route stand for, decoded, or None if this is another route's path."""
    wanted, given = pattern.split("/"), path.split("/")
    if len(wanted) != len(given):
        return None
    args: list[str] = []
    for part, segment in zip(wanted, given, strict=True):
        if part.startswith(":") and segment:
            args.append(unquote(segment))
        elif part != segment:
            return None
    return tuple(args)
