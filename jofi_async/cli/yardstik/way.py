"""How a command reaches Yardstik: at an address with a key, or in memory."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from jofi_async.cli.keys import read_key
from jofi_async.core.client import DEFAULT_RATE_LIMIT
from jofi_async.core.errors import ConfigurationError
from jofi_async.core.limits import RateLimit
from jofi_async.core.transport import Transport
from jofi_async.sharing import shared_by
from jofi_async.transports.aiohttp import AiohttpTransport
from jofi_async.yardstik.client import PRODUCTION, SHARED_BY, YardstikClient

if TYPE_CHECKING:
    from jofi_async.yardstik.fake import FakeYardstik

SANDBOX_LIMIT = evolve(DEFAULT_RATE_LIMIT, per_second=None)
NO_KEY = "There is no key: set YARDSTIK_API_KEY or give --api-key-file PATH, or try it with --sandbox"


@frozen
class Way:
    """A client and what it goes over.

    Attributes:
        url: Where Yardstik is.
        client: The client.
        transport: Its transport, to be closed with it.
        fake: The Yardstik in memory, or None.
    """

    url: str
    client: YardstikClient
    transport: Transport
    fake: "FakeYardstik | None" = None
    notice: str = ""

    @property
    def mode(self) -> str:
        """What a way that contacts nobody is called, or ""."""
        return "" if self.fake is None else "sandbox"


def find_way(sandbox: bool, key_file: Path | None, limit: RateLimit | None = None) -> Way:
    """The way to Yardstik.

    Args:
        sandbox: Whether to a Yardstik in memory, which nobody else sees.
        key_file: Holds the key, and goes before the environment.
        limit: How fast.

    Raises:
        ConfigurationError: There is no key; or there is a key file, which would mean Yardstik itself.
    """
    if sandbox:
        return _sandbox_way(key_file, limit or SANDBOX_LIMIT)
    key = read_key("YARDSTIK_API_KEY", key_file)
    if not key:
        raise ConfigurationError(NO_KEY)
    url = os.environ.get("YARDSTIK_BASE_URL") or PRODUCTION
    transport = AiohttpTransport(trust_env=True)
    shared = shared_by(limit or DEFAULT_RATE_LIMIT, os.environ.get(SHARED_BY))
    client = YardstikClient(key, base_url=url, rate_limit=shared, transport=transport)
    return Way(url, client, transport)


def _sandbox_way(key_file: Path | None, limit: RateLimit) -> Way:
    if key_file is not None:
        raise ConfigurationError("--sandbox takes no key, so --api-key-file does not go with it")
    from jofi_async.transports.fake import FakeTransport
    from jofi_async.yardstik.fake import FakeYardstik

    fake = FakeYardstik()
    transport = FakeTransport(fake)
    url = "http://sandbox.invalid/yardstik"
    return Way(
        url, YardstikClient("yardstik_sandbox", base_url=url, rate_limit=limit, transport=transport), transport, fake
    )
