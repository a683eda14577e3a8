"""Phones as people write them, held against phones as vendors store them."""


def same_phone(given: str | None, stored: str | None) -> bool:
    """Whether a phone is the one that is stored in E.164: its digits, without leading zeros, are the end of those.

    Args:
        given: As it was sent; blank is as none.
        stored: As the vendor shows it.
    """
    if not (given or "").strip() or not stored:
        return not (given or "").strip() and not stored
    sent = _digits(given or "").lstrip("0")
    return bool(sent) and _digits(stored).endswith(sent)


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())
