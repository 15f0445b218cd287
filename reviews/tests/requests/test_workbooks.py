"""Workbooks: read as what they are, whatever they are called, and refused before they take more than they may."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from reviews.requests import workbooks
from reviews.requests.csv_encoding import Unreadable
from reviews.requests.workbook_reader import MOST_UNPACKED
from reviews.tests.support.workbooks import archive, ods, sheet_xml, xlsx, xlsx_by_excel

XLS = (Path(__file__).parent / "files" / "customers.xls").read_bytes()
CUSTOMERS = [["Name", "E-mail"], ["Jürgen Müller", "j@example.com"]]
PAGE = "<html><body><table><tr><th>Name<th>E-mail</tr><tr><td>J&uuml;rgen M\u00fcller<td>j@example.com</table>"


def rows(raw: bytes) -> list[list[str]]:
    sheet = workbooks.read(raw)
    assert sheet is not None
    return list(csv.reader(io.StringIO(sheet.raw.decode("utf-8-sig"))))


@pytest.mark.parametrize(
    "raw",
    [
        xlsx({"A": CUSTOMERS}),
        xlsx_by_excel("A", CUSTOMERS),
        ods(CUSTOMERS),
        PAGE.encode(),
        b"\xef\xbb\xbf" + PAGE.encode(),
        PAGE.encode("utf-16"),
    ],
    ids=["xlsx", "xlsx with a table of words", "ods", "html", "html with a mark", "html in utf-16"],
)
def test_workbooks_are_read(raw: bytes) -> None:
    assert rows(raw) == [["Name", "E-mail"], ["Jürgen Müller", "j@example.com"]]


def test_a_workbook_of_the_old_excel_is_read_and_its_numbers_are_whole() -> None:
    assert rows(XLS) == [
        ["Name", "E-Mail", "Mobil"],
        ["Jürgen Müller", "j@example.com", "4915112345678"],
        ["Zoë", "z@example.com"],
    ]


def test_values_are_those_that_people_see() -> None:
    cells = [
        [
            date(2026, 11, 3),
            datetime.fromisoformat("2026-11-03T14:30"),
            491511234567.0,
            1.5,
            True,
            "=A1",
            "two\nlines",
            None,
        ]
    ]
    assert rows(xlsx({"A": cells})) == [
        ["2026-11-03", "2026-11-03T14:30:00", "491511234567", "1.5", "TRUE", "worked out", "two lines"]
    ]


def test_a_row_keeps_its_number_and_only_filled_ones_are_counted() -> None:
    sheet = [[], [], ["Name"], [], ["", "  "], ["Ada"]]
    assert rows(xlsx({"A": sheet})) == [[], [], ["Name"], [], [], ["Ada"]]
    read = workbooks.read(xlsx({"A": sheet}))
    assert read is not None
    assert read.filled == 2


@pytest.mark.parametrize(
    "cell", ["Smith, Jones", 'Ann "Annie" Lee', '"', ",", "a,b\r\nc", "x\ry", "x\u2028y", "'", ";\t"]
)
def test_a_cell_stays_one_whatever_stands_in_it(cell: str) -> None:
    sheet = [["Name", "Note"], ["Ada", "usual"], ["Bob", cell], [], ["", cell, "behind"]]
    shown = " ".join(cell.splitlines()).strip()
    assert rows(xlsx({"A": sheet})) == [*sheet[:2], ["Bob", shown], [], ["", shown, "behind"]]


@pytest.mark.parametrize(
    ("sheets", "hidden", "name", "others"),
    [
        ({"Empty": [], "B": CUSTOMERS}, (), "B", []),
        ({"Read me": [["Exported by us"]], "B": CUSTOMERS, "C": CUSTOMERS}, (), "B", ["Read me", "C"]),
        ({"Old": CUSTOMERS, "New": [["Name"], ["Ada"]]}, ["Old"], "New", []),
        ({"Old": CUSTOMERS, "New": []}, ["Old"], "Old", []),
        ({"A": [["Mobile"], ["+12125550101"]], "B": [["Note"]]}, (), "A", ["B"]),
    ],
    ids=["empty first", "a cover", "hidden", "all hidden", "no address"],
)
def test_the_first_sheet_with_customers_is_read_and_named(
    sheets: dict[str, list[list[object]]], hidden: list[str], name: str, others: list[str]
) -> None:
    sheet = workbooks.read(xlsx(sheets, hidden=hidden))
    assert sheet is not None
    assert (sheet.name, sheet.others) == (name, others)


def test_macros_are_not_looked_at() -> None:
    assert rows(xlsx({"A": CUSTOMERS}, xl__vbaProject_bin=b"\0" * 1000)) == CUSTOMERS


@pytest.mark.parametrize("raw", [b"a,b\n1,2\n", b"<a@example.com>\n", b"", b"email\n<script>\n", "ä;ö".encode()])
def test_text_is_no_workbook_whatever_its_file_is_called(raw: bytes) -> None:
    assert workbooks.read(raw) is None


def stray() -> bytes:
    cell = b'<c r="A1" t="inlineStr"><is><t>x</t></is></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c>'
    return (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">%b'
        b"</row></sheetData></worksheet>" % cell
    )


def repeated(rows: int, columns: int) -> str:
    """Write cells that fill so many rows and columns of a sheet of OpenDocument."""
    return (
        f'<table:table-row table:number-rows-repeated="{rows}"><table:table-cell office:value-type="float"'
        f' office:value="1" table:number-columns-repeated="{columns}"/></table:table-row>'
    )


def refusals() -> Iterator[tuple[str, bytes, str]]:
    yield "password", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "password"
    yield "half a workbook", xlsx({"A": CUSTOMERS})[:-300], "cannot be read"
    yield "an archive", archive({"a.txt": "a"}), "cannot be read"
    yield "a text document", archive({"[Content_Types].xml": "", "word/document.xml": ""}), "no workbook"
    yield "binary", archive({"[Content_Types].xml": "", "xl/workbook.bin": ""}), "no workbook"
    yield "old Excel that is none", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "cannot be read"
    yield (
        "XML of Excel",
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
        "XLSX",
    )
    yield "a row too wide", xlsx({"A": [["Name"], ["x"] * 101]}), "more than 100 columns"
    yield "nothing in it", xlsx({"A": []}), "no sheet with anything"
    yield "a page without a table", b"<html><p>Sign in, please.</p></html>", "no sheet with anything"
    yield "a stray cell", xlsx({"A": stray()}), "too large"
    yield "cells that repeat", ods([["a"]], tail=repeated(1_048_576, 16_384)), "too large"
    yield "unpacks to much", xlsx({"A": CUSTOMERS}, big=b"\0" * (MOST_UNPACKED + 1)), "too large"
    yield "thousands of parts", archive({"xl/workbook.xml": ""} | {f"a{n}": "" for n in range(10_001)}), "too large"


@pytest.mark.parametrize(("raw", "words"), [pytest.param(raw, words, id=name) for name, raw, words in refusals()])
def test_what_cannot_be_read_is_refused_with_a_way_out(raw: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        workbooks.read(raw)


def test_a_million_empty_rows_behind_the_customers_cost_nothing() -> None:
    tail = (
        '<table:table-row table:number-rows-repeated="1048570"><table:table-cell'
        ' table:number-columns-repeated="16384"/></table:table-row>'
    )
    assert rows(ods(CUSTOMERS, tail=tail)) == CUSTOMERS


def test_an_empty_cell_with_a_format_at_the_far_end_costs_nothing() -> None:
    far = '<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    sheet = sheet_xml(CUSTOMERS).replace("</sheetData>", far)
    assert rows(xlsx({"A": sheet.encode()})) == CUSTOMERS


def test_what_an_archive_hides_from_its_list_ends_the_process_that_reads_it_and_no_other() -> None:
    """The list of an archive may name a smaller size than a part unpacks to."""
    raw = bytearray(xlsx({"A": b"<worksheet><sheetData>" + b"<row/>" * 20_000_000}))
    size = (22 + 6 * 20_000_000).to_bytes(4, "little")
    assert raw.count(size) == 2
    with pytest.raises(Unreadable):
        workbooks.read(bytes(raw.replace(size, (100).to_bytes(4, "little"))))
