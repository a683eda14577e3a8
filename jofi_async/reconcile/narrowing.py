"""Whether what one text narrows a list to is read more cheaply by itself, or by reading everything.

A text that may stand anywhere splits badly: what stands before it and after it is split a character at a time, and each
of these stands in other items twice.
"""

from collections.abc import Sequence

AT_LEAST = 35.0
"""About how many questions a walk through what a text narrows a list to takes, however few they are; as measured."""
EACH = 12.0
"""How many more for each answer's worth of those that have the text before the anchor."""
EACH_AFTER = 6.0
"""How many more for each answer's worth where all have it after the anchor."""
EVERYTHING = 5.5
"""How many it takes to read everything, for each answer's worth."""


def is_cheaper_whole(text: str, anchor: str, some: Sequence[str], *, total: int, everything: int, limit: int) -> bool:
    """Whether reading everything takes fewer questions.

    Args:
        text: What the list is narrowed to.
        anchor: What nearly every value has in it.
        some: Some values that have the text in them.
        total: How many have it.
        everything: How many items there are.
        limit: How many an answer holds.
    """
    is_before = [text.casefold() in value.casefold().partition(anchor)[0] for value in some]
    each = EACH_AFTER + (EACH - EACH_AFTER) * sum(is_before) / max(1, len(is_before))
    return AT_LEAST + each * total / limit > EVERYTHING * everything / limit
