"""Hide addresses, phones, links and keys in text that may reach a log, a repr or an error.

In doubt it hides: a phone is any run of 7 to 15 digits that is neither part of a word nor an id in a path. The patterns
look at each character a bounded number of times, however long the text.
"""

import re

_LINK = re.compile(
    r"(https?://)(?:[^\s/\"<>]*@)?([^\s/?#@\"'<>]+)([^\s\"<>]*[^\s\"<>.,;:!?'()\[\]{}])?",  # not a sentence's end
    re.IGNORECASE,
)
_KEY = re.compile(r"(sk_(?:live|test)_)[\w.~+=*-]*[\w~+=*-]", re.IGNORECASE)
_WORD = r"[A-Za-z][a-z]+[.,:;!?)]*(?!\S)"
_CREDENTIAL = re.compile(rf"\b((?:[Bb]earer|[Bb]asic|[Aa]ccount)\s+)(?!{_WORD})[^\s,;\"']{{11,}}[^\s,;\"'.!?]")
_END = r"\s,;:<>\"()\[\]\\"  # what no address holds outside of quotes (RFC 5322, "specials")
_ADDRESS = re.compile(rf"(?<![^{_END}@])([^\w{_END}@]*+\w)[^{_END}]*(@|%40)([\w.-]*)")
_PHONE = re.compile(
    r"(?<!\w)(?<!\w-)(?<![A-Za-z]/)"
    r"\+?\(?\d(?:[\s()./\u2010-\u2015-]{0,4}\d){6,14}(?:\s?(?:x|ext\.?)\s?\d{1,6})?"
    r"(?!-?\w)"
)


def mask(text: str) -> str:
    """Return `text` with addresses, phones, links and keys made unreadable.

    Args:
        text: Any text, for example an error message of the vendor's.

    Returns:
        The text with `l***@example.org`, `https://host/***`, `***` for phones and `sk_live_***` for keys.
    """
    text = _LINK.sub(lambda link: f"{link[1]}{link[2]}{'/***' if link[3] else ''}", text)
    text = _KEY.sub(r"\1***", text)
    text = _CREDENTIAL.sub(r"\1***", text)
    text = _ADDRESS.sub(r"\1***\2\3", text)
    return _PHONE.sub("***", text)
