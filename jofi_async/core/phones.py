"""Phones as people write them, held against phones as vendors store them."""

import re

_EXTENSION = re.compile(r"(;\s*ext=|\b(ext(ensio)?n?|x)\b[.:]?|(?<=\d)x|#)\s*\d{1,7}\s*$", re.IGNORECASE)
"""What E.164 has no place for, as people and RFC 3966 write it."""
_TELLING = 6
"""How many digits at its end tell a number from others."""


def same_phone(given: str | None, stored: str | None) -> bool:
    """Whether a phone is the one that is stored in E.164: its digits, without leading zeros, are the end of those.

    The (0) of "+44 (0)20" is dialled within the country alone, and an extension is not stored. Few digits may be the
    end of any number.

    Args:
        given: As it was sent; blank is as none.
        stored: As the vendor shows it.
    """
    if not (given or "").strip() or not stored:
        return not (given or "").strip() and not stored
    number = (given or "").replace("(0)", "")
    return any(_is_end(_digits(one).lstrip("0"), _digits(stored)) for one in (number, _EXTENSION.sub("", number)))


def _is_end(sent: str, there: str) -> bool:
    return bool(sent) and (sent == there or (len(sent) >= _TELLING and there.endswith(sent)))


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())
