"""CSV files that the product writes."""

import csv
import io

from reviewhub.csv_rows import write_rows


def test_what_is_written_is_no_formula_and_comes_back() -> None:
    cells = ["=1+1", "@x", "-cmd|' /C calc'", "+12125551234", "-5", 'say "hi", Zoë', "two\nlines"]
    text = "".join(write_rows(iter([cells])))
    assert next(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))) == [
        "'=1+1",
        "'@x",
        "'-cmd|' /C calc'",
        *cells[3:],
    ]
