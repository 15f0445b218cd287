"""CSV files that the product writes, for spreadsheets."""

import csv
import io
import re
from collections.abc import Iterable, Iterator


def write_rows(rows: Iterable[list[str]]) -> Iterator[str]:
    """Write rows as CSV, piece by piece, for a spreadsheet: formulas are marked as text."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    yield "\ufeff"  # without this mark, Excel reads the file in its own encoding
    for row in rows:
        writer.writerow([_as_text(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _as_text(cell: str) -> str:
    """Guard against CSV injection: = + - @ at the start make a formula of a cell, unless it is a phone number."""
    return f"'{cell}" if re.match(r"[=@\t\r]|[+-](?![\d\s()./-]+$)", cell) else cell
