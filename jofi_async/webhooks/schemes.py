"""How a delivery proves who sent it; the receiver's configuration chooses the scheme, never the payload."""

import base64
import binascii
import hmac
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, Protocol

from attrs import field, frozen

from jofi_async.core.errors import ConfigurationError
from jofi_async.webhooks.delivery import Delivery
from jofi_async.webhooks.refusal import DeliveryRefusedError, Refusal

_HOLE = re.compile(r"\{([^{}]*)\}")
_BODY = "body"


class Scheme(Protocol):
    """A check of one's own needs this only."""

    def verify(self, delivery: Delivery) -> bytes:
        """Return the body that was proven to be the sender's; nothing else of the delivery is read as an event.

        Raises:
            DeliveryRefusedError: It was not proven.
        """
        ...


def unix_seconds(text: str) -> float:
    """Read a timestamp that is a whole number of seconds since 1970.

    Raises:
        ValueError: It is none.
    """
    if not (text.isdigit() and text.isascii() and len(text) <= 15):
        raise ValueError("no number of seconds")
    return float(text)


def _as_secrets(given: str | bytes | Iterable[str | bytes]) -> tuple[bytes, ...]:
    several = [given] if isinstance(given, str | bytes) else given
    return tuple(one.encode() if isinstance(one, str) else one for one in several)


@frozen(kw_only=True)
class HmacSignature:
    """A keyed digest of the body in a header.

    No default is a claim about a vendor; a vendor whose scheme is known has it beside its events.

    Attributes:
        secrets: The shared secret; or several while one is rotated, of which any is accepted and the first signs.
        header: The header that bears the signature.
        algorithm: A digest of `hashlib`, for example "sha256" or "sha512".
        encoding: How the digest is written; "hex" is accepted in either case.
        prefix: What stands before it, for example "sha256=".
        signs: What is signed: `{body}`, and headers by name, for example "{x-timestamp}.{body}".
        timestamp: The header that says when it was signed; it must be among what is signed. None: nothing ages.
        tolerance: How many seconds old, or ahead, the timestamp may be.
        read_timestamp: Reads the timestamp as seconds since 1970; whatever it raises is a refusal.
        now: The clock, in seconds since 1970.

    Raises:
        ConfigurationError: There is no secret, an empty one, no such algorithm, or a timestamp that is not signed.
    """

    secrets: tuple[bytes, ...] = field(converter=_as_secrets, repr=False)
    header: str
    algorithm: str = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""
    signs: str = "{body}"
    timestamp: str | None = None
    tolerance: float = 300.0
    read_timestamp: Callable[[str], float] = field(default=unix_seconds, repr=False)
    now: Callable[[], float] = field(default=time.time, repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.secrets or not all(self.secrets):
            raise ConfigurationError("A signature needs a secret, and an empty one is none")
        if self.encoding not in ("hex", "base64"):
            raise ConfigurationError(f"A signature is written in hex or base64, not in {self.encoding!r}")
        names = _HOLE.findall(self.signs)
        if names.count(_BODY) != 1:
            raise ConfigurationError(f"What is signed must hold {{body}} once, not be {self.signs!r}")
        if self.timestamp is not None and self.timestamp.lower() not in map(str.lower, names):
            raise ConfigurationError(f"The timestamp {self.timestamp} is not signed, so anybody could renew it")
        try:
            self._signature(self.secrets[0], b"")
        except (ValueError, TypeError):
            raise ConfigurationError(f"There is no digest {self.algorithm!r} that can be keyed") from None

    def verify(self, delivery: Delivery) -> bytes:
        """Return the body if it was signed with one of the secrets.

        Raises:
            DeliveryRefusedError: It was not, or too long ago.
        """
        given = self._given(delivery).encode()
        content = self._content(delivery)
        matches = [hmac.compare_digest(given, self._signature(secret, content)) for secret in self.secrets]
        if not any(matches):
            raise DeliveryRefusedError(Refusal.FORGED, f"The signature in {self.header} is of another body or secret")
        if self.timestamp is not None:
            self._check_age(delivery.header(self.timestamp))
        return delivery.body

    def sign(self, body: bytes, headers: Mapping[str, str] | None = None) -> dict[str, str]:
        """The headers that a sender adds: the inverse of `verify`, for tests and sandboxes.

        Args:
            body: What is sent.
            headers: Other headers that are signed; the timestamp is now unless it is among them.

        Raises:
            DeliveryRefusedError: A header that is signed is not given.
        """
        signed = dict(headers or {})
        if self.timestamp is not None:
            signed.setdefault(self.timestamp, str(int(self.now())))
        content = self._content(Delivery.of(body, signed))
        return {**signed, self.header: self.prefix + self._signature(self.secrets[0], content).decode()}

    def _given(self, delivery: Delivery) -> str:
        text = delivery.header(self.header)
        if not text.startswith(self.prefix):
            raise DeliveryRefusedError(Refusal.FORGED, f"The signature in {self.header} does not begin as it must")
        text = text.removeprefix(self.prefix)
        return text.lower() if self.encoding == "hex" else text

    def _content(self, delivery: Delivery) -> bytes:
        if self.signs == "{body}":
            return delivery.body
        content = bytearray()
        for place, text in enumerate(_HOLE.split(self.signs)):
            if place % 2 == 0:
                content += text.encode()
            elif text == _BODY:
                content += delivery.body
            else:
                content += delivery.header(text).encode()
        return bytes(content)

    def _signature(self, secret: bytes, content: bytes) -> bytes:
        digest = hmac.digest(secret, content, self.algorithm)
        return binascii.hexlify(digest) if self.encoding == "hex" else base64.b64encode(digest)

    def _check_age(self, text: str) -> None:
        try:
            age = self.now() - self.read_timestamp(text)
        except Exception:
            raise DeliveryRefusedError(Refusal.STALE, f"The timestamp in {self.timestamp} cannot be read") from None
        if not abs(age) <= self.tolerance:
            raise DeliveryRefusedError(Refusal.STALE, f"The delivery was signed {age:.0f} s ago, by its timestamp")


@frozen
class BasicAuth:
    """A user and password in the `Authorization` header (RFC 7617, in UTF-8).

    It proves who sent the delivery to whoever trusts the connection, and nothing about the body: over HTTPS only.

    Attributes:
        user: The user; it holds no colon.
        passwords: The password; or several while one is changed, of which any is accepted and the first is sent.

    Raises:
        ConfigurationError: The user holds a colon, or there is no password, or an empty one.
    """

    user: str
    passwords: tuple[bytes, ...] = field(converter=_as_secrets, repr=False)

    def __attrs_post_init__(self) -> None:
        if ":" in self.user:
            raise ConfigurationError("A user of Basic Auth holds no colon")
        if not self.passwords or not all(self.passwords):
            raise ConfigurationError("Basic Auth needs a password, and an empty one is none")

    def verify(self, delivery: Delivery) -> bytes:
        """Return the body if user and password are right.

        Raises:
            DeliveryRefusedError: They are not, or are malformed.
        """
        scheme, _, text = delivery.header("authorization").partition(" ")
        try:
            given = base64.b64decode(text.strip(" ").encode(), validate=True)
        except ValueError:
            given = b""
        matches = [hmac.compare_digest(given, pair) for pair in self._pairs()]
        if scheme.lower() != "basic" or not any(matches):
            raise DeliveryRefusedError(Refusal.FORGED, "The user or password of the delivery is wrong")
        return delivery.body

    def sign(self, body: bytes) -> dict[str, str]:
        """The header that a sender adds, whatever the body."""
        return {"authorization": f"Basic {base64.b64encode(self._pairs()[0]).decode()}"}

    def _pairs(self) -> Sequence[bytes]:
        return [self.user.encode() + b":" + password for password in self.passwords]
