"""CSV files as spreadsheets and other programs write them: their delimiter and rows."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext

from reviews.requests.csv_encoding import Unreadable

MOST_ROWS = 100_000
MOST_COLUMNS = 100
_SAMPLE = 20  # rows that are looked at to guess the delimiter
_MOST_LINES = 500  # lines that these may reach over
_SEP = re.compile(r'sep=([^"\r\n])\r?\n?')  # Excel's own way to name it; a quote or line break is none
_END = "\x1e"  # read behind the last line: within a cell, where a quote is still open


@dataclass(frozen=True)
class Row:
    """One row of the file. `line`: where it ends in the file, counted from 1; `begins`: where that is another line."""

    line: int
    cells: list[str]
    begins: int = 0


def delimiter_of(lines: Iterable[str]) -> str:
    """Guess the delimiter: the one that makes the most columns in most of the first rows."""
    head = list(islice(lines, _MOST_LINES))
    if head and (match := _SEP.fullmatch(head[0])):
        return match[1]

    def columns(delimiter: str) -> tuple[int, int]:
        widths = _widths(head, delimiter)
        usual = max(set(widths), key=widths.count, default=0)
        return (widths.count(usual) if usual > 1 else 0), usual

    return max(",;\t|", key=columns)


def _widths(lines: list[str], delimiter: str) -> list[int]:
    widths: list[int] = []
    try:
        for cells in csv.reader(lines, delimiter=delimiter):
            if any(cell.strip() for cell in cells):
                widths.append(len(cells))
            if len(widths) == _SAMPLE:
                break
    except csv.Error:
        pass  # by this delimiter a cell may be too long that is none by another
    return widths


def rows_of(lines: Iterable[str], delimiter: str) -> Iterator[Row]:
    """Yield the rows that are not empty. Raises Unreadable where quotes or columns are beyond repair."""
    for line, begins, cells in _filled(lines, delimiter):
        yield Row(line, [cell.strip() for cell in cells], begins if begins < line else 0)


def count_rows(lines: Iterable[str], delimiter: str) -> int:
    """Return how many rows are not empty, in a third of the time that their cells take. Raises Unreadable."""
    return sum(1 for _ in _filled(lines, delimiter))


def _filled(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, int, list[str]]]:
    """Yield the line where each row that is not empty ends, the one where it begins, and its cells as they stand."""
    reader = csv.reader(_with_end(lines), delimiter=delimiter)
    begins = 1
    try:
        for cells in reader:
            if cells and cells[-1].endswith(_END):
                if cells == [_END]:
                    return
                raise _open_quote(begins)
            line = reader.line_num
            if any(map(str.strip, cells)):
                if len(cells) > MOST_COLUMNS:
                    raise Unreadable(
                        gettext("Line %(line_num)s has more than %(most_columns)s columns.")
                        % {"line_num": line, "most_columns": MOST_COLUMNS}
                    )
                yield line, begins, cells
            begins = line + 1
    except csv.Error as error:
        if begins < reader.line_num:
            raise _open_quote(begins) from error
        raise Unreadable(
            gettext("Line %(line_num)s cannot be read: %(error)s.") % {"line_num": reader.line_num, "error": error}
        ) from error


def _with_end(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines, an empty one for the delimiter's, and a last one that no file has."""
    for position, line in enumerate(lines):
        yield "\n" if position == 0 and _SEP.fullmatch(line) else line
    yield _END


def _open_quote(line: int) -> Unreadable:
    return Unreadable(
        gettext('A quote (") opens in line %(line)s and never closes: add the one that is missing, or take it out.')
        % {"line": line}
    )
