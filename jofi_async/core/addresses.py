"""E-mail addresses: whether a text is one, and when two are the same."""

import re
from functools import lru_cache
from unicodedata import normalize

_WORD = "[A-Za-z0-9]++"
_PLAIN_ADDRESS = re.compile(
    rf"{_WORD}(?:[._+-]{_WORD})*+@(?:{_WORD}(?:-{_WORD})*+\.)++(?!(?i:arpa|invalid|local|localhost|onion)$)[A-Za-z]{{2,}}+",
)
_PLAIN_LENGTH = 64  # characters; every part of a shorter address is short enough


def email_problem(address: str) -> str | None:
    """Say what is wrong with an address's syntax, or None; its domain is not looked up."""
    is_plain = len(address) <= _PLAIN_LENGTH and _PLAIN_ADDRESS.fullmatch(address)
    return None if is_plain else rare_email_problem(address)


@lru_cache(maxsize=64)  # an inviter is the same on every row
def rare_email_problem(address: str) -> str | None:
    """The same for an address that the library must look at."""
    from email_validator import EmailNotValidError, validate_email  # slow to import, and most addresses are plain

    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return "this is no e-mail address"
    return None


def normalised(address: str) -> str:
    """An address as it is compared: trimmed, whatever the case; not folded, which would make `groß` and `gross` one."""
    return normalize("NFC", address.strip()).lower()
