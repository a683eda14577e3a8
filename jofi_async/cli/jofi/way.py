"""How a command reaches JOFI: at an address with a key, or in memory."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from jofi_async.cli.keys import read_key
from jofi_async.core.client import DEFAULT_RATE_LIMIT
from jofi_async.core.errors import ConfigurationError
from jofi_async.core.limits import RateLimit
from jofi_async.core.transport import Transport
from jofi_async.jofi.client import BASE_URL, SHARED_BY, JofiClient
from jofi_async.jofi.models import Mode
from jofi_async.sharing import shared_by
from jofi_async.transports.aiohttp import AiohttpTransport

if TYPE_CHECKING:
    from jofi_async.jofi.fake import FakeJofi

SANDBOX_LIMIT = evolve(DEFAULT_RATE_LIMIT, per_second=None)
NO_KEY = "There is no key: set JOFI_API_KEY or give --api-key-file PATH, or try it with --sandbox"


@frozen
class Way:
    """A client and what it goes over.

    Attributes:
        url: Where JOFI is.
        client: The client.
        transport: Its transport, to be closed with it.
        fake: The JOFI in memory, or None.
    """

    url: str
    client: JofiClient
    transport: Transport
    fake: "FakeJofi | None" = None

    @property
    def notice(self) -> str:
        """What must be known of its answers, or ""."""
        return "This is a test key: JOFI's answers are made up." if self.client.mode is Mode.TEST else ""

    @property
    def mode(self) -> str:
        """What a way that contacts nobody is called, or ""."""
        if self.fake is not None:
            return "sandbox"
        return Mode.TEST.value if self.client.mode is Mode.TEST else ""


def key_of(key_file: Path | None, *, alone: bool = True) -> str:
    """The key of a file or the environment, or "" when there is none.

    Args:
        key_file: Holds the key, and goes before the environment.
        alone: Whether nobody else may be able to read the file.
    """
    return read_key("JOFI_API_KEY", key_file, alone=alone)


def live_way(key: str, limit: RateLimit = DEFAULT_RATE_LIMIT) -> Way | None:
    """The way to JOFI itself; None when there is no key."""
    if not key:
        return None
    url = os.environ.get("JOFI_BASE_URL") or BASE_URL
    shared = shared_by(limit, os.environ.get(SHARED_BY))
    transport = AiohttpTransport(trust_env=True)
    return Way(url, JofiClient(key, base_url=url, rate_limit=shared, transport=transport), transport)


def sandbox_way(key_file: Path | None, limit: RateLimit = SANDBOX_LIMIT) -> Way:
    """The way to a JOFI in memory, which nobody else sees.

    Raises:
        ConfigurationError: There is a key file, which would mean JOFI itself.
    """
    if key_file is not None:
        raise ConfigurationError("--sandbox takes no key, so --api-key-file does not go with it")
    from jofi_async.jofi.fake import FakeJofi
    from jofi_async.transports.fake import FakeTransport

    fake = FakeJofi()
    transport = FakeTransport(fake)
    url = "http://sandbox.invalid/api/v2"
    client = JofiClient("sk_live_sandbox", base_url=url, rate_limit=limit, transport=transport)
    return Way(url, client, transport, fake)
