import pytest
from django.db import transaction

from oauth.models import Account
from reviews.models import Contact, MergeCandidate
from reviews.models.addresses import InvalidPhone, normalise_email, normalise_phone
from reviews.requests import matching
from reviews.requests.matching import Match, Person

pytestmark = pytest.mark.django_db


def matched(account: Account, **given: str) -> Match:
    with transaction.atomic():
        (match,) = matching.find(account, [Person(**given)])
        matching.keep([match])
    return match


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("(212) 555-1234", "US", "+12125551234"),
        ("+1 212 555 1234", "DE", "+12125551234"),
        ("030 901820", "DE", "+4930901820"),
        ("tel:+12125551234", "US", "+12125551234"),
    ],
)
def test_numbers_are_stored_as_e164(text: str, country: str, expected: str) -> None:
    assert normalise_phone(text, country)[0] == expected


@pytest.mark.parametrize("text", ["12", "not a number", "+1", "1" * 40, "+999123456789", ""])
def test_what_no_network_could_route_is_refused(text: str) -> None:
    with pytest.raises(InvalidPhone):
        normalise_phone(text, "US")


def test_a_possible_number_nobody_has_passes_with_a_warning() -> None:
    number, warning = normalise_phone("+12120000000", "US")
    assert number == "+12120000000"
    assert "does not look like" in warning


def test_addresses_match_in_any_case_and_form() -> None:
    assert normalise_email("  Jane@EXAMPLE.com ") == "jane@example.com"
    assert normalise_email("x@e\u0301.example") == normalise_email("x@\u00c9.example")


def test_the_same_address_is_the_same_contact(account: Account) -> None:
    first = matched(account, email="jane@example.com")
    second = matched(account, email="jane@example.com", first_name="Jane")
    assert second.contact == first.contact
    assert Contact.objects.get().first_name == "Jane"


def test_blanks_are_filled_and_names_never_emptied(account: Account) -> None:
    matched(account, email="jane@example.com", first_name="Jane", company_name="Smith Ltd")
    matched(account, email="jane@example.com", phone="+12125551234", first_name="", last_name="Smith")
    jane = Contact.objects.get()
    assert (jane.first_name, jane.last_name, jane.company_name) == ("Jane", "Smith", "Smith Ltd")
    assert jane.phone == "+12125551234"


def test_a_number_finds_the_contact_when_the_address_is_new(account: Account) -> None:
    first = matched(account, phone="+12125551234")
    second = matched(account, phone="+12125551234", email="jane@example.com")
    assert second.contact == first.contact
    assert Contact.objects.get().email == "jane@example.com"


def test_an_address_on_file_is_kept_and_the_caller_told(account: Account) -> None:
    matched(account, phone="+12125551234", email="jane@example.com")
    match = matched(account, phone="+12125551234", email="other@example.com")
    assert match.contact.email == "jane@example.com"
    assert "another e-mail address" in match.warnings[0]


def test_two_contacts_named_together_stay_two_and_are_noted(account: Account) -> None:
    by_email = matched(account, email="jane@example.com").contact
    by_phone = matched(account, phone="+12125551234").contact
    for _ in range(2):
        match = matched(account, email="jane@example.com", phone="+12125551234")
    assert match.contact == by_email
    assert match.contact.phone == ""
    candidate = MergeCandidate.objects.get()
    assert (candidate.by_email, candidate.by_phone) == (by_email, by_phone)


def test_another_accounts_contact_is_never_found(account: Account, other_account: Account) -> None:
    theirs = matched(other_account, email="jane@example.com").contact
    ours = matched(account, email="jane@example.com").contact
    assert ours != theirs
    assert theirs.account == other_account


def test_an_unchanged_contact_costs_one_statement(account: Account, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    matched(account, email="jane@example.com", first_name="Jane")
    with transaction.atomic(), django_assert_num_queries(1):
        matching.keep(matching.find(account, [Person(email="jane@example.com", first_name="Jane")]))
