"""Workbooks, as small as they can be: XLSX and ODS, with the sheets and cells that a test wants."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from xml.sax.saxutils import escape

Cells = Sequence[Sequence[object]]

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_DAY = 14  # the number format of a date in Excel
_STYLES = f'<styleSheet xmlns="{_MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="{_DAY}"/></cellXfs></styleSheet>'


def xlsx(sheets: Mapping[str, Cells | bytes], *, hidden: Sequence[str] = (), words: str = "", **parts: bytes) -> bytes:
    """Make a workbook of sheets: cells, or the XML of one. `words`: XML of their table; `parts`: more files."""
    states = dict.fromkeys(hidden, ' state="hidden"')
    names = "".join(
        f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"{states.get(name, "")}/>'
        for number, name in enumerate(sheets, 1)
    )
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(sheets) + 1)
    )
    links += f'<Relationship Id="rId0" Type="{_RELATIONS}/styles" Target="styles.xml"/>'
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{names}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>',
        "xl/styles.xml": _STYLES,
    }
    if words:
        files["xl/sharedStrings.xml"] = words
    for number, cells in enumerate(sheets.values(), 1):
        files[f"xl/worksheets/sheet{number}.xml"] = cells if isinstance(cells, bytes) else sheet_xml(cells)
    return archive(files | {name.replace("__", "/"): part for name, part in parts.items()})


def xlsx_by_excel(name: str, cells: Cells) -> bytes:
    """Make a workbook of one sheet, its words in a table of their own as spreadsheet programs write them."""
    words: dict[str, int] = {}
    sheet = sheet_xml(cells, words)
    table = "".join(f"<si><t>{escape(word)}</t></si>" for word in words)
    return xlsx({name: sheet.encode()}, words=f'<sst xmlns="{_MAIN}">{table}</sst>')


def sheet_xml(cells: Cells, words: dict[str, int] | None = None) -> str:
    """Write a sheet; the row after an empty one keeps its number. `words`: filled with what stands in a table."""
    rows = "".join(f'<row r="{row}">{_cells(row, values, words)}</row>' for row, values in enumerate(cells, 1))
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def _cells(row: int, values: Sequence[object], words: dict[str, int] | None) -> str:
    return "".join(_cell(f"{column_name(place)}{row}", value, words) for place, value in enumerate(values))


def column_name(place: int) -> str:
    """Return the letters of a column, counted from 0."""
    name = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        name = chr(65 + letter) + name
    return name


def _cell(where: str, value: object, words: dict[str, int] | None) -> str:
    match value:
        case None | "":
            return ""
        case bool():
            return f'<c r="{where}" t="b"><v>{int(value)}</v></c>'
        case int() | float():
            return f'<c r="{where}"><v>{value}</v></c>'
        case date():
            hours = value.hour + value.minute / 60 if isinstance(value, datetime) else 0
            days = value.toordinal() - date(1899, 12, 30).toordinal() + hours / 24
            return f'<c r="{where}" s="1"><v>{days}</v></c>'
        case str() if value.startswith("="):  # a formula, and the value that the program worked out last
            return f'<c r="{where}" t="str"><f>{escape(value[1:])}</f><v>worked out</v></c>'
    if words is not None:
        return f'<c r="{where}" t="s"><v>{words.setdefault(str(value), len(words))}</v></c>'
    return f'<c r="{where}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def ods(cells: Cells, *, tail: str = "") -> bytes:
    """Make a workbook of OpenDocument with one sheet; `tail`: XML of rows behind those."""
    rows = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(str(value))}</text:p></table:table-cell>'
            for value in values
        )
        + "</table:table-row>"
        for values in cells
    )
    names = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{names}:office:1.0" xmlns:table="{names}:table:1.0"'
        f' xmlns:text="{names}:text:1.0"><office:body><office:spreadsheet><table:table table:name="Sheet1">{rows}{tail}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = f'<manifest:manifest xmlns:manifest="{names}:manifest:1.0"/>'
    return archive({"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": content})


def archive(files: Mapping[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return file.getvalue()
