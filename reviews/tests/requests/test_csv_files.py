"""CSV as programs write it: delimiters, rows and quotes."""

import io

import pytest

from reviews.requests.csv_encoding import Unreadable
from reviews.requests.csv_files import Row, delimiter_of, rows_of


def lines(text: str) -> io.StringIO:
    return io.StringIO(text, newline="")


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2\n3,5;4\n", ";"),
        ("a\tb\n1\t2\n", "\t"),
        ("a|b|c\n1|2|3\n", "|"),
        ("sep=|\na|b,c\n1|2,3\n", "|"),
        ("email\njane@example.com\n", ","),
        ('"Smith; Co",b\n"x;y",2\n', ","),
    ],
)
def test_delimiters(text: str, delimiter: str) -> None:
    assert delimiter_of(lines(text)) == delimiter


def test_rows_keep_their_lines_and_lose_empty_ones() -> None:
    text = 'sep=,\na, b \n\n,,\n"two\nlines",2\n'
    assert list(rows_of(lines(text), ",")) == [Row(2, ["a", "b"]), Row(6, ["two\nlines", "2"], begins=5)]


@pytest.mark.parametrize("text", ["a," * 101, "x" * 200_000], ids=["columns", "cell"])
def test_rows_beyond_repair_are_named(text: str) -> None:
    with pytest.raises(Unreadable, match="Line 2"):
        list(rows_of(lines(f"a,b\n{text}\n"), ","))


@pytest.mark.parametrize("rest", ["", "z@example.com,Zoe\n" * 20_000], ids=["short", "longer than a cell may be"])
def test_a_quote_that_never_closes_is_named_by_its_line(rest: str) -> None:
    text = f'email,name\na@example.com,Ann\nb@example.com,"Bob\nc@example.com,Cy\n{rest}'
    with pytest.raises(Unreadable, match="opens in line 3 and never closes"):
        list(rows_of(lines(text), ","))


@pytest.mark.parametrize("text", ['a,"b"', 'a,"b"\n', "a,b", 'a,b "x" y\n', "a,b\r", 'a,"b""c"\r\n'])
def test_a_quote_that_closes_is_none_that_is_named(text: str) -> None:
    assert len(list(rows_of(lines(text), ","))) == 1
