"""Who may talk to a sandbox: nobody's web page but its own, under whatever name it reaches it."""

import re
from ipaddress import ip_address

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

_HOST = re.compile(r"(\[[^\]]*\]|[^:]*)(:\d*)?")


def is_loopback(name: str) -> bool:
    """Whether a host name or address is this machine's own."""
    name = name.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def guard(*, loopback: bool) -> Middleware:
    """Make the middleware that refuses a foreign page with 403.

    A page of another origin is told by its `Origin`. A page whose own name was made to point to this machine (DNS
    rebinding) is told by `Host`; that can be known only while the sandbox listens to this machine alone.

    Args:
        loopback: Whether the sandbox listens to this machine alone.
    """

    @web.middleware
    async def refuse_foreign(request: web.Request, handler: Handler) -> web.StreamResponse:
        host = request.headers.get("Host", "")
        if loopback and host and not _is_own(host):
            raise web.HTTPForbidden(text="This sandbox answers to localhost alone. Start it with --host to open it.\n")
        origin = request.headers.get("Origin")
        if origin is not None and origin.lower().partition("://")[2] != (host.lower() or None):
            raise web.HTTPForbidden(text="This sandbox does not answer to pages of other origins.\n")
        return await handler(request)

    return refuse_foreign


def _is_own(host: str) -> bool:
    match = _HOST.fullmatch(host)
    return match is not None and is_loopback(match[1])
