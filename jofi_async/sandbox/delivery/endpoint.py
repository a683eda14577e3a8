"""Where events are pushed to, and how a push is signed."""

from collections.abc import Sequence
from typing import Protocol
from urllib.parse import urlsplit

import aiohttp
from attrs import evolve, frozen

from jofi_async.core.errors import ConfigurationError
from jofi_async.sandbox.mounts import Mount
from jofi_async.webhooks import BasicAuth, HmacSignature

TIMEOUT = aiohttp.ClientTimeout(total=35.0)
"""Seconds that a receiver has for its answer: a little more than a handler of ours may take."""
DEFAULT_SECRET = "whsec_sandbox"
NOT_THE_SECRET = b"not the secret"


class Signer(Protocol):
    """A scheme that signs."""

    def sign(self, body: bytes, /) -> dict[str, str]:
        """Return the headers that a sender adds."""
        ...


@frozen(kw_only=True)
class Endpoint:
    """A URL, and two schemes: the sender's, and that of somebody who does not know the secret.

    Attributes:
        url: Where it is.
        service: Whose events go there.
    """

    url: str
    service: str
    signer: Signer
    forger: Signer

    @classmethod
    def with_hmac(cls, url: str, service: str, secret: str, header: str) -> "Endpoint":
        """Sign by HMAC-SHA256 of the body, in hex.

        Raises:
            ConfigurationError: The URL is none, or the secret is empty.
        """
        signer = HmacSignature(secrets=secret, header=header)
        return cls(url=_checked(url), service=service, signer=signer, forger=evolve(signer, secrets=NOT_THE_SECRET))

    @classmethod
    def with_basic_auth(cls, url: str, service: str, user: str, password: str) -> "Endpoint":
        """Sign by user and password.

        Raises:
            ConfigurationError: The URL is none, or user or password cannot be.
        """
        signer = BasicAuth(user, password)
        return cls(url=_checked(url), service=service, signer=signer, forger=evolve(signer, passwords=NOT_THE_SECRET))

    @property
    def place(self) -> str:
        """The URL as it may be shown: without its query, which may hold a token."""
        return self.url.partition("?")[0]

    async def push(self, session: aiohttp.ClientSession, body: bytes, *, forged: bool = False) -> int:
        """POST once; return the status of the answer.

        Raises:
            aiohttp.ClientError: No answer came.
            TimeoutError: It took too long.
        """
        headers = {"content-type": "application/json", **(self.forger if forged else self.signer).sign(body)}
        async with session.post(self.url, data=body, headers=headers, allow_redirects=False, timeout=TIMEOUT) as answer:
            return answer.status


def endpoint_of(text: str, mounts: Sequence[Mount], secret: str, user: str | None) -> Endpoint:
    """Read `[SERVICE=]URL`; without a service it is the first mount's.

    Args:
        text: What is to be read.
        mounts: What is served.
        secret: What is shared with the receiver.
        user: Who the sender is, for Basic Auth; None for HMAC.

    Raises:
        ConfigurationError: The URL is none.
    """
    named = {f"{mount.name}=": mount for mount in mounts}
    prefix = next((prefix for prefix in named if text.startswith(prefix)), "")
    mount, url = named.get(prefix, mounts[0]), text.removeprefix(prefix)
    if user is not None:
        return Endpoint.with_basic_auth(url, mount.name, user, secret)
    return Endpoint.with_hmac(url, mount.name, secret, mount.signature_header)


def _checked(url: str) -> str:
    place = urlsplit(url)
    if place.scheme not in ("http", "https") or not place.hostname or place.username is not None:
        raise ConfigurationError(
            f"{url!r} is no URL that events can be sent to, such as http://localhost:8000/webhooks"
        )
    return url
