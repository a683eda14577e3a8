"""What a sandbox serves, as one OpenAPI document: each fake describes its own routes."""

from collections.abc import Sequence
from typing import Any

from jofi_async._version import __version__
from jofi_async.sandbox.mounts import Json, Mount

PATH = "/openapi.json"


def document(mounts: Sequence[Mount], url: str) -> Json:
    """Return the document.

    Args:
        mounts: What is served.
        url: Where, without a slash at its end.
    """
    paths: dict[str, Any] = {}
    components: dict[str, dict[str, Any]] = {}
    for mount in mounts:
        described = mount.openapi()
        paths |= described["paths"]
        for kind, entries in described["components"].items():
            components.setdefault(kind, {}).update(entries)
    titles = " and ".join(mount.title for mount in mounts)
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{titles}, as this sandbox serves them", "version": __version__},
        "servers": [{"url": url}],
        "paths": paths,
        "components": components,
    }
