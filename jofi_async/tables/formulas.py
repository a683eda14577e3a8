"""Keep a cell from being a formula to the spreadsheet that opens it, and read it back as it was.

The guard is one leading `'`. A cell that looks guarded already gets one more, so that reading takes away exactly what
writing has put there.
"""

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n]")


def guard(cell: str) -> str:
    """A cell as it is written."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguard(cell: str) -> str:
    """A cell as it was before `guard`; one without a guard is returned as it is."""
    return cell[1:] if _GUARDED.match(cell) else cell
