"""E-mail addresses: whether a text is one, and when two are the same."""

import re
from functools import lru_cache
from unicodedata import normalize

_WORD = "[A-Za-z0-9]++"
_SPECIAL = "arpa|invalid|local|localhost|onion"

is_plain_address = re.compile(  # every part of so short a one is short enough
    rf"(?!.{{65}}){_WORD}(?:[._+-]{_WORD})*+@(?:{_WORD}(?:-{_WORD})*+\.)++(?!(?i:{_SPECIAL})$)[A-Za-z]{{2,}}+"
).fullmatch
"""Whether an address is as nearly all are, so that nothing can be wrong with its syntax."""


def email_problem(address: str) -> str | None:
    """Say what is wrong with an address's syntax, or None; its domain is not looked up."""
    return None if is_plain_address(address) else rare_email_problem(address)


@lru_cache(maxsize=64)  # an inviter is the same on every row
def rare_email_problem(address: str) -> str | None:
    """The same for an address that the library must look at."""
    from email_validator import EmailNotValidError, validate_email  # slow to import, and most addresses are plain

    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return "this is no e-mail address"
    return None


def mailbox(address: str) -> str:
    """What two spellings of an address have in common that mail takes to one place: its domain as mail sends it."""
    return address if address.isascii() else _mailbox(address)


@lru_cache(maxsize=64)
def _mailbox(address: str) -> str:
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return address
    return f"{found.local_part}@{found.ascii_domain}"


def normalised(address: str) -> str:
    """An address as it is compared: trimmed, whatever the case; not folded, which would make `groß` and `gross` one."""
    return normalize("NFC", address.strip()).lower()
