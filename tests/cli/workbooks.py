"""The smallest XLSX files that there can be, so that no test needs another package to write one."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZipFile

from attrs import frozen

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


@frozen
class Cell:
    """A cell as the file holds it.

    Attributes:
        value: Its value's text.
        kind: Its type: "n", "str" (of a formula), "e" (an error), "b".
        code: The format's code, or "".
        formula: What it is computed by, or "".
    """

    value: object
    kind: str = "n"
    code: str = ""
    formula: str = ""


Row = Sequence[object]


def write_workbook(
    path: Path,
    sheets: Mapping[str, Sequence[Row]],
    *,
    unseen: Collection[str] = (),
    hidden_rows: Collection[int] = (),
    first_column: str = "A",
) -> Path:
    """Write a workbook; an empty row is left out of the file, as Excel does, and None is no cell."""
    cells = (cell for rows in sheets.values() for row in rows for cell in row)
    codes = list(dict.fromkeys(cell.code for cell in cells if isinstance(cell, Cell) and cell.code))
    with ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", _content_types(len(sheets)))
        archive.writestr("_rels/.rels", _relationships(["officeDocument"], ["xl/workbook.xml"]))
        names = [f"worksheets/sheet{number}.xml" for number in range(1, len(sheets) + 1)]
        kinds = ["worksheet"] * len(names)
        archive.writestr("xl/_rels/workbook.xml.rels", _relationships([*kinds, "styles"], [*names, "styles.xml"]))
        archive.writestr("xl/workbook.xml", _workbook(sheets, unseen))
        archive.writestr("xl/styles.xml", _styles(codes))
        for name, rows in zip(names, sheets.values(), strict=True):
            body = "".join(_rows(rows, codes, hidden_rows, ord(first_column)))
            archive.writestr(f"xl/{name}", f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>')
    return path


def _rows(rows: Sequence[Row], codes: Sequence[str], hidden: Collection[int], first: int) -> Iterator[str]:
    for line, row in enumerate(rows, 1):
        if row:
            cells = "".join(_cell(cell, f"{chr(first + place)}{line}", codes) for place, cell in enumerate(row))
            yield f'<row r="{line}" hidden="{int(line in hidden)}">{cells}</row>'


def _cell(cell: object, reference: str, codes: Sequence[str]) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
    if not isinstance(cell, Cell):
        cell = Cell(cell)
    style = codes.index(cell.code) + 1 if cell.code else 0
    formula = f"<f>{escape(cell.formula)}</f>" if cell.formula else ""
    return f'<c r="{reference}" s="{style}" t="{cell.kind}">{formula}<v>{escape(str(cell.value))}</v></c>'


def _content_types(sheets: int) -> str:
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {"/xl/workbook.xml": "sheet.main", "/xl/styles.xml": "styles"}
    parts |= {f"/xl/worksheets/sheet{number}.xml": "worksheet" for number in range(1, sheets + 1)}
    overrides = "".join(
        f'<Override PartName="{name}" ContentType="{kinds}.{kind}+xml"/>' for name, kind in parts.items()
    )
    xml = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    return f'<Types xmlns="{_PACKAGE}/content-types">{xml}{overrides}</Types>'


def _relationships(kinds: Sequence[str], targets: Sequence[str]) -> str:
    each = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(zip(kinds, targets, strict=True), 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{each}</Relationships>'


def _workbook(sheets: Mapping[str, object], unseen: Collection[str]) -> str:
    each = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}" '
        f'state="{"hidden" if name in unseen else "visible"}"/>'
        for number, name in enumerate(sheets, 1)
    )
    return f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{each}</sheets></workbook>'


def _styles(codes: Sequence[str]) -> str:
    formats = "".join(
        f'<numFmt numFmtId="{number}" formatCode={quoteattr(code)}/>' for number, code in enumerate(codes, 164)
    )
    used = "".join(f'<xf numFmtId="{number}"/>' for number in (0, *range(164, 164 + len(codes))))
    return (
        f'<styleSheet xmlns="{_MAIN}"><numFmts count="{len(codes)}">{formats}</numFmts>'
        f'<cellXfs count="{len(codes) + 1}">{used}</cellXfs></styleSheet>'
    )
