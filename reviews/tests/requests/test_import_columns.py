"""Columns of lists: what their headings and first values say that they hold."""

import io

import pytest

from reviews.requests.csv_files import Row, delimiter_of, rows_of
from reviews.requests.import_columns import Layout, guess_columns, has_header, lay_out


def rows(text: str) -> list[Row]:
    def lines() -> io.StringIO:
        return io.StringIO(text, newline="")

    return list(rows_of(lines(), delimiter_of(lines())))


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
    assert has_header(rows(text)) is header
    assert guess_columns(rows(text), header=header) == columns


NAMES = ["first_name", "last_name"]
GOOGLE = (
    "First Name,Middle Name,Last Name,Phonetic First Name,Nickname,File As,Organization Name,Organization Title,"
    "Birthday,Notes,Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,"
    "Phone 1 - Value,Address 1 - Formatted\n"
    "Jane,,Smith,,,,,,,,* myContacts,Home,jane@example.com,,,Mobile,+1 212-555-0101,\n"
)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        (GOOGLE, {0: "first_name", 2: "last_name", 6: "company_name", 12: "email", 16: "mobile_phone_number"}),
        (
            "Name,Given Name,Family Name,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value",
            {1: "first_name", 2: "last_name", 4: "email", 6: "mobile_phone_number"},
        ),
        (
            "Title,First Name,Last Name,Company,Home Phone,Business Phone,Mobile Phone,E-mail Address,E-mail 2 Address",
            {1: "first_name", 2: "last_name", 3: "company_name", 6: "mobile_phone_number", 7: "email"},
        ),
        (
            "Record ID,First Name,Last Name,Email,Phone Number,Mobile Phone Number,Contact owner",
            {1: "first_name", 2: "last_name", 3: "email", 5: "mobile_phone_number"},
        ),
        ("First name;Last name;Mobile;Email", dict(enumerate([*NAMES, "mobile_phone_number", "email"]))),
        ("E-Mail;Sprache;Warten (Std.);Termin", {0: "email", 1: "language", 2: "delay_hours", 3: "visited_at"}),
        ("Courriel;Langue;Date de visite", {0: "email", 1: "language", 2: "visited_at"}),
    ],
    ids=["Google", "Google before 2024", "Outlook", "HubSpot", "Apple", "German", "French"],
)
def test_exports_of_address_books_are_understood(text: str, columns: dict[int, str]) -> None:
    guessed = guess_columns(rows(text), header=True)
    assert {place: field for place, field in enumerate(guessed) if field} == columns


@pytest.mark.parametrize(
    ("above", "skipped"),
    [
        ("", 0),
        ("Customers of November\n", 1),
        ("Acme Dental;;\nExported on 2026-11-30;;\n\n", 2),
        ("Jane;jane@example.com\n", 0),  # a customer is none to be left out
    ],
)
def test_a_title_above_the_headings_is_no_heading(above: str, skipped: int) -> None:
    layout = lay_out(rows(f"{above}First name;E-mail;Mobile\nAda;ada@example.com;\n"))
    assert layout.skipped == skipped
    if skipped:
        assert layout == Layout(skipped, has_header=True, columns=["first_name", "email", "mobile_phone_number"])


def test_without_headings_nothing_is_left_out() -> None:
    layout = lay_out(rows("Ada;ada@example.com\nBea;bea@example.com\n"))
    assert layout == Layout(0, has_header=False, columns=["", "email"])
