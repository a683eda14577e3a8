"""One delivery as it came over the wire: the bytes of its body, and its headers."""

from collections.abc import Iterable, Mapping
from typing import Self, cast

from attrs import frozen

from jofi_async.webhooks.refusal import DeliveryRefusedError, Refusal

Headers = Mapping[str, str] | Iterable[tuple[str, str]]
"""Headers as frameworks have them; a name may come twice."""


@frozen(repr=False)
class Delivery:
    """A body and headers, of which nothing is believed yet.

    Attributes:
        body: The bytes as they came, before anything has parsed them.
        headers: The values of each header, by its name in lower case.
    """

    body: bytes
    headers: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, body: bytes, headers: Headers) -> Self:
        """Take what a framework has."""
        found: dict[str, tuple[str, ...]] = {}
        pairs = cast("Mapping[str, str]", headers).items() if isinstance(headers, Mapping) else headers
        for name, value in pairs:
            found[name.lower()] = (*found.get(name.lower(), ()), value)
        return cls(body, found)

    def header(self, name: str) -> str:
        """The one value of a header, in ASCII.

        Raises:
            DeliveryRefusedError: It is missing, comes more than once, or is no ASCII.
        """
        values = self.headers.get(name.lower())
        if not values:
            raise DeliveryRefusedError(Refusal.UNSIGNED, f"The delivery has no header {name}")
        value, *others = values
        if others:
            raise DeliveryRefusedError(Refusal.FORGED, f"The delivery has the header {name} more than once")
        if not value.isascii():
            raise DeliveryRefusedError(Refusal.FORGED, f"The header {name} is no ASCII")
        return value.strip(" \t")

    def __repr__(self) -> str:
        return f"Delivery({len(self.body)} bytes)"
