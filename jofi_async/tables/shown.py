"""What a sheet of an XLSX file shows and its reader does not tell.

The reader makes an empty cell of an error such as #N/A, a float of a long number, and does not know formats: neither
that 123 is shown as 00123, nor which rows are hidden. All four change who is invited, or under which id.
"""

import re
import zlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from posixpath import join, normpath
from typing import IO
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile, is_zipfile

from attrs import define, field

_LITERALS = re.compile(r'"[^"]*"|\\.|\[[^]]*\]|_.|\*.')
_MOST_DIGITS = 15
_BOOK = "xl/workbook.xml"
_RELATIONSHIP = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATIONSHIP = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


@define
class Shown:
    """What is to be known besides the cells' values.

    Attributes:
        texts: What is shown, by row from 1 and column from 0, where it differs from the value.
        hidden: The rows that are hidden.
    """

    texts: dict[tuple[int, int], str] = field(factory=dict[tuple[int, int], str])
    hidden: set[int] = field(factory=set[int])


def read_shown(path: Path, sheet: str) -> Shown:
    """Look through a sheet; one that is in another format than XLSX has nothing to tell.

    Raises:
        BadZipFile: The file is damaged.
        OSError: It cannot be read.
    """
    if not is_zipfile(path):
        return Shown()
    try:
        with ZipFile(path) as archive:
            if _BOOK not in archive.namelist():
                return Shown()
            with archive.open(_part_of(archive, sheet)) as part:
                return _scan(part, _widths(archive))
    except (ElementTree.ParseError, LookupError, RuntimeError, ValueError, zlib.error) as error:
        raise BadZipFile(str(error)) from error


def _part_of(archive: ZipFile, sheet: str) -> str:
    """The name under which a sheet is in the archive."""
    with archive.open(_BOOK) as part:
        sheets = {each.get("name"): each for each in ElementTree.parse(part).iterfind(".//{*}sheet")}
    key = sheets[sheet].get(_RELATIONSHIP) or sheets[sheet].get(_STRICT_RELATIONSHIP)
    with archive.open("xl/_rels/workbook.xml.rels") as part:
        targets = {each.get("Id"): each.get("Target", "") for each in ElementTree.parse(part).getroot()}
    return normpath(join("xl", targets[key])).lstrip("/")


def _widths(archive: ZipFile) -> Mapping[str, int]:
    """How many digits are shown at least, by style, where it is more than one."""
    if "xl/styles.xml" not in archive.namelist():
        return {}
    with archive.open("xl/styles.xml") as part:
        styles = ElementTree.parse(part)
    codes = {each.get("numFmtId"): each.get("formatCode", "") for each in styles.iterfind(".//{*}numFmt")}
    used = [codes.get(each.get("numFmtId"), "") for each in styles.iterfind(".//{*}cellXfs/{*}xf")]
    widths = {str(style): _width(code) for style, code in enumerate(used)}
    return {style: width for style, width in widths.items() if width > 1}


def _width(code: str) -> int:
    """How many zeros stand before the point in the part of a format that is for positive numbers."""
    return re.split(r"[;.eE%/]", _LITERALS.sub("", code))[0].count("0")


def _scan(part: IO[bytes], widths: Mapping[str, int]) -> Shown:
    shown = Shown()
    line = 0
    for _, element in ElementTree.iterparse(part, ("end",)):
        if element.tag.endswith("}row"):
            line = int(element.get("r", line + 1))
            _scan_row(element, line, widths, shown)
            element.clear()  # or the whole sheet would be in memory
    return shown


def _scan_row(row: ElementTree.Element, line: int, widths: Mapping[str, int], shown: Shown) -> None:
    if row.get("hidden") in ("1", "true"):
        shown.hidden.add(line)
    place = -1
    for cell in row:
        place = _place(cell.get("r", ""), place + 1)
        if text := _text(cell, widths):
            shown.texts[line, place] = text


def _place(reference: str, following: int) -> int:
    """The column of a cell, from 0; one without a reference follows the one before it."""
    return _column(reference.rstrip("0123456789")) if reference else following


@cache
def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _text(cell: ElementTree.Element, widths: Mapping[str, int]) -> str:
    """What a cell shows, or "" where that is its value."""
    kind = cell.get("t", "n")
    if kind not in ("e", "n"):
        return ""
    value = next((child.text or "" for child in cell if child.tag.endswith("}v")), "")
    if kind == "e":
        return value
    width = widths.get(cell.get("s", ""), 0)
    if (len(value) < width or len(value) > _MOST_DIGITS) and value.isascii() and value.isdigit():
        return value.zfill(width)
    return ""
