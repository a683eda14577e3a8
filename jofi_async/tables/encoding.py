"""In which encoding a text file is written.

A byte order mark decides, then UTF-8 if the whole file is valid in it. Anything else is a guess, and statistics guess
badly on lists of names (charset-normalizer takes most Western lists for cp1250): so the encodings in which spreadsheets
save come first, each judged by whether it makes words, and charset-normalizer decides about the rest. A guess comes
with a word to judge it by.
"""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from jofi_async.tables.table import TableError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SPREADSHEETS = ("cp1252", "cp1250", "iso8859_2", "mac_roman")
_ELSEWHERE = ["cp1251", "cp1253", "cp1254", "shift_jis", "gb18030", "big5", "euc_kr", "koi8_r"]
_SAMPLE = 1 << 16
_CAPITAL_WITHIN = re.compile(r"[a-z](?![A-Z])[^\W\d_a-z]")
_USUAL_SIGNS = frozenset("\u2018\u2019\u201a\u201c\u201d\u201e\u2013\u2014\u2026\u20ac\xa0\xa7\xab\xae\xb0\xb4\xb7\xbb")


@frozen
class Encoding:
    """How a file's bytes are read.

    Attributes:
        name: Python's name of it.
        sample: A word that shows how the file reads in a guessed encoding; "" when it is not a guess.
    """

    name: str
    sample: str = ""


def find_encoding(path: Path) -> Encoding:
    """Find the encoding of a file.

    Raises:
        TableError: It cannot be told.
        OSError: The file cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(4)
    for mark, name in _MARKS:
        if start.startswith(mark):
            return Encoding(name)
    return Encoding("utf-8") if _is_utf8(path) else _guess(path)


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while chunk := file.read(_SAMPLE):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _guess(path: Path) -> Encoding:
    sample = b"".join(_telling_lines(path))
    for name in _SPREADSHEETS:
        text = _decoded(sample, name)
        if text and _makes_words(text):
            return Encoding(name, _first_word(text))
    from charset_normalizer import from_bytes  # slow to import, and seldom needed

    best = from_bytes(sample, cp_isolation=_ELSEWHERE).best()
    if best is None:
        raise TableError(f"The encoding of {path} cannot be told: save it as CSV UTF-8")
    return Encoding(best.encoding, _first_word(str(best)))


def _telling_lines(path: Path) -> Iterator[bytes]:
    """Enough of the lines that are no ASCII; all are looked at, for a file that is UTF-8 but for a few bytes."""
    valid, invalid, size = 0, list[int](), 0
    with path.open(encoding="latin-1", newline="") as lines:  # a character of it is a byte
        for number, line in enumerate(lines, 1):
            if line.isascii():
                continue
            raw = line.encode("latin-1")
            if _decoded(raw, "utf-8") is None:
                invalid.append(number)
            else:
                valid += 1
            if size < _SAMPLE:
                size += len(raw)
                yield raw
    if valid > len(invalid):
        raise TableError(f"Line {invalid[0]} of {path} is not valid UTF-8, and other lines are: save it as CSV UTF-8")


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _makes_words(text: str) -> bool:
    """Whether all signs are usual ones, no capital is within a word, and accents are the lesser part of words."""
    foreign = [character for character in text if not character.isascii()]
    if not all(character.isalpha() or character in _USUAL_SIGNS for character in foreign):
        return False
    words = "".join(_foreign_words(text))
    accents = sum(not character.isascii() for character in words)
    capital_within = any(match[0][1].isupper() for match in _CAPITAL_WITHIN.finditer(text))
    return not capital_within and accents * 2 <= len(words)


def _first_word(text: str) -> str:
    return next(_foreign_words(text), "")


def _foreign_words(text: str) -> Iterator[str]:
    return (found[0] for found in re.finditer(r"\w+", text) if not found[0].isascii())
