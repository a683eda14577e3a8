"""Faults of delivery: how a sender tries its receivers."""

from collections.abc import Iterable
from enum import StrEnum
from random import Random
from typing import Self

from attrs import define, field, frozen

from jofi_async.core.errors import ConfigurationError


class WebhookFaultKind(StrEnum):
    """What goes wrong with a delivery.

    Attributes:
        DUPLICATE: It comes a second time, although it was taken.
        OUT_OF_ORDER: It comes after the next one about the same person.
        LATE: It comes some seconds later, and what follows about the person with it.
        BAD_SIGNATURE: Before it comes, somebody else sends the same with a signature that is not the sender's.
    """

    DUPLICATE = "duplicate"
    OUT_OF_ORDER = "out_of_order"
    LATE = "late"
    BAD_SIGNATURE = "bad_signature"


@frozen
class WebhookFault:
    """One rule, `KIND[:SHARE]`: what goes wrong with which share of the deliveries, all unless told otherwise."""

    kind: WebhookFaultKind
    share: float = 1.0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a rule.

        Raises:
            ConfigurationError: The text is none.
        """
        name, colon, share = text.strip().partition(":")
        kinds = {kind.value: kind for kind in WebhookFaultKind}
        if name not in kinds:
            raise ConfigurationError(f"There is no fault {name!r} of deliveries; there are {', '.join(kinds)}")
        try:
            number = float(share) if colon else 1.0
        except ValueError:
            number = -1.0
        if not 0 <= number <= 1:
            raise ConfigurationError(f"The share of {text!r} must be between 0 and 1")
        return cls(kinds[name], number)

    def __str__(self) -> str:
        return self.kind if self.share == 1 else f"{self.kind}:{self.share:g}"


@define
class WebhookFaults:
    """The rules that are on, which may be changed at any time."""

    rules: tuple[WebhookFault, ...] = ()
    _random: Random = field(factory=lambda: Random(0), repr=False)

    @classmethod
    def of(cls, texts: Iterable[str], seed: int = 0) -> Self:
        """Read rules.

        Raises:
            ConfigurationError: One cannot be read.
        """
        return cls(tuple(map(WebhookFault.parse, texts)), Random(seed))

    def set(self, *texts: str) -> None:
        """Replace the rules; nothing changes if one cannot be read.

        Raises:
            ConfigurationError: One cannot be read.
        """
        self.rules = tuple(map(WebhookFault.parse, texts))

    def strike(self) -> frozenset[WebhookFaultKind]:
        """Decide what goes wrong with one delivery."""
        return frozenset(rule.kind for rule in self.rules if self._random.random() < rule.share)
