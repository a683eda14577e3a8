"""What was counted of a field, as a cover looks at it."""

from collections.abc import Iterable, Mapping, Set

from attrs import field, frozen

from jofi_async.reconcile.parts import Part


@frozen
class Counts:
    """What was counted of a field.

    Attributes:
        missing: How many each counted text lacks; 0 where that is proven.
        closed: Texts that lack nothing.
        seen: Which share of each text's items, the newest, its answer has shown, for those that lack some.
    """

    missing: Mapping[str, int] = field(factory=dict[str, int])
    closed: Set[str] = frozenset()
    seen: Mapping[str, float] = field(factory=dict[str, float])

    @classmethod
    def of(cls, parts: Iterable[Part]) -> "Counts":
        """The counts of parts."""
        counted = [part for part in parts if part.total is not None]
        missing = {part.text: int(part.missing) for part in counted}
        closed = {text for text, number in missing.items() if not number}
        seen = {part.text: min(1.0, part.shown / max(1, part.total or 0)) for part in counted if missing[part.text]}
        return cls(missing, closed, seen)
