"""Whole names, taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.requests.names import split_name, without_titles


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("Jane Smith", "Jane", "Smith"),
        ("Smith, Jane", "Jane", "Smith"),
        ("  Smith ,Jane  ", "Jane", "Smith"),
        ("Jane", "Jane", ""),
        ("Jane,", "Jane", ""),
        ("Jane Smith, Jr.", "Jane", "Smith"),
        ("Smith, Jane, M.D.", "Jane", "Smith"),
        ("Jane Smith, PhD, RN", "Jane", "Smith"),
        ("Dr. Jane Smith", "Jane", "Smith"),
        ("Smith, Dr. Jane", "Jane", "Smith"),
        ("Mr. and Mrs. Smith", "", "Smith"),
        ("Mrs Smith", "", "Smith"),
        ("Herr Dr. med. Jürgen Groß", "Jürgen", "Groß"),
        ("Frau Müller", "", "Müller"),
        ("Sra. María José García", "María", "José García"),
        ("García López, María José", "María José", "García López"),
        ("van der Berg, Anna", "Anna", "van der Berg"),
        ("Mme Chloé Petit", "Chloé", "Petit"),
        ("Smith, Jane & Bob", "Jane & Bob", "Smith"),
        ("Dr", "", ""),
        ("Smith, Mr", "", "Smith"),
        ("Jane & Bob Smith", "Jane & Bob", "Smith"),
        ("Don Johnson", "Don", "Johnson"),
        ("Maria de Sa", "Maria", "de Sa"),
    ],
)
def test_the_first_name_is_what_a_message_greets_with(text: str, first: str, last: str) -> None:
    assert split_name(text) == {"first_name": first, "last_name": last}


@pytest.mark.parametrize("text", ["Smith, Jones & Partners LLP", "Müller GmbH", "Acme, Inc.", "Ibérica S.A."])
def test_a_company_in_the_column_of_names_is_greeted_by_no_first_name(text: str) -> None:
    assert split_name(text) == {"company_name": text}


@pytest.mark.parametrize(
    "text", ["Müller GmbH, Hans Meier", "Müller GmbH, Meier, Hans", "Müller GmbH, Herr Hans Meier"]
)
def test_a_person_behind_a_company_is_greeted_by_the_first_name(text: str) -> None:
    assert split_name(text) == {"company_name": "Müller GmbH", "first_name": "Hans", "last_name": "Meier"}


@pytest.mark.parametrize(("text", "first"), [("Dr. Jane", "Jane"), ("Mrs", ""), ("Mary Jane", "Mary Jane"), ("", "")])
def test_a_title_in_the_column_of_first_names_is_not_greeted(text: str, first: str) -> None:
    assert without_titles(text) == first


@pytest.mark.parametrize("text", ["", "  ", ",", " , ;"])
def test_no_name_is_no_name(text: str) -> None:
    assert not any(split_name(text).values())


@given(st.text(max_size=60))
def test_no_first_name_begins_or_ends_with_a_comma(text: str) -> None:
    assert all(value == value.strip(" ,") for value in split_name(text).values())
