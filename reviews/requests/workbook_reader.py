"""Program that turns a workbook on its standard input into CSV on its output: run by `workbooks`, alone in a process.

A workbook is read as a whole, and a small file may unpack to any size: what that costs, this process pays, within
limits of its own. The first line of output is JSON: `sheet`, `others`, `filled` (rows that are not empty) and `widest`
(columns), or `problem`; the CSV follows. It knows neither settings nor database.
"""

import csv
import io
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from html.parser import HTMLParser
from itertools import islice
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from reviewhub.processes import end_with_parent, limit_memory

MEGABYTES = 512  # of address space
MOST_UNPACKED = 256 * 1024 * 1024  # bytes of all parts of a workbook
MOST_PARTS = 10_000
MOST_CELLS = 3_000_000  # filled ones, and those of the rectangle around them
MOST_CSV = 20 * 1024 * 1024  # characters
LOOKED_AT = 200  # rows of a sheet in which an address is looked for
_AT_ONCE = 500  # rows that are written before their length is looked at
_BLOCK, _OVERLAP = 1024 * 1024, 4096

# A cell beyond column Z or row 99,999 of a sheet in XLSX: found in a tenth of the time that filled ones take.
_XLSX_FAR = re.compile(rb'r="([A-Z]{2,3}\d{1,7}|[A-Z]\d{6,7})"')
_NEAR_COLUMN, _NEAR_ROW = 26, 99_999
# A filled cell of a sheet in XLSX, with its column and row; a row or a cell of one in ODS, with its attributes.
_XLSX_CELL = re.compile(rb'<(?:\w+:)?c\s(?:[^>]*?\s)?r="([A-Z]{1,3})(\d{1,7})"[^>]*[^/>]>\s*<(?!/)')
_ODS_CELL = re.compile(rb"<table:(table-row|table-cell)\b([^>]*)>")
_ODS_REPEATED = re.compile(rb'table:number-(?:rows|columns)-repeated="(\d{1,9})"')


class _Output(io.TextIOWrapper):
    """The CSV as it is written, in bytes: as text it would take up to four times as much memory."""

    buffer: io.BytesIO


class Unread(Exception):
    """A file that is not read; the text is the word by which `workbooks` finds its sentence."""


def main() -> None:
    """Read the file as `html` or `workbook`, as the first argument says."""
    end_with_parent()
    limit_memory(MEGABYTES)
    raw = sys.stdin.buffer.read()
    output = _Output(io.BytesIO(), encoding="utf-8", errors="replace", newline="")
    try:
        head = _read_page(raw, output) if sys.argv[1:] == ["html"] else _read_workbook(raw, output)
    except Unread as refusal:
        head = {"problem": str(refusal)}
    except MemoryError:
        head = {"problem": "large"}
    output.flush()
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n")
    if "problem" not in head:
        sys.stdout.buffer.write(output.buffer.getbuffer())


def _write(rows: Iterable[list[str]], output: _Output) -> dict[str, int]:
    """Write the rows, an empty one as an empty line, so that a row's number stays its line's, and measure them."""
    writer = csv.writer(output, lineterminator="\n")
    cut = map(_cut, rows)
    filled = widest = 0
    while some := list(islice(cut, _AT_ONCE)):
        widths = list(map(len, some))
        filled, widest = filled + len(some) - widths.count(0), max(widest, *widths)
        # Cells have no line breaks. Without a comma or a quote they are joined in a fifth of the writer's time.
        lines = "\n".join(map(",".join, some))
        if '"' in lines or lines.count(",") != sum(width - 1 for width in widths if width):
            writer.writerows(some)
        else:
            output.write(lines + "\n")
        if output.buffer.tell() > MOST_CSV:
            raise Unread("large")
    return {"filled": filled, "widest": widest}


def _cut(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row.pop()
    return row


# --- Workbooks -----------------------------------------------------------------------------------


def _read_workbook(raw: bytes, output: _Output) -> dict[str, Any]:
    if raw.startswith(b"PK"):
        _check_archive(raw)
    elif "EncryptedPackage".encode("utf-16-le") in raw:
        raise Unread("password")
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(raw)) as workbook:
            sheet, others = _choose(workbook)
            size = _write(_rows(sheet), output)
    except PasswordError as error:
        raise Unread("password") from error
    except MemoryError:
        raise
    except (CalamineError, OSError, ValueError) as error:
        raise Unread("password" if "password" in str(error).lower() else "damaged") from error
    return {"sheet": sheet.name, "others": others} | size


def _choose(workbook: CalamineWorkbook) -> tuple[CalamineSheet, list[str]]:
    """Return the first sheet with an address in its first rows, else the first with anything; and the others' names.

    Hidden sheets count only where no other is filled.
    """
    sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    shown = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
    for names in (shown, [sheet.name for sheet in sheets if sheet.name not in shown]):
        chosen, has_address, filled = None, False, []
        for name in names:
            sheet = workbook.get_sheet_by_name(name)
            if sheet.start is None:
                continue
            filled.append(name)
            holds = not has_address and any("@" in cell for row in islice(_rows(sheet), LOOKED_AT) for cell in row)
            if chosen is None or holds:
                chosen, has_address = sheet, has_address or holds
        if chosen is not None:
            return chosen, [name for name in filled if name != chosen.name]
    raise Unread("empty")


def _rows(sheet: CalamineSheet) -> Iterator[list[str]]:
    """Yield the rows from the first of the sheet on, also where it begins with empty ones."""
    for row in sheet.iter_rows():
        yield [value.strip() if type(value) is str and value.isprintable() else _text(value) for value in row]


def _text(value: object) -> str:
    """Return the value of a cell as CSV has it: a whole number without a point, a date as 2026-01-31."""
    if isinstance(value, str):
        return " ".join(value.splitlines()).strip()
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return (value.date() if value.time() == time() else value.replace(microsecond=0)).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(round(value.total_seconds() / 3600, 2)).removesuffix(".0")
    return str(value)


# --- Limits, held before anything is read ----------------------------------------------------------


def _check_archive(raw: bytes) -> None:
    """Refuse an archive that unpacks to more than a list of customers does, and one that is no workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise Unread("large")
            names = {part.filename for part in parts}
            if "xl/workbook.bin" in names or not names & {"xl/workbook.xml", "content.xml"}:
                raise Unread("damaged" if "[Content_Types].xml" not in names else "other")
            for part in parts:
                if part.flag_bits & 1:
                    raise Unread("password")
                if part.filename.startswith("xl/worksheets/") or part.filename == "content.xml":
                    _check_cells(archive, part)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, ValueError, zlib.error) as error:
        raise Unread("damaged") from error


def _check_cells(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    # A list of customers passes by the bound; what has columns of empty cells with a format, by the count.
    counts = (_count_ods,) if part.filename == "content.xml" else (_bound_xlsx, _count_xlsx)
    for count in counts:
        with archive.open(part) as stream:
            if count(_blocks(stream)) <= MOST_CELLS:
                return
    raise Unread("large")


def _blocks(stream: Any) -> Iterator[bytes]:
    """Yield the part block by block, each ending with a whole tag."""
    rest = b""
    while block := stream.read(_BLOCK):
        block = rest + block
        end = block.rfind(b"<", 0, max(len(block) - _OVERLAP, 0)) if len(block) > _OVERLAP else -1
        if end <= 0:
            rest = block
            if len(rest) > 64 * _BLOCK:
                raise Unread("large")
            continue
        yield block[:end]
        rest = block[end:]
    yield rest


def _bound_xlsx(blocks: Iterable[bytes]) -> int:
    """Return at least as many as the sheet has cells, and the rectangle around them."""
    cells, last_row, last_column = 0, _NEAR_ROW, _NEAR_COLUMN
    for block in blocks:
        cells += block.count(b'r="')
        for far in _XLSX_FAR.findall(block):
            letters = far.rstrip(b"0123456789")
            last_row = max(last_row, int(far[len(letters) :]))
            last_column = max(last_column, _place(letters))
    return max(cells, last_row * last_column)


def _place(letters: bytes) -> int:
    """Return the number of a column, counted from 1."""
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place


def _count_xlsx(blocks: Iterable[bytes]) -> int:
    """Return the number of filled cells, or of those in the rectangle around them where that is greater."""
    filled = last_row = last_column = 0
    for block in blocks:
        for letters, row in _XLSX_CELL.findall(block):
            filled += 1
            last_row = max(last_row, int(row))
            last_column = max(last_column, _place(letters))
    return max(filled, last_row * last_column)


def _count_ods(blocks: Iterable[bytes]) -> int:
    """Return the number of filled cells, those repeated counted as often as they stand there."""
    filled, rows = 0, 1
    for block in blocks:
        for kind, attributes in _ODS_CELL.findall(block):
            match = _ODS_REPEATED.search(attributes)
            repeated = int(match[1]) if match else 1
            if kind == b"table-row":
                rows = repeated
            elif b"office:value-type" in attributes:
                filled += rows * repeated
    return filled


# --- Pages that call themselves workbooks -----------------------------------------------------------


class _Tables(HTMLParser):
    """Rows of the tables of a page, as some programs write "Excel" files; a table within a cell is not looked into."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self._cell: list[str] | None = None
        self._depth = 0
        self._cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._depth += 1
        elif tag == "tr" and self._depth == 1:
            self._close()
            self.rows.append([])
        elif tag in ("td", "th") and self._depth == 1 and self.rows:
            self._close()
            self._cell = []
            self._cells += 1
            if self._cells > MOST_CELLS:
                raise Unread("large")
        elif tag == "br":
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._close()
            self._depth = max(self._depth - 1, 0)
        elif tag in ("td", "th", "tr") and self._depth == 1:
            self._close()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _close(self) -> None:
        if self._cell is not None and self._depth <= 1:
            self.rows[-1].append(" ".join("".join(self._cell).split()))
            self._cell = None


def _read_page(raw: bytes, output: _Output) -> dict[str, Any]:
    tables = _Tables()
    tables.feed(raw.decode(errors="replace"))
    tables.close()
    if not any(any(row) for row in tables.rows):
        raise Unread("empty")
    return {"sheet": "", "others": []} | _write(tables.rows, output)


if __name__ == "__main__":
    main()
