"""CSV as programs write it, and the columns that are guessed."""

import pytest

from reviews.requests.csv_encoding import Unreadable
from reviews.requests.csv_files import (
    Row,
    delimiter_of,
    guess_columns,
    has_header,
    rows_of,
)


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
    assert delimiter_of(text) == delimiter


def test_rows_keep_their_lines_and_lose_empty_ones() -> None:
    text = 'sep=,\na, b \n\n,,\n"two\nlines",2\n'
    assert list(rows_of(text, ",")) == [Row(2, ["a", "b"]), Row(6, ["two\nlines", "2"])]


@pytest.mark.parametrize("text", ["a," * 101, "x" * 200_000], ids=["columns", "cell"])
def test_rows_beyond_repair_are_named(text: str) -> None:
    with pytest.raises(Unreadable, match="Line 2"):
        list(rows_of(f"a,b\n{text}\n", ","))


@pytest.mark.parametrize(
    ("text", "header", "columns"),
    [
        ("First Name,Surname,E-mail address\nA,B,a@b.de", True, ["first_name", "last_name", "email"]),
        (
            "Vorname;Nachname;Handynummer;Firma",
            True,
            ["first_name", "last_name", "mobile_phone_number", "company_name"],
        ),
        ("Prénom;Nom;Téléphone;Courriel", True, ["first_name", "last_name", "mobile_phone_number", "email"]),
        (
            "Nombre;Apellidos;Teléfono móvil;Correo electrónico",
            True,
            ["first_name", "last_name", "mobile_phone_number", "email"],
        ),
        ("Jane;jane@example.com;+1 212 555 1234", False, ["", "email", "mobile_phone_number"]),
        ("who;where\nJane;jane@example.com\nBob;bob@example.com", True, ["", "email"]),
        ("Email;E-mail;Note\na@b.de;c@d.de;x", True, ["email", "", ""]),
        ("Phone,Invoice number\n(212) 555-1234,123", True, ["mobile_phone_number", "external_id"]),
        ("Date,Amount,Customer\n2026-03-01,1500,Jane Smith", True, ["", "", "name"]),
    ],
)
def test_columns_are_guessed(text: str, header: bool, columns: list[str]) -> None:
    rows = list(rows_of(text, delimiter_of(text)))
    assert has_header(rows) is header
    assert guess_columns(rows, header=header) == columns
